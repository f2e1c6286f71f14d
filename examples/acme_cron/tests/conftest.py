import os
import subprocess
import sys
from pathlib import Path

import pytest

from twinstack.bindings import activate
from twinstack.cli.project import load_product
from twinstack.testing import Twins

HERE = Path(__file__).parents[1]


def twinstack(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line, with this package in reach as it is once it is installed."""
    environment = os.environ | {"PYTHONPATH": str(HERE), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "twinstack", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new product with a bucket, a web service and, added afterwards, a CronJob that uses the bucket."""
    folder = tmp_path_factory.mktemp("products") / "shop"
    of = ["--organization", "acme", "--region", "eu-central-1", "--environments", "dev,prod", "--no-edge"]
    for arguments, cwd in (
        (["init", "shop", *of, "--resource", "bucket:papers"], folder.parent),
        (["add", "acme_cron", "nightly", "--uses", "papers"], folder),
    ):
        done = twinstack(*arguments, cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def twin(shop: Path) -> Twins:
    """The product that has one."""
    activate(shop)
    return Twins(lambda: load_product("stacks:product", shop))
