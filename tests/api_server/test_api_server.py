"""The client says what the server says, from as many threads as one likes."""

from __future__ import annotations

import datetime
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from twinstack.api_server import ApiServer, places
from twinstack.api_server.answer import JsonObject
from twinstack.errors import ClusterError, RehearsalError
from twinstack.rehearsal.control_plane import ControlPlane

CRDS = Path(places.__file__).parents[1] / "rehearsal" / "crds"


def configuration(namespace: str, name: str = "one", **data: str) -> JsonObject:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def test_the_plurals_are_those_that_the_server_knows(api: ApiServer) -> None:
    for (api_version, kind), resource in places._BUILT_IN.items():
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        entries = {one["kind"]: one for one in api._read(prefix)["resources"] if "/" not in one["name"]}
        assert (resource.plural, resource.namespaced) == (entries[kind]["name"], entries[kind]["namespaced"])


def test_the_plurals_are_those_of_the_definitions() -> None:
    known = {}
    for file in CRDS.glob("*.yaml"):
        spec = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["spec"]
        found = spec["names"]["plural"], spec["scope"] == "Namespaced"
        known |= {(f"{spec['group']}/{one['name']}", spec["names"]["kind"]): found for one in spec["versions"]}
    brought = {key: (one.plural, one.namespaced) for key, one in places._BROUGHT.items()}
    assert {key: found for key, found in brought.items() if key in known} == {
        key: found for key, found in known.items() if key in brought
    }
    assert len(brought.keys() & known.keys()) >= 15


def test_a_known_kind_is_found_without_a_request(api: ApiServer, namespace: str) -> None:
    before = api.requests_sent
    assert api.objects("apps/v1", "Deployment", namespace) == []
    assert api.requests_sent == before + 1


def test_a_kind_that_the_cluster_lacks_is_no_missing_object(api: ApiServer, namespace: str) -> None:
    certificate = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": "one", "namespace": namespace},
    }
    words = "the cluster has no kind Certificate in cert-manager.io/v1"
    assert api.apply(certificate).refusal == words
    assert api.get("cert-manager.io/v1", "Certificate", "one", namespace) is None
    assert api.objects("cert-manager.io/v1", "Certificate", namespace) == []
    with pytest.raises(ClusterError, match=words) as raised:
        api.listed("cert-manager.io/v1", "Certificate", namespace)
    assert raised.value.status == 404
    assert api.resource("cert-manager.io/v1", "Certificate") is None
    missing = api.apply(configuration("nowhere"))
    assert (missing.status, missing.about) == (404, "namespaces")


def test_a_conflict_names_each_field_and_its_manager(api: ApiServer, namespace: str) -> None:
    api.apply(configuration(namespace, a="1"), manager="someone")
    answer = api.apply(configuration(namespace, a="2"))
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert [(cause["field"], "someone" in cause["message"]) for cause in answer.causes] == [(".data.a", True)]
    assert api.apply(configuration(namespace, a="2"), force=True).object["data"] == {"a": "2"}


def test_a_dry_run_writes_nothing(api: ApiServer, namespace: str) -> None:
    assert api.apply(configuration(namespace, a="1"), dry_run=True).object["data"] == {"a": "1"}
    assert api.create(configuration(namespace), dry_run=True).status == 201
    assert api.get("v1", "ConfigMap", "one", namespace) is None


def test_what_is_created_is_created_once(api: ApiServer, namespace: str) -> None:
    assert not api.create(configuration(namespace)).refusal
    assert api.create(configuration(namespace)).reason == "AlreadyExists"


def test_what_somebody_changed_meanwhile_is_not_replaced(api: ApiServer, namespace: str) -> None:
    read = api.create(configuration(namespace, a="1")).object
    assert not api.patch("v1", "ConfigMap", "one", namespace, changes={"data": {"a": "2", "b": "3"}}).refusal
    assert api.replace({**read, "data": {"a": "4"}}).reason == "Conflict"
    assert api.patch("v1", "ConfigMap", "one", namespace, changes={"data": {"a": None}}).object["data"] == {"b": "3"}


def test_another_object_of_the_same_name_is_not_deleted(api: ApiServer, namespace: str) -> None:
    made = api.create(configuration(namespace)).object
    assert not api.delete("v1", "ConfigMap", "one", namespace, uid="11111111-1111-1111-1111-111111111111")
    assert api.delete("v1", "ConfigMap", "one", namespace, uid=made["metadata"]["uid"])
    assert not api.delete("v1", "ConfigMap", "one", namespace)


def test_items_of_a_list_say_what_they_are(api: ApiServer, namespace: str) -> None:
    api.create(configuration(namespace))
    (found,) = api.listed("v1", "ConfigMap", namespace, fields={"metadata.name": "one"}).items
    assert (found["apiVersion"], found["kind"]) == ("v1", "ConfigMap")


def test_eight_threads_share_the_connections(api: ApiServer, namespace: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: api.apply(configuration(namespace, f"c{n}", n=str(n))), range(80)))
    assert {answer.status for answer in answers} == {201}
    assert len(api.objects("v1", "ConfigMap", namespace)) >= 80
    pool = api._requests._http.connection_from_url(api.url)
    assert 1 <= pool.num_connections <= 8


def test_rights_are_asked_for(api: ApiServer, namespace: str) -> None:
    assert api.may("patch", "apps", "deployments", namespace)


def test_the_servers_time_has_its_zone_and_costs_no_request_after_another(api: ApiServer) -> None:
    api.version()
    before = api.requests_sent
    difference = api.server_time() - datetime.datetime.now(tz=datetime.UTC)
    assert abs(difference.total_seconds()) < 10
    assert api.requests_sent == before


def test_no_answer_is_told_with_status_0_and_a_rehearsal_says_it_could_not_be_carried_out(plane: ControlPlane) -> None:
    folder = plane.kubeconfig.parent
    files = {"authority": folder / "authority.crt", "certificate": folder / "administrator.crt"}
    with ApiServer("https://127.0.0.1:9", key=folder / "administrator.key", **files) as nobody:
        with pytest.raises(ClusterError, match="the API server did not answer to GET /version") as raised:
            nobody.version()
        assert raised.value.status == 0
        assert not isinstance(raised.value, RehearsalError)
    with pytest.raises(RehearsalError) as refused:
        plane.api.listed("v1", "Pod", "no/such")
    assert isinstance(refused.value, ClusterError)


def test_a_log_that_is_not_there_yet_is_empty(api: ApiServer, namespace: str) -> None:
    assert api.log(namespace, "nobody") == ()


def test_a_watch_begins_with_what_there_is_or_after_it(api: ApiServer, namespace: str) -> None:
    api.apply(configuration(namespace, "before"))
    own = {"kind": "ConfigMap", "api_version": "v1", "namespace": namespace, "fields": {"metadata.name": "before"}}
    with api.watch(**own) as watch:
        event = next(watch.events())
        assert (event.type, event.object["metadata"]["name"]) == ("ADDED", "before")
    since = api.listed("v1", "ConfigMap", namespace).version
    with api.watch(**own, since=since) as watch:
        events = watch.events()
        with ThreadPoolExecutor(1) as threads:
            following = threads.submit(next, events)
            time.sleep(0.2)
            api.apply(configuration(namespace, "before", a="1"))
            assert following.result().object["data"] == {"a": "1"}
