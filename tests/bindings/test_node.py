"""Node finds a usable machine: a cache that it may write, a folder for what is temporary, variables that can be read."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from twinstack.bindings import activate
from twinstack.bindings.node import prepare
from twinstack.errors import MissingToolError, TwinstackError, UsageError

CACHE, CACHE_ROOT = "JSII_RUNTIME_PACKAGE_CACHE", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
PROGRAM = """
import sys
from pathlib import Path
from twinstack.bindings import activate, engine
from twinstack.cli.render import report
from twinstack.errors import TwinstackError

engine.PATIENCE_SECONDS = {patience}
try:
    activate(Path(__file__).parent)
    import cdktf

    cdktf.App(outdir=str(Path(__file__).parent / "out")).synth()
except TwinstackError as error:
    report(error)
    sys.exit(error.exit_status)
"""


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The variables of this process, put back afterwards whatever `prepare` sets."""
    kept = dict(os.environ)
    for name in (CACHE, CACHE_ROOT, "JSII_RUNTIME", "CDKTF_CONTEXT_JSON"):
        monkeypatch.setenv(name, kept.get(name, ""))
        monkeypatch.delenv(name)
    monkeypatch.setenv("JSII_NODE", sys.executable)
    return monkeypatch


def chosen(folder: Path) -> tuple[str | None, str | None]:
    prepare(folder)
    return os.environ.get(CACHE_ROOT), os.environ.get(CACHE)


def test_a_home_that_can_be_written_keeps_the_packages_of_all_products(
    tmp_path: Path, variables: pytest.MonkeyPatch
) -> None:
    variables.setenv("HOME", str(tmp_path / "home"))
    assert chosen(tmp_path / "cache") == (None, None)


@pytest.mark.parametrize("home", ["/proc/nope", "/dev/null", "relative"])
def test_without_such_a_home_the_product_keeps_them(tmp_path: Path, variables: pytest.MonkeyPatch, home: str) -> None:
    variables.setenv("HOME", home)
    assert chosen(tmp_path / "cache") == (str(tmp_path / "cache" / "packages"), None)


def test_so_it_does_for_a_user_whom_nobody_knows(tmp_path: Path, variables: pytest.MonkeyPatch) -> None:
    variables.delenv("HOME")
    variables.setattr("os.geteuid", lambda: 3_999_999_999)
    assert chosen(tmp_path / "cache") == (None, "disabled")  # the folders here belong to another


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_a_cache_that_others_may_change_is_not_taken(tmp_path: Path, variables: pytest.MonkeyPatch, mode: int) -> None:
    variables.setenv("HOME", str(tmp_path / "home"))
    open_to_all = tmp_path / "home" / ".cache" / "aws" / "jsii" / "package-cache"
    open_to_all.mkdir(parents=True)
    open_to_all.chmod(mode)
    assert chosen(tmp_path / "cache")[0] == str(tmp_path / "cache" / "packages")
    assert stat.S_IMODE((tmp_path / "cache" / "packages").stat().st_mode) & 0o022 == 0


def test_where_neither_can_be_written_there_is_none(variables: pytest.MonkeyPatch) -> None:
    variables.setenv("HOME", "/proc/nope")
    assert chosen(Path("/proc/nope/cache")) == (None, "disabled")


def test_what_the_user_says_of_the_cache_holds(tmp_path: Path, variables: pytest.MonkeyPatch) -> None:
    variables.setenv("HOME", "/proc/nope")
    variables.setenv(CACHE_ROOT, "/mine")
    assert chosen(tmp_path) == ("/mine", None)


def test_a_folder_of_temporary_files_that_is_not_there_is_not_handed_on(
    tmp_path: Path, variables: pytest.MonkeyPatch
) -> None:
    variables.setenv("TMPDIR", "/nonexistent")
    prepare(tmp_path)
    assert Path(os.environ["TMPDIR"]).is_dir()


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("JSII_RUNTIME", "/nope", MissingToolError),
        ("JSII_NODE", "/nope", MissingToolError),
        ("CDKTF_CONTEXT_JSON", "{", UsageError),
        ("CDKTF_CONTEXT_JSON", "[]", UsageError),
        ("TWINSTACK_BINDINGS", "foo", UsageError),
    ],
)
def test_a_variable_that_says_what_is_not_to_be_had_is_named(
    tmp_path: Path, variables: pytest.MonkeyPatch, name: str, value: str, kind: type[TwinstackError]
) -> None:
    variables.setenv("TWINSTACK_BINDINGS", "node")
    variables.setenv(name, value)
    others = [one for one in sys.meta_path if not type(one).__module__.startswith("twinstack.")]
    variables.setattr("sys.meta_path", others)  # as in a process where nothing is activated yet
    with pytest.raises(kind, match=name):
        activate(tmp_path)


@pytest.mark.parametrize("value", ["", "{}", '{"a": 1}'])
def test_a_context_that_can_be_read_is_left_alone(tmp_path: Path, variables: pytest.MonkeyPatch, value: str) -> None:
    variables.setenv("CDKTF_CONTEXT_JSON", value)
    prepare(tmp_path)
    assert os.environ["CDKTF_CONTEXT_JSON"] == value


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


def run(folder: Path, *, patience: float = 180, **changed: str) -> subprocess.CompletedProcess[str]:
    (folder / "main.py").write_text(PROGRAM.format(patience=patience))
    environment = {name: value for name, value in os.environ.items() if name not in {"HOME", "JSII_NODE"}}
    command = [sys.executable, "main.py"]
    return subprocess.run(
        command, cwd=folder, env=environment | changed, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("changed", [{"HOME": "/proc/nope", "TMPDIR": "/nonexistent"}, {"HOME": "/dev/null"}])
def test_a_synth_needs_no_home_and_no_named_place_for_temporary_files(project: Path, changed: dict[str, str]) -> None:
    """With a home below /proc node once turned for ever."""
    done = run(project, **changed)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_node_that_says_nothing_is_not_waited_for_without_end(project: Path) -> None:
    silent = project / "silent-node"
    silent.write_text("#!/bin/sh\nexec sleep 300\n")
    silent.chmod(0o755)
    done = run(project, patience=0.5, JSII_NODE=str(silent))
    assert done.returncode == 2
    assert done.stderr.startswith("error: node said nothing for 0.5 s while it started, and was ended")
