#!/usr/bin/env bash
# checkov 3.3.30: Terraform JSON with terraform.required_version, as cdktf writes it, is not checked at all, and
# that ends with 0.
#
# Expected: the same findings with and without that block, or an exit status that says that the file could not
#           be read.
# Seen:     seven failed checks and status 1 without it; with it no check, one parsing error in the summary,
#           status 0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check checkov==3.3.30
mkdir bare whole
echo '{"resource": {"aws_s3_bucket": {"exports": {"bucket": "acme-exports"}}}}' >bare/cdk.tf.json
cat >whole/cdk.tf.json <<'EOF'
{"terraform": {"required_version": ">= 1.11"}, "resource": {"aws_s3_bucket": {"exports": {"bucket": "acme-exports"}}}}
EOF
checked() {
  local status=0
  tools/bin/checkov -f "$1/cdk.tf.json" --framework terraform_json --skip-download --output json >"$1.json" 2>/dev/null ||
    status=$?
  python3 - "$1.json" "$status" <<'EOF'
import json
import sys

found = json.load(open(sys.argv[1]))
summary = found.get("summary") or found
print("status", sys.argv[2], *(f"{name} {summary[name]}" for name in ("passed", "failed", "parsing_errors")))
EOF
}
bare=$(checked bare) whole=$(checked whole)
echo "without: $bare   with: $whole"
if ! { [[ "$bare" == "status 1 passed 4 failed 7 parsing_errors 0" ]] &&
  [[ "$whole" == "status 0 passed 0 failed 0 parsing_errors 1" ]]; }; then
  echo "this has changed" >&2
  exit 1
fi
