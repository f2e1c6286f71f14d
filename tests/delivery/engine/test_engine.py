"""A release comes in, is whole, or is given back; whatever happens to its client, the same command goes on."""

from __future__ import annotations

import threading

import pytest

from tests.delivery.engine.conftest import Shop
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.engine import Ending
from twinstack.delivery.holder import Holder
from twinstack.delivery.lease import Lease
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.progress import State
from twinstack.delivery.reasons import Reason
from twinstack.delivery.record import Status
from twinstack.errors import ConfigurationError, LeaseHeldError, SupersededError

pytestmark = pytest.mark.slow


def test_a_first_release_comes_in_with_its_namespace_and_is_remembered(shop: Shop) -> None:
    outcome = shop.deploy("1.0.0", migration="good")
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.failures == ()
    newest = shop.records.newest
    assert newest is not None
    assert (newest.version, newest.status, newest.number) == ("1.0.0", Status.SUCCEEDED, outcome.number)
    assert shop.image() == "good:1"


def test_nothing_new_is_told_by_few_requests_and_writes_nothing(shop: Shop) -> None:
    shop.deploy("1.0.0")
    before = {one.number: one.resource_version for one in shop.records.all}
    sent = shop.api.requests_sent
    assert shop.deploy("1.0.0").ending is Ending.NOTHING
    assert shop.api.requests_sent - sent <= 20
    assert {one.number: one.resource_version for one in shop.records.all} == before


def test_a_version_that_never_becomes_ready_is_returned_from_with_its_configuration(shop: Shop) -> None:
    shop.deploy("1.0.0")
    outcome = shop.deploy("1.1.0", "missing", settings="two")
    assert outcome.ending is Ending.RETURNED
    assert outcome.failures[0].reason is Reason.IMAGE
    assert outcome.returned_to is not None
    assert outcome.returned_to.version == "1.0.0"
    assert (shop.image(), shop.word()) == ("good:1", "one")
    newest = shop.records.newest
    assert newest is not None
    assert newest.status is Status.RETURNED
    assert newest.returned_to == outcome.returned_to.number


def test_what_crashes_only_after_a_while_is_returned_from_while_it_is_watched(shop: Shop) -> None:
    shop.deploy("1.0.0")
    outcome = shop.deploy("1.1.0", "later", options={"watch_seconds": 120})
    assert outcome.ending is Ending.RETURNED
    assert outcome.failures[0].reason is Reason.CRASH
    assert shop.image() == "good:1"


def test_a_failed_migration_lets_nothing_of_its_version_run_and_is_tried_again(shop: Shop) -> None:
    shop.deploy("1.0.0")
    outcome = shop.deploy("1.1.0", "good:2", migration="fails")
    assert outcome.ending is Ending.RETURNED
    assert outcome.failures[0].reason is Reason.JOB
    assert shop.image() == "good:1"
    told = {(subject, state) for subject, state, _ in shop.told.states}
    assert (f"Deployment {shop.namespace}/web", State.CHANGED) not in told
    again = shop.delivery("1.1.0", shop.manifests("good:2", migration="fails")).look()
    assert "Job" in {change.identity.kind for change in again.to_do}


def test_a_return_runs_no_migration(shop: Shop) -> None:
    shop.deploy("1.0.0", migration="good")
    job = shop.live("batch/v1", "Job", "migration-good")
    assert job is not None
    shop.api.delete("batch/v1", "Job", "migration-good", shop.namespace)  # as its time to live does
    assert shop.deploy("1.1.0", "crash", migration="good-2").ending is Ending.RETURNED
    assert shop.live("batch/v1", "Job", "migration-good") is None


def test_a_first_release_that_fails_stands_failed_since_there_is_none_before(shop: Shop) -> None:
    outcome = shop.deploy("1.0.0", "crash")
    assert outcome.ending is Ending.FAILED
    assert outcome.returned_to is None
    assert shop.deploy("1.0.1").ending is Ending.SUCCEEDED


def test_what_a_release_wants_no_more_goes_once_all_is_healthy(shop: Shop) -> None:
    shop.deploy("1.0.0", extra=True)
    outcome = shop.deploy("1.1.0", "crash")
    assert outcome.ending is Ending.RETURNED
    assert shop.live("v1", "Service", "web") is not None
    outcome = shop.deploy("1.2.0", "good:2")
    assert [one["kind"] for one in outcome.deleted] == ["Service"]
    assert shop.live("v1", "Service", "web") is None


def test_what_a_failed_release_brought_goes_with_it(shop: Shop) -> None:
    shop.deploy("1.0.0")
    assert shop.deploy("1.1.0", "crash", extra=True).ending is Ending.RETURNED
    assert shop.live("v1", "Service", "web") is None


def test_the_same_release_mends_what_hands_have_changed_and_says_from_whom(shop: Shop) -> None:
    shop.deploy("1.0.0", extra=True)
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "good:7"}]}}}}
    metadata = {"name": "web", "namespace": shop.namespace}
    hands = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, **patch}
    answer = shop.api.apply(hands, manager="hands", force=True)
    assert not answer.refusal
    shop.api.delete("v1", "Service", "web", shop.namespace)
    outcome = shop.deploy("1.0.0", extra=True)
    assert outcome.ending is Ending.SUCCEEDED
    assert {change.kind for change in outcome.changed} == {ChangeKind.CREATED, ChangeKind.CHANGED}
    assert shop.image() == "good:1"
    assert shop.live("v1", "Service", "web") is not None
    assert any("hands" in note for note in shop.told.notes)


def test_a_second_deployment_is_refused_by_the_name_of_the_first(shop: Shop) -> None:
    shop.deploy("1.0.0")
    ann = Holder.here("ann")
    with (
        Lease.hold(shop.api, shop.namespace, lease_name(shop.stack), ann),
        pytest.raises(LeaseHeldError, match="ann@"),
    ):
        shop.deploy("1.1.0", "good:2")
    assert shop.image() == "good:1"


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
def test_what_another_deployment_did_after_the_look_is_looked_at(shop: Shop, first: bool) -> None:
    """Also in a namespace that was not there yet, or by one that had the Lease and gave it back."""
    if not first:
        shop.deploy("1.0.0")
    mine = shop.delivery("1.2.0", shop.manifests("good:2"))
    seen = mine.look()
    shop.deploy("1.1.0", settings="two", extra=True)
    outcome = mine.run(seen)
    assert outcome.ending is Ending.SUCCEEDED
    assert [str(one["kind"]) for one in outcome.deleted] == ["Service"], "which the first look could not know of"
    assert (shop.image(), shop.word()) == ("good:2", "one")
    assert outcome.number == (2 if first else 3)


def test_a_newer_deployment_supersedes_one_that_waits(shop: Shop) -> None:
    shop.deploy("1.0.0")
    ended: list[BaseException] = []

    def first() -> None:
        try:
            shop.deploy("1.1.0", "never")
        except SupersededError as error:
            ended.append(error)

    before = len(shop.told.states)
    waiting = threading.Thread(target=first)
    waiting.start()
    with shop.told.changed:
        assert shop.told.changed.wait_for(
            lambda: any(state is State.STARTING and "web" in name for name, state, _ in shop.told.states[before:]),
            timeout=300,
        )
    assert shop.deploy("1.2.0", "good:2", options={"supersede": True}).ending is Ending.SUCCEEDED
    waiting.join(300)
    assert len(ended) == 1
    statuses = {one.version: one.status for one in shop.records.all}
    assert statuses["1.1.0"] is Status.SUPERSEDED
    assert statuses["1.2.0"] is Status.SUCCEEDED


def test_a_person_who_stops_it_leaves_a_record_and_no_lock(shop: Shop) -> None:
    shop.deploy("1.0.0")
    delivery = shop.delivery("1.1.0", shop.manifests("never"))
    interrupting = threading.Event()

    def interrupt(subject: str, state: State, detail: str = "") -> None:
        if state is State.STARTING and not interrupting.is_set():
            interrupting.set()
            raise KeyboardInterrupt

    shop.told.state = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        delivery.run()
    del shop.told.state
    newest = shop.records.newest
    assert newest is not None
    assert newest.status is Status.INTERRUPTED
    assert shop.deploy("1.2.0", "good:2").ending is Ending.SUCCEEDED


def test_what_the_server_refuses_is_told_before_anything_is_applied_or_remembered(shop: Shop) -> None:
    shop.deploy("1.0.0")
    wrong = shop.manifests(settings="two", replicas=-1)
    with pytest.raises(ConfigurationError, match="TW943"):
        shop.delivery("1.1.0", wrong).run()
    assert shop.word() == "one"
    assert [one.version for one in shop.records.all] == ["1.0.0"]


def test_a_rollback_applies_a_former_release_without_its_jobs(shop: Shop) -> None:
    shop.deploy("1.0.0", migration="good")
    shop.deploy("1.1.0", "good:2", settings="two")
    former = next(one for one in shop.records.all if one.version == "1.0.0")
    manifests = shop.records.manifests(former)
    outcome = shop.delivery("1.0.0", manifests, again=former.number).run()
    assert outcome.ending is Ending.SUCCEEDED
    assert (shop.image(), shop.word()) == ("good:1", "one")
    assert shop.delivery("1.0.0", manifests, again=former.number).run().ending is Ending.NOTHING
