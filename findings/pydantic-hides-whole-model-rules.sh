#!/usr/bin/env bash
# pydantic 2.13.0: a rule over the whole model is not asked once any field is wrong, so one mistake hides
# another.
#
# Expected: all mistakes at once, as pydantic reports those of the fields.
# Seen:     with a wrong port only the port is reported; the two numbers in the wrong order come to light in the
#           next run.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check pydantic==2.13.0
cat >spec.py <<'EOF'
from pydantic import BaseModel, Field, ValidationError, model_validator


class Spec(BaseModel):
    port: int = Field(le=65535)
    least: int
    most: int

    @model_validator(mode="after")
    def in_order(self):
        if self.least > self.most:
            raise ValueError("least is above most")
        return self


def reported(**values):
    try:
        Spec(**values)
    except ValidationError as error:
        return [".".join(map(str, one["loc"])) or "whole model" for one in error.errors()]


print(reported(port=80, least=5, most=2), reported(port=70000, least=5, most=2))
EOF
seen=$(tools/bin/python spec.py)
echo "reported with one mistake, and with two: $seen"
if ! [[ "$seen" == "['whole model'] ['port']" ]]; then
  echo "this has changed" >&2
  exit 1
fi
