"""The instance types that are known, with the date of the list: what is not on it is probably misspelt, or newer than it.

`python -m twinstack.environment.instance_types` reads them from botocore's model of EC2, where botocore is installed. RDS and
ElastiCache have machines of the same families and sizes (all that ElastiCache's model names are among them) and a few of
their own.
"""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from twinstack.environment.model import Finding


def check_instance_type(name: str, path: tuple[str | int, ...], prefix: str = "") -> Iterator[Finding]:
    """A warning for `db.t9z.micro`: AWS adds types all the time, so it is no refusal. `prefix` is the service's, `db.`."""
    family, _, size = name.removeprefix(prefix).partition(".")
    known = families()
    if family in OF_DATABASES and prefix:
        return
    if size in known.get(family, ()):
        return
    words = known[family] if family in known else tuple(known)
    nearest = difflib.get_close_matches(size if family in known else family, words, 1, 0.5)
    guess = nearest and (f"{family}.{nearest[0]}" if family in known else f"{nearest[0]}.{size}")
    yield Finding(
        "TW765",
        "an instance type that is not known",
        path,
        given=name,
        allowed=f"{prefix}{family}. with {', '.join(known[family])}"
        if family in known
        else "a family of EC2, such as t4g or m7g",
        fix=f"did you mean `{prefix}{guess}`?" if guess else "look whether AWS has it",
        warning=True,
        acknowledgeable=True,
    )


@cache
def families() -> Mapping[str, Sequence[str]]:
    """The sizes of each family, `m7g`."""
    data = json.loads((resources.files("twinstack.environment") / FILE).read_text(encoding="utf-8"))
    return {family: sizes.split() for family, sizes in data["families"].items()}


def read_model() -> dict[str, Any]:
    """The list as botocore's model has it, in the version that is installed."""
    import botocore
    from botocore.session import Session

    model = Session().get_component("data_loader").load_service_model("ec2", "service-2")
    found: dict[str, list[str]] = {}
    for name in model["shapes"]["InstanceType"]["enum"]:
        family, _, size = name.partition(".")
        found.setdefault(family, []).append(size)
    families_ = {family: " ".join(sizes) for family, sizes in sorted(found.items())}
    return {"botocore": botocore.__version__, "families": families_}


FILE: Final = "instance_types.json"
OF_DATABASES: Final = frozenset({"x2g"})
"""What RDS alone has. Source: Amazon RDS User Guide, "DB instance class types", read on 2026-11-28."""


def write() -> None:
    """Read the installed models and write the dated file beside this module."""
    found = {"read": datetime.date.today().isoformat(), **read_model()}
    (Path(__file__).parent / FILE).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
