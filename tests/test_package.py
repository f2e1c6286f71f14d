"""The library as others get it: built, installed into an empty environment, at work without the repository."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the sdist of the library, and the wheel of the queue."""
    folder = tmp_path_factory.mktemp("built")
    for source in ("constructs", "examples/acme_queue"):
        run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=ROOT / source)
    return folder


def test_the_sdist_and_the_wheel_hold_the_same_library(built: Path) -> None:
    (wheel,), (sdist,) = built.glob("twinstack-*.whl"), built.glob("twinstack-*.tar.gz")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("twinstack/")}
    with tarfile.open(sdist) as archive:
        sources = {name.partition("/")[2] for name in archive.getnames()}
    assert held <= sources
    assert {"README.md", "CHANGELOG.md", "pyproject.toml"} <= sources


def test_the_metadata_says_what_an_index_asks_for(built: Path) -> None:
    (wheel,) = built.glob("twinstack-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = email.message_from_string(archive.read(name).decode())
    assert metadata["Name"] == "twinstack"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert set(metadata.get_all("Provides-Extra", [])) == {"aws", "kubernetes", "rehearse", "test"}
    assert metadata.get_payload().startswith("# twinstack")


@pytest.fixture
def elsewhere(built: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder with the product of another team, and an environment with nothing but the built packages."""
    venv.create(tmp_path / "venv", with_pip=True)
    (wheel,), (queue,) = built.glob("twinstack-*.whl"), built.glob("acme_queue-*.whl")
    pip = (tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, f"{wheel}[aws,kubernetes,test]", queue, cwd=tmp_path)
    shutil.copytree(
        ROOT / "examples/reports",
        tmp_path / "reports",
        ignore=shutil.ignore_patterns(".*", "imports", "dist", "cdktf.out"),
    )
    yield tmp_path
    shutil.rmtree(tmp_path / "venv")


@pytest.mark.slow
def test_it_works_from_the_wheel_alone(elsewhere: Path) -> None:
    product, programs = elsewhere / "reports", elsewhere / "venv/bin"
    assert "no problems" in run(programs / "twinstack", "check", cwd=product)
    assert "files in" in run(programs / "twinstack", "synth", cwd=product)
    assert (product / "cdktf.out/stacks/reports-live/cdk.tf.json").is_file()
    assert (product / "dist/reports-live/30-api.k8s.yaml").is_file()
    run(programs / "twinstack", "local", "test", cwd=product)
    assert (product / "compose.yaml").is_file()
    assert " passed" in run(programs / "python", "-m", "pytest", "-q", cwd=product)
