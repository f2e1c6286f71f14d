"""What Compose itself gives a container."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.checkers import COMPOSE


def given_by_compose(folder: Path, compose: str) -> dict[str, dict[str, str | None]] | None:
    """The variables of each service; None for a file that Compose does not take."""
    file = folder / "compose.yaml"
    file.write_text(compose)
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        [COMPOSE, "--file", file, "config", "--format", "json"],
        env=surroundings, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return None
    services = json.loads(done.stdout)["services"]
    return {
        name: {
            key: None if value is None else value.replace("$$", "$")
            for key, value in one.get("environment", {}).items()
        }
        for name, one in services.items()
    }
