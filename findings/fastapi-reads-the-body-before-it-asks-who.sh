#!/usr/bin/env bash
# FastAPI 0.165.0: the body is read and parsed as JSON before a dependency is asked, such as the one that looks
# for a token.
#
# Expected: 401 for whoever shows no token, whatever the body is.
# Seen:     422 for a body that is no JSON; 401 for JSON of the wrong shape.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check fastapi==0.165.0 httpx==0.28.1
cat >service.py <<'EOF'
import warnings

warnings.simplefilter("ignore")
from fastapi import Depends, FastAPI, HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel


class Event(BaseModel):
    name: str


def somebody():
    raise HTTPException(401, "no token")


app = FastAPI()


@app.post("/events", dependencies=[Depends(somebody)])
def add(event: Event):
    return event


client = TestClient(app)
as_json = {"content-type": "application/json"}
print(client.post("/events", content='{"name": ', headers=as_json).status_code, client.post("/events", json={"name": 1}).status_code)
EOF
seen=$(tools/bin/python service.py)
echo "without a token: no JSON, and JSON of the wrong shape: $seen"
if ! [[ "$seen" == "422 401" ]]; then
  echo "this has changed" >&2
  exit 1
fi
