"""The commands of the page "Deploy", run by bash as an operator types them, each call of kubectl held up until it may go."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.rotation.release import Release


@dataclass(frozen=True)
class Terminal:
    """Where the commands are typed: a folder, a cluster, and one namespace there."""

    folder: Path
    kubeconfig: Path
    namespace: str
    patience_seconds: float
    """How long something may take, in seconds of this machine, before it counts as stuck."""
    problems: list[str]
    """Where what goes wrong is noted."""

    def deploy(
        self, commands: str, release: Release, steps: Mapping[str, Callable[[], None]], *, waits: bool = True
    ) -> bool:
        """Runs commands of the page for this release and namespace; whether they ended well.

        Every call of kubectl is held up until the run lets it go: before it begins to apply the `rest` and to wait for a
        `rollout`, what `steps` says is done.
        """
        folder = self.folder / "dist" / self.namespace
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(release.manifests, folder)
        text = commands.replace("--namespace analytics", f"--namespace {self.namespace}")
        text = text.replace("dist/analytics-prod", str(folder.relative_to(self.folder)))
        text = re.sub(r"--timeout=\S+", f"--timeout={self.patience_seconds:g}s", text)
        with tempfile.TemporaryDirectory(dir=self.folder) as temporary:
            calls = Path(temporary)
            program = calls / "kubectl"
            program.write_text(_KUBECTL.replace("REAL", shutil.which("kubectl") or "kubectl"), encoding="utf-8")
            program.chmod(0o755)
            environment = {
                "PATH": f"{temporary}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "KUBECONFIG": str(self.kubeconfig),
                "CALLS": temporary,
            }
            with subprocess.Popen(
                ["bash", "-ec", text], cwd=self.folder, env=environment, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            ) as process:  # fmt: skip
                return self._follow(process, calls, str(folder.relative_to(self.folder)), steps, waits=waits)

    def _follow(
        self,
        process: subprocess.Popen[str],
        calls: Path,
        folder: str,
        steps: Mapping[str, Callable[[], None]],
        *,
        waits: bool,
    ) -> bool:
        end = time.monotonic() + 3 * self.patience_seconds
        while process.poll() is None:
            for call in sorted(calls.glob("*.call")):
                arguments = call.read_text(encoding="utf-8").split("\0")[:-1]
                began = time.monotonic()
                kind = _kind(arguments, folder)
                if kind in steps:
                    steps[kind]()
                end += time.monotonic() - began
                if kind == "rollout" and not waits:
                    _end(process)
                    return True
                call.rename(call.with_suffix(".go"))
            if time.monotonic() > end:
                _end(process)
                self.problems.append("the commands of the page have no end")
                return False
            time.sleep(_STEP_SECONDS)
        if process.returncode and process.stderr:
            self.problems.append(f"the commands of the page failed: {process.stderr.read().strip()[-600:]}")
        return process.returncode == 0

    def aws(self, command: str, value: str) -> list[tuple[list[str], str]]:
        """Runs a command with an `aws` that notes how it was called, and with what on its input."""
        with tempfile.TemporaryDirectory(dir=self.folder) as temporary:
            program = Path(temporary) / "aws"
            program.write_text(_AWS, encoding="utf-8")
            program.chmod(0o755)
            environment = {"PATH": f"{temporary}:{os.environ['PATH']}", "CALLS": temporary}
            subprocess.run(["bash", "-ec", command], env=environment, input=f"{value}\n", text=True, check=True)
            calls = sorted(Path(temporary).glob("*.arguments"), key=lambda path: path.stat().st_mtime_ns)
            return [
                (path.read_text().split("\0")[:-1], path.with_suffix(".input").read_text(encoding="utf-8"))
                for path in calls
            ]


def _kind(arguments: Sequence[str], folder: str) -> str:
    """Which step of the page a call of kubectl is; empty for any other."""
    if arguments[:2] == ["rollout", "status"]:
        return "rollout"
    return "rest" if arguments[:1] == ["apply"] and folder in arguments else ""


def _end(process: subprocess.Popen[str]) -> None:
    """Ends the commands, and what they have started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


_AWS: Final = """#!/usr/bin/env bash
call=$(mktemp "$CALLS/XXXXXXXX")
printf '%s\\0' "$@" >"$call.arguments"
cat >"$call.input"
"""
_KUBECTL: Final = """#!/usr/bin/env bash
call=$(mktemp "$CALLS/XXXXXXXX")
printf '%s\\0' "$@" >"$call.part" && mv "$call.part" "$call.call"
until [ -e "$call.go" ]; do sleep 0.05; done
exec REAL "$@"
"""
_STEP_SECONDS: Final = 0.05
