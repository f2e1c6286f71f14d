"""Jobs after a release: they wait until all is ready, and their failure is the release's, or is only reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.delivery.engine.conftest import Shop, job_of
from tests.delivery.memory.shop_release import manifest
from twinstack.delivery import Manifest
from twinstack.delivery.after import AFTER, FAILURE, REPORTED, RUNS
from twinstack.delivery.engine import Ending
from twinstack.delivery.progress import State
from twinstack.delivery.reasons import Reason
from twinstack.delivery.record import Status

pytestmark = pytest.mark.slow


def after(shop: Shop, image: str, *, name: str = "smoke", **annotations: str) -> Manifest:
    found = manifest("Job", name, shop.namespace, "batch/v1", spec=job_of(image))
    found.data["metadata"]["annotations"] = {RUNS: AFTER, **annotations}
    return found


def deploy(shop: Shop, version: str, *jobs: Manifest, **wanted: Any) -> Any:
    return shop.delivery(version, (*shop.manifests(**wanted), *jobs)).run()


def test_it_begins_once_all_the_rest_is_ready_and_its_failure_gives_the_release_back(shop: Shop) -> None:
    assert deploy(shop, "1.0.0", after(shop, "good")).ending is Ending.SUCCEEDED
    states = [(subject, state) for subject, state, _ in shop.told.states]
    begun = states.index((f"Job {shop.namespace}/smoke", State.CREATED))
    assert states.index((f"Deployment {shop.namespace}/web", State.READY)) < begun
    outcome = deploy(shop, "1.1.0", after(shop, "fails", name="smoke-2"), image="good:2")
    assert outcome.ending is Ending.RETURNED
    assert outcome.failures[0].reason is Reason.JOB
    assert shop.image() == "good:1"


def test_a_failure_that_is_only_reported_leaves_the_release_and_is_remembered(shop: Shop) -> None:
    reported = after(shop, "fails", name="index", **{FAILURE: REPORTED})
    other = after(shop, "good", name="smoke")
    outcome = deploy(shop, "1.0.0", reported, other)
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.failures == ()
    (found,) = outcome.reported
    assert (found.identity.name, found.reason) == ("index", Reason.JOB)
    newest = shop.records.newest
    assert newest is not None
    assert newest.status is Status.SUCCEEDED
    assert "index" in newest.reason
    assert (f"Job {shop.namespace}/smoke", State.COMPLETE) in [(one, state) for one, state, _ in shop.told.states]


def test_one_that_cannot_start_is_reported_as_well(shop: Shop) -> None:
    outcome = deploy(shop, "1.0.0", after(shop, "missing", **{FAILURE: REPORTED}))
    assert outcome.ending is Ending.SUCCEEDED
    assert [one.reason for one in outcome.reported] == [Reason.IMAGE]


def test_a_return_runs_none_of_them(shop: Shop) -> None:
    deploy(shop, "1.0.0", after(shop, "good"))
    shop.api.delete("batch/v1", "Job", "smoke", shop.namespace)  # as its time to live does
    assert deploy(shop, "1.1.0", image="crash").ending is Ending.RETURNED
    assert shop.live("batch/v1", "Job", "smoke") is None
