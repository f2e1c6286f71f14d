"""What is deployed: the manifests of analytics-prod under a name of one's own, and what becomes of them."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

Object = dict[str, Any]
Objects = tuple[Object, ...]
ENVIRONMENT: Final = "prod"
CHANGED: Final = "analytics-worker"
"""The Deployment that gets another image, and whose disruption budget somebody deletes."""
REMOVED: Final = "analytics-frontend"
"""The disruption budget that is removed."""
BULK_BYTES: Final = 1024


def synthesized(root: Path) -> Objects:
    """The workloads half of analytics-prod without what watches it, made by a program of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _PROGRAM, folder, ENVIRONMENT]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        files = sorted(Path(folder).rglob("*.yaml"))
        return tuple(one for file in files for one in yaml.load_all(file.read_text("utf-8"), _LOADER) if one)


def renamed(objects: Iterable[Object], name: str) -> Objects:
    """The same objects in a namespace of this name, and what belongs to the whole cluster named after it."""
    found = tuple(objects)
    own = next(one["metadata"]["name"] for one in found if one["kind"] == "Namespace")
    outside = {
        one["metadata"]["name"]: f"{name}-{one['metadata']['name']}"
        for one in found
        if one["metadata"].get("namespace") != own and one["kind"] != "Namespace"
    }
    return tuple(_renamed(one, own, name, outside) for one in found)


def with_image(objects: Iterable[Object], tag: str) -> Objects:
    """The same, with another tag on the image of one Deployment."""
    found = copy.deepcopy(tuple(objects))
    container = _changed(found)["spec"]["template"]["spec"]["containers"][0]
    container["image"] = f"{container['image'].rpartition(':')[0]}:{tag}"
    return found


def image(objects: Iterable[Object]) -> str:
    """The image of that Deployment."""
    return str(_changed(objects)["spec"]["template"]["spec"]["containers"][0]["image"])


def container(objects: Iterable[Object]) -> str:
    """The name of its container."""
    return str(_changed(objects)["spec"]["template"]["spec"]["containers"][0]["name"])


def without_one(objects: Iterable[Object]) -> Objects:
    """The same, less one disruption budget."""
    return tuple(one for one in objects if (one["kind"], one["metadata"]["name"]) != ("PodDisruptionBudget", REMOVED))


def bulk(name: str, count: int) -> Objects:
    """A namespace with this many ConfigMaps of about 1 KB each."""
    # No two alike, as configuration is.
    texts = ("".join(f"{index:04d}-{line:02d} " for line in range(BULK_BYTES // 8)) for index in range(count))
    return (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(_OWNED)}},
        *(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"configuration-{index:03d}", "namespace": name, "labels": dict(_OWNED)},
                "data": {"text": text},
            }
            for index, text in enumerate(texts)
        ),
    )


def write(objects: Sequence[Object], folder: Path) -> Path:
    """Writes the manifests as one file for each kind, and returns the folder."""
    folder.mkdir(parents=True)
    kinds: dict[str, list[Object]] = {}
    for one in objects:
        kinds.setdefault(re.sub(r"(?<!^)(?=[A-Z][a-z])", "-", one["kind"]).lower(), []).append(one)
    for kind, those in kinds.items():
        (folder / f"{kind}.yaml").write_text(yaml.dump_all(those, Dumper=_DUMPER, sort_keys=False), "utf-8")
    return folder


def _changed(objects: Iterable[Object]) -> Object:
    return next(one for one in objects if (one["kind"], one["metadata"]["name"]) == ("Deployment", CHANGED))


def _renamed(value: Any, own: str, name: str, outside: Mapping[str, str], key: str = "") -> Any:
    match value:
        case {"kind": "Namespace", "metadata": {"name": _}}:
            named = {**value, "metadata": {**value["metadata"], "name": name}}
            return {inner: _renamed(held, own, name, outside, inner) for inner, held in named.items()}
        case dict():
            return {inner: _renamed(held, own, name, outside, inner) for inner, held in value.items()}
        case list():
            return [_renamed(one, own, name, outside) for one in value]
        case str() if key in _NAMES_OF_NAMESPACES and value == own:
            return name
        case str():
            return outside.get(value, value)
    return value


_NAMES_OF_NAMESPACES: Final = ("namespace", "kubernetes.io/metadata.name")
_OWNED: Final = {"app.kubernetes.io/managed-by": "twinstack", "app.kubernetes.io/instance": "bulk"}
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PROGRAM: Final = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path.cwd()))
from twinstack.bindings import activate
activate(Path.cwd())
from stacks import product
from twinstack.environment.spec import Half
from twinstack.synthesis import write
from benchmarks.former import UNMONITORED
write(product, product.load_all([sys.argv[2]], set=UNMONITORED), {Half.WORKLOADS: Path(sys.argv[1])}, (Half.WORKLOADS,))
"""
