"""Copies the used part of each bindings wheel, Python and JavaScript, with a re-packed jsii assembly."""

from __future__ import annotations

import ast
import gzip
import io
import json
import re
import shutil
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from twinstack.bindings.lean import closure, lean, references
from twinstack.bindings.wheels import KUBERNETES, PROVIDER, archive


def trim_provider(package: Path, out: Path, modules: Iterable[str]) -> None:
    """The AWS provider with only these submodules. One that it does not have is left for the import to refuse."""
    wanted = {name for name in modules if (package / name / "__init__.py").is_file()}
    for name in sorted(wanted):
        _write(
            out / PROVIDER / name / "__init__.py", lean((package / name / "__init__.py").read_text(encoding="utf-8"))
        )
    _copy_entry(package, out / PROVIDER)
    folders = {name.replace("_", "-") for name in wanted}
    by_flat_name = {name.replace("_", ""): name.replace("_", "-") for name in wanted}

    def slim(assembly: dict[str, Any]) -> None:
        kept = {fqn: by_flat_name[flat] for fqn in assembly["submodules"] if (flat := _flat(fqn)) in by_flat_name}
        assembly["submodules"] = {fqn: assembly["submodules"][fqn] for fqn in kept}
        prefixes = tuple(f"{fqn}." for fqn in kept)
        assembly["types"] = {fqn: entry for fqn, entry in assembly["types"].items() if fqn.startswith(prefixes)}
        exports = {fqn.split(".")[-1]: f"./{folder}" for fqn, folder in kept.items()}
        files["package/lib/index.js"] = _index(exports)

    def is_kept(name: str) -> bool:
        parts = name.split("/")
        return len(parts) > 3 and parts[1] == "lib" and parts[2] in folders and name.endswith(".js")

    files: dict[str, str] = {}
    _repack(package, out / PROVIDER, slim, is_kept, files)


def trim_kubernetes(package: Path, out: Path, classes: Iterable[str]) -> None:
    """cdk8s-plus with only these `k8s` classes and what they lead to."""
    source = (package / "k8s" / "__init__.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    kept = closure(set(classes), references(tree))
    _write(out / KUBERNETES / "k8s" / "__init__.py", lean(source, tree, keep=kept))
    _copy_entry(package, out / KUBERNETES)
    fqns = {f"cdk8s-plus-27.k8s.{name}" for name in kept}

    def slim(assembly: dict[str, Any]) -> None:
        assembly["types"] = {fqn: entry for fqn, entry in assembly["types"].items() if fqn in fqns}

    files = {"package/lib/index.js": _index({"k8s": "./imports/k8s"})}
    _repack(package, out / KUBERNETES, slim, "package/lib/imports/k8s.js".__eq__, files)


def lean_package(package: Path, out: Path) -> None:
    """A whole package whose Python is lighter; its JavaScript is the wheel's."""
    for file in package.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        relative = file.relative_to(package)
        _write(out / package.name / relative, source if relative.parts[0] == "_jsii" else lean(source))
    shutil.copy(archive(package), out / package.name / "_jsii")


def load_request(package: Path) -> dict[str, str]:
    """What the kernel is asked to load for a package: the name and version in its assembly, and the file."""
    file = archive(package)
    described = json.loads(_read(file, _PACKAGE.__eq__)[_PACKAGE])
    return {"name": described["name"], "version": described["version"], "tarball": str(file), "api": "load"}


def _copy_entry(package: Path, out: Path) -> None:
    """The package itself becomes empty; what loads its assembly stays as it is."""
    _write(out / "__init__.py", "")
    _write(out / "_jsii" / "__init__.py", (package / "_jsii" / "__init__.py").read_text(encoding="utf-8"))


def _repack(
    package: Path,
    out: Path,
    slim: Callable[[dict[str, Any]], None],
    is_kept: Callable[[str], bool],
    files: Mapping[str, str],
) -> None:
    source = archive(package)
    found = _read(source, lambda name: is_kept(name) or name.startswith("package/.jsii") or name == _PACKAGE)
    assembly = json.loads(found["package/.jsii"])
    if assembly.get("schema") == "jsii/file-redirect":
        assembly = json.loads(gzip.decompress(found[f"package/{assembly['filename']}"]))
    slim(assembly)
    assembly.pop("readme", None)
    _without_docs(assembly["types"])
    _without_docs(assembly.get("submodules", {}))
    contents = {name: _SOURCE_MAP.sub(b"", content) for name, content in found.items() if is_kept(name)}
    contents |= {
        "package/.jsii": json.dumps(assembly, separators=(",", ":")).encode(),
        _PACKAGE: found[_PACKAGE],
        **{name: text.encode() for name, text in files.items()},
    }
    target = out / "_jsii" / source.name
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0, compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w") as packing,
    ):
        for name, content in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packing.addfile(entry, io.BytesIO(content))


def _read(file: Path, is_wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Members of an archive, read in one pass: to go back is to unpack it from its beginning."""
    found = {}
    with tarfile.open(file, "r|gz") as packed:
        for member in packed:
            if is_wanted(member.name) and (content := packed.extractfile(member)):
                found[member.name] = content.read()
    return found


def _without_docs(node: Any) -> None:
    """Takes out what only people read: the kernel parses the rest at every start."""
    if isinstance(node, dict):
        for name in ("docs", "locationInModule", "symbolId", "readme"):
            node.pop(name, None)
        for inner in node.values():
            _without_docs(inner)
    elif isinstance(node, list):
        for inner in node:
            _without_docs(inner)


def _index(exports: Mapping[str, str]) -> str:
    lines = [
        f"Object.defineProperty(exports,{json.dumps(name)},{{enumerable:true,get(){{return require({json.dumps(path)})}}}});"
        for name, path in sorted(exports.items())
    ]
    return "\n".join(["'use strict';Object.defineProperty(exports,'__esModule',{value:true});", *lines])


def _flat(fqn: str) -> str:
    return fqn.rsplit(".", 1)[-1].lower()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


_PACKAGE: Final = "package/package.json"
_SOURCE_MAP: Final = re.compile(rb"\n//# sourceMappingURL=.*")
