"""What a room makes in the workloads half: whole manifests of a workload, and what a link adds to those of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from docs_generator.example import Example
from twinstack.environment.dumper import dump
from twinstack.kubernetes.labels import COMPONENT

Manifest = dict[str, Any]


def files(example: Example) -> dict[str, str]:
    """The files that are the room's own, by name."""
    wanted = example.room.key.replace("_", "-")
    return {name: text for name, text in example.manifests.items() if name[3:].removesuffix(".k8s.yaml") == wanted}


def additions(example: Example) -> list[Manifest]:
    """What the links to the room add: new objects whole, of changed ones only what is new."""
    before = {_identity(one): one for one in _parse(example.manifests_without_links)}
    found = []
    for after in _parse(example.manifests):
        old = before.get(_identity(after))
        if old is None:
            found.append(after)
        elif changed := _added(_comparable(old), _comparable(after)):
            name = {"name": after["metadata"]["name"], **changed.pop("metadata", {})}
            found.append({"kind": after["kind"], "metadata": name, **changed})
    return found


def attribute_table(example: Example) -> str:
    """Each object that the room's construct made, with the attribute by which Python reaches it."""
    construct = vars(example.workloads)[example.room.key]
    rows = [
        f"| {value.kind} `{value.name}` | `{example.room.key}.{name}` |"
        for name, value in vars(construct).items()
        if not name.startswith("_") and hasattr(value, "kind") and hasattr(value, "to_json")
    ]
    return "\n".join(["| Kubernetes | attribute |", "|---|---|", *rows])


def as_yaml(manifests: list[Manifest]) -> str:
    """A fenced block."""
    return f"```yaml\n{dump(manifests)}```"


def _parse(files: Any) -> Iterator[Manifest]:
    for text in files.values():
        yield from yaml.safe_load_all(text)


def _identity(manifest: Manifest) -> tuple[str, str, str]:
    """A Job's name ends with a hash of what it does, so an object is told by its kind and its part of the product."""
    labels = manifest["metadata"].get("labels", {})
    name = "" if manifest["kind"] == "Job" else manifest["metadata"]["name"]
    return manifest["kind"], labels.get(COMPONENT, ""), name


def _comparable(manifest: Manifest) -> Manifest:
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "name"}
    return {key: value for key, value in manifest.items() if key not in ("apiVersion", "kind")} | {"metadata": metadata}


def _added(old: Any, new: Any) -> Any:
    """What `new` has and `old` has not; items of a list are told apart by their names, where they have some."""
    if old == new:
        return None
    if isinstance(old, dict) and isinstance(new, dict):
        changed = {key: value if key not in old else _added(old[key], value) for key, value in new.items()}
        return {key: value for key, value in changed.items() if value not in (None, {}, []) or key not in old}
    if isinstance(old, list) and isinstance(new, list):
        names = {each["name"]: each for each in old if isinstance(each, dict) and "name" in each}
        return [
            {"name": each["name"], **_added(names[each["name"]], each)}
            if isinstance(each, dict) and each.get("name") in names
            else each
            for each in new
            if each not in old
        ]
    return new
