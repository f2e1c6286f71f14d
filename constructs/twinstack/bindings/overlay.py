"""The folder `imports/`: built from the installed wheels, and again whenever they or the program change."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, Final

from twinstack.bindings.scan import Usage, imported_packages, python_files, scan
from twinstack.bindings.wheels import KUBERNETES, PACKAGES, PROVIDER, STAMP, installed, required
from twinstack.errors import BindingsError
from twinstack.fresh_file import replace_file
from twinstack.surroundings import said


@dataclass(frozen=True, slots=True)
class Report:
    """What `imports/` holds, and how long it took to make sure."""

    folder: Path
    provider_modules: int
    kubernetes_classes: int
    seconds: float
    rebuilt: bool
    loads: Sequence[Mapping[str, str]]
    """Name, version and file of each jsii assembly, each after what it needs."""


def ensure(root: Path, *, force: bool = False) -> Report:
    """Makes `imports/` fit the program in `root`, rebuilding it only where something changed.

    Raises MissingToolError where a wheel is not installed, BindingsError where one is not as expected or the folder
    cannot be written.
    """
    start = time.perf_counter()
    folder = root / FOLDER
    packages = required()
    wheels = {name: _identity(package) for name, package in packages.items()}
    stamp = read_stamp(folder)
    files = _sources(root, stamp.get("packages", ()))
    if not force and _is_whole(folder, stamp, wheels):
        fingerprint = _fingerprint(files)
        if stamp.get("fingerprint") == fingerprint:
            return _report(folder, stamp, start, rebuilt=False)
        # A copy, or a checkout, of what it was built for.
        if stamp.get("contents") == _contents(root, stamp.get("packages", ())):
            stamp["fingerprint"] = fingerprint
            with _lock(root):
                write_stamp(folder, stamp)
            return _report(folder, stamp, start, rebuilt=False)
    with _lock(root):
        stamp = read_stamp(folder)  # another process may have built it meanwhile
        usage, wanted = _wanted(root, packages, wheels, stamp.get("extra_modules", ()))
        rebuilt = force or not _is_same(stamp, wanted) or not _is_whole(folder, stamp, wheels)
        if rebuilt:
            stamp = _build(packages, folder, usage, wanted)
        else:
            stamp |= {name: wanted[name] for name in _OF_THE_SOURCES}
            write_stamp(folder, stamp)
    return _report(folder, stamp, start, rebuilt=rebuilt)


def add_module(root: Path, module: str) -> None:
    """Notes a provider submodule that the scan could not see, and builds it in."""
    with _lock(root):
        stamp = read_stamp(root / FOLDER)
        stamp["extra_modules"] = sorted({*stamp.get("extra_modules", ()), module})
        stamp["fingerprint"] = ""
        write_stamp(root / FOLDER, stamp)
    ensure(root)


def has_module(module: str) -> bool:
    """Whether the installed provider has this submodule."""
    provider = installed().get(PROVIDER)
    return provider is not None and (provider / module / "__init__.py").is_file()


def read_stamp(folder: Path) -> dict[str, Any]:
    """What a folder says of itself; nothing where it says nothing that can be read."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(folder: Path, stamp: Mapping[str, Any]) -> None:
    """Replaces what a folder says of itself in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / STAMP, json.dumps(stamp, indent=1))


def _build(packages: Mapping[str, Path], folder: Path, usage: Usage, stamp: dict[str, Any]) -> dict[str, Any]:
    """Everything is made in a folder beside the target, which it then replaces."""
    import compileall
    import gc
    import shutil
    import tempfile

    from twinstack.bindings.trim import lean_package, load_request, trim_kubernetes, trim_provider

    if sys.stderr.isatty():
        sys.stderr.write("building imports/ of the installed bindings, once…\n")
    stage = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
    collects = gc.isenabled()
    gc.disable()  # all of an assembly is looked through again and again while it is read, for a quarter of the time
    try:
        if PROVIDER in packages and usage.provider_modules and not usage.whole_provider:
            trim_provider(packages[PROVIDER], stage, usage.provider_modules)
        if KUBERNETES in packages and usage.kubernetes_classes and not usage.whole_kubernetes:
            trim_kubernetes(packages[KUBERNETES], stage, usage.kubernetes_classes)
        for name in sorted(LEAN_PACKAGES & packages.keys()):
            lean_package(packages[name], stage)
        compileall.compile_dir(stage, quiet=2, force=True, stripdir=stage, prependdir=folder)
        made = {
            str(path.relative_to(stage)): path.stat().st_size for path in sorted(stage.rglob("*")) if path.is_file()
        }
        loads = []
        for name in packages:
            base = stage / name if (stage / name).is_dir() else packages[name]
            request = load_request(base)
            loads.append({**request, "tarball": request["tarball"].replace(str(stage), str(folder))})
        stamp = {**stamp, "files": made, "loads": loads}
        write_stamp(stage, stamp)
        stage.chmod(0o755)
        old = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
        if folder.exists():
            folder.rename(old / FOLDER)
        stage.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        if collects:
            gc.enable()
        shutil.rmtree(stage, ignore_errors=True)
    return stamp


def _wanted(
    root: Path, packages: Mapping[str, Path], wheels: Mapping[str, str], noted: Sequence[str]
) -> tuple[Usage, dict[str, Any]]:
    """What the program in `root` uses, with the modules noted before, and the stamp of a folder that has it."""
    using = _packages_using_twinstack(root, _sources(root, ()))
    files = _sources(root, using)
    provider = packages.get(PROVIDER)
    extra = [name for name in noted if provider and (provider / name).is_dir()]
    usage = scan(files) | Usage(frozenset(extra))
    stamp = _stamp(usage, wheels, using, extra)
    return usage, {**stamp, "fingerprint": _fingerprint(files), "contents": _contents(root, using)}


def _stamp(usage: Usage, wheels: Mapping[str, str], packages: Sequence[str], extra: Sequence[str]) -> dict[str, Any]:
    return {
        "generator": GENERATOR,
        "python": sys.version.split()[0],
        "wheels": dict(wheels),
        "packages": sorted(packages),
        "provider_modules": [] if usage.whole_provider else sorted(usage.provider_modules),
        "kubernetes_classes": [] if usage.whole_kubernetes else sorted(usage.kubernetes_classes),
        "extra_modules": sorted(extra),
    }


def _is_same(stamp: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether what was built is what is wanted, whatever else the sources say now."""
    return all(stamp.get(name) == wanted[name] for name in wanted if name not in _OF_THE_SOURCES)


def _is_whole(folder: Path, stamp: Mapping[str, Any], wheels: Mapping[str, str]) -> bool:
    """Whether every file that was made is there with its size, made of these wheels by this generator."""
    maker = (stamp.get("generator"), stamp.get("wheels"), stamp.get("python"))
    if maker != (GENERATOR, wheels, sys.version.split()[0]) or not stamp.get("loads"):
        return False
    try:
        return all((folder / name).stat().st_size == size for name, size in stamp.get("files", {}).items())
    except OSError:
        return False


def _sources(root: Path, packages: Sequence[str]) -> list[Path]:
    library = Path(__file__).parent.parent
    return list(python_files([root, library, *(Path(package) for package in packages)]))


def _packages_using_twinstack(root: Path, files: Sequence[Path]) -> list[str]:
    """The folders of packages that the program imports and that import twinstack themselves."""
    found: dict[str, None] = {}
    waiting = set(imported_packages(files))
    seen = {"twinstack", *PACKAGES, *sys.stdlib_module_names}
    while waiting - seen:
        for name in sorted(waiting - seen):
            seen.add(name)
            with suppress(ImportError, ValueError):
                spec = _spec(root, name)
                for folder in (spec.submodule_search_locations or ()) if spec else ():
                    inner = [*python_files([Path(folder)])]
                    if not set(inner) <= set(files) and "twinstack" in imported_packages(inner):
                        found[folder] = None
                        waiting |= imported_packages(inner)
    return list(found)


def _spec(root: Path, name: str) -> ModuleSpec | None:
    """What the name means to the program in `root`, however this process was begun.

    `python -m` puts the current folder on the path, and a script its own: what each found would be built in turn.
    """
    return PathFinder.find_spec(name, [str(root), *sys.path]) or importlib.util.find_spec(name)


def _fingerprint(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{file}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return digest.hexdigest()


def _contents(root: Path, packages: Sequence[str]) -> str:
    """What the sources say, wherever they lie and whenever they were written: reading them is a tenth of scanning them."""
    library = Path(__file__).parent.parent
    folders = {"": root, library.name: library, **{Path(package).name: Path(package) for package in packages}}
    named: dict[str, Path] = {}
    for name, folder in folders.items():
        named.update({str(Path(name, file.relative_to(folder))): file for file in python_files([folder])})
    digest = hashlib.sha256()
    for name, file in sorted(named.items()):
        content = file.read_bytes()
        digest.update(f"{name}\0{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _identity(package: Path) -> str:
    """A wheel's version and size, as its assembly's file tells them."""
    return ", ".join(f"{path} {path.stat().st_size}" for path in sorted((package / "_jsii").glob("*.tgz")))


@contextmanager
def _lock(root: Path) -> Generator[None]:
    """One build at a time. Raises BindingsError where the folder cannot be written."""
    import fcntl

    try:
        # Never through a link, which Git can carry: what it leads to would be made or emptied.
        descriptor = os.open(root / f".{FOLDER}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        # Of a copy that failed the error names what was copied, which is in order.
        reason = said(OSError(error.errno, error.strerror) if error.errno else error)
        otherwise = "; or set TWINSTACK_BINDINGS=stock, which needs no folder" if error.errno in _NO_ACCESS else ""
        raise BindingsError(f"{root / FOLDER} cannot be built: {reason}{otherwise}") from error


def _report(folder: Path, stamp: Mapping[str, Any], start: float, *, rebuilt: bool) -> Report:
    return Report(
        folder,
        len(stamp["provider_modules"]),
        len(stamp["kubernetes_classes"]),
        time.perf_counter() - start,
        rebuilt,
        stamp["loads"],
    )


_NO_ACCESS: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
FOLDER: Final = "imports"
_OF_THE_SOURCES: Final = ("fingerprint", "contents", "packages")
"""What a stamp says of the sources: others need not want other bindings."""
GENERATOR: Final = 5
"""Grows whenever this code would make something else of the same wheels."""
LEAN_PACKAGES: Final = frozenset({"constructs", "cdktf", "cdk8s"})
