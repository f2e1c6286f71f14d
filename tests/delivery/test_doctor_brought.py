"""What a release names of its cluster and does not bring: drivers of volumes and classes, which the doctor looks for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from tests.file_system.test_file_system import manifests
from twinstack.delivery.examination.brought import asked_of_the_cluster, brought
from twinstack.delivery.examination.check import Finding
from twinstack.delivery.examination.examined import Examined
from twinstack.delivery.manifest import Manifest
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

pytestmark = pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason="no control plane")


def object_of(kind: str, api_version: str, annotations: Mapping[str, str] | None = None, **content: Any) -> Manifest:
    metadata = {"name": "x", "namespace": "a", "annotations": dict(annotations or {})}
    return Manifest({"apiVersion": api_version, "kind": kind, "metadata": metadata, **content})


def found(plane: ControlPlane, *objects: Manifest, add_on: str = "") -> list[tuple[Finding, str, str]]:
    stack = {"resource": {"aws_eks_addon": {"one": {"addon_name": add_on}}}} if add_on else {}
    examined = Examined("live", "shop", stack=stack, manifests=objects)
    return [(one.finding, one.message, one.fix) for one in brought(examined, plane.api, "kinds")]


def test_shared_files_take_their_driver_until_it_is_there(bare_plane: ControlPlane) -> None:
    objects = [
        Manifest(one) for one in manifests().values() if one["kind"] in {"StorageClass", "PersistentVolumeClaim"}
    ]
    (missing,) = found(bare_plane, *objects)
    assert missing[:2] == (
        Finding.FAILED, "the driver efs.csi.aws.com is missing: StorageClass shop-live-files-media needs it",
    )  # fmt: skip
    (comes,) = found(bare_plane, *objects, add_on="aws-efs-csi-driver")
    assert comes[:2] == (
        Finding.WARNING, "the driver efs.csi.aws.com is missing yet: StorageClass shop-live-files-media needs it",
    )  # fmt: skip
    driver = {"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "efs.csi.aws.com"}}
    assert not bare_plane.api.apply({**driver, "spec": {"attachRequired": False}}).refusal
    assert found(bare_plane, *objects) == []
    bare_plane.api.delete("storage.k8s.io/v1", "CSIDriver", "efs.csi.aws.com")


CLASS = ("PersistentVolumeClaim", "v1")
DEPLOYMENT = ("Deployment", "apps/v1")


@pytest.mark.parametrize(
    ("asking", "what"),
    [
        (object_of("StorageClass", "storage.k8s.io/v1", provisioner="ebs.csi.aws.com"), "driver ebs.csi.aws.com"),
        (object_of("SecretProviderClass", "secrets-store.csi.x-k8s.io/v1"), "driver secrets-store.csi.k8s.io"),
        (object_of(*CLASS, spec={"storageClassName": "fast"}), "StorageClass fast"),
        (
            object_of("StatefulSet", "apps/v1", spec={"volumeClaimTemplates": [{"spec": {"storageClassName": "fast"}}]}),
            "StorageClass fast",
        ),
        (object_of("Ingress", "networking.k8s.io/v1", spec={"ingressClassName": "nginx"}), "IngressClass nginx"),
        (object_of("Gateway", "gateway.networking.k8s.io/v1", spec={"gatewayClassName": "eg"}), "GatewayClass eg"),
        (
            object_of("Ingress", "networking.k8s.io/v1", {"cert-manager.io/cluster-issuer": "le"}),
            "ClusterIssuer le",
        ),
        (
            object_of("Certificate", "cert-manager.io/v1", spec={"issuerRef": {"kind": "ClusterIssuer", "name": "le"}}),
            "ClusterIssuer le",
        ),
        (
            object_of(*DEPLOYMENT, spec={"template": {"spec": {"priorityClassName": "high"}}}),
            "PriorityClass high",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_name_is_looked_for(bare_plane: ControlPlane, asking: Manifest, what: str) -> None:
    (one,) = found(bare_plane, asking)
    assert (one[0], one[1]) == (Finding.FAILED, f"the {what} is missing: {asking.identity} needs it")
    assert one[2]


def test_what_the_release_makes_and_what_is_there_is_no_news(bare_plane: ControlPlane) -> None:
    made = Manifest(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "fast"},
            "provisioner": "efs.csi.aws.com",
        }
    )
    asking = object_of(*CLASS, spec={"storageClassName": "fast"})
    assert [one[1] for one in found(bare_plane, made, asking)] == [
        "the driver efs.csi.aws.com is missing: StorageClass fast needs it"
    ]
    critical = object_of(*DEPLOYMENT, spec={"template": {"spec": {"priorityClassName": "system-cluster-critical"}}})
    assert found(bare_plane, critical) == []


def test_auto_modes_disks_are_known_by_a_kind_since_their_driver_runs_elsewhere(bare_plane: ControlPlane) -> None:
    disks = object_of("StorageClass", "storage.k8s.io/v1", provisioner="ebs.csi.eks.amazonaws.com")
    assert found(bare_plane, disks) == [], "the kind is served here"
    assert [*asked_of_the_cluster(Examined("live", "shop", manifests=(disks,)))] == [
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "nodeclasses.eks.amazonaws.com")
    ]
