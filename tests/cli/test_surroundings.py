"""Commands on strange machines: whatever surrounds them, they do their work or say in a line what is in the way."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import twinstack
from twinstack.cli import blame
from twinstack.cli.streams import READER_GONE
from twinstack.surroundings import failure_of

PATH = str(Path(twinstack.__file__).parents[1])
PLAIN = {"PATH": os.environ["PATH"], "PYTHONPATH": PATH, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}


def start(
    *arguments: str, changed: Mapping[str, str | None] | None = None, **options: object
) -> subprocess.Popen[bytes]:
    variables = {name: value for name, value in {**PLAIN, **(changed or {})}.items() if value is not None}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "twinstack", *arguments]
    return subprocess.Popen(command, env=variables, **{**streams, **options})  # ty: ignore[no-matching-overload]


def end(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=600)
    return process.returncode, (out or b"").decode(errors="replace"), (err or b"").decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"HOME": None},
        {"HOME": "/"},
        {"HOME": "/proc/nope"},
        {"TMPDIR": "/nonexistent"},
        {"LANG": "C", "LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"COLUMNS": "10", "LINES": "1"},
        {"NO_COLOR": "1", "TERM": "dumb", "FORCE_COLOR": "1"},
    ],
    ids=lambda changed: " ".join(f"{name}={value}" for name, value in changed.items()),
)
def test_a_strange_environment_is_no_hindrance(project: Path, changed: dict[str, str | None]) -> None:
    layer = project / "environments/dev.yaml"
    layer.write_text(layer.read_text() + "settings: {variables: {TEAM: Zürich-東京}}\n", encoding="utf-8")
    status, out, err = end(start("explain", "dev", changed=changed))
    assert (status, err) == (0, "")
    assert "TEAM: Z" in out


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_that_is_closed_is_no_error(project: Path, closed: int) -> None:
    streams = {closed: ("stdin", "stdout", "stderr")[closed]}
    process = start("check", preexec_fn=lambda: os.close(closed), **dict.fromkeys(streams.values()))
    status, out, err = end(process)
    assert (status, err) == (0, "")
    assert closed == 1 or "no problems" in out


def test_no_one_may_read_on(project: Path) -> None:
    """`| head`: what is written to nobody ends the command, as any other in a pipe, and without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    status, _, err = end(start("explain", "dev", stdout=writing))
    os.close(writing)
    assert (status, err) == (READER_GONE, "")


def test_a_full_standard_output_is_said(project: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        status, _, err = end(start("list", stdout=full))
    assert status == 2
    assert err.startswith("error: standard output cannot be written: No space left on device: free some space")


def test_a_name_that_no_file_can_have_is_no_bug(project: Path) -> None:
    for arguments in (["check", "a" * 300], ["init", "a" * 300, "--organization", "acme", "--region", "eu-west-1"]):
        status, _, err = end(start(*arguments))
        assert status == 2, err
        assert "Traceback" not in err


def test_a_pipe_as_another_environments_layer_does_not_stop_this_ones_check(project: Path) -> None:
    os.mkfifo(project / "environments" / "other.yaml")
    assert end(start("check", "dev"))[0] == 0


AS_A_STRANGER = """
import os, sys
from twinstack.cli import main

sys.argv = ["twinstack", "check"]
for is_stranger in (False, True):
    if is_stranger:  # once everything is imported: the interpreter may be root's alone
        os.umask(0o077)
        os.setgroups([])
        os.setgid(1234)
        os.setuid(1234)
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_without_a_name_checks_what_is_not_his_to_write(project: Path) -> None:
    """`docker run --user 1234`: no entry in passwd, no home, nothing that may be written."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shutil.copytree(project, folder, dirs_exist_ok=True, copy_function=shutil.copy)
        Path(folder).chmod(0o755)
        variables = {name: value for name, value in PLAIN.items() if name != "HOME"}
        command = [sys.executable, "-c", AS_A_STRANGER]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("no problems") == 2


MOMENTS = [
    ("list", "twinstack.cli.application"),
    ("list", "typer"),
    ("check", "twinstack.errors"),
    ("check", "twinstack.cli.plain_command"),
    ("check", "twinstack.product"),
    ("check", "yaml"),
    ("check", "pydantic"),
    ("check", "shop"),
]
INTERRUPT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith({moment!r}):
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(("command", "moment"), MOMENTS)
def test_ctrl_c_is_answered_alike_from_the_first_moment(
    project: Path, tmp_path: Path, command: str, moment: str
) -> None:
    early = tmp_path / "early"
    early.mkdir()
    (early / "sitecustomize.py").write_text(INTERRUPT.format(moment=moment))
    process = start(command, changed={"PYTHONPATH": f"{early}{os.pathsep}{PATH}", "FORCE_COLOR": None})
    assert end(process) == (128 + signal.SIGINT, "", "Aborted.\n")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "…", "/x/dist"), "/x/dist: No space left on device: free some space"),
        (OSError(errno.EDQUOT, "…", "/x"), "/x: Disk quota exceeded: free some space"),
        (OSError(errno.EROFS, "…", "/x"), "/x: Read-only file system: give this user access"),
        (OSError(errno.EMFILE, "…", "/x"), "/x: Too many open files: raise the limit"),
        (FileNotFoundError(2, "…", "/tmp/gone"), "/tmp/gone: No such file or directory"),
        (FileNotFoundError("No usable temporary directory found in ['/x']"), "No usable temporary directory found"),
        (RuntimeError("ENOSPC: no space left on device, write"), "No space left on device: free some space"),
        (RuntimeError("Error: EACCES: permission denied, mkdir '/a b'"), "/a b: Permission denied: give this user"),
    ],
)
def test_what_the_machine_refuses_is_told_with_what_helps(error: Exception, words: str) -> None:
    found = failure_of(error)
    assert found is not None
    assert found.startswith(words)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("EVERYTHING: is wrong"),
        RuntimeError("Expected object, got 'E'"),
        ValueError("ENOSPC"),
        KeyError("x"),
    ],
)
def test_nothing_else_is_the_machines_fault(error: Exception) -> None:
    assert failure_of(error) is None


def test_of_the_products_own_code_only_what_no_code_could_help(tmp_path: Path) -> None:
    assert failure_of(FileNotFoundError(2, "…", "x"), is_the_products=True) is None
    assert failure_of(OSError(errno.ENOSPC, "…", "x"), is_the_products=True) is not None


def test_a_failure_of_the_machine_ends_with_2_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        os.open("/nonexistent/file", os.O_RDONLY)
    except OSError as error:
        fail: Callable[[BaseException], int] = blame.report_failure
        error.__traceback__ = None
        assert fail(error) == 2
    assert capsys.readouterr().err == "error: /nonexistent/file: No such file or directory\n"
