"""`.ci/run`, with programs that only say how they were called: what it runs, in which order, and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUIET = ("terraform", "psql", "redis-server", "nginx", "chromium", "npm", "cdktf", "cdk8s")
MAKE = """\
#!/bin/bash
echo "make $*"
case "$*" in
"$FAILING") echo "what is wrong"; exit 3 ;;
"$ENDLESS") echo $BASHPID >"$HOME/endless"; exec sleep 1000 ;;
esac
"""


@pytest.fixture
def begin(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Begins `.ci/run` in a product where every program is there."""
    product, programs = tmp_path / "product", tmp_path / "programs"
    for folder in (product / ".ci", product / ".venv/bin", product / "cdktf.out/stacks", product / "dist", programs):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / ".ci/run", product / ".ci")
    subprocess.run(["git", "init", "--quiet", product], check=True)
    (product / "docs").mkdir()
    files = [*(programs / name for name in QUIET), product / ".venv/bin/python", programs / "kube-apiserver"]
    for file in files:
        file.write_text("#!/bin/sh\n")
    (programs / "make").write_text(MAKE)
    for file in (*files, programs / "make"):
        file.chmod(0o755)

    def run(**variables: str) -> subprocess.Popen[str]:
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
        return subprocess.Popen(
            [product / ".ci/run"],
            env={**environment, "KUBEBUILDER_ASSETS": str(programs), "FAILING": "-", "ENDLESS": "-", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return run


def test_everything_is_run_and_what_each_said_is_whole(begin: Callable[..., subprocess.Popen[str]]) -> None:
    process = begin()
    said, _ = process.communicate()
    assert process.returncode == 0, said
    calls = [line.removeprefix("make ") for line in said.splitlines() if line.startswith("make ")]
    product = ["lint", "rehearse STRICT=1", "package"]
    service = ["--jobs=2 --output-sync --no-print-directory backend", "frontend"]
    wanted = ["synth", "docs", *product, *service, "service-tools", "service-test", "test"]
    assert sorted(calls[1:]) == sorted(wanted)
    assert calls[0].endswith(" tools")
    assert calls.index("synth") < min(map(calls.index, ["docs", *product])), "they read what it writes"
    assert calls.index("docs") < calls.index("test"), "it reads what that writes"
    assert [call for call in calls if call in product] == product
    assert [call for call in calls if call in service] == service
    assert said.rstrip().splitlines()[-1].startswith("== passed (")


@pytest.mark.parametrize(
    ("failing", "job"),
    [("lint", "the product"), ("frontend", "the service"), ("test", "test"), ("synth", "synth")],
)
def test_a_job_that_fails_is_named_after_the_others_have_ended(
    begin: Callable[..., subprocess.Popen[str]], failing: str, job: str
) -> None:
    process = begin(FAILING=failing)
    said, _ = process.communicate()
    assert process.returncode == 1, said
    assert said.rstrip().splitlines()[-1] == f"== failed: {job};"
    assert f"make {failing}\nwhat is wrong\n" in said
    assert "== passed" not in said


def test_with_the_projects_own_definitions_the_rehearsal_takes_those(
    begin: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    said, _ = begin(TWINSTACK_REAL_DEFINITIONS=str(tmp_path)).communicate()
    assert f"make rehearse STRICT=1 DEFINITIONS={tmp_path}\n" in said


def test_ctrl_c_ends_all_that_runs(begin: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    process = begin(ENDLESS="test")
    assert process.stdout
    while "== test begins" not in process.stdout.readline():
        pass
    while not (endless := tmp_path / "endless").exists() or not endless.read_text():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(endless.read_text()), 0)
    assert not [*tmp_path.glob("tmp.*")], "its own folder"
