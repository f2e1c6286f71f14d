"""What the namespace remembers of releases, on a real API server."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.delivery.memory.shop_release import config, deployment, manifest, release, stack_of
from twinstack.api_server import ApiServer
from twinstack.delivery.holder import Holder
from twinstack.delivery.lease import Lease
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.record import Record, Status
from twinstack.delivery.record_limits import MOST_PIECES
from twinstack.delivery.records import KEPT, Records
from twinstack.errors import ClusterError, ConfigurationError, SupersededError

ADA = "ada@laptop, process 4711, 9f3c2e1b"


def begin(api: ApiServer, namespace: str, version: str = "1.0.0", **more: Any) -> Any:
    manifests = more.pop("manifests", [config(f"config-{version}", namespace), deployment("web", namespace)])
    return Records.read(api, namespace, stack_of(namespace)).begin(release(version, namespace), manifests, ADA, **more)


def succeed(api: ApiServer, namespace: str, version: str = "1.0.0", **more: Any) -> Record:
    return begin(api, namespace, version, **more).end(Status.SUCCEEDED)


def config_maps(api: ApiServer, namespace: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in api.objects("v1", "ConfigMap", namespace)}


def test_it_is_written_before_the_first_apply_and_says_all_of_it(api: ApiServer, namespace: str) -> None:
    assert Records.read(api, namespace, stack_of(namespace)).all == ()
    manifests = [config("config", namespace), deployment("web", namespace)]
    with Lease.hold(api, namespace, lease_name(stack_of(namespace)), Holder("ada@laptop", 4711, "9f3c2e1b")) as lease:
        opened = Records.read(api, namespace, stack_of(namespace)).begin(
            release("1.0.0", namespace), manifests, lease.holder
        )
        (found,) = Records.read(api, namespace, stack_of(namespace)).all
        assert found == opened.record
        assert (found.number, found.version, found.status) == (1, "1.0.0", Status.APPLYING)
        assert (found.applied_by, found.holder) == ("ada@laptop", ADA)
        assert found.release["revision"] == "9f3c2e1"
        assert [str(one.identity) for one in found.inventory] == [
            f"ConfigMap {namespace}/config",
            f"Deployment {namespace}/web",
        ]
        assert [one.api_version for one in found.inventory] == ["v1", "apps/v1"]
        opened.end(Status.FAILED, "web: the image cannot be pulled")
    records = Records.read(api, namespace, stack_of(namespace))
    (ended,) = records.all
    assert (ended.status, ended.reason) == (Status.FAILED, "web: the image cannot be pulled")
    assert ended.ended_at >= ended.started_at > "2026"
    assert records.manifests(ended) == tuple(type(one)(one.data) for one in manifests)
    assert records.latest_succeeded is None
    assert records.newest == ended


def test_its_manifests_cannot_be_changed_and_it_bears_no_label_of_a_releases_own_objects(
    api: ApiServer, namespace: str
) -> None:
    succeed(api, namespace)
    found = config_maps(api, namespace)
    head, part = found[f"{stack_of(namespace)}-release-1"], found[f"{stack_of(namespace)}-release-1-manifests-1"]
    assert part["immutable"] is True
    assert head["metadata"]["labels"]["delivery.twinstack/status"] == "succeeded"
    for one in (head, part):
        assert "app.kubernetes.io/instance" not in one["metadata"]["labels"]
        assert "app.kubernetes.io/managed-by" not in one["metadata"]["labels"]
    changed = {**part, "binaryData": {"manifests.json.gz": ""}}
    assert "immutable" in api.replace(changed).refusal


def test_a_killed_client_leaves_a_record_that_reads_as_interrupted(api: ApiServer, namespace: str) -> None:
    """Not pending for ever: helm/helm#8987."""
    begin(api, namespace)
    (found,) = Records.read(api, namespace, stack_of(namespace)).all
    assert found.status is Status.INTERRUPTED
    assert found.reason == "ada@laptop, process 4711 is gone without a word"
    assert succeed(api, namespace, "1.0.1").number == 2


def test_a_record_of_a_run_that_is_at_work_says_so(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, lease_name(stack_of(namespace)), Holder("ada@laptop", 4711, "9f3c2e1b")):
        begin(api, namespace)
        assert Records.read(api, namespace, stack_of(namespace)).all[0].status is Status.APPLYING
    assert Records.read(api, namespace, stack_of(namespace)).all[0].status is Status.INTERRUPTED


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (ClusterError("the API server did not answer"), Status.FAILED, "the API server did not answer"),
        (SupersededError("gave way to grace@laptop"), Status.SUPERSEDED, "gave way to grace@laptop"),
        (KeyboardInterrupt(), Status.INTERRUPTED, "it was stopped (KeyboardInterrupt)"),
        (ZeroDivisionError(), Status.FAILED, "ZeroDivisionError"),
    ],
)
def test_after_an_error_the_status_is_never_applying(
    api: ApiServer, namespace: str, error: BaseException, status: Status, reason: str
) -> None:
    """werf/nelm#587."""
    with pytest.raises(type(error)), begin(api, namespace):
        raise error
    document = config_maps(api, namespace)[f"{stack_of(namespace)}-release-1"]
    found = Record.of_object(document)
    assert found is not None
    assert (found.status, found.reason) == (status, reason)


def test_an_end_that_was_written_stays(api: ApiServer, namespace: str) -> None:
    with begin(api, namespace) as opened:
        opened.end(Status.RETURNED, "web never became ready", returned_to=0)
        opened.end(Status.SUCCEEDED)
    (found,) = Records.read(api, namespace, stack_of(namespace)).all
    assert (found.status, found.reason) == (Status.RETURNED, "web never became ready")


def test_an_end_goes_through_though_somebody_has_touched_the_record(api: ApiServer, namespace: str) -> None:
    opened = begin(api, namespace)
    name = f"{stack_of(namespace)}-release-1"
    assert not api.patch("v1", "ConfigMap", name, namespace, changes={"metadata": {"annotations": {"a": "b"}}}).refusal
    assert opened.end(Status.SUCCEEDED).status is Status.SUCCEEDED
    assert Records.read(api, namespace, stack_of(namespace)).latest_succeeded is not None


def test_the_last_ten_are_kept_and_the_last_that_succeeded_however_old(api: ApiServer, namespace: str) -> None:
    first = succeed(api, namespace, "1.0.0")
    for index in range(1, 13):
        begin(api, namespace, f"1.0.{index}").end(Status.FAILED, "no")
    records = Records.read(api, namespace, stack_of(namespace))
    assert [one.number for one in records.all] == [1, *range(4, 14)]
    assert records.latest_succeeded == first
    heads = {name for name in config_maps(api, namespace) if "-release-" in name}
    assert len(heads) == 2 * len(records.all), "of a record that is forgotten nothing is left"


def test_what_a_forgotten_release_listed_is_still_known(api: ApiServer, namespace: str) -> None:
    for index in range(KEPT + 3):
        succeed(api, namespace, f"1.0.{index}")
    records = Records.read(api, namespace, stack_of(namespace))
    assert len(records.all) == KEPT
    listed = {one.name for one in records.listed}
    assert {f"config-1.0.{index}" for index in range(KEPT + 3)} <= listed
    gone = [one for one in records.listed if one.name in {"config-1.0.0", "config-1.0.1"}]
    opened = begin(api, namespace, "2.0.0", gone=gone)
    assert {one.identity.name for one in opened.record.former} == {"config-1.0.2", "config-1.0.3"}


def test_a_rollback_is_recorded_as_the_release_that_it_applies_again(api: ApiServer, namespace: str) -> None:
    first = succeed(api, namespace, "1.0.0")
    succeed(api, namespace, "1.1.0")
    records = Records.read(api, namespace, stack_of(namespace))
    records.begin(first.release, records.manifests(first), ADA, again=first.number).end(Status.SUCCEEDED)
    newest = Records.read(api, namespace, stack_of(namespace)).newest
    assert newest is not None
    assert (newest.number, newest.version, newest.content_number, newest.digest) == (3, "1.0.0", 1, first.digest)


def test_two_that_did_not_see_each_other_never_share_a_number(api: ApiServer, namespace: str) -> None:
    records = Records.read(api, namespace, stack_of(namespace))
    manifests = [config("config", namespace)]
    records.begin(release(), manifests, ADA)
    with pytest.raises(ClusterError, match="already exists"):
        records.begin(release(), manifests, "grace@laptop, process 4712, 1b7a6d5c")


def test_six_hundred_objects_fit(api: ApiServer, namespace: str) -> None:
    letters = random.Random(1)
    manifests = [config(f"config-{index}", namespace, KEY=letters.randbytes(600).hex()) for index in range(600)]
    succeed(api, namespace, manifests=manifests)
    records = Records.read(api, namespace, stack_of(namespace))
    (found,) = records.all
    assert len(found.inventory) == 600
    assert records.manifests(found) == tuple(type(one)(one.data) for one in manifests)


def test_many_pieces_are_put_together_again(api: ApiServer, namespace: str) -> None:
    letters = random.Random(1)
    manifests = [config(f"config-{index}", namespace, KEY=letters.randbytes(250_000).hex()) for index in range(6)]
    record = succeed(api, namespace, manifests=manifests)
    assert len(record.parts) == 3
    assert len(Records.read(api, namespace, stack_of(namespace)).manifests(record)) == 6


def test_more_than_the_limit_is_refused_with_words_and_nothing_is_written(api: ApiServer, namespace: str) -> None:
    letters = random.Random(1)
    manifests = [
        config(f"config-{index}", namespace, KEY=letters.randbytes(400_000).hex()) for index in range(MOST_PIECES * 3)
    ]
    with pytest.raises(ConfigurationError) as caught:
        begin(api, namespace, manifests=manifests)
    (problem,) = caught.value.problems
    assert problem.code == "TW964"
    assert "18 objects" in problem.given
    assert "the largest is ConfigMap" in problem.given
    assert not [name for name in config_maps(api, namespace) if "release" in name]


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_no_secret_comes_into_a_record(api: ApiServer, namespace: str, field: str) -> None:
    secret = manifest("Secret", "token", namespace, **{field: {"token": "dmFsdWU="}})
    with pytest.raises(ConfigurationError) as caught:
        begin(api, namespace, manifests=[secret])
    (problem,) = caught.value.problems
    assert problem.code == "TW963"
    assert problem.given == f"Secret {namespace}/token with token"
    assert "dmFsdWU=" not in str(problem)
    assert problem.fix
    assert not [name for name in config_maps(api, namespace) if "release" in name]


def test_a_secret_without_values_is_nobodys_secret(api: ApiServer, namespace: str) -> None:
    empty = manifest("Secret", "token", namespace)
    foreign = manifest("Secret", "token", namespace, "example.com/v1", data={"a": "b"})
    assert succeed(api, namespace, manifests=[empty, foreign]).status is Status.SUCCEEDED


def test_a_record_that_is_not_whole_is_told_and_never_applied(api: ApiServer, namespace: str) -> None:
    record = succeed(api, namespace)
    records = Records.read(api, namespace, stack_of(namespace))
    (name,) = record.parts
    api.delete("v1", "ConfigMap", name, namespace)
    with pytest.raises(ClusterError, match=r"release 1 \(1\.0\.0\) cannot be read: .* is gone"):
        records.manifests(record)
    other = succeed(api, namespace, "2.0.0")
    found = api.get("v1", "ConfigMap", other.parts[0], namespace)
    assert found is not None
    metadata = {"name": name, "namespace": namespace}
    assert not api.create({**found, "metadata": metadata}).refusal
    with pytest.raises(ClusterError, match="its manifests were changed"):
        records.manifests(record)


def test_what_others_write_under_our_labels_is_no_record(api: ApiServer, namespace: str) -> None:
    succeed(api, namespace)
    head = config_maps(api, namespace)[f"{stack_of(namespace)}-release-1"]
    for index, data in enumerate(({}, {"record.json": "{"}, {"record.json": "[]"})):
        made = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"odd-{index}", "namespace": namespace, "labels": head["metadata"]["labels"]},
            "data": data,
            "binaryData": {"inventory.json.gz": "AAAA"},
        }
        assert not api.create(made).refusal
    assert [one.number for one in Records.read(api, namespace, stack_of(namespace)).all] == [1]


def test_another_stack_in_the_namespace_is_another_story(api: ApiServer, namespace: str) -> None:
    succeed(api, namespace)
    assert Records.read(api, namespace, "shop-test").all == ()


def test_the_namespace_that_was_left_is_found_by_whoever_may_look(api: ApiServer, namespace: str) -> None:
    stack = f"moved-{namespace}"
    old = Records.read(api, namespace, stack).begin(release(), [config("config", namespace)], ADA)
    old.end(Status.SUCCEEDED)
    new = f"{namespace}-new"
    assert not api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": new}}).refusal
    records = Records.read(api, new, stack)
    assert (records.all, len(records.elsewhere)) == ((), 1)
    assert records.latest_succeeded is None
    records.begin(release(), [config("config", new)], ADA).end(Status.SUCCEEDED)
    again = Records.read(api, new, stack)
    assert again.elsewhere == ()
    assert {str(one) for one in again.listed} == {f"ConfigMap {namespace}/config", f"ConfigMap {new}/config"}


def test_what_was_written_when_the_answer_was_lost_is_taken_for_its_own(
    api: ApiServer, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API server that is restarted between a write and its answer."""
    records = Records.read(api, namespace, stack_of(namespace))
    really, lost = api._requests.send, list[tuple[str, str, str]]()

    def lose(method: str, path: str, **given: Any) -> Any:
        answer = really(method, path, **given)
        if (method, path, given.get("content", "")) not in lost:
            lost.append((method, path, given.get("content", "")))
            raise ClusterError("no answer")
        return answer

    monkeypatch.setattr(api._requests, "send", lose)
    manifests = [config("config-1.0.0", namespace), deployment("web", namespace)]
    opened = records.begin(release("1.0.0", namespace), manifests, ADA)
    opened.end(Status.SUCCEEDED)
    monkeypatch.undo()
    assert [method for method, _, _ in lost if method != "GET"] == ["POST", "POST", "PUT"]
    (found,) = Records.read(api, namespace, stack_of(namespace)).all
    assert (found.number, found.status) == (1, Status.SUCCEEDED)
    assert [str(one.identity) for one in Records.read(api, namespace, stack_of(namespace)).manifests(found)] == [
        f"ConfigMap {namespace}/config-1.0.0", f"Deployment {namespace}/web",
    ]  # fmt: skip
