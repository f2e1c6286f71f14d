"""What a kind begins with, written down in the room's own `starter.yaml`: YAML with comments, and what it proves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import Environment as Templates
from jinja2 import StrictUndefined

from twinstack.environment.spec import Half
from twinstack.starting.overlay import overlaid


@dataclass(frozen=True, slots=True)
class Proof:
    """What a product's own test says of it: something of this type is made, with these properties."""

    half: Half
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A value that production refuses, and the code of the refusal."""

    path: str
    value: Any
    code: str


@dataclass(frozen=True, slots=True)
class Starter:
    """The YAML of one kind, as templates: what every environment shares, and what differs between them."""

    field: str
    """What its field is called unless told otherwise."""
    base: str = ""
    unprotected: str = ""
    protected: str = ""
    once: bool = False
    """Whether a product has one of it at most."""
    proof: Proof | None = None
    relaxation: Relaxation | None = None

    def section(
        self,
        key: str,
        layer: str,
        values: Mapping[str, Any],
        uses: Sequence[str] = (),
        known: Mapping[str, Any] | None = None,
    ) -> str:
        """The section of one layer (`base`, `unprotected` or `protected`); empty where it says nothing. What is `known` stands in
        the place of what it begins with.
        """
        given = {"key": key, "protected": layer == "protected", "placeholder": PLACEHOLDER, **values}
        text = render(getattr(self, layer), given).strip("\n")
        if known:
            text = overlaid(text, known).strip("\n")
        if layer == "base" and uses:
            text = f"{text}\n{_uses(uses)}".lstrip("\n")
        return f"{key}:\n{textwrap.indent(text, '  ')}\n" if text.strip() else ""


def _uses(uses: Sequence[str]) -> str:
    """In one line, or where links say more each in one of its own."""
    if any("{" in use for use in uses):
        return "\n".join(["uses:", *(f"  - {use}" for use in uses)])
    return f"uses: [{', '.join(uses)}]"


@cache
def read_starter(file: Path) -> Starter:
    """The starter in a room's folder."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    proof, relaxation = data.pop("proof", None), data.pop("relaxation", None)
    return Starter(
        **data,
        proof=Proof(Half(proof.pop("half")), **proof) if proof else None,
        relaxation=Relaxation(**relaxation) if relaxation else None,
    )


def render(template: str, values: Mapping[str, Any]) -> str:
    """Fills a template of YAML in. A name that nobody gave is an error."""
    return _TEMPLATES.from_string(template).render(values)


STARTER: Final = "starter.yaml"
PLACEHOLDER: Final = "placeholder:"
"""Begins the comment on a value that only the product's people know."""
_TEMPLATES: Final = Templates(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701  no HTML
