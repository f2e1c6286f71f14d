"""Writes YAML that every reader takes for what it is: text stays text, whatever it looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final

import yaml


def dump(documents: Iterable[Any]) -> str:
    """The documents in block style, their keys in the order given, no line folded, `---` between them."""
    text = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=_NEVER_FOLD,
        explicit_start=True,
    )
    return text.removeprefix("---\n")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """PyYAML's dumper, the one in C where it is built. It quotes what YAML 1.1 or 1.2 would not read as text."""

    yaml_implicit_resolvers: ClassVar = {
        first: list(rules) for first, rules in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text_node(dumper: Any, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text_node)
# Kubernetes reads 08, 1e3 and 0o7 as numbers and y and n as booleans; PyYAML's rules come from YAML 1.1 and do not.
for _tag, _pattern, _first in (
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("int", r"^[-+]?0[oO][0-7]+$", "-+0"),
    ("bool", r"^[yYnN]$", "yYnN"),
):
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))

_NEVER_FOLD: Final = 4096
