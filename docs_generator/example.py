"""The example of a room, loaded and made as a product's environment is."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from docs_generator.halves import make_infrastructure, make_workloads
from docs_generator.rooms import Room
from twinstack.environment import Environment, Spec
from twinstack.layers.load import Loaded, load_text
from twinstack.local import files_of

FOLDER: Final = Path(__file__).parent / "examples"
ENVIRONMENT: Final = "test"
TODAY: Final = datetime.date(2026, 11, 24)
"""Ends of support are compared with it. It enters no output, and a page must not change by itself."""


class Example:
    """One environment of the shop, called `test`, with both halves."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.base = self._read("base.yaml")
        self.layer = self._read("test.yaml")
        self.python = self._read("shop.py")
        self._module = importlib.import_module(f"docs_generator.examples.{room.folder}.shop")
        self.loaded: Loaded[Environment] = self._load(self.base)

    @property
    def has_own_layer(self) -> bool:
        """Whether its test.yaml is not the one that most examples share."""
        return (FOLDER / self.room.folder / "test.yaml").is_file()

    @property
    def environment(self) -> Environment:
        return self.loaded.environment

    @property
    def spec(self) -> Spec:
        """The room's own spec."""
        return self.environment.specs[self.room.key]

    @property
    def infrastructure(self) -> Any:
        """The stack of the infrastructure half."""
        return self._infrastructure[0]

    @property
    def document(self) -> Mapping[str, Any]:
        """The Terraform JSON."""
        return self._infrastructure[1]

    @property
    def workloads(self) -> Any:
        """The chart of the workloads half; None for an example without one."""
        return self._workloads[0]

    @property
    def manifests(self) -> Mapping[str, str]:
        """The files of the workloads half, by name."""
        return self._workloads[1]

    @cached_property
    def manifests_without_links(self) -> Mapping[str, str]:
        """The same, where nobody links to the room."""
        base = yaml.safe_load(self.base)
        for section in base.values():
            if isinstance(section, dict) and "uses" in section:
                section["uses"] = [use for use in section["uses"] if self.room.key not in (use, *_keys(use))]
        environment = self._load(yaml.safe_dump(base, sort_keys=False)).environment
        return make_workloads(self._module.Workloads, environment)[1]

    @cached_property
    def compose(self) -> Mapping[str, Any]:
        """The services of compose.yaml, by name."""
        texts = {str(path): text for path, text in files_of(self.environment).items()}
        services: Mapping[str, Any] = yaml.safe_load(texts["compose.yaml"])["services"]
        return services

    def _read(self, name: str) -> str:
        own = FOLDER / self.room.folder / name
        return (own if own.is_file() else FOLDER / name).read_text(encoding="utf-8")

    def _load(self, base: str) -> Loaded[Environment]:
        return load_text(self._module.ShopEnvironment, ENVIRONMENT, {"base": base, ENVIRONMENT: self.layer}, TODAY)

    @cached_property
    def _infrastructure(self) -> tuple[Any, Mapping[str, Any]]:
        return make_infrastructure(self._module.Infrastructure, self.environment)

    @cached_property
    def _workloads(self) -> tuple[Any, Mapping[str, str]]:
        kind = getattr(self._module, "Workloads", None)
        return make_workloads(kind, self.environment) if kind else (None, {})


def _keys(use: object) -> tuple[str, ...]:
    return tuple(use) if isinstance(use, dict) else ()
