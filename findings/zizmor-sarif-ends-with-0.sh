#!/usr/bin/env bash
# zizmor 1.32.0: with --format sarif it ends with 0, whatever it has found.
#
# Expected: one exit status for one set of findings, so that the step of a pipeline that makes the report fails.
# Seen:     14 as text and as JSON, 0 as SARIF, with the same two findings in the report.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check zizmor==1.32.0
cat >workflow.yml <<'EOF'
name: build
on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
EOF
ended() {
  local status=0
  tools/bin/zizmor --offline --format "$1" workflow.yml >"report.$1" 2>/dev/null || status=$?
  echo "$status"
}
text=$(ended plain) json=$(ended json) sarif=$(ended sarif)
results=$(python3 -c 'import json; print(len(json.load(open("report.sarif"))["runs"][0]["results"]))')
echo "exit status: text $text, json $json, sarif $sarif; results in the SARIF report: $results"
if ! [[ "$text $json $sarif $results" == "14 14 0 2" ]]; then
  echo "this has changed" >&2
  exit 1
fi
