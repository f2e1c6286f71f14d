"""What Terraform alone knows comes into the cluster with a release, and no release takes it away again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.delivery.engine.conftest import Shop
from tests.delivery.memory.shop_release import manifest
from twinstack.delivery.engine import Ending, Outcome
from twinstack.delivery.manifest import Manifest
from twinstack.delivery.told import telling
from twinstack.errors import ConfigurationError
from twinstack.labels import TOLD_BY

pytestmark = pytest.mark.slow
MADE = {"media_file_system_id": "fs-1"}


def wanted(shop: Shop, image: str = "good") -> tuple[Manifest, ...]:
    asking = manifest("ConfigMap", "media", shop.namespace)
    asking.data["metadata"]["annotations"] = {TOLD_BY: "file-system-id=media_file_system_id"}
    return (*shop.manifests(image), asking)


def deploy(
    shop: Shop, version: str, image: str = "good", *, outputs: Mapping[str, Any] | None = None, is_applied: bool = False
) -> Outcome:
    """As a deployment does it, of both halves if `is_applied`."""
    manifests = wanted(shop, image)
    seen = shop.delivery(version, manifests).look()
    found = telling(manifests, seen.live, lambda: outputs, is_applied=is_applied)
    return shop.delivery(version, manifests, telling=found).run(seen)


def said(shop: Shop) -> dict[str, Any]:
    found = shop.live("v1", "ConfigMap", "media")
    assert found is not None
    return found.get("data") or {}


def by_hand(shop: Shop, text: str) -> None:
    metadata = {"name": "media", "namespace": shop.namespace}
    patch = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"file-system-id": text}}
    answer = shop.api.apply(patch, manager="hands", force=True)
    assert not answer.refusal


def test_a_first_release_is_told_and_the_next_ones_leave_it_there(shop: Shop) -> None:
    assert deploy(shop, "1.0.0", outputs=MADE, is_applied=True).ending is Ending.SUCCEEDED
    assert said(shop) == {"file-system-id": "fs-1"}
    assert shop.told.notes.count(f"ConfigMap {shop.namespace}/media is told file-system-id: fs-1") == 1
    assert deploy(shop, "1.0.0", outputs=MADE, is_applied=True).ending is Ending.NOTHING
    assert deploy(shop, "1.1.0", "good:2").ending is Ending.SUCCEEDED
    assert deploy(shop, "1.2.0", "missing").ending is Ending.RETURNED
    assert said(shop) == {"file-system-id": "fs-1"}
    assert sum("is told" in one for one in shop.told.notes) == 1
    found = shop.live("v1", "ConfigMap", "media")
    assert found is not None
    assert found["metadata"]["annotations"] == {TOLD_BY: "file-system-id=media_file_system_id"}


def test_another_file_system_is_told_and_what_still_leads_to_the_former(shop: Shop) -> None:
    deploy(shop, "1.0.0", outputs=MADE, is_applied=True)
    outcome = deploy(shop, "1.0.0", outputs={"media_file_system_id": "fs-2"}, is_applied=True)
    assert outcome.ending is Ending.NOTHING
    assert said(shop) == {"file-system-id": "fs-2"}
    assert "it said fs-1 before: a claim that was made by then still leads there" in shop.told.notes


def test_what_a_person_has_put_there_stays_and_is_named(shop: Shop) -> None:
    deploy(shop, "1.0.0", outputs=MADE, is_applied=True)
    by_hand(shop, "fs-restored")
    assert deploy(shop, "1.1.0", "good:2", outputs=MADE, is_applied=True).ending is Ending.SUCCEEDED
    assert said(shop) == {"file-system-id": "fs-restored"}
    assert any("fs-restored, and Terraform's is fs-1" in one for one in shop.told.notes)


@pytest.mark.parametrize(
    ("outputs", "given"),
    [
        (None, "a release without its infrastructure"),
        ({"other": "x"}, "a state without the output media_file_system_id"),
    ],
)
def test_without_an_answer_nothing_is_begun(shop: Shop, outputs: Mapping[str, Any] | None, given: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        deploy(shop, "1.0.0", outputs=outputs)
    (problem,) = caught.value.problems
    assert (problem.code, problem.given) == ("TW949", f"no file-system-id, and {given}")
    assert shop.records.newest is None
    assert shop.api.get("v1", "Namespace", shop.namespace) is None


def test_the_workloads_alone_follow_once_it_was_told(shop: Shop) -> None:
    deploy(shop, "1.0.0", outputs=MADE, is_applied=True)
    assert deploy(shop, "1.1.0", "good:2", outputs=None).ending is Ending.SUCCEEDED
