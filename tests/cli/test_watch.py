"""`synth --watch`: a change is in the files, nothing else is written, errors are shown and waited out, Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import growing
from twinstack.cli import watch
from twinstack.cli.ending import status_of
from twinstack.cli.plain_command import plain_command

PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have it ignored
sys.argv[0] = "twinstack"
from twinstack.cli import main
main()
"""
STACK = "cdktf.out/stacks/grown-live/cdk.tf.json"
CONFIG = "dist/grown-live/10-config.k8s.yaml"


class Watched:
    """A product that is watched."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder, self.process = folder, process

    def next(self) -> list[str]:
        """What it prints until it waits again."""
        assert self.process.stdout is not None
        lines: list[str] = []
        while not (lines and lines[-1].startswith("watching ")):
            line = self.process.stdout.readline()
            assert line, lines
            lines.append(line.rstrip())
        return lines

    def change(self, file: str, old: str, new: str) -> list[str]:
        """Replaces a text in a file; what is printed then."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        return self.next()

    def interrupt(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=300)
        return self.process.returncode, rest


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    growing.write(tmp_path, 2, every_link=True)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "synth", "--watch"], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "TWINSTACK_TRUSTED_FOLDERS": str(tmp_path), "TWINSTACK_BINDINGS": "native"},
    )  # fmt: skip
    try:
        yield Watched(tmp_path, process)
    finally:
        process.kill()
        process.communicate()


def test_only_what_changed_is_written_and_errors_are_waited_out(watched: Watched) -> None:
    first = watched.next()
    assert f"  {STACK}" in first
    assert f"  {CONFIG}" in first
    stack = watched.folder / STACK
    made = stack.stat()

    lines = watched.change("environments/base.yaml", "VALUE_1: value", "VALUE_1: another")
    assert lines[0] == "environments/base.yaml changed"
    assert f"  {CONFIG}" in lines
    assert f"  {STACK}" not in lines
    assert "another" in (watched.folder / CONFIG).read_text("utf-8")
    assert (stack.stat().st_ino, stack.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)

    lines = watched.change("environments/base.yaml", "nat: single", "nat: sinlge")
    assert any("network.nat" in line for line in lines)
    assert "another" in (watched.folder / CONFIG).read_text("utf-8")

    lines = watched.change("environments/base.yaml", "nat: sinlge", "nat: single")
    assert any(line.startswith("0 of ") for line in lines)
    assert watched.interrupt() == (130, "Aborted.\n")


def test_a_change_of_code_begins_the_program_again(watched: Watched) -> None:
    watched.next()
    file = "grown/infrastructure.py"
    lines = watched.change(file, "self.connect(cluster)", 'self.connect(cluster)\n        scope.node.nothing("x")')
    assert lines[0] == f"{file} changed"
    assert any(f"{file}:" in line and line.startswith("error: ") for line in lines)
    lines = watched.change(file, 'scope.node.nothing("x")', 'self.output("more", "a value", "of the product")')
    assert f"  {STACK}" in lines
    assert '"a value"' in (watched.folder / STACK).read_text("utf-8")
    assert watched.interrupt()[0] == 130


def test_an_environment_that_is_new_is_made(watched: Watched) -> None:
    watched.next()
    text = 'suffix: -more\nnamespace: more\nversion: 1.0.0\nnetwork: {cidr: 10.1.0.0/16}\naccount: "444455556666"\n'
    (watched.folder / "environments/more.yaml").write_text(text, "utf-8")
    lines = watched.next()
    assert lines[0] == "environments/more.yaml changed"
    assert "  cdktf.out/stacks/grown-more/cdk.tf.json" in lines
    assert f"  {STACK}" not in lines


def test_machines_are_told_nothing_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    command = plain_command(["synth", "--watch", "--json"])
    assert command is not None
    assert status_of(command) == 2
    assert "leave out --json" in capsys.readouterr().err


def test_a_file_that_is_still_being_written_is_waited_for() -> None:
    seen = iter([{"a": (1, 1, 1)}, {"a": (2, 1, 1)}, {"a": (2, 9, 1)}, {"a": (2, 9, 1)}, {"a": (2, 9, 1)}])
    assert watch.wait(lambda: next(seen), {"a": (1, 1, 1), "b": (1, 1, 1)}) == [Path("a"), Path("b")]


def test_a_file_that_there_is_not_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("x")
    assert [*watch.stamps([str(tmp_path / "one"), str(tmp_path / "two")])] == [str(tmp_path / "one")]


def test_on_node_each_output_is_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    ends: list[type[BaseException] | int] = [0, KeyboardInterrupt, 130]

    class Child:
        def __init__(self, command: list[str]) -> None:
            started.append(command)

        def wait(self) -> int:
            end = ends.pop(0)
            if isinstance(end, int):
                return end
            raise end

    monkeypatch.setattr(watch.subprocess, "Popen", Child)
    monkeypatch.setattr(watch, "wait", lambda look, before: [tmp_path / "environments/base.yaml"])
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "twinstack", "synth", "prod", "--watch"])
    monkeypatch.delenv(watch.AGAIN, raising=False)
    with pytest.raises(SystemExit) as end:
        watch.watch_on_node(tmp_path)
    assert end.value.code == 130
    assert started == [[sys.executable, "-m", "twinstack", "synth", "prod"]] * 2
    assert ends == [], "the child that was interrupted was waited for"
