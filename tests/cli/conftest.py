"""A project folder like a user's, and the command line run in it."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import twinstack
from tests.cli.added import Add
from tests.starting.products import opened
from twinstack.cli.add import add

Run = Callable[..., subprocess.CompletedProcess[str]]

BASE = """\
organization: acme
product: shop
region: eu-central-1
version: 1.0.0
settings:
  variables: {LOG_LEVEL: info}
database:
  instance_class: db.t4g.micro
  storage_gib: 20
  multi_az: false
  backup_retention_days: 7
  deletion_protection: true
  database: shop
  admin_user: shop_admin
  application_user: shop_user
web:
  image: registry.example/web
  port: 8000
  health: {live: /live, ready: /ready}
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  scale: {min: 1, max: 2, cpu: 70}
  uses: [database: admin, settings]
"""
LAYERS = {
    "base": BASE,
    "dev": 'account: "111122223333"\n',
    "prod": 'account: "444455556666"\nprotected: true\ndatabase:\n  multi_az: true\n',
}
PRODUCT = """\
from twinstack import Product
from twinstack.environment import Environment
from twinstack.postgres import PostgresSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec


class Shop(Environment):
    settings: SettingsSpec
    database: PostgresSpec
    web: WebServiceSpec


product = Product(environment=Shop)
"""
NUMBERS = itertools.count()
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a product of its own, which is the current one."""
    module = f"shop{next(NUMBERS)}"  # a module is loaded once a process, under its name
    (tmp_path / "pyproject.toml").write_text(f'[tool.twinstack]\nproduct = "{module}:product"\n')
    (tmp_path / f"{module}.py").write_text(PRODUCT)
    (tmp_path / "environments").mkdir()
    for name, text in LAYERS.items():
        (tmp_path / "environments" / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop(module, None)


@pytest.fixture
def run(project: Path) -> Run:
    """Runs `python -m twinstack` in the project, in a process of its own."""

    def call(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
        library = str(Path(twinstack.__file__).parents[1])
        return subprocess.run(
            [sys.executable, "-m", "twinstack", *arguments],
            cwd=project,
            env={**inherited, "PYTHONPATH": library, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def analytics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real product, which is the current folder."""
    for name in ("environments", "stacks"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def add_to() -> Add:
    """Adds to the product in a folder, in the tests' own process; the product is read anew each time."""

    def call(folder: Path, kind: str, name: str, *uses: str, dry_run: bool = False) -> None:
        with opened(folder) as product:
            add(product, kind, name, uses=uses, dry_run=dry_run)

    return call
