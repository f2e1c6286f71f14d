"""The infrastructure half of a release, on real Terraform and OpenTofu with the state in S3: planned, applied, stale."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.cloud import BUCKET, STACK, Here, Told
from twinstack.delivery import State
from twinstack.delivery.infrastructure import PLAN_FILE, PLAN_JSON, Infrastructure
from twinstack.delivery.infrastructure_plan import Action
from twinstack.delivery.terraform import LOCK_FILE
from twinstack.errors import ConfigurationError, InfrastructureError, UsageError
from twinstack.rehearsal.schema_provider import CANARY, Failure

RESOURCES = sum(len(one) for one in json.loads(STACK.read_text())["resource"].values())
"""Each of the stack's once: its one `for_each` has one member."""
STATE = {"bucket": BUCKET, "key": "k", "region": "us-west-2", "use_lockfile": True}


def test_a_plan_is_saved_privately_with_its_lock_file_and_says_what_it_would_do(prod: Here) -> None:
    plan = prod.infrastructure.plan(prod.folder)
    assert plan.counts == {Action.CREATED: RESOURCES}
    assert plan.outputs["cluster_kubeconfig"] is Action.CREATED
    assert not plan.is_empty
    assert {file.name for file in prod.folder.iterdir()} == {"cdk.tf.json", LOCK_FILE, PLAN_FILE, PLAN_JSON}
    for name in (PLAN_FILE, PLAN_JSON):
        assert stat.S_IMODE((prod.folder / name).stat().st_mode) == 0o600
    assert 'version     = "6.69.1"' in (prod.folder / LOCK_FILE).read_text()
    assert prod.infrastructure.read(prod.folder).as_dict() == plan.as_dict()


def test_what_was_planned_is_applied_on_another_machine_and_then_nothing_is_left_to_do(
    prod: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder is named from where the command is typed, as people do."""
    monkeypatch.chdir(prod.folder.parent)
    prod.infrastructure.plan(Path(prod.folder.name))
    other, told = prod.copy("other"), Told()
    other.infrastructure.apply(Path(other.folder.name), told)
    assert told.of("aws_db_instance.database")[0] is State.WAITING
    assert told.of("aws_db_instance.database")[-2:] == [State.APPLYING, State.CREATED]
    assert sum(1 for _, state, _ in told.states if state is State.CREATED) == RESOURCES
    assert other.infrastructure.outputs(other.folder)["exports_bucket"] == "shadower-analytics-exports"
    again = prod.infrastructure.plan(prod.folder)
    assert (again.is_empty, again.counts, dict(again.outputs)) == (True, {}, {})
    told = Told()
    Infrastructure("no-such-program", {}).apply(prod.folder, told)
    assert told.states == [], "nothing is run for an empty plan"


def test_no_secret_is_in_anything_that_is_kept(prod: Here) -> None:
    prod.infrastructure.plan(prod.folder)
    prod.infrastructure.apply(prod.folder, Told())
    prod.infrastructure.plan(prod.folder)
    issued = prod.cloud.issued
    assert len(issued) >= 4
    kept = (prod.folder / PLAN_JSON).read_text()
    assert "aws_secretsmanager_secret_version.database_url_v1" in kept
    assert CANARY not in kept
    assert [value for value in issued if value in kept] == []


def test_what_terraform_calls_sensitive_is_in_nothing_that_is_kept(tmp_path: Path, server: str, program: str) -> None:
    from tests.delivery.cloud import here

    secret = "hunter2-" + "x" * 20
    stack: dict[str, Any] = small(
        {"aws_ssm_parameter": {"p": {"name": "p", "type": "String", "value": "${var.password}"}}},
        variable={"password": {"type": "string", "sensitive": True, "default": secret}},
        output={"password": {"value": "${var.password}", "sensitive": True}, "plain": {"value": "to be seen"}},
    )
    with here(tmp_path, server, program, stack=stack) as place:
        place.infrastructure.plan(place.folder)
        first = (place.folder / PLAN_JSON).read_text()
        place.infrastructure.apply(place.folder, Told())
        place.change(lambda document: document["variable"]["password"].update(default=f"{secret}2"))
        changed = place.infrastructure.plan(place.folder)
        second = (place.folder / PLAN_JSON).read_text()
        outputs = place.infrastructure.outputs(place.folder)
    assert "to be seen" in first
    assert secret not in first
    assert secret not in second
    assert changed.counts == {Action.CHANGED: 1}
    assert outputs == {"plain": "to be seen"}


def test_a_plan_that_somebody_overtook_is_refused_with_what_moved(prod: Here) -> None:
    infrastructure = prod.infrastructure
    infrastructure.plan(prod.folder)
    infrastructure.apply(prod.folder, Told())
    prod.change(lambda document: resource(document, "aws_db_instance")["database"].update(backup_retention_period=33))
    infrastructure.plan(prod.folder)
    overtaken = prod.copy("overtaken")
    prod.change(lambda document: resource(document, "aws_db_instance")["database"].update(backup_retention_period=35))
    prod.change(
        lambda document: resource(document, "aws_kms_alias").update(extra={"name": "alias/x", "target_key_id": "k"})
    )
    infrastructure.plan(prod.folder)
    infrastructure.apply(prod.folder, Told())
    with pytest.raises(ConfigurationError) as refused:
        infrastructure.apply(overtaken.folder, Told())
    (problem,) = refused.value.problems
    assert problem.code == "TW973"
    assert problem.given == "aws_db_instance.database: backup_retention_period; aws_kms_alias.extra is new"
    assert refused.value.exit_status == 2


def test_a_plan_that_ended_half_way_is_gone_on_with(prod: Here) -> None:
    infrastructure = prod.infrastructure
    infrastructure.plan(prod.folder)
    prod.cloud.fail(Failure("aws_eks_cluster"))
    told = Told()
    with pytest.raises(InfrastructureError) as failed:
        infrastructure.apply(prod.folder, told)
    assert (failed.value.exit_status, {one.code for one in failed.value.problems}) == (1, {"TW972"})
    assert failed.value.problems[0].path == "aws_eks_cluster.cluster"
    assert told.of("aws_eks_cluster.cluster")[-1] is State.FAILED
    told = Told()
    infrastructure.apply(prod.folder, told)
    (note,) = told.notes
    assert note.startswith("an earlier run of this plan did not end: ")
    assert told.of("aws_eks_cluster.cluster")[-1] is State.CREATED
    assert told.of("aws_vpc.network") == [], "it was there already"
    assert infrastructure.plan(prod.folder).is_empty


def test_what_holds_something_is_destroyed_only_where_its_address_is_typed(
    tmp_path: Path, server: str, program: str
) -> None:
    from tests.delivery.cloud import here

    stack = small(
        {
            "aws_s3_bucket": {"b": {"bucket": "shop-files"}},
            "aws_kms_alias": {"a": {"name": "alias/a", "target_key_id": "k"}},
        }
    )
    with here(tmp_path, server, program, stack=stack) as place:
        place.infrastructure.plan(place.folder)
        place.infrastructure.apply(place.folder, Told())
        place.change(lambda document: document.pop("resource"))
        plan = place.infrastructure.plan(place.folder)
        assert plan.counts == {Action.DESTROYED: 2}
        with pytest.raises(ConfigurationError) as refused:
            place.infrastructure.apply(place.folder, Told())
        assert [(one.code, one.path) for one in refused.value.problems] == [("TW975", "aws_s3_bucket.b")]
        assert refused.value.problems[0].fix.endswith("--destroys aws_s3_bucket.b")
        told = Told()
        place.infrastructure.apply(place.folder, told, destroying=["aws_s3_bucket.b"])
        assert told.of("aws_s3_bucket.b")[-1] is State.DELETED


def test_a_plan_is_applied_only_by_what_made_it(prod: Here, tmp_path: Path) -> None:
    prod.infrastructure.plan(prod.folder)
    file = prod.folder / PLAN_JSON
    file.write_text(file.read_text().replace('"terraform_version":"1.', '"terraform_version":"1.0.'))
    with pytest.raises(UsageError, match=r"the plan was made by .* cannot apply it: run this with"):
        prod.infrastructure.apply(prod.folder, Told())
    with pytest.raises(UsageError, match="is no saved plan"):
        prod.infrastructure.read(tmp_path)
    with pytest.raises(UsageError, match="synthesize the infrastructure half first"):
        prod.infrastructure.plan(tmp_path)


def test_a_lock_file_that_is_given_is_held_to(prod: Here, tmp_path: Path) -> None:
    prod.infrastructure.plan(prod.folder)
    kept = tmp_path / "kept.hcl"
    kept.write_text((prod.folder / LOCK_FILE).read_text().replace('version     = "6.69.1"', 'version     = "6.69.0"'))
    with pytest.raises(InfrastructureError) as failed:
        prod.infrastructure.plan(prod.folder, lock_file=kept)
    assert {one.code for one in failed.value.problems} == {"TW970"}
    assert "6.69.0" in failed.value.problems[0].message


def test_a_bucket_that_is_missing_is_told_with_what_makes_it(prod: Here) -> None:
    prod.change(lambda document: document["terraform"]["backend"]["s3"].update(bucket="no-such-bucket"))
    with pytest.raises(InfrastructureError) as failed:
        prod.infrastructure.plan(prod.folder)
    (problem,) = failed.value.problems
    assert problem.fix == "make the bucket of its state: `twinstack bootstrap ENVIRONMENT --apply`"


def test_a_mistake_in_the_stack_is_told_with_its_place(prod: Here) -> None:
    prod.change(lambda document: resource(document, "aws_db_instance")["database"].update(engin="postgres"))
    with pytest.raises(InfrastructureError) as failed:
        prod.infrastructure.plan(prod.folder)
    (problem,) = failed.value.problems
    assert (problem.code, problem.path) == ("TW971", "aws_db_instance.database.engin")


def resource(document: Any, type_name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["resource"][type_name]
    return found


def small(resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A stack of a few resources."""
    return {
        "terraform": {"required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}}, "backend": {"s3": STATE}},
        "provider": {"aws": [{"region": "us-west-2", "allowed_account_ids": ["123456789012"]}]},
        "resource": resources,
        **more,
    }


def read(file: Path) -> Any:
    return json.loads(file.read_text())
