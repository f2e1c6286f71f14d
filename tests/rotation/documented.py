"""The commands of docs/how-to/deploy.md, which the runs execute as they stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/how-to/deploy.md"


def release_commands() -> str:
    """What is done with the manifests of a release, after Terraform."""
    return _commands("### 3. Workloads")


def return_commands() -> str:
    """What is done with the manifests of the release before, to go back to it."""
    return _commands("## Rolling back")


def _commands(heading: str) -> str:
    """The block under a heading that ends in waiting for the rollouts, from its first kubectl on."""
    page = PAGE.read_text(encoding="utf-8")
    section = re.split(r"^##", page.partition(f"{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    (block,) = (one for one in re.findall(r"```bash\n(.*?)```", section, re.DOTALL) if "kubectl rollout status" in one)
    return "\n".join(_from_kubectl_on(block)) + "\n"


def _from_kubectl_on(block: str) -> Iterator[str]:
    lines = block.splitlines()
    first = next(index for index, line in enumerate(lines) if "kubectl" in line)
    yield from lines[first:]
