"""What a test's cluster holds, object by object: `LiveState` reads the same by lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twinstack.api_server import ApiServer
from twinstack.delivery import Identity, Manifest
from twinstack.delivery.manifest import JsonObject
from twinstack.delivery.records import Records


@dataclass(frozen=True)
class View:
    found: Mapping[Identity, JsonObject]
    not_looked_at: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, identity: Identity) -> JsonObject | None:
        return self.found.get(identity)


def look(api: ApiServer, records: Records, manifests: Iterable[Manifest] = ()) -> View:
    wanted = {**records.listed, **{one.identity: one.api_version for one in manifests}}
    seen = {one: api.get(version, one.kind, one.name, one.namespace) for one, version in wanted.items()}
    return View({one: data for one, data in seen.items() if data is not None})


def apply(api: ApiServer, manifests: Iterable[Manifest], manager: str = "twinstack") -> None:
    for one in manifests:
        answer = api.apply(one.data, manager=manager, force=True)
        assert not answer.refusal, answer.refusal


class Told:
    """A `Progress` that remembers."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []

    def state(self, subject: str, state: str, detail: str = "") -> None:
        self.states.append((subject, str(state)))

    def log(self, subject: str, line: str) -> None:
        raise AssertionError

    def note(self, text: str) -> None:
        raise AssertionError
