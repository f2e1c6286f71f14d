"""The product's namespace: gone again after a first release that was refused, and last of all when the product goes."""

from __future__ import annotations

import pytest

from tests.delivery.engine.conftest import Shop
from tests.delivery.memory.shop_release import manifest
from twinstack.api_server.answer import JsonObject
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.engine import Ending
from twinstack.delivery.holder import Holder
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.progress import State
from twinstack.delivery.record import Status
from twinstack.delivery.removal import Removal
from twinstack.errors import ConfigurationError

pytestmark = pytest.mark.slow


def another(shop: Shop) -> JsonObject:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "another", "namespace": shop.namespace}}


def namespace_of(shop: Shop) -> JsonObject | None:
    return shop.api.get("v1", "Namespace", shop.namespace)


def migrated(shop: Shop) -> bool:
    """Whether the migration has run since the states were last forgotten."""
    return (f"Job {shop.namespace}/migration-good", State.COMPLETE) in [one[:2] for one in shop.told.states]


def remove(shop: Shop, *also: str) -> dict[str, str]:
    removal = Removal(shop.api, shop.namespace, shop.stack, shop.told, Holder.here("ada"), frozenset(also))
    return {one.identity.kind: one.reason for one in removal.run()}


def test_nothing_is_asked_about_what_lies_in_a_namespace_that_is_not_there(shop: Shop) -> None:
    before = shop.api.requests_sent
    seen = shop.delivery("1.0.0", shop.manifests(migration="good", extra=True)).look()
    assert {change.kind for change in seen.changes} == {ChangeKind.CREATED}
    # The Lease, the releases here and elsewhere, the namespace by itself and among the objects.
    assert shop.api.requests_sent - before == 5


def test_a_first_release_that_is_refused_leaves_nothing_and_runs_nothing(shop: Shop) -> None:
    with pytest.raises(ConfigurationError) as refused:
        shop.deploy("1.0.0", replicas=-1, migration="good")
    assert [problem.code for problem in refused.value.problems] == ["TW943"]
    shop.gone()
    assert not [subject for subject, _, _ in shop.told.states if subject.startswith(("Job", "Deployment"))]
    assert shop.deploy("1.0.0", migration="good").ending is Ending.SUCCEEDED


def test_everything_that_is_refused_of_a_first_release_is_told_at_once(shop: Shop) -> None:
    wrong = manifest("Service", "web", shop.namespace, spec={"ports": [{"port": -1}]})
    manifests = (*shop.manifests(replicas=-1), wrong)
    with pytest.raises(ConfigurationError) as refused:
        shop.delivery("1.0.0", manifests).run()
    inside = shop.namespace
    assert {problem.path for problem in refused.value.problems} == {f"Deployment {inside}/web", f"Service {inside}/web"}
    shop.gone()


def test_what_somebody_else_put_into_it_meanwhile_keeps_it_and_is_named(shop: Shop) -> None:
    api, told = shop.api, shop.told
    state = told.state

    def put(subject: str, new: State, detail: str = "") -> None:
        if subject.startswith("Namespace"):
            assert not api.apply(another(shop), manager="another").refusal
        state(subject, new, detail)

    told.state = put  # type: ignore[method-assign]
    with pytest.raises(ConfigurationError):
        shop.deploy("1.0.0", replicas=-1)
    del told.state
    assert f"ConfigMap {shop.namespace}/another is still in it" in told.notes[-1]
    assert shop.live("v1", "ConfigMap", "another") is not None


def test_a_namespace_that_was_there_before_stays_after_a_refusal(shop: Shop) -> None:
    assert not shop.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": shop.namespace}}).refusal
    with pytest.raises(ConfigurationError):
        shop.deploy("1.0.0", replicas=-1)
    found = namespace_of(shop)
    assert found is not None
    assert "deletionTimestamp" not in found["metadata"]


def test_with_the_product_goes_its_namespace(shop: Shop) -> None:
    shop.deploy("1.0.0", extra=True, migration="good")
    assert remove(shop) == {}
    assert namespace_of(shop) is None
    assert remove(shop) == {}
    assert shop.deploy("1.0.0", migration="good").ending is Ending.SUCCEEDED


@pytest.mark.parametrize("made_before", [False, True], ids=["foreign object", "made by somebody else"])
def test_a_namespace_that_is_not_only_ours_stays_with_the_reason_and_remembers_nothing(
    shop: Shop, *, made_before: bool
) -> None:
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": shop.namespace}}
    if made_before:
        assert not shop.api.create(own, manager="kubectl-create").refusal
    shop.deploy("1.0.0", migration="good")
    if not made_before:
        assert not shop.api.apply(another(shop), manager="another").refusal
        lease = {"name": lease_name(f"{shop.stack}-two"), "namespace": shop.namespace}
        assert not shop.api.create({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": lease}).refusal
    neighbours = f"another, Lease {shop.namespace}/{shop.stack}-two-deployment are still in it"
    why = "it was made or changed by kubectl-create" if made_before else neighbours
    kept = remove(shop)
    assert list(kept) == ["Namespace"]
    assert why in kept["Namespace"]
    assert shop.live("apps/v1", "Deployment", "web") is None
    assert shop.records.all == ()
    shop.told.states.clear()
    assert shop.deploy("1.0.0", migration="good").ending is Ending.SUCCEEDED
    assert migrated(shop)


def test_a_namespace_that_a_person_types_out_goes_with_all_that_is_in_it(shop: Shop) -> None:
    shop.deploy("1.0.0")
    assert not shop.api.apply(another(shop), manager="another").refusal
    assert remove(shop, f"Namespace {shop.namespace}") == {}
    assert namespace_of(shop) is None


def test_what_holds_data_stays_is_known_later_and_no_migration_counts_as_run(shop: Shop) -> None:
    size = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = manifest("PersistentVolumeClaim", "data", shop.namespace, spec=size)
    shop.delivery("1.0.0", (*shop.manifests(migration="good"), claim)).run()
    kept = remove(shop)
    assert set(kept) == {"PersistentVolumeClaim", "Namespace"}
    assert [one.status for one in shop.records.all] == [Status.REMOVED]
    shop.told.states.clear()
    assert shop.deploy("1.0.0", migration="good").ending is Ending.SUCCEEDED
    assert migrated(shop)
    assert remove(shop, f"PersistentVolumeClaim {shop.namespace}/data") == {}
