"""Files: all of them or none, each in its place, and nothing unresolved in any."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from constructs import Construct

from stacks import AnalyticsEnvironment, product
from tests.aws.documents import DAY
from twinstack import Product, aws, kubernetes
from twinstack.environment import Half
from twinstack.errors import ConfigurationError, ConstructionError, UsageError
from twinstack.synthesis import MANIFESTS_FOLDER, TERRAFORM_FOLDER, write

ROOT = Path(__file__).parents[1]
STACKS = ("analytics-dev", "analytics-prod", "analytics-staging")


class Unfinished(aws.Infrastructure[AnalyticsEnvironment]):
    """A half that builds one thing and forgets the rest."""

    def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
        super().__init__(scope, environment)
        aws.Network(self, environment.network)


class Collapsing(kubernetes.Workloads[AnalyticsEnvironment]):
    """A half that refuses half-way."""

    def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
        super().__init__(scope, environment)
        raise ConstructionError("this half cannot be built")


def with_halves(infrastructure: str | None, workloads: str | None) -> Product[AnalyticsEnvironment]:
    return Product(environment=AnalyticsEnvironment, infrastructure=infrastructure, workloads=workloads)


def synthesize(
    product: Product[AnalyticsEnvironment],
    names: Sequence[str] = (),
    *,
    output: Path,
    halves: Sequence[Half] = tuple(Half),
    **changes: Any,
) -> Sequence[Path]:
    """As the command does: `cdktf.out/` and `dist/` under a folder."""
    folders = {Half.INFRASTRUCTURE: output / TERRAFORM_FOLDER, Half.WORKLOADS: output / MANIFESTS_FOLDER}
    return write(product, product.load_all(names, today=DAY, **changes), folders, halves)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All environments, once; not to be changed."""
    output = tmp_path_factory.mktemp("everything")
    synthesize(product, output=output)
    return output


@pytest.fixture
def output(everything: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(everything, tmp_path / "output")
    return tmp_path / "output"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def strings(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf, and the leaves of JSON within strings."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from strings(inner, f"{where}.{key}")
        case list():
            for index, inner in enumerate(value):
                yield from strings(inner, f"{where}[{index}]")
        case str() if value.startswith("{") and value.endswith("}"):
            yield where, value
            yield from strings(json.loads(value), f"{where}:json")
        case _:
            yield where, value


def leaves(path: Path) -> Iterator[tuple[str, Any]]:
    text = path.read_text(encoding="utf-8")
    documents = [json.loads(text)] if path.suffix == ".json" else list(yaml.safe_load_all(text))
    for document in documents:
        if path.name == "cdk.tf.json":
            document.pop("//")  # cdktf's notes on itself
        yield from strings(document)


def test_every_environment_has_both_halves(everything: Path) -> None:
    for stack in STACKS:
        assert (everything / "cdktf.out" / "stacks" / stack / "cdk.tf.json").is_file()
        assert len(list((everything / "dist" / stack).glob("*.k8s.yaml"))) > 5


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_unresolved_reaches_a_file(everything: Path, stack: str) -> None:
    files = [everything / "cdktf.out" / "stacks" / stack / "cdk.tf.json", *(everything / "dist" / stack).iterdir()]
    unresolved = re.compile(r"TfToken|Token\[|\bNone\b|\bundefined\b|\[object|<twinstack|<jsii")
    wrong = [
        f"{path.name}{where}: {value!r}"
        for path in files
        for where, value in leaves(path)
        if value is None
        or (value == "" and ".apiGroups[" not in where)  # the group of Kubernetes' own core has no name
        or (isinstance(value, str) and unresolved.search(value))
    ]
    assert wrong == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_terraform_reference_leads_to_something(everything: Path, stack: str) -> None:
    document = json.loads((everything / "cdktf.out" / "stacks" / stack / "cdk.tf.json").read_text())
    known = {f"{kind}.{name}" for kind, found in document["resource"].items() for name in found}
    known |= {f"data.{kind}.{name}" for kind, found in document["data"].items() for name in found}
    known |= {f"ephemeral.{kind}.{name}" for kind, found in document["ephemeral"].items() for name in found}
    reference = re.compile(r"(?<![\w.])((?:data\.|ephemeral\.)?aws_[a-z0-9_]+\.[a-z0-9_]+)")
    text = json.dumps({kind: block for kind, block in document.items() if kind != "//"})
    used = {found for expression in re.findall(r"\$\{[^}]*\}", text) for found in reference.findall(expression)}
    assert len(used) > 50
    assert used - known == set()


def test_a_half_that_refuses_leaves_what_was_there(output: Path) -> None:
    before = contents(output)
    broken = with_halves(f"{__name__}:Unfinished", product.workloads)
    with pytest.raises(ConstructionError, match="is never built"):
        synthesize(broken, version="2.0.0", output=output)
    assert contents(output) == before


def test_the_other_half_is_left_too_when_the_second_refuses(output: Path) -> None:
    before = contents(output)
    broken = with_halves(product.infrastructure, f"{__name__}:Collapsing")
    with pytest.raises(ConstructionError, match="this half cannot be built"):
        synthesize(broken, set={"database.storage_gib": 200}, output=output)
    assert contents(output) == before


def test_a_wrong_environment_leaves_what_was_there(output: Path) -> None:
    before = contents(output)
    with pytest.raises(ConfigurationError):
        synthesize(product, set={"database.storage_gib": 1}, output=output)
    assert contents(output) == before


def test_a_failing_first_run_leaves_no_folder(tmp_path: Path) -> None:
    broken = with_halves(product.infrastructure, f"{__name__}:Collapsing")
    with pytest.raises(ConstructionError):
        synthesize(broken, ["dev"], output=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_waits_for_another_that_is_moving_its_output_in(output: Path) -> None:
    before = contents(output)
    other = os.open(output / MANIFESTS_FOLDER, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    options = {"output": output, "halves": [Half.WORKLOADS], "version": "9.9.9"}
    run = threading.Thread(target=synthesize, args=(product, ["prod"]), kwargs=options)
    run.start()
    run.join(timeout=1.5)
    assert run.is_alive()
    shown = {name: text for name, text in contents(output).items() if not name.startswith(f"{MANIFESTS_FOLDER}/.")}
    assert shown == before
    os.close(other)
    run.join(timeout=600)
    assert not run.is_alive()
    assert contents(output) != before


def test_one_environment_leaves_the_others_alone(output: Path) -> None:
    before = contents(output)
    written = synthesize(product, ["prod"], version="2.0.0", output=output)
    after = contents(output)
    assert {path.relative_to(output).parts[-2] for path in written if path.name != "manifest.json"} == {
        "analytics-prod"
    }
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed
    assert all("analytics-prod" in name for name in changed)


def test_the_index_of_stacks_forgets_those_that_are_gone(output: Path) -> None:
    shutil.rmtree(output / "cdktf.out" / "stacks" / "analytics-dev")
    synthesize(product, ["prod"], halves=[Half.INFRASTRUCTURE], output=output)
    index = json.loads((output / "cdktf.out" / "manifest.json").read_text())
    assert list(index["stacks"]) == ["analytics-prod", "analytics-staging"]


@pytest.mark.parametrize("damaged", ["", "{", "[]", "{}"])
def test_a_damaged_index_of_stacks_is_made_anew(output: Path, damaged: str) -> None:
    index = output / "cdktf.out" / "manifest.json"
    index.write_text(damaged)
    synthesize(product, ["prod"], halves=[Half.INFRASTRUCTURE], output=output)
    assert list(json.loads(index.read_text())["stacks"]) == ["analytics-prod"]


def test_the_same_again_changes_nothing(output: Path) -> None:
    before = contents(output)
    synthesize(product, output=output)
    assert contents(output) == before


def test_manifests_of_an_earlier_run_go_and_what_others_keep_stays(output: Path) -> None:
    stack = output / "cdktf.out" / "stacks" / "analytics-dev"
    stale = output / "dist" / "analytics-dev" / "99-old.k8s.yaml"
    kept = [
        stack / "zz_override.tf.json",
        stack / ".terraform" / "providers" / "lock",
        stack / "terraform.tfstate",
        output / "dist" / "analytics-dev" / "kustomization.yaml",
    ]
    for path in (stale, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")
    synthesize(product, ["dev"], output=output)
    assert not stale.exists()
    assert [path.read_text() for path in kept] == ["kept"] * len(kept)


@pytest.mark.parametrize(("half", "folder"), [(Half.INFRASTRUCTURE, "cdktf.out"), (Half.WORKLOADS, "dist")])
def test_a_half_is_made_alone(everything: Path, tmp_path: Path, half: Half, folder: str) -> None:
    written = synthesize(product, ["staging"], halves=[half], output=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [folder]
    assert all(path.is_file() for path in written)
    made = {name: text for name, text in contents(tmp_path).items() if "analytics-staging/" in name}
    whole = contents(everything)
    assert made
    assert made == {name: whole[name] for name in made}


def test_a_half_that_the_product_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        synthesize(with_halves(product.infrastructure, None), ["dev"], halves=[Half.WORKLOADS], output=tmp_path)
    assert str(caught.value) == "this product names no workloads half: give Product(workloads=…)"
    assert list(tmp_path.iterdir()) == []


WITHOUT_TERRAFORM = """
from pathlib import Path
from twinstack.bindings import activate

activate(Path.cwd())
from stacks import product
from twinstack.synthesis import synthesized

with synthesized(product, product.load_all(["dev"])) as output:
    assert "moved" in output.stack(product.load("dev")).joinpath("cdk.tf.json").read_text()
"""


def test_no_terraform_is_needed_to_write_for_it() -> None:
    """cdktf itself asks for its version wherever something is moved, and has no output without an answer."""
    variables = {name: value for name, value in os.environ.items() if name != "TERRAFORM_BINARY_NAME"}
    command = [sys.executable, "-c", WITHOUT_TERRAFORM]
    path = {"PATH": "/nonexistent", "PYTHONPATH": str(ROOT / "constructs")}
    done = subprocess.run(
        command, cwd=ROOT, env=variables | path, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
