"""Files of links: one ConfigMap named by its content, of which each pod mounts what its own links deliver."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cdk8s import App

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from tests.aws.documents import DAY
from tests.kubernetes.test_pod import templates
from twinstack.environment import Environment, File, Offer, ResourceSpec
from twinstack.errors import ConfigurationError, UsageError
from twinstack.kubernetes.manifests import objects
from twinstack.layers.load import load_text
from twinstack.postgres.certificates import roots
from twinstack.web_service import WebServiceSpec

PATH = "/etc/twinstack/database-ca.pem"


def mounts(container: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in container["volumeMounts"]}


@pytest.mark.parametrize("workload", ["backend", "worker", "scheduler", "migration"])
def test_every_container_of_a_pod_with_the_link_finds_the_certificate_that_its_url_names(workload: str) -> None:
    environment = product.load("prod", today=DAY)
    assert environment.database.url_options == f"?sslmode=verify-full&sslrootcert={PATH}"
    pod = templates()[workload]["spec"]
    containers = [*pod["containers"], *pod.get("initContainers", [])]
    assert len(containers) == (2 if workload == "migration" else 1)
    for container in containers:
        assert mounts(container)["files"] == {"name": "files", "mountPath": "/etc/twinstack", "readOnly": True}
    (volume,) = [one for one in pod["volumes"] if one["name"] == "files"]
    assert volume["configMap"] == {
        "name": environment.linked_files_name,
        "items": [{"key": "database-ca.pem", "path": "database-ca.pem"}],
    }


def test_a_pod_without_such_a_link_mounts_nothing() -> None:
    pod = templates()["frontend"]["spec"]
    assert "files" not in {one["name"] for one in pod["volumes"]}
    assert "files" not in mounts(pod["containers"][0])


def test_the_product_has_one_config_map_of_them_that_nobody_changes() -> None:
    environment = product.load("prod", today=DAY)
    made = objects(AnalyticsWorkloads(App(), environment))
    (found,) = [one for one in made if one["kind"] == "ConfigMap" and "files" in one["metadata"]["name"]]
    assert re.fullmatch(r"analytics-files-[0-9a-f]{10}", found["metadata"]["name"])
    assert found["immutable"] is True
    assert found["data"] == {"database-ca.pem": roots()["us-west-2"]}


def test_another_content_has_another_name() -> None:
    names = {
        product.load("prod", set={"region": region}, today=DAY).linked_files_name
        for region in ("us-west-2", "us-east-1")
    }
    assert len(names) == 2


def test_with_a_bundle_in_the_images_nothing_is_mounted() -> None:
    bundle = {"database.ca_bundle": "/certificates/rds.pem", "database.client_image": "registry.example/psql:17.2"}
    environment = product.load("prod", set=bundle, today=DAY)
    assert environment.database.url_options == "?sslmode=verify-full&sslrootcert=/certificates/rds.pem"
    assert dict(environment.linked_files) == {}


def test_the_first_release_after_an_older_library_mounts_the_certificate_that_the_next_one_names() -> None:
    environment = product.load("staging", set={"database.tls": "require"}, today=DAY)
    assert environment.database.url_options == "?sslmode=require"
    assert list(environment.linked_files) == ["database-ca.pem"]


class NoteSpec(ResourceSpec):
    """Something that delivers a file."""

    text: str
    """What is in it."""

    def offer(self, access: Any) -> Offer:
        return Offer(files=(File("note.txt", self.text),))


class Notes(Environment):
    one: NoteSpec
    other: NoteSpec
    web: WebServiceSpec


TEXT = """\
organization: acme
product: shop
account: '111122223333'
region: eu-central-1
version: 1.0.0
one: {text: a}
other: {text: %s}
web:
  image: registry.example/web
  port: 8000
  health: {live: /live, ready: /ready}
  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 200m, memory: 256Mi}}
  scale: {min: 1, max: 2, cpu: 70}
  uses: [one, other]
"""


def notes(other: str) -> Notes:
    return load_text(Notes, "live", {"base": TEXT % other, "live": ""}, DAY).environment


def test_two_links_may_deliver_the_same_file_and_not_two_of_one_name() -> None:
    assert notes("a").linked_files == {"note.txt": "a"}
    same = notes("a")
    assert same.files_of(same.web) == (File("note.txt", "a"),)
    with pytest.raises(ConfigurationError) as refused:
        notes("b")
    (found,) = refused.value.problems
    assert (found.code, found.path) == ("TW205", "web.uses[1]")
    assert found.given == "web -> other (read), and web -> one (read)"


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "../x", "f" * 254])
def test_a_files_name_is_no_path(name: str) -> None:
    with pytest.raises(UsageError, match=r"File\.name is "):
        File(name, "")


def test_an_offer_has_one_file_of_a_name() -> None:
    with pytest.raises(UsageError, match=r"Offer\.files has a twice"):
        Offer(files=(File("a", "b"), File("a", "c")))


def test_an_offers_files_are_a_tuple_of_them() -> None:
    with pytest.raises(UsageError, match=r"Offer\.files is .*: a tuple of them; of one, `\(file,\)`"):
        Offer(files=[File("a", "b")])  # ty: ignore[invalid-argument-type]
