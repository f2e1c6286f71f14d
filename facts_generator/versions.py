"""Which packages the data is made of."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any


def versions() -> dict[str, str]:
    """The packages' versions, cfn-lint's with the date of its schemas."""
    dated = json.loads((schemas() / "version.json").read_bytes())["schema_date"][:10]
    return {"botocore": metadata.version("botocore"), "cfn-lint": f"{metadata.version('cfn-lint')} ({dated})"}


@cache
def schemas() -> Path:
    """Where cfn-lint keeps its schemas. It is not imported: only its data is read."""
    found = importlib.util.find_spec("cfnlint")
    if found is None or found.origin is None:
        raise SystemExit("cfn-lint is missing: make facts")
    return Path(found.origin).parent / "data" / "schemas"


@cache
def schemas_by_type() -> dict[str, Path]:
    """CloudFormation's resource types, with the file of each. us-east-1 has all of them."""
    names = json.loads((schemas() / "providers" / "us-east-1.json").read_bytes())
    return {name: schemas() / "resources" / f"{hash_}.json" for name, hash_ in names.items()}


@cache
def schema_of(type_: str) -> dict[str, Any]:
    """One type's schema."""
    return json.loads(schemas_by_type()[type_].read_bytes())


@cache
def extension(name: str) -> Any:
    """One of the files with which cfn-lint extends the schemas, `aws_ec2_instance/instancetype_enum`."""
    return json.loads((schemas() / "extensions" / f"{name}.json").read_bytes())
