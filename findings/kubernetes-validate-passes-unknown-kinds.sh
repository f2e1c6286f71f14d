#!/usr/bin/env bash
# kubernetes-validate 1.37.0: the command passes a kind that it does not know, with --strict too; the function
# raises.
#
# Expected: a manifest that could not be validated fails, at least with --strict.
# Seen:     a line with WARN and exit status 0; `kubernetes_validate.validate` raises SchemaNotFoundError for
#           the same manifest.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check kubernetes-validate==1.37.0
cat >widget.yaml <<'EOF'
apiVersion: acme.example/v1
kind: Widget
metadata: {name: one}
spec: {size: 3}
EOF
status=0
tools/bin/kubernetes-validate --strict widget.yaml >said 2>&1 || status=$?
cat said
raised=$(tools/bin/python - <<'EOF'
import kubernetes_validate
import yaml

with open("widget.yaml") as file:
    manifest = yaml.safe_load(file)
try:
    kubernetes_validate.validate(manifest, "1.36", strict=True)
except Exception as error:
    print(type(error).__name__)
EOF
)
echo "exit status of the command: $status; the function raises: $raised"
if ! { grep -q WARN said && [[ "$status $raised" == "0 SchemaNotFoundError" ]]; }; then
  echo "this has changed" >&2
  exit 1
fi
