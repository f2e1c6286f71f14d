"""The library as it was at a commit: its own code, in a folder of its own, run by the same Python; and the product of then,
which nobody watched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parent.parent
PRODUCT: Final = ("environments", "stacks", "pyproject.toml", "cdktf.json")
MONITORED: Final = ("monitoring", "cluster.exporters", "first_contents.analytics-migration-secrets")
"""What production has since somebody watches it."""
UNMONITORED: Final[Mapping[str, Any]] = {"monitoring.kind": "none", "cluster.exporters": False}
"""The values of a production that nobody watches."""


@contextmanager
def former(commit: str) -> Generator[Path]:
    """A worktree of the repository at a commit."""
    with tempfile.TemporaryDirectory(prefix="twinstack-bench-") as temporary:
        folder = Path(temporary) / "former"
        _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def product_in(folder: Path) -> Path:
    """A copy of the product, where a command runs that writes nothing into this one."""
    for name in PRODUCT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def unmonitored_in(folder: Path) -> Path:
    """A copy of the product as large as it was at these commits: nobody watches its production."""
    layer = product_in(folder) / "environments" / "prod.yaml"
    values = yaml.safe_load(layer.read_text("utf-8"))
    for path in MONITORED:
        *outer, last = path.split(".")
        inner = values
        for key in outer:
            inner = inner[key]
        del inner[last]  # a KeyError says that the tuple above is no longer true
    layer.write_text(yaml.safe_dump(values, sort_keys=False), "utf-8")
    return folder


def path_of(folder: Path) -> Mapping[str, str]:
    """What puts its library and its product before those that are installed."""
    return {"PYTHONPATH": f"{folder / 'constructs'}{os.pathsep}{folder}"}


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True)
