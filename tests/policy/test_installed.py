"""The rules of other packages: they judge as ours do, and one that is broken is named with its package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stacks import product
from twinstack.environment import Half
from twinstack.errors import ConfigurationError, Problem
from twinstack.policy.aws.stack import Stack
from twinstack.policy.installed import every_rule
from twinstack.policy.judgement import USUAL, Made, findings, problems
from twinstack.policy.rule import Fault, Rules

STACK = {"resource": {"aws_sqs_queue": {"jobs": {"name": "jobs"}}}}


def of_acme() -> Rules:
    rules = Rules(Half.INFRASTRUCTURE)

    @rules("acme-queue-has-owner", "A queue without an owner", "add the tag owner", severity="error")
    def queue_has_owner(stack: Stack) -> Iterator[Fault]:
        """Whoever is woken at night has to find whose it is."""
        for one in stack.of("aws_sqs_queue"):
            if not one.data.get("tags"):
                yield Fault(one.address, "tags", "none", "owner")

    return rules


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Any:
    def installed(found: object, name: str = "RULES") -> None:
        module = ModuleType("acme_policy")
        vars(module)["RULES"] = found
        monkeypatch.setitem(sys.modules, "acme_policy", module)
        entry = EntryPoint("acme", f"acme_policy:{name}", "twinstack.policy")
        monkeypatch.setattr("twinstack.policy.installed.entry_points", lambda group: [entry] if group else [])
        monkeypatch.setattr("twinstack.policy.installed._standing", object)  # never as it was

    return installed


def test_what_is_installed_is_asked_for_again_only_once_a_folder_of_packages_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("twinstack.policy.installed.entry_points", lambda group: asked.append(group) or [])
    monkeypatch.syspath_prepend(tmp_path)
    assert every_rule() == every_rule()
    assert len(asked) == 1
    (tmp_path / "acme_policy-1.0.dist-info").mkdir()
    os.utime(tmp_path, ns=(0, 0))
    every_rule()
    assert len(asked) == 2


def refusal() -> Problem:
    with pytest.raises(ConfigurationError) as caught:
        every_rule()
    (problem,) = caught.value.problems
    assert caught.value.exit_status == 2
    return problem


def test_a_rule_of_another_package_finds_and_is_acknowledged_as_ours_are(install: Any) -> None:
    install(of_acme())
    loaded = product.load_with_provenance("dev")
    (problem,) = problems([loaded], {"analytics-dev": Made(STACK)})
    assert (problem.code, problem.warning) == ("TW388", False)
    assert problem.message == "acme-queue-has-owner: a queue without an owner"
    ours: Any = {"metadata": {"path": "analytics-dev/exports/jobs"}}
    document = {"resource": {"aws_sqs_queue": {"jobs": {"name": "jobs", "//": ours}}}}
    said = {"exports.acknowledge": {"acme-queue-has-owner": "the queue is a test's"}}
    loaded = product.load_with_provenance("dev", set=said)
    assert problems([loaded], {"analytics-dev": Made(document)}) == []


@pytest.mark.parametrize("found", [[], None, "text", of_acme])
def test_what_is_no_rules_is_refused_with_its_package(install: Any, found: object) -> None:
    install(found)
    problem = refusal()
    assert (problem.code, problem.message) == ("TW389", "the rules of the package acme_policy cannot be loaded")
    assert problem.path == "twinstack.policy: acme = acme_policy:RULES"
    assert "and no Rules" in problem.given


def test_a_package_that_cannot_be_imported_is_refused_with_its_name(
    install: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(of_acme(), "MISSPELT")
    assert refusal().given.startswith("AttributeError: ")
    monkeypatch.setitem(sys.modules, "acme_policy", None)
    assert refusal().given.startswith("ModuleNotFoundError: ")


def test_a_module_that_ends_the_program_is_refused(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    install(of_acme())
    monkeypatch.setattr(EntryPoint, "load", lambda _: sys.exit(0))
    assert refusal().given == "its module ends the program"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rule-twice", "a rule of the package acme_policy has a name that another one has"),
        ("Owner", "a rule of the package acme_policy has a name that is none"),
    ],
)
def test_a_name_by_which_nobody_could_acknowledge_is_refused(install: Any, name: str, message: str) -> None:
    rules = Rules(Half.WORKLOADS)
    rules(name, "a title", "a fix")(lambda _: iter(()))
    install(rules)
    problem = refusal()
    assert (problem.code, problem.message, problem.path) == ("TW369", message, name)


def test_a_rule_that_fails_is_named_with_its_package(install: Any) -> None:
    rules = Rules(Half.INFRASTRUCTURE)
    rules("acme-fails", "a title", "a fix")(lambda stack: iter([stack.data["nothing"]]))
    install(rules)
    with pytest.raises(ConfigurationError) as caught:
        list(findings(every_rule(), Made(STACK), USUAL))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("TW368", "acme-fails")
    assert problem.message == "a rule of the package acme_policy failed"
    assert problem.given == "KeyError: 'nothing'"


def test_a_package_that_is_installed_judges_a_product(tmp_path: Path) -> None:
    """As pip installs it: the example's wheel, and the command in a process of its own."""
    source = Path(__file__).parents[2] / "examples"
    quiet = (
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--target",
        str(tmp_path / "packages"),
    )
    for command in (
        ("hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)),
        ("pip", "install", *quiet, str(tmp_path / "acme_policy-0.1.0-py3-none-any.whl")),
    ):
        subprocess.run([sys.executable, "-m", *command], cwd=source / "acme_policy", check=True, capture_output=True)
    for arguments, status in ((["check", "--policy", "--json"], 2), (["check", "--json"], 0)):
        done = subprocess.run(
            [sys.executable, "-m", "twinstack", *arguments],
            cwd=source / "reports",
            env={**os.environ, "PYTHONPATH": str(tmp_path / "packages")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        said = {one["message"].partition(":")[0]: one for one in json.loads(done.stdout)["problems"]}
        if status == 0:
            assert said == {}
            continue
        assert set(said) == {"acme-queue-is-encrypted", "acme-image-of-acme"}
        assert (said["acme-queue-is-encrypted"]["severity"], said["acme-queue-is-encrypted"]["path"]) == (
            "error",
            "jobs",
        )
        assert said["acme-image-of-acme"]["severity"] == "warning"
