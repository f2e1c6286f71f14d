"""The folder `imports/`: built from the installed wheels, and again whenever they or the program change."""

from __future__ import annotations

import compileall
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twinstack.bindings.scan import KUBERNETES, PROVIDER, Usage, imported_packages, python_files, scan
from twinstack.errors import BindingsError


@dataclass(frozen=True, slots=True)
class Report:
    """What was built, and how long it took."""

    folder: Path
    provider_modules: int
    kubernetes_classes: int
    seconds: float
    rebuilt: bool


def ensure(root: Path, *, force: bool = False) -> Report:
    """Makes `imports/` fit the program in `root`, rebuilding it only where something changed.

    Raises BindingsError where the wheels are not installed or not as expected.
    """
    start = time.perf_counter()
    folder = root / FOLDER
    stamp = _read_stamp(folder)
    site = _site()
    wheels = {name: _identity(site / name) for name in PACKAGES if (site / name).is_dir()}
    files = _sources(root, stamp.get("packages", ()))
    fingerprint = _fingerprint(files)
    if not force and stamp.get("fingerprint") == fingerprint and _is_whole(folder, stamp, wheels):
        return _report(folder, stamp, start, rebuilt=False)
    packages = _packages_using_twinstack(files)
    files = _sources(root, packages)
    usage = scan(files) | Usage(frozenset(stamp.get("extra_modules", ())))
    wanted = _stamp(usage, wheels, packages, _fingerprint(files), stamp.get("extra_modules", ()))
    if not force and _same_but_sources(stamp, wanted) and _is_whole(folder, stamp, wheels):
        _write_stamp(folder, wanted)
        return _report(folder, wanted, start, rebuilt=False)
    with _lock(root):
        _build(site, folder, usage, wanted)
    return _report(folder, wanted, start, rebuilt=True)


def add_module(root: Path, module: str) -> None:
    """Notes a provider submodule that the scan could not see, and builds it in."""
    folder = root / FOLDER
    stamp = _read_stamp(folder)
    stamp["extra_modules"] = sorted({*stamp.get("extra_modules", ()), module})
    stamp["fingerprint"] = ""
    _write_stamp(folder, stamp)
    ensure(root)


def tarballs(folder: Path) -> list[Path]:
    """The assemblies that a run will load, in the order in which they need each other."""
    site = _site()
    found: list[Path] = []
    for name in PACKAGES:
        base = folder / name if (folder / name).is_dir() else site / name
        found += sorted((base / "_jsii").glob("*.tgz"))
    return found


def _build(site: Path, folder: Path, usage: Usage, stamp: dict[str, Any]) -> None:
    """Everything is made in a folder beside the target, which it then replaces."""
    from twinstack.bindings.trim import lean_package, trim_kubernetes, trim_provider

    folder.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
    try:
        if usage.provider_modules and (site / PROVIDER).is_dir():
            trim_provider(site, stage, usage.provider_modules)
        if usage.kubernetes_classes and not usage.higher_classes and (site / KUBERNETES).is_dir():
            trim_kubernetes(site, stage, usage.kubernetes_classes)
        for name in LEAN_PACKAGES:
            if (site / name).is_dir():
                lean_package(site, stage, name)
        compileall.compile_dir(stage, quiet=2, force=True, stripdir=stage, prependdir=folder)
        _write_stamp(stage, stamp)
        stage.chmod(0o755)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
            folder.rename(old / FOLDER)
            stage.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        else:
            stage.rename(folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _stamp(
    usage: Usage, wheels: dict[str, str], packages: Sequence[str], fingerprint: str, extra: Sequence[str]
) -> dict[str, Any]:
    return {
        "generator": GENERATOR,
        "python": sys.version.split()[0],
        "wheels": wheels,
        "packages": sorted(packages),
        "provider_modules": sorted(usage.provider_modules),
        "kubernetes_classes": [] if usage.higher_classes else sorted(usage.kubernetes_classes),
        "extra_modules": sorted(extra),
        "fingerprint": fingerprint,
    }


def _same_but_sources(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "fingerprint": "", "packages": ()} == {**other, "fingerprint": "", "packages": ()}


def _is_whole(folder: Path, stamp: dict[str, Any], wheels: dict[str, str]) -> bool:
    """Whether what the stamp speaks of is there, made of these wheels by this generator."""
    if stamp.get("generator") != GENERATOR or stamp.get("wheels") != wheels or stamp.get("python") != sys.version.split()[0]:
        return False
    expected = [folder / PROVIDER / name / "__init__.py" for name in stamp["provider_modules"]]
    expected += [folder / KUBERNETES / "k8s" / "__init__.py"] if stamp["kubernetes_classes"] else []
    expected += [folder / name / "__init__.py" for name in LEAN_PACKAGES if name in wheels]
    if not all(path.is_file() for path in expected):
        return False
    return all(any((folder / name / "_jsii").glob("*.tgz")) for name in {path.relative_to(folder).parts[0] for path in expected})


def _sources(root: Path, packages: Sequence[str]) -> list[Path]:
    library = Path(__file__).parent.parent
    return list(python_files([root, library, *(Path(package) for package in packages)]))


def _packages_using_twinstack(files: Sequence[Path]) -> list[str]:
    """The folders of installed packages that the program imports and that import twinstack themselves."""
    found: dict[str, None] = {}
    waiting = imported_packages(files)
    seen: set[str] = set()
    while waiting:
        fresh: set[str] = set()
        for name in sorted(waiting - seen - sys.stdlib_module_names - set(PACKAGES) - {"twinstack"}):
            seen.add(name)
            with contextlib.suppress(ImportError, ValueError):
                spec = importlib.util.find_spec(name)
                for folder in (spec.submodule_search_locations or ()) if spec else ():
                    inner = [*python_files([Path(folder)])]
                    if not set(inner) <= set(files) and "twinstack" in imported_packages(inner):
                        found[folder] = None
                        fresh |= imported_packages(inner)
        waiting = frozenset(fresh)
    return list(found)


def _fingerprint(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{file}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return digest.hexdigest()


def _identity(package: Path) -> str:
    """A wheel's version and size, read from the name of its assembly."""
    return ", ".join(f"{path.name} {path.stat().st_size}" for path in sorted((package / "_jsii").glob("*.tgz")))


def _site() -> Path:
    spec = importlib.util.find_spec("jsii")
    if spec is None or spec.origin is None:
        raise BindingsError('the halves are not installed: pip install "twinstack[aws,kubernetes]"')
    return Path(spec.origin).parent.parent


def _read_stamp(folder: Path) -> dict[str, Any]:
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(folder: Path, stamp: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{STAMP}.{os.getpid()}"
    fresh.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    fresh.replace(folder / STAMP)


@contextlib.contextmanager
def _lock(root: Path) -> Iterator[None]:
    """One build at a time: a second process waits, and builds the same again."""
    with (root / f".{FOLDER}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _report(folder: Path, stamp: dict[str, Any], start: float, *, rebuilt: bool) -> Report:
    modules, classes = len(stamp["provider_modules"]), len(stamp["kubernetes_classes"])
    return Report(folder, modules, classes, time.perf_counter() - start, rebuilt)


FOLDER: Final = "imports"
STAMP: Final = "stamp.json"
GENERATOR: Final = 3
"""Grows whenever this code would make something else of the same wheels."""
LEAN_PACKAGES: Final = ("constructs", "cdktf", "cdk8s")
PACKAGES: Final = ("constructs", "cdktf", PROVIDER, "cdk8s", KUBERNETES)
"""The bindings packages, each after what it needs."""
