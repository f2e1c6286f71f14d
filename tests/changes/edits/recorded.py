"""Edits of production's layers, each made, synthesized and held against production as it is: once for all tests."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from stacks import product
from twinstack.changes.causes import Causes
from twinstack.changes.compare import compare
from twinstack.changes.difference import Difference
from twinstack.changes.edits import edits
from twinstack.changes.former import Outputs, outputs_of
from twinstack.changes.undone import Undone
from twinstack.environment.spec import Half
from twinstack.layers.load import Loaded, load_text
from twinstack.synthesis import synthesized

DAY: Final = datetime.date(2026, 11, 24)
FOLDER: Final = Path(__file__).parents[3] / "environments"
LAYERS: Final = {name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in ("base", "prod")}


@dataclass(frozen=True)
class Recorded:
    """One edit, and what is known to come of it."""

    name: str
    edit: Mapping[str, Mapping[str, str]]
    """For each layer the texts that are replaced in it, each of which stands there once."""
    worst: str = ""
    """The class of the worst change; empty where nothing changes."""
    replaced: Sequence[str] | int = ()
    """The addresses that Terraform makes anew; of very many how many they are."""
    cause: str = ""
    """The path that made the worst change."""
    refused: str = ""
    """What Terraform says where it does not come to a plan."""


RECORDED: Final = [
    Recorded(**row) for row in yaml.safe_load((Path(__file__).parent / "edits.yaml").read_text(encoding="utf-8"))
]


def edited(rows: Sequence[Recorded]) -> dict[str, str]:
    """Production's layers with some edits in them."""
    layers = dict(LAYERS)
    for row in rows:
        for layer, texts in row.edit.items():
            for old, new in texts.items():
                assert layers[layer].count(old) == 1, f"{row.name}: {old!r} stands {layers[layer].count(old)} times"
                layers[layer] = layers[layer].replace(old, new)
    return layers


@dataclass
class Side:
    """One side of a comparison: the environment, and what is made of it."""

    loaded: Loaded[Any]
    outputs: Outputs = field(repr=False)


def made(label: str, layers: Mapping[str, str]) -> Side:
    """Both halves of production with these layers."""
    loaded = load_text(product.environment, "prod", layers, DAY)
    with synthesized(product, [loaded]) as output:
        environment = loaded.environment
        return Side(loaded, outputs_of(label, output.stack(environment), output.manifests(environment), tuple(Half)))


@cache
def production() -> Side:
    """Production as it is."""
    return made("production", LAYERS)


def difference(after: Side) -> Difference:
    """From production as it is, without causes."""
    return compare(production().outputs, after.outputs, fields=after.loaded.environment.specs)


def explained(after: Side, *, is_tried: bool = False) -> Difference:
    """As `difference`, with causes; those in doubt tried out."""
    causes = Causes(after.loaded, edits(production().loaded.merged, after.loaded.merged))
    undone = Undone(product, after.loaded, production().outputs) if is_tried else None
    return causes.of(difference(after), undone)
