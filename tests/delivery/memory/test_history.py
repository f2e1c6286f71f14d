"""Which release a rollback means, and what of it is applied again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from tests.delivery.memory.cluster_view import View, apply, look
from tests.delivery.memory.shop_release import config, deployment, manifest, release, stack_of
from twinstack.api_server import ApiServer
from twinstack.delivery import Manifest
from twinstack.delivery.history import current, rows, to_return_to, what_returns
from twinstack.delivery.quantity import number_of
from twinstack.delivery.record import Record, Status
from twinstack.delivery.records import Records
from twinstack.errors import ConfigurationError

ADA = "ada@laptop, process 4711, 9f3c2e1b"


def past(*told: str) -> Records:
    """Releases as `VERSION STATUS [again N | to N]`, the oldest first; a version is a content."""
    made = []
    for number, text in enumerate(told, 1):
        version, status, *more = text.split()
        numbers: Mapping[str, int] = {more[0]: int(more[1])} if more else {}
        made.append(
            Record(
                number=number,
                status=Status(status),
                release={"version": version, "revision": "9f3c2e1", "dirty": number == 1},
                digest=version,
                holder=ADA,
                applied_by="ada@laptop",
                started_at="2026-11-28T22:00:00Z",
                ended_at="" if status == "applying" else "2026-11-28T22:01:30Z",
                parts=(),
                again=numbers.get("again", 0),
                returned_to=numbers.get("to", 0),
            )
        )
    return Records(cast("ApiServer", None), "shop", "shop-live", tuple(made))


MEANT = {
    "the one before": (["1.0 succeeded", "1.1 succeeded"], "", 1),
    "past one that failed": (["1.0 succeeded", "1.1 returned to 1", "1.2 succeeded"], "", 1),
    "before what was returned to": (["1.0 succeeded", "1.1 succeeded", "1.2 returned to 2"], "", 1),
    "the last good one where the newest is half done": (["1.0 succeeded", "1.1 succeeded", "1.2 failed"], "", 2),
    "the last good one after a killed client": (["1.0 succeeded", "1.1 interrupted"], "", 1),
    "back again, and not to and fro": (
        ["1.0 succeeded", "1.1 succeeded", "1.2 succeeded", "1.1 succeeded again 2"],
        "",
        1,
    ),
    "another content": (["1.0 succeeded", "1.1 succeeded", "1.1 succeeded"], "", 1),
    "a version": (["1.0 succeeded", "1.1 succeeded", "1.2 succeeded"], "1.0", 1),
    "the newest of a version": (["1.0 succeeded", "1.0 succeeded", "1.1 succeeded"], "1.0", 2),
    "one of a version that succeeded": (["1.0 succeeded", "1.0 failed", "1.1 succeeded"], "1.0", 1),
    "what stands there, by name": (["1.0 succeeded", "1.1 succeeded"], "1.1", 2),
}


@pytest.mark.parametrize("case", MEANT)
def test_a_rollback_means(case: str) -> None:
    told, version, number = MEANT[case]
    assert to_return_to(past(*told), version).number == number


def test_a_version_that_never_succeeded_is_refused_with_those_that_did() -> None:
    """uzh-bf/klicker-uzh#5183: a return to an image that never was blocks everything."""
    records = past("1.0 succeeded", "1.1 succeeded", "1.2 failed")
    for version, given in (("1.2", "1.2, which failed"), ("9.9", "9.9")):
        with pytest.raises(ConfigurationError) as caught:
            to_return_to(records, version)
        (problem,) = caught.value.problems
        assert (problem.code, problem.given, problem.allowed) == ("TW965", given, "1.1, 1.0")


@pytest.mark.parametrize("told", [[], ["1.0 succeeded"], ["1.0 failed"], ["1.0 succeeded", "1.0 succeeded"]])
def test_where_there_is_none_before_it_is_refused_with_what_there_is(told: Sequence[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        to_return_to(past(*told))
    (problem,) = caught.value.problems
    assert problem.code == "TW966"
    assert all(one in problem.given for one in told)


def test_the_list_says_what_became_of_each() -> None:
    told = rows(past("1.0 succeeded", "1.1 succeeded", "1.2 returned to 2", "1.3 applying", "1.0 succeeded again 1"))
    assert [(one.number, one.version, str(one.status), one.is_current) for one in told] == [
        (5, "1.0", "succeeded", True),
        (4, "1.3", "applying", False),
        (3, "1.2", "returned", False),
        (2, "1.1", "succeeded", False),
        (1, "1.0", "succeeded", False),
    ]
    assert [one.about for one in told] == ["release 1 again", "", "release 2 was returned to", "", ""]
    assert [one.seconds for one in told] == [90, None, 90, 90, 90]
    assert told[-1].revision == "9f3c2e1+"
    assert told[0].as_dict()["status"] == "succeeded"
    assert [one.can_be_returned_to for one in told] == [True, False, False, True, True]


def test_what_stands_there_after_a_return_is_what_was_returned_to() -> None:
    now = current(past("1.0 succeeded", "1.1 returned to 1"))
    assert now is not None
    assert now.number == 1
    assert current(past("1.0 succeeded", "1.1 failed")) is None


def test_a_return_makes_what_is_missing_again(api: ApiServer, namespace: str) -> None:
    """helm/helm#12388 and #8228: an object of the old release, or its configuration, is gone or was made by hand."""
    manifests = [
        config("config-aaaa", namespace),
        config("settings", namespace, LEVEL="info"),
        deployment("web", namespace),
    ]
    opened = Records.read(api, namespace, stack_of(namespace)).begin(release("1.0.0", namespace), manifests, ADA)
    apply(api, manifests)
    record = opened.end(Status.SUCCEEDED)
    for name in ("config-aaaa", "settings"):
        api.delete("v1", "ConfigMap", name, namespace)
    by_hand = config("settings", namespace, LEVEL="debug")
    assert not api.create(by_hand.data, manager="kubectl-create").refusal
    records = Records.read(api, namespace, stack_of(namespace))
    returned = what_returns(records.manifests(record), look(api, records))
    assert [one.identity for one in returned.manifests] == [one.identity for one in manifests]
    apply(api, returned.manifests)
    for name, data in (("config-aaaa", {"KEY": "value"}), ("settings", {"LEVEL": "info"})):
        found = api.get("v1", "ConfigMap", name, namespace)
        assert found is not None
        assert found["data"] == data


def test_a_return_leaves_jobs_out() -> None:
    """An immutable template blocks nothing (rwlove/home-ops#13277), and no old migration runs against a newer schema."""
    job = manifest("Job", "migrate-aaaa", "shop", "batch/v1", spec={})
    cron = manifest("CronJob", "clean", "shop", "batch/v1", spec={})
    found = what_returns([job, cron], View({}))
    assert found.left_out == (job.identity,)
    assert [one.kind for one in found.manifests] == ["CronJob"]


def claim(size: str, namespace: str) -> Manifest:
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "grows", "resources": {"requests": {"storage": size}}}
    return manifest("PersistentVolumeClaim", "data", namespace, spec=spec)


def test_a_return_never_asks_a_volume_to_shrink(api: ApiServer, namespace: str) -> None:
    """helm/helm#11359."""
    grows = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "grows"},
        "provisioner": "example.com/none",
        "allowVolumeExpansion": True,
    }
    assert not api.apply(grows).refusal
    apply(api, [claim("20Gi", namespace)])
    bound = {"status": {"phase": "Bound", "capacity": {"storage": "20Gi"}, "accessModes": ["ReadWriteOnce"]}}
    patched = api.patch("v1", "PersistentVolumeClaim", "data", namespace, changes=bound, subresource="status")
    assert not patched.refusal, patched.refusal
    old = claim("10Gi", namespace)
    assert "less than" in api.apply(old.data).refusal or "forbidden" in api.apply(old.data).refusal
    seen = api.get("v1", "PersistentVolumeClaim", "data", namespace)
    assert seen is not None
    found = what_returns([old], View({old.identity: seen}))
    apply(api, found.manifests)
    assert found.notes == (f"PersistentVolumeClaim {namespace}/data keeps the size of its volume, which cannot shrink",)
    again = what_returns([claim("30Gi", namespace)], View({old.identity: seen}))
    assert (again.notes, again.manifests[0].data["spec"]["resources"]["requests"]["storage"]) == ((), "30Gi")


def test_the_claims_of_a_stateful_set_do_not_shrink_either() -> None:
    def of(size: str) -> dict[str, Any]:
        claims = [
            {"metadata": {"name": name}, "spec": {"resources": {"requests": {"storage": one}}}}
            for name, one in (("data", size), ("log", "1Gi"))
        ]
        return {"replicas": 1, "volumeClaimTemplates": claims}

    old = manifest("StatefulSet", "store", "shop", "apps/v1", spec=of("10Gi"))
    live = manifest("StatefulSet", "store", "shop", "apps/v1", spec=of("20480Mi"))
    found = what_returns([old], View({old.identity: dict(live.data)}))
    assert found.manifests[0].data["spec"] == of("20480Mi")
    assert len(found.notes) == 1
    assert what_returns([old], View({})).manifests[0].data["spec"] == of("10Gi")


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("1", 1),
        ("10Gi", 10 * 2**30),
        ("1.5Gi", 3 * 2**29),
        ("1e3", 1000),
        ("500M", 500_000_000),
        ("2k", 2000),
        ("1000m", 1),
    ],
)
def test_quantities_are_compared_as_numbers(quantity: str, number: int) -> None:
    assert number_of(quantity) == number


def test_what_is_no_quantity_is_refused() -> None:
    for text in ("", "Gi", "10GB", "ten"):
        with pytest.raises(ValueError, match="is no quantity"):
            number_of(text)
