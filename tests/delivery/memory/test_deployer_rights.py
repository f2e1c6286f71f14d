"""A deployer, by a certificate of the group, may do all that delivery does in the namespace; and has no verb to spare."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.delivery.memory.cluster_view import Told, apply, look
from tests.delivery.memory.shop_release import config, deployment, release
from twinstack.api_server import ApiServer
from twinstack.delivery import Manifest
from twinstack.delivery.holder import Holder
from twinstack.delivery.lease import Lease
from twinstack.delivery.lease_object import API_VERSION, KIND, lease_name
from twinstack.delivery.pruning import Pruning, prune
from twinstack.delivery.record import Status
from twinstack.delivery.records import Records
from twinstack.errors import ClusterError, TwinstackError
from twinstack.rehearsal.control_plane import ControlPlane, certificates
from twinstack.rehearsal.control_plane.certificates import KeyPair
from twinstack.testing import Twins

NAMESPACE = "analytics"
STACK = "analytics-prod"
GROUP = "twinstack:analytics:deployers"
PATIENCE_SECONDS = 300
LEASES, CORE, APPS = "coordination.k8s.io", "", "apps"

Right = tuple[str, str, str]
"""API group, plural, verb."""


@pytest.fixture(scope="module")
def deployer(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Whom EKS' access entry puts into the group."""
    made = plane.kubeconfig.parent
    authority = KeyPair(
        x509.load_pem_x509_certificate((made / "authority.crt").read_bytes()),
        serialization.load_pem_private_key((made / "authority.key").read_bytes(), None),  # type: ignore[arg-type]
        made / "authority.crt",
        made / "authority.key",
    )
    pair = certificates.client(tmp_path_factory.mktemp("deployer"), "release", authority, group=GROUP)
    url = yaml.safe_load(plane.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    with ApiServer(
        url, authority=authority.certificate_file, certificate=pair.certificate_file, key=pair.key_file
    ) as api:
        yield api


@pytest.fixture(scope="module")
def role(plane: ControlPlane, twin: Twins) -> dict[str, Any]:
    """The Role as the product applies it, with its binding, by an administrator."""
    files = twin("prod", {"cluster.deployers": ["release"]}).files
    found = {
        one["kind"]: one
        for name, text in files.items()
        if name.startswith("00-")
        for one in yaml.safe_load_all(text)
        if one["kind"] == "Namespace" or one["metadata"]["name"] == "analytics-deployers"
    }
    apply(plane.api, [Manifest(found[kind]) for kind in ("Namespace", "Role", "RoleBinding")])
    return found["Role"]


def rights_of(role: Mapping[str, Any]) -> set[Right]:
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def without(role: dict[str, Any], right: Right) -> dict[str, Any]:
    """The Role with one verb on one kind less."""
    group, resource, verb = right
    rules = []
    for rule in copy.deepcopy(role["rules"]):
        if group in rule["apiGroups"] and resource in rule["resources"] and verb in rule["verbs"]:
            less = [one for one in rule["verbs"] if one != verb]
            rules += [{**rule, "resources": [resource], "verbs": less}] if less else []
            rule["resources"] = [one for one in rule["resources"] if one != resource]
        rules += [rule] if rule["resources"] else []
    return {**role, "rules": rules}


def refused(answer: Any) -> None:
    if answer.refusal:
        raise ClusterError(answer.refusal, status=answer.status)


class Work:
    """What delivery does in the namespace, a right at a time; `admin` puts things in place for it."""

    def __init__(self, api: ApiServer, admin: ApiServer) -> None:
        self.api, self.admin = api, admin

    def _hold(self) -> None:
        with Lease.hold(self.api, NAMESPACE, lease_name(STACK), Holder.here()) as lease:
            lease.require()

    def make_a_lease(self) -> None:
        self.admin.delete(API_VERSION, KIND, lease_name(STACK), NAMESPACE)
        self._hold()

    def see_a_lease(self) -> None:
        self._hold()

    def take_a_lease(self) -> None:
        self._a_lease()
        self._hold()

    def _a_lease(self) -> None:
        with Lease.hold(self.admin, NAMESPACE, lease_name(STACK), Holder.here()):
            pass

    def list_records(self) -> None:
        Records.read(self.api, NAMESPACE, STACK)

    def begin_a_record(self) -> None:
        records = Records.read(self.admin, NAMESPACE, STACK)
        Records(self.api, NAMESPACE, STACK, records.all).begin(release(), [config("config", NAMESPACE)], "ada, 1")

    def end_a_record(self) -> None:
        opened = Records.read(self.admin, NAMESPACE, STACK).begin(release(), [config("config", NAMESPACE)], "ada, 1")
        Records(self.api, NAMESPACE, STACK, ()).opened(opened.record).end(Status.SUCCEEDED)

    def read_a_releases_manifests(self) -> None:
        records = Records.read(self.admin, NAMESPACE, STACK)
        if records.newest is None or len(records.newest.parts) != 1:
            records.begin(release(), [config("config", NAMESPACE)], "ada, 1")
            records = Records.read(self.admin, NAMESPACE, STACK)
        assert records.newest is not None
        Records(self.api, NAMESPACE, STACK, ()).manifests(records.newest)

    def apply_configuration(self) -> None:
        apply(self.admin, [config("config", NAMESPACE)])
        refused(self.api.apply(config("config", NAMESPACE).data, force=True))

    def prune_configuration(self) -> None:
        self._prune(config("config-old", NAMESPACE))

    def make_a_workload(self) -> None:
        self.admin.delete("apps/v1", "Deployment", "fresh", NAMESPACE)
        refused(self.api.apply(deployment("fresh", NAMESPACE).data, force=True))

    def change_a_workload(self) -> None:
        apply(self.admin, [deployment("web", NAMESPACE)])
        refused(self.api.apply(deployment("web", NAMESPACE).data, force=True))

    def look_at_workloads(self) -> None:
        self.api.listed("apps/v1", "Deployment", NAMESPACE)

    def look_at_one_workload(self) -> None:
        self.api.get("apps/v1", "Deployment", "web", NAMESPACE)

    def prune_a_workload(self) -> None:
        self._prune(deployment("old", NAMESPACE))

    def read_why_it_fails(self) -> None:
        self.api.listed("v1", "Event", NAMESPACE)

    def look_at_pods(self) -> None:
        self.api.listed("v1", "Pod", NAMESPACE)

    def look_at_revisions(self) -> None:
        self.api.listed("apps/v1", "ReplicaSet", NAMESPACE)

    def read_a_log(self) -> None:
        self.api.log(NAMESPACE, "no-such-pod")

    def wait_for_a_workload(self) -> None:
        self._watch("apps/v1", "Deployment")

    def _watch(self, api_version: str, kind: str) -> None:
        apply(self.admin, [deployment("web", NAMESPACE)])
        since = self.admin.listed(api_version, kind, NAMESPACE).version
        with self.api.watch(api_version, kind, NAMESPACE, since=since) as watch:
            note = {"metadata": {"annotations": {"seen": str(time.monotonic())}}}
            refused(self.admin.patch(api_version, kind, "web", NAMESPACE, changes=note))
            next(iter(watch.events()))

    def _prune(self, manifest: Manifest) -> None:
        data = copy.deepcopy(dict(manifest.data))
        data["metadata"]["labels"]["app.kubernetes.io/instance"] = STACK
        apply(self.admin, [Manifest(data)])
        opened = Records.read(self.admin, NAMESPACE, STACK).begin(release(), [Manifest(data)], "ada, 1")
        opened.end(Status.FAILED)
        records = Records.read(self.admin, NAMESPACE, STACK)
        seen = Pruning.of(records, [], look(self.admin, records))
        assert [one["metadata"]["name"] for one in seen.deleted] == [manifest.name]
        for kept in prune(self.api, seen, STACK, Told()):
            self.admin.delete(manifest.api_version, manifest.kind, manifest.name, NAMESPACE)
            raise ClusterError(kept.reason, status=403)


NEEDS: dict[Callable[[Work], None], Right] = {
    Work.make_a_lease: (LEASES, "leases", "create"),
    Work.see_a_lease: (LEASES, "leases", "get"),
    Work.take_a_lease: (LEASES, "leases", "update"),
    Work.list_records: (CORE, "configmaps", "list"),
    Work.begin_a_record: (CORE, "configmaps", "create"),
    Work.end_a_record: (CORE, "configmaps", "update"),
    Work.read_a_releases_manifests: (CORE, "configmaps", "get"),
    Work.apply_configuration: (CORE, "configmaps", "patch"),
    Work.prune_configuration: (CORE, "configmaps", "delete"),
    Work.make_a_workload: (APPS, "deployments", "create"),
    Work.change_a_workload: (APPS, "deployments", "patch"),
    Work.look_at_workloads: (APPS, "deployments", "list"),
    Work.look_at_one_workload: (APPS, "deployments", "get"),
    Work.wait_for_a_workload: (APPS, "deployments", "watch"),
    Work.prune_a_workload: (APPS, "deployments", "delete"),
    Work.read_why_it_fails: (CORE, "events", "list"),
    Work.look_at_pods: (CORE, "pods", "list"),
    Work.look_at_revisions: (APPS, "replicasets", "list"),
    Work.read_a_log: (CORE, "pods/log", "get"),
}


def attempt(step: Callable[[Work], None], work: Work) -> int:
    """0, or the status that the server refused with."""
    try:
        step(work)
    except TwinstackError as error:
        return int(getattr(error, "status", -1))
    return 0


def settle(step: Callable[[Work], None], work: Work, status: int) -> None:
    """The API server reads a changed Role a moment later."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := attempt(step, work)) != status:
        assert time.monotonic() < end, f"{step.__name__}: {found}, not {status}"
        time.sleep(0.05)


@pytest.fixture
def work(deployer: ApiServer, api: ApiServer, role: dict[str, Any]) -> Work:
    return Work(deployer, api)


@pytest.mark.parametrize("step", NEEDS, ids=lambda step: step.__name__)
def test_each_right_is_there_and_is_needed(step: Callable[[Work], None], work: Work, role: dict[str, Any]) -> None:
    settle(step, work, 0)
    less = without(role, NEEDS[step])
    assert rights_of(less) == rights_of(role) - {NEEDS[step]}
    try:
        apply(work.admin, [Manifest(less)])
        settle(step, work, 403)
    finally:
        apply(work.admin, [Manifest(role)])
    settle(step, work, 0)


def test_there_is_no_other_right_on_what_delivery_keeps(role: dict[str, Any]) -> None:
    """What every kind of the product has alike is shown on Deployments; a person's `kubectl get --watch` is the rest."""
    needed = set(NEEDS.values())
    held = rights_of(role)
    alike = {verb for group, resource, verb in held if (group, resource) == (APPS, "deployments")}
    assert {verb for _, resource, verb in needed if resource == "deployments"} == alike
    watched = {"events", "pods", "replicasets"}
    others = {(group, resource) for group, resource, _ in held} - {(LEASES, "leases"), (CORE, "pods/log")}
    for group, resource in sorted(others):
        verbs = {verb for one, other, verb in held if (one, other) == (group, resource)}
        extra = {"update"} if resource == "configmaps" else set()
        assert verbs == ({"get", "list", "watch"} if resource in watched else alike | extra), resource
    for group, resource in ((LEASES, "leases"), (CORE, "pods/log")):
        verbs = {verb for one, other, verb in held if (one, other) == (group, resource)}
        assert verbs == {verb for one, other, verb in needed if (one, other) == (group, resource)}


def test_another_lease_and_every_secret_are_out_of_reach(work: Work) -> None:
    with pytest.raises(ClusterError, match="forbidden"), Lease.hold(work.api, NAMESPACE, "another", Holder.here()):
        pass
    for act in (
        lambda: work.api.listed("v1", "Secret", NAMESPACE),
        lambda: work.api.get("v1", "ConfigMap", "any", "default"),
        lambda: work.api.listed(API_VERSION, KIND, NAMESPACE),
    ):
        with pytest.raises(ClusterError, match="forbidden"):
            act()


def test_whoever_sees_one_namespace_begins_where_nothing_is_remembered(work: Work, tmp_path: Path) -> None:
    """Asked for other namespaces' records, the server says no: that is no failure of the first release."""
    records = Records.read(work.api, NAMESPACE, f"never-{tmp_path.name}")
    assert (records.all, records.elsewhere) == ((), ())
