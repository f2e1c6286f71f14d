"""The infrastructure half taken away: refused while anything protects it, and then whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.cloud import STACK, Here, Told, here
from twinstack.delivery import State
from twinstack.errors import ConfigurationError, InfrastructureError

DEV = STACK.parents[1] / "dev" / "cdk.tf.json"


@pytest.fixture
def dev(tmp_path: Path, server: str, program: str) -> Iterator[Here]:
    """analytics-dev, made."""
    with here(tmp_path, server, program, stack=json.loads(DEV.read_text())) as found:
        found.infrastructure.plan(found.folder)
        found.infrastructure.apply(found.folder, Told())
        yield found


def test_nothing_is_destroyed_while_it_is_protected_or_its_workloads_are_there(tmp_path: Path) -> None:
    from twinstack.delivery.infrastructure import Infrastructure

    with pytest.raises(ConfigurationError) as refused:
        Infrastructure("no-such-program", {}).destroy(
            tmp_path, Told(), protected=True, remaining=["Ingress analytics/analytics-ingress"]
        )
    remaining, protected = refused.value.problems
    assert (protected.code, protected.path, remaining.code) == ("TW976", "protected", "TW976")
    assert remaining.given == "Ingress analytics/analytics-ingress"
    assert refused.value.exit_status == 2


def test_what_aws_protects_takes_a_release_of_its_own_first(dev: Here) -> None:
    def protect(on: bool) -> None:
        dev.change(lambda stack: stack["resource"]["aws_db_instance"]["database"].update(deletion_protection=on))
        dev.infrastructure.plan(dev.folder)
        dev.infrastructure.apply(dev.folder, Told())

    protect(True)
    with pytest.raises(ConfigurationError) as refused:
        dev.infrastructure.destroy(dev.folder, Told(), protected=False)
    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == ("TW976", "aws_db_instance.database")
    assert problem.given == "destroyed: deletion_protection is on, and AWS refuses"
    protect(False)
    told = Told()
    dev.infrastructure.destroy(dev.folder, told, protected=False)
    assert told.of("aws_db_instance.database")[-1] is State.DELETED
    assert told.of("aws_vpc.network")[-1] is State.DELETED
    told = Told()
    dev.infrastructure.destroy(dev.folder, told, protected=False)
    assert told.notes == ["the infrastructure is destroyed already"]


def test_what_the_stack_keeps_is_not_destroyed_whoever_asks(tmp_path: Path, server: str, program: str) -> None:
    with here(tmp_path, server, program) as prod:
        prod.infrastructure.plan(prod.folder)
        prod.infrastructure.apply(prod.folder, Told())
        with pytest.raises(InfrastructureError) as refused:
            prod.infrastructure.destroy(prod.folder, Told(), protected=False)
    assert {one.code for one in refused.value.problems} == {"TW971"}
    assert all("prevent_destroy" in one.message and "protected" in one.fix for one in refused.value.problems)
