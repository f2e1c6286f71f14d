"""How a process is shut in, as near to the cluster's container as this machine allows."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Confinement:
    """A way to run a command that may write to its own temporary folder and nowhere else."""

    prefix: tuple[str, ...]
    """Stands before the command. `{tmp}` is the temporary folder."""
    has_own_tmp: bool
    """Whether /tmp is the temporary folder; else TMPDIR names it."""
    description: str

    def command(self, command: Sequence[str], tmp: Path) -> list[str]:
        """The command, shut in."""
        return [*(part.replace("{tmp}", str(tmp)) for part in self.prefix), *command]


@cache
def confinement(interpreter: Path) -> Confinement:
    """The strictest that works here for this interpreter.

    With root's rights a file system of its own, read-only but for /tmp; without them the file system's permissions
    alone, which the service's code (mode 0555) is kept by. The image's user is taken where it can reach the
    interpreter; else root without a single capability, whom permissions bind like anybody.
    """
    if os.geteuid() != 0:
        return Confinement(
            (), has_own_tmp=False, description="permissions of files alone: the test does not run as root"
        )
    for user in (_AS_IMAGE_USER, _WITHOUT_CAPABILITIES):
        for mounts in ((*_READ_ONLY_ROOT, _MOUNTS, "{tmp}", str(interpreter.parents[1])), ()):
            if mounts and not shutil.which("unshare"):
                continue
            if _works((*mounts, *user), interpreter):
                root = "read-only root file system" if mounts else "permissions of files alone"
                who = "the image's user" if user is _AS_IMAGE_USER else "root without capabilities"
                return Confinement((*mounts, *user), has_own_tmp=bool(mounts), description=f"{root}, {who}")
    raise AssertionError("setpriv of util-linux is needed to give up root's rights")


def _works(prefix: Sequence[str], interpreter: Path) -> bool:
    """Whether it is the same Python as outside: one whose folder it cannot read may load another's library."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as tmp:
        question = [str(interpreter), "-c", "import sys, ssl; print(sys.version, sys.base_prefix, ssl.__file__)"]
        outside, inside = (
            subprocess.run([*before, *question], capture_output=True, check=False)
            for before in ((), [part.replace("{tmp}", tmp) for part in prefix])
        )
        return inside.returncode == 0 and inside.stdout == outside.stdout


USER: Final = 1000
"""The image's user."""
_NO_CAPABILITIES: Final = ("--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs")
_AS_IMAGE_USER: Final = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *_NO_CAPABILITIES)
_WITHOUT_CAPABILITIES: Final = ("setpriv", *_NO_CAPABILITIES)
_READ_ONLY_ROOT: Final = ("unshare", "--mount", "--propagation", "private", "--", "sh", "-e", "-c")
_MOUNTS: Final = """tmp="$0" venv="$1"
shift
case "$venv" in /tmp/*)
  mkdir -p "$tmp${venv#/tmp}"
  mount --bind "$venv" "$tmp${venv#/tmp}"
esac
mount --rbind "$tmp" /tmp
mount -o remount,bind,ro /
exec "$@"
"""
"""Makes the temporary folder /tmp, in which a checkout that stands there keeps its place, and all else read-only."""
