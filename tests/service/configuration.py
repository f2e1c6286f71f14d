"""What the service is started with, read from where the product says it: nothing is written down a second time here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from stacks import product
from stacks.environment import AnalyticsEnvironment
from twinstack.environment import Access, WorkloadSpec
from twinstack.postgres.role import role_script

ROOT: Final = product.root
ADMIN: Final = "analytics_admin"
ADMIN_PASSWORD: Final = "admin-of-the-service-test"
DATABASE: Final = "analytics"


@cache
def environment() -> AnalyticsEnvironment:
    """The object that everything generated is made from."""
    return product.load("dev")


def example_values(*, database: int, cache: int, bucket: int) -> dict[str, str]:
    """The variables of .env.example as a shell reads them, with these ports for the ones written there.

    The master user is another than the application's, as in the cluster, where the service may change rows alone.
    """
    ports = {r"(?m)^DB_PORT=\d+$": f"DB_PORT={database}"}
    ports[r"(?m)^(REDIS_URL=redis://localhost):\d+"] = rf"\1:{cache}"
    ports[r"(?m)^(AWS_ENDPOINT_URL_S3=http://localhost):\d+"] = rf"\1:{bucket}"
    text = (ROOT / ".env.example").read_text()
    for pattern, replacement in ports.items():
        text, count = re.subn(pattern, replacement, text)
        assert count == 1, f".env.example has {count} lines like {pattern}"
    printed = subprocess.run(
        ["sh", "-c", 'set -a; eval "$(cat)"; set +a; env -0'],
        input=text,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = re.findall(r"(?m)^([A-Z][A-Z0-9_]*)=", text)
    found = dict(line.split("=", 1) for line in printed.split("\0") if line)
    found["DATABASE_ADMIN_URL"] = f"postgresql://{ADMIN}:{ADMIN_PASSWORD}@localhost:{database}/{DATABASE}"
    return {name: found[name] for name in names}


def names_of(workload: WorkloadSpec) -> set[str]:
    """The variables that this workload is given: its own, those its links offer, and what a stand-in needs beside them."""
    names = {*workload.own_variables, *(variable.name for variable in environment().variables_of(workload))}
    for link in workload.links:
        offered = {
            variable.name
            for access in link.resource.access_levels
            for variable in link.resource.offer(Access(access)).everything
        }
        names |= link.resource.local().variables.keys() - offered
    return names


def variables_of(workload: WorkloadSpec, values: Mapping[str, str]) -> dict[str, str]:
    """The values of `names_of`, and an error where .env.example lacks one."""
    names = names_of(workload)
    missing = names - values.keys()
    assert not missing, f".env.example lacks {sorted(missing)}, which {workload.key} is given"
    return {name: values[name] for name in sorted(names)}


def role_command() -> list[str]:
    """What makes the application's role: the script of the migration's init container."""
    return [
        "sh",
        "-e",
        "-c",
        role_script("DATABASE_URL", "DATABASE_ADMIN_URL", group=environment().database.application_user),
    ]


@cache
def image_command() -> tuple[str, ...]:
    """The CMD of backend/Dockerfile, which has to be in exec form."""
    (arguments,) = re.findall(r"(?m)^CMD (\[.*\])$", _dockerfile())
    return tuple(json.loads(arguments))


def web_command(port: int) -> list[str]:
    """The web service's command with a free port for the image's."""
    original = str(environment().backend.port)
    command = [*image_command()]
    assert command.count(original) == 1, f"CMD {command} names port {original} other than once"
    return [str(port) if part == original else part for part in command]


def copy_of_code(folder: Path) -> Path:
    """The code as the image holds it: nobody's to change."""
    shutil.copytree(ROOT / "backend", folder, ignore=shutil.ignore_patterns(*_NOT_IN_THE_IMAGE))
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)
    return folder


def _dockerfile() -> str:
    """Its text with continued lines joined."""
    return re.sub(r"\\\n\s*", " ", (ROOT / "backend" / "Dockerfile").read_text())


_NOT_IN_THE_IMAGE: Final = (
    ".venv",
    "tests",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    "Dockerfile",
    "*.in",
    ".git*",
)
