"""Volumes that outlive pods: what is made, who may have one, and what a release does to it."""

from __future__ import annotations

import pytest

from tests.kubernetes.test_placement import AUTO, GROUPS, Placed
from tests.local_files import compose_of
from tests.shop import BASE, TODAY
from tests.shop_chart import objects_of
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import load_text

MEDIA = "  kept_volumes: {media: {path: /app/media, size_gib: 20}}\n"


def load(volumes: str = MEDIA, cluster: str = AUTO) -> Placed:
    base = BASE.replace("worker:\n", f"worker:\n{volumes}") + cluster
    return load_text(Placed, "live", {"base": base, "live": ""}, TODAY).environment


def problems(volumes: str, layer: str = "") -> list[Problem]:
    base = BASE.replace("worker:\n", f"worker:\n{volumes}") + AUTO
    with pytest.raises(ConfigurationError) as caught:
        load_text(Placed, "live", {"base": base, "live": layer}, TODAY)
    return list(caught.value.problems)


def test_a_claim_is_for_one_pod_and_the_class_keeps_its_disk() -> None:
    made = objects_of(load())
    assert made["PersistentVolumeClaim", "shop-worker-media"]["spec"] == {
        "accessModes": ["ReadWriteOncePod"],
        "storageClassName": "shop-live-kept",
        "resources": {"requests": {"storage": "20Gi"}},
    }
    found = made["StorageClass", "shop-live-kept"]
    assert {key: found[key] for key in found if key not in {"apiVersion", "kind", "metadata"}} == {
        "provisioner": "ebs.csi.eks.amazonaws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "csi.storage.k8s.io/fstype": "ext4"},
        "reclaimPolicy": "Retain",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
        "allowedTopologies": [
            {"matchLabelExpressions": [{"key": "eks.amazonaws.com/compute-type", "values": ["auto"]}]}
        ],
    }


def test_managed_nodes_have_the_driver_of_the_add_on() -> None:
    found = objects_of(load(cluster=GROUPS))["StorageClass", "shop-live-kept"]
    assert found["provisioner"] == "ebs.csi.aws.com"
    assert "allowedTopologies" not in found


def test_the_pod_that_has_the_disk_goes_before_the_next_one_comes() -> None:
    spec = objects_of(load())["Deployment", "shop-worker"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    pod = spec["template"]["spec"]
    assert {"name": "kept-media", "persistentVolumeClaim": {"claimName": "shop-worker-media"}} in pod["volumes"]
    assert {"name": "kept-media", "mountPath": "/app/media"} in pod["containers"][0]["volumeMounts"]
    assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"


def test_a_class_that_is_there_is_used_and_none_is_made() -> None:
    made = objects_of(load("  kept_volumes: {media: {path: /app/media, size_gib: 20, storage_class: fast}}\n"))
    assert made["PersistentVolumeClaim", "shop-worker-media"]["spec"]["storageClassName"] == "fast"
    assert not [kind for kind, _ in made if kind == "StorageClass"]


def test_the_local_stack_keeps_it_for_the_workloads_user() -> None:
    stack = compose_of(load())
    worker, owner = stack["services"]["worker"], stack["services"]["worker-folders"]
    assert worker["volumes"] == ["worker-media:/app/media"]
    assert worker["depends_on"]["worker-folders"] == {"condition": "service_completed_successfully"}
    assert owner["entrypoint"] == ["chown", "1000:1000", "/app/media"]
    assert (owner["user"], owner["cap_drop"], owner["cap_add"], owner["restart"]) == ("0:0", ["ALL"], ["CHOWN"], "no")
    assert "worker-media" in stack["volumes"]


def test_what_serves_is_told_that_a_release_interrupts_it() -> None:
    base = BASE.replace("web:\n", f"web:\n{MEDIA}").replace("{min: 2, max: 4, cpu: 70}", "{min: 1, max: 1}") + AUTO
    (warning,) = load_text(Placed, "live", {"base": base, "live": ""}, TODAY).warnings
    assert (warning.code, warning.path, warning.given) == ("TW371", "web.kept_volumes", "media")


@pytest.mark.parametrize(
    ("volumes", "layer", "code", "path", "given"),
    [
        (MEDIA, "worker: {scale: {min: 1, max: 2, cpu: 70}}", "TW628", "worker.kept_volumes", "media, with up to 2 replicas"),
        (f"{MEDIA}  writable_folders: {{/app/media/x: 1Mi}}\n", "", "TW625", "worker.kept_volumes.media.path",
         "/app/media, and /app/media/x of writable_folders"),
        ("  kept_volumes: {a: {path: /d, size_gib: 1}, b: {path: /d/e, size_gib: 1}}\n", "", "TW625",
         "worker.kept_volumes.b.path", "/d/e, and /d of kept_volumes"),
        ("  kept_volumes: {a: {path: /tmp/x, size_gib: 1}}\n", "", "TW104", "worker.kept_volumes.a.path", "/tmp/x"),
        ("  kept_volumes: {a: {path: /x, size_gib: 20000}}\n", "", "TW104", "worker.kept_volumes.a.size_gib", "20000"),
    ],
)  # fmt: skip
def test_what_a_disk_cannot_be_is_refused(volumes: str, layer: str, code: str, path: str, given: str) -> None:
    found = problems(volumes, layer)[0]
    assert (found.code, found.path) == (code, path)
    assert given in found.given
