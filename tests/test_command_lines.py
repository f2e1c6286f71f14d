"""The command lines that users type do with this project what they do with any other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.starting.lent import Lend
from twinstack.rehearsal.terraform import workspace

ROOT = Path(__file__).parent.parent
COMMANDS = ROOT / "node_modules" / ".bin"
OVERRIDE = "zz_override.tf.json"

pytestmark = pytest.mark.skipif(
    not (COMMANDS / "cdktf").exists() or not (COMMANDS / "cdk8s").exists(),
    reason="the command lines are not installed: make cli",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, lend_bindings: Lend) -> Path:
    """A copy of what the command lines read, with the outputs of the program itself beside it."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("stacks", "environments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "cdktf.json", "cdk8s.yaml"):
        shutil.copy(ROOT / name, folder)
    lend_bindings(folder)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{ROOT}/.venv/bin/python" "$@"\n')
    python.chmod(0o755)
    run(folder, ".venv/bin/python", "main.py")
    for name in ("cdktf.out", "dist"):
        shutil.copytree(folder / name, folder / f"expected-{name}")
    return folder


def run(folder: Path, *command: str, more: Mapping[str, str] | None = None, status: int = 0) -> str:
    path = os.pathsep.join((str(ROOT / ".venv" / "bin"), str(COMMANDS), os.environ["PATH"]))
    variables = {
        **os.environ,
        "PATH": path,
        "CI": "1",
        "CHECKPOINT_DISABLE": "1",
        "DISABLE_VERSION_CHECK": "1",
        **(more or {}),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_cdk8s_synth_gives_the_same_bytes(project: Path) -> None:
    run(project, "cdk8s", "synth")
    assert contents(project / "dist") == contents(project / "expected-dist")


@pytest.mark.skipif(not (shutil.which("terraform")), reason="terraform is not on the path, and cdktf wants it")
class TestCdktf:
    def test_list_names_every_stack(self, project: Path) -> None:
        printed = run(project, "cdktf", "list")
        assert all(f"cdktf.out/stacks/analytics-{name}" in printed for name in ("dev", "staging", "prod"))

    def test_synth_gives_the_same_bytes(self, project: Path) -> None:
        run(project, "cdktf", "synth")
        assert contents(project / "cdktf.out" / "stacks") == contents(project / "expected-cdktf.out" / "stacks")

    @pytest.mark.slow
    def test_deploy_applies_and_diff_then_finds_nothing(self, project: Path) -> None:
        stack = project / "cdktf.out" / "stacks" / "analytics-prod"
        shutil.copytree(project / "expected-cdktf.out" / "stacks" / "analytics-prod", stack, dirs_exist_ok=True)
        with workspace(stack) as place:
            shutil.copy(place.folder / OVERRIDE, stack)
            provider = {name: value for name, value in place.variables.items() if name.startswith("TF_")}
            mirror = {name: value for name, value in provider.items() if name != "TF_REATTACH_PROVIDERS"}
            run(stack, "terraform", "init", more=mirror)  # the lock file, which cdktf would ask a registry for
            printed = run(project, "cdktf", "deploy", "analytics-prod", "--auto-approve", more=provider)
            assert "0 changed, 0 destroyed" in printed
            state = json.loads((stack / "terraform.tfstate").read_text())
            assert "aws_db_instance" in {resource["type"] for resource in state["resources"]}
            assert "No changes" in run(project, "cdktf", "diff", "analytics-prod", more=provider)
