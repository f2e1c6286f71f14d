"""The product's own manifests: the first deploy, and one where nothing is new."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.delivery.kubernetes.deployer import Told, Waiting
from twinstack.api_server import ApiServer
from twinstack.delivery.application import apply
from twinstack.delivery.changes import ChangeKind, changes
from twinstack.delivery.folder import read_manifests
from twinstack.delivery.live import LiveState
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.definitions import all_built_in, install

PRODUCTION = Path(__file__).parents[2] / "golden" / "prod"
DEFINITIONS = {"secretproviderclasses", "ingressclassparams"}


def test_production_is_deployed_then_nothing_is_new_and_a_deployer_changes_one_image(
    plane: ControlPlane, api: ApiServer, tmp_path: Path
) -> None:
    """One list for each kind and namespace is all that a release costs which changes nothing."""
    install(plane.api, [one for one in all_built_in() if one.name.split(".")[0] in DEFINITIONS])
    for file in PRODUCTION.glob("*.k8s.yaml"):
        shutil.copy(file, tmp_path)
    manifests = read_manifests(tmp_path)
    told = Told()
    first = changes(manifests, LiveState.read(api, manifests))
    assert {one.kind for one in first} == {ChangeKind.CREATED}
    done = apply(api, first, waiter=Waiting(api, told), progress=told)
    assert done.succeeded, (done.failures, done.problems)
    assert len(done.objects) == len(manifests)
    before = api.requests_sent
    again = changes(manifests, LiveState.read(api, manifests))
    assert {(str(one.identity), one.fields) for one in again if one.writes} == set()
    assert apply(api, again, waiter=Waiting(api, told), progress=told).succeeded
    assert api.requests_sent - before == len({(one.kind, one.namespace) for one in manifests}) <= 16

    # As a deployer of the product, who has rights in its namespace only, and not over rights.
    api._requests.headers |= {"Impersonate-User": "ci", "Impersonate-Group": "twinstack:analytics:deployers"}
    worker = tmp_path / "30-worker.k8s.yaml"
    worker.write_text(worker.read_text("utf-8").replace(":1.0.0", ":1.0.1"), "utf-8")
    manifests = read_manifests(tmp_path)
    seen = changes(manifests, LiveState.read(api, manifests))
    assert [(str(one.identity), one.fields) for one in seen if one.writes] == [
        ("Deployment analytics/analytics-worker", ("image",))
    ]
    assert {one.identity.kind for one in seen if one.kind is ChangeKind.LEFT} == OF_ADMINISTRATORS
    done = apply(api, seen, waiter=Waiting(api, told), progress=told)
    assert done.succeeded, (done.failures, done.problems)


OF_ADMINISTRATORS = {"ConfigMap", "IngressClass", "IngressClassParams", "Namespace", "Role", "RoleBinding"}
