"""The definitions of the custom resources that manifests may use, written from each product's documentation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from twinstack.errors import RehearsalError
from twinstack.rehearsal.control_plane.client import ApiServer, JsonObject
from twinstack.rehearsal.kubernetes.inventory import value
from twinstack.rehearsal.kubernetes.manifests import Manifest


def definition(api_version: str, kind: str) -> JsonObject | None:
    """The CustomResourceDefinition of this kind; None where we have none."""
    group, _, version = api_version.partition("/")
    for found in _of_group(group) if version else ():
        versions = [one["name"] for one in found["spec"]["versions"]]
        if found["spec"]["names"]["kind"] == kind and version in versions:
            return found
    return None


def definitions() -> list[JsonObject]:
    """Every definition we have, by group and name."""
    return [found for name in _files() for found in [_load(name)]]


def needed(manifests: Iterable[Manifest]) -> list[JsonObject]:
    """The definitions of the custom resources that these manifests use, each once."""
    found: dict[str, JsonObject] = {}
    for manifest in manifests:
        one = definition(manifest.api_version, manifest.kind)
        if one is not None:
            found[one["metadata"]["name"]] = one
    return list(found.values())


def install(api: ApiServer, wanted: Iterable[Mapping[str, Any]]) -> None:
    """Installs definitions and waits until the server serves them. Raises RehearsalError where it refuses one."""
    names = []
    for one in wanted:
        answer = api.apply(one, force=True)
        if answer.refusal:
            raise RehearsalError(
                f"the API server refused our own definition {one['metadata']['name']}: {answer.refusal}"
            )
        names.append(one["metadata"]["name"])
    wait_until_served(api, names)


def wait_until_served(api: ApiServer, names: Iterable[str]) -> None:
    """Waits until these definitions are established. Raises RehearsalError where one is not after 20 s."""
    end = time.monotonic() + _TIMEOUT_SECONDS
    waiting = list(names)
    while waiting:
        waiting = [name for name in waiting if not _is_established(api, name)]
        if waiting and time.monotonic() > end:
            raise RehearsalError(
                f"the API server does not serve {', '.join(waiting)} {_TIMEOUT_SECONDS:g} s after it took it"
            )
        if waiting:
            time.sleep(_POLL_SECONDS)


def _is_established(api: ApiServer, name: str) -> bool:
    found = api.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name)
    if found is None:
        return False
    conditions = {one["type"]: one["status"] for one in value(found, "status", "conditions", otherwise=[])}
    spec = found["spec"]
    served = api.resource(f"{spec['group']}/{spec['versions'][0]['name']}", spec["names"]["kind"]) is not None
    return conditions.get("Established") == "True" and served


def _of_group(group: str) -> Iterator[JsonObject]:
    # The files are named <group>_<plural>.yaml, so that only those of one group are read.
    for name in _files():
        if name.startswith(f"{group}_"):
            yield _load(name)


@cache
def _files() -> tuple[str, ...]:
    folder = resources.files("twinstack.rehearsal") / "crds"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")))


@cache
def _load(name: str) -> JsonObject:
    text = (resources.files("twinstack.rehearsal") / "crds" / name).read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=_LOADER))  # noqa: S506  the safe loader, in C where there is one


_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIMEOUT_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.1
