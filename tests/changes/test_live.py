"""What really stands, as the former side of a difference: a real plan, and objects with the server's own account of them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.changes.plans import RECORDED
from twinstack.api_server.client import FIELD_MANAGER
from twinstack.changes.gate import judge
from twinstack.changes.live import as_it_stands, changes_of_look, changes_of_plan
from twinstack.delivery.changes import Change, ChangeKind, changes
from twinstack.delivery.engine import Look
from twinstack.delivery.infrastructure_plan import Action, InfrastructurePlan
from twinstack.delivery.live import LiveState
from twinstack.delivery.manifest import Manifest, identity_of
from twinstack.delivery.pruning import Pruning

LABELS = {"app.kubernetes.io/component": "web"}
WANTED: dict[str, Any] = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop", "labels": LABELS},
    "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8000}]},
}  # fmt: skip
OWNED = {
    "f:metadata": {"f:labels": {"f:app.kubernetes.io/component": {}, "f:team": {}}},
    "f:spec": {
        "f:selector": {},
        "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}, "f:port": {}, "f:targetPort": {}}},
    },
}


def standing(**changed: Any) -> dict[str, Any]:
    """The service as the cluster has it, with what the server adds."""
    live = copy.deepcopy(WANTED)
    live["metadata"] |= {
        "uid": "1", "labels": {**LABELS, "team": "old"},
        "managedFields": [{"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": OWNED}],
    }  # fmt: skip
    live["spec"] |= {"clusterIP": "10.0.0.1", **changed}
    live["spec"]["ports"] = [{**live["spec"]["ports"][0], "protocol": "TCP"}]
    return live


def test_only_what_applying_would_change_is_taken_over_from_the_cluster() -> None:
    before = as_it_stands(WANTED, standing(selector={"app": "other"}))
    assert before["metadata"]["labels"] == {**LABELS, "team": "old"}  # ours, and no longer declared
    assert before["spec"] == {**WANTED["spec"], "selector": {"app": "other"}}
    moved = standing()
    moved["spec"]["ports"][0]["targetPort"] = 9000
    assert as_it_stands(WANTED, moved)["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": 9000}]
    assert as_it_stands(WANTED, None) == WANTED
    assert WANTED["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": 8000}]


def look(live: list[dict[str, Any]], *more: Change) -> Look:
    state = LiveState({identity_of(one): one for one in live})
    found = changes([Manifest(WANTED)], state)
    return Look(None, state, (*found, *more), Pruning((), ()))  # type: ignore[arg-type]


def test_a_look_at_the_cluster_is_judged_as_two_releases_are() -> None:
    (one,) = changes_of_look(look([standing(selector={"app": "other"})]), [WANTED], ["web"])
    assert (one.subject, one.thing, one.action) == ("Service shop/web", "web", Action.CHANGED)
    field = one.fields[0]
    assert (field.path, field.before, field.after) == ("spec.selector.app", "other", "web")
    (made,) = changes_of_look(look([]), [WANTED], ["web"])
    assert (made.action, made.risk) == (Action.CREATED, "safe")


def test_a_job_that_has_run_and_is_gone_since_is_no_change() -> None:
    """Kubernetes takes it away some time after its end, and the release's record says that it has ended."""
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migration-1", "namespace": "shop"},
        "spec": {},
    }
    ran = Change(identity_of(job), ChangeKind.UNCHANGED, Manifest(job))
    assert [*changes_of_look(look([standing()], ran), [WANTED, job], ["web"])] == [
        *changes_of_look(look([standing()]), [WANTED], ["web"])
    ]


def test_what_is_left_to_an_administrator_is_not_known() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    left = Change(identity_of(namespace), ChangeKind.LEFT, Manifest(namespace), note="no right to list it")
    found = {one.subject: one for one in changes_of_look(look([], left), [WANTED, namespace], ["web"])}
    assert (found["Namespace shop"].risk, found["Namespace shop"].why) == ("unknown", "no right to list it")


@pytest.mark.parametrize("program", ["terraform", "tofu"])
def test_a_real_plan_becomes_a_difference(program: str) -> None:
    plan = InfrastructurePlan.of(json.loads((RECORDED / f"{program}.json").read_text()), program)
    found = {one.subject: one for one in changes_of_plan(plan, judge(plan.document), {}, ["database", "key"])}
    assert {*found} == {str(one) for one in plan.changes}
    database = found["aws_db_instance.database"]
    assert (database.thing, database.action, database.risk) == ("database", Action.REPLACED, "destroys data")
    tagged = found["aws_s3_bucket.tagged"]
    assert (tagged.action, tagged.risk) == (Action.CHANGED, "safe")
    assert found["aws_kms_key.key"].risk == "destroys data"
