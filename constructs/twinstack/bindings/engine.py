"""Starts jsii's kernel early and directly, so that node loads the bindings while Python imports them.

Every step falls back to plain jsii where jsii is not the version this was written for.
"""

from __future__ import annotations

import atexit
import json
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from twinstack.errors import BindingsError
from twinstack.fresh_file import replace_file
from twinstack.surroundings import failure_of


def start(node: str, cache: Path, loads: Sequence[Mapping[str, str]]) -> None:
    """Starts node with the load requests already sent, for jsii to find. `cache` is a folder for what is kept.

    Does nothing where jsii, or the way it is set up, is unexpected: jsii then starts node itself.
    """
    if "JSII_RUNTIME" in os.environ or not _is_known_jsii():
        return
    try:
        kernel = _unpack_kernel(cache)
    except OSError:
        return
    environment = {
        **os.environ,
        "JSII_AGENT": f"Python/{platform.python_version()}",
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --preserve-symlinks --preserve-symlinks-main".strip(),
        "TWINSTACK_KERNEL": str(kernel),
        "TWINSTACK_CODE_CACHE": str(cache / "code.bin"),
    }
    program = str(Path(__file__).with_name("kernel.js"))
    process = subprocess.Popen(
        [node, "--max-old-space-size=4069", program],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    atexit.register(_end, process)
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # its end is told where its answer is missed
        process.stdin.write(b"".join(json.dumps(load).encode() + b"\n" for load in loads))
        process.stdin.flush()
    _hand_over(process, [(load["name"], load["version"]) for load in loads])


def _is_known_jsii() -> bool:
    try:
        return version("jsii").rsplit(".", 1)[0] in KNOWN_JSII
    except PackageNotFoundError:
        return False


def _unpack_kernel(cache: Path) -> Path:
    """The kernel as files, once for each version of jsii: jsii itself unpacks it at every start."""
    folder = cache / f"kernel-{version('jsii')}" / "lib"
    embedded = next(Path(base, "jsii", "_embedded", "jsii") for base in sys.path if Path(base, "jsii").is_dir())
    for name in ("runtime-index-worker.js", "program.js"):
        source, target = embedded / f"lib__{name}", folder / name
        if not target.is_file() or target.stat().st_size != source.stat().st_size:
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(target, source.read_bytes())
    return folder / "program.js"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a node that jsii was never given, or left behind; runs after jsii's own farewell."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    if process.poll() is None:
        process.kill()
    process.wait()


def _hand_over(process: subprocess.Popen[bytes], sent: list[tuple[str, str]]) -> None:
    """Gives jsii the running process, and the answers to the load requests that were sent ahead."""
    import jsii._kernel.providers.process as provider
    from jsii._kernel.types import LoadRequest

    answers: dict[tuple[str, str], Any] = {}
    waiting = list(sent)

    class Started(provider._NodeProcess):  # noqa: SLF001  the one place where jsii can be given a process
        def _jsii_runtime(self) -> str:
            return ""

        def _next_message(self) -> Any:
            try:
                return super()._next_message()
            except json.JSONDecodeError as error:
                raise BindingsError(
                    f"node ended with exit status {process.wait()}: run with TWINSTACK_BINDINGS=stock"
                ) from error

        def handshake(self) -> None:
            with _patience(process):
                super().handshake()

        def stop(self) -> None:
            with suppress(BrokenPipeError):  # Ctrl-C on a terminal reaches node too, which is then gone already
                super().stop()

        def send(self, request: Any, response_type: Any) -> Any:
            is_load = isinstance(request, LoadRequest)
            key = (request.name, request.version) if is_load else None
            while waiting and (not is_load or key in waiting):
                with _patience(process):
                    answers[waiting.pop(0)] = self._next_message()
            if key in answers:
                answer = answers.pop(key)
                if "ok" in answer:
                    return self._serializer.structure(answer["ok"], response_type)
                if refused := failure_of(RuntimeError(str(answer.get("error")))):
                    # Asked once more, jsii would only say that there is no such module.
                    raise BindingsError(f"node cannot unpack {key[0]}: {refused}") from None
            return super().send(request, response_type)

    for name, replacement in (("_NodeProcess", Started), ("subprocess", _Subprocess(process))):
        setattr(provider, name, replacement)


@contextmanager
def _patience(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Ends a node that says nothing while it starts: it may turn for ever over a folder that it cannot make."""
    timer = threading.Timer(PATIENCE_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    except BindingsError as error:
        if timer.finished.is_set():
            raise BindingsError(
                f"node said nothing for {PATIENCE_SECONDS:g} s while it started, and was ended: look whether the folder of "
                "temporary files and this user's home can be written, or run with TWINSTACK_BINDINGS=stock"
            ) from error
        raise
    finally:
        timer.cancel()


class _Subprocess:
    """The module `subprocess` as jsii sees it: the process it wants to start is running already."""

    PIPE = subprocess.PIPE
    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def Popen(self, *_args: Any, **_options: Any) -> subprocess.Popen[bytes]:  # noqa: N802  its name there
        return self._process


PATIENCE_SECONDS: Final = 180.0
"""Far more than any start took, on a machine with ten times the work that it has cores for."""
KNOWN_JSII: Final = frozenset({"1.142"})
"""Versions of jsii whose start is known; with any other it starts node by itself, only slower."""
