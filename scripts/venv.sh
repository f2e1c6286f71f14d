#!/usr/bin/env bash
# Makes a virtual environment of Python 3.11 or later, and makes one anew that is of an older or a broken Python:
# scripts/venv.sh FOLDER PYTHON
set -euo pipefail
folder=$1
python=$2

fits() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' 2>/dev/null; }

if fits "$folder/bin/python"; then exit 0; fi
if ! fits "$python"; then
  found=$("$python" --version 2>&1) || found="not to be run"
  echo "this needs Python 3.11 or later, and $python is $found: install it, or name one, make PYTHON=/path/to/python3.11" >&2
  exit 1
fi
"$python" -m venv --clear "$folder"
