"""A file system on EFS: who reaches it, what its pods get, how the cluster learns which it is, and who may not share a path."""

from __future__ import annotations

from typing import Any

import cdk8s
import pytest

from tests.aws.documents import Document, app, policy
from tests.kubernetes.test_placement import AUTO, EXISTING_NETWORK, SHARED
from tests.local_files import compose_of
from tests.shop import BASE, TODAY, Shop
from twinstack import aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.delivery.examination.check import Finding
from twinstack.delivery.examination.elsewhere import told
from twinstack.delivery.examination.examined import Examined
from twinstack.delivery.manifest import Manifest
from twinstack.delivery.told import asked_by
from twinstack.errors import ConfigurationError
from twinstack.file_system import FileSystemSpec
from twinstack.layers.load import Loaded, load_text

FIRST = "media: {path: /app/media, cold_after_days: 30}\n"


class Library(Shop):
    """The shop whose workloads share files."""

    cluster: ClusterSpec
    media: FileSystemSpec


def load(layer: str = "", *, cluster: str = AUTO, media: str = FIRST, worker: str = "") -> Loaded[Library]:
    base = BASE.replace("files: write]", "files: write, media]").replace(
        "database: admin]", "database: admin, media: write]"
    )
    base = base.replace("worker:\n", f"worker:\n{worker}", 1) + cluster + media
    return load_text(Library, "live", {"base": base, "live": layer}, TODAY)


def document(layer: str = "", **options: str) -> Document:
    environment = load(layer, **options).environment
    stack = aws.Infrastructure(app(), environment)
    network = aws.Network(stack, environment.network)
    cluster = aws.Cluster(stack, environment.cluster, network=network)
    aws.Postgres(stack, environment.database, network=network)
    aws.Bucket(stack, environment.files)
    aws.FileSystem(stack, environment.media, network=network, cluster=cluster)
    stack.connect(cluster)
    return Document(stack)


def manifests(layer: str = "", **options: str) -> dict[tuple[str, str], dict[str, Any]]:
    environment = load(layer, **options).environment
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.FileSystem(chart, environment.media)
    kubernetes.WebService(chart, environment.web)
    kubernetes.Worker(chart, environment.worker)
    return {(one["kind"], one["metadata"]["name"]): one for one in kubernetes.objects(chart)}


def test_it_is_encrypted_kept_and_backed_up() -> None:
    made = document("protected: true\nnetwork: {nat: per_zone}\n")
    system = made.find("aws_efs_file_system")["media"]
    assert (system["encrypted"], system["kms_key_id"]) == (True, "${aws_kms_key.media.arn}")
    assert (system["creation_token"], system["throughput_mode"]) == ("acme-shop-media-live", "elastic")
    assert system["lifecycle"] == {"prevent_destroy": True}
    assert system["lifecycle_policy"] == [
        {"transition_to_ia": "AFTER_30_DAYS"},
        {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
    ]
    assert made.find("aws_efs_backup_policy")["media"]["backup_policy"] == {"status": "ENABLED"}
    assert "lifecycle" not in document().find("aws_efs_file_system")["media"]


def test_each_zone_has_a_way_in_for_the_nodes_alone() -> None:
    made = document()
    targets = made.find("aws_efs_mount_target")
    assert {key: one["subnet_id"] for key, one in targets.items()} == {
        f"media_{zone}": f"${{aws_subnet.network_database_{zone}.id}}" for zone in "abc"
    }
    assert all(one["security_groups"] == ["${aws_security_group.media.id}"] for one in targets.values())
    rules = made.find("aws_vpc_security_group_ingress_rule")
    (rule,) = [one for one in rules.values() if one["security_group_id"] == "${aws_security_group.media.id}"]
    assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (2049, 2049, "tcp")
    assert rule["referenced_security_group_id"].endswith("vpc_config[0].cluster_security_group_id}")


def test_nobody_comes_without_tls_nor_as_root() -> None:
    allowed, denied = policy(document().find("aws_efs_file_system_policy")["media"]["policy"])
    assert allowed["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert allowed["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_driver_is_an_add_on_of_an_own_cluster_alone() -> None:
    made = document()
    driver = made.addon("aws-efs-csi-driver")
    assert driver["pod_identity_association"] == [
        {"role_arn": "${aws_iam_role.file_systems.arn}", "service_account": "efs-csi-controller-sa"}
    ]
    assert made.find("aws_iam_role_policy_attachment")["file_systems"]["policy_arn"].endswith(
        "/AmazonEFSCSIDriverPolicy"
    )
    shared = document(EXISTING_NETWORK, cluster=SHARED)
    assert shared.find("aws_eks_addon") == {}
    assert list(shared.find("aws_efs_mount_target")) == ["media_1", "media_2"]


def test_a_deployment_or_one_command_tells_the_cluster_which_file_system_it_is() -> None:
    outputs = document().outputs()
    assert outputs["media_tell_cluster"] == (
        "kubectl create configmap shop-media --namespace shop --from-literal=file-system-id=${aws_efs_file_system.media.id} "
        "--dry-run=client --output=yaml | kubectl apply --server-side --field-manager=twinstack-told --filename=-"
    )
    made = manifests()
    config = made["ConfigMap", "shop-media"]
    (asked,) = asked_by([Manifest(config)])
    assert (asked.key, outputs[asked.output]) == ("file-system-id", "${aws_efs_file_system.media.id}")
    assert "data" not in config, "a release would take away what was told"
    parameters = made["StorageClass", "shop-live-files-media"]["parameters"]
    assert parameters["fileSystemIdConfigRef"] == "shop/shop-media/file-system-id"
    assert made["Role", "shop-media-driver"]["rules"] == [
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["shop-media"], "verbs": ["get"]}
    ]
    assert made["RoleBinding", "shop-media-driver"]["subjects"] == [
        {"kind": "ServiceAccount", "name": "efs-csi-controller-sa", "namespace": "kube-system"}
    ]


def test_a_claim_made_anew_finds_the_files_that_were_there() -> None:
    made = manifests("media: {user: 33}\n")
    found = made["StorageClass", "shop-live-files-media"]
    assert (found["provisioner"], found["reclaimPolicy"]) == ("efs.csi.aws.com", "Retain")
    assert found["parameters"]["subPathPattern"] == "/${.PVC.namespace}/${.PVC.name}"
    assert found["parameters"]["ensureUniqueDirectory"] == "false"
    assert (found["parameters"]["uid"], found["parameters"]["gid"]) == ("33", "33")
    claim = made["PersistentVolumeClaim", "shop-media"]["spec"]
    assert (claim["accessModes"], claim["storageClassName"]) == (["ReadWriteMany"], "shop-live-files-media")


def test_pods_of_two_workloads_mount_it_and_a_release_replaces_them_one_by_one() -> None:
    made = manifests()
    web, worker = made["Deployment", "shop-web"]["spec"], made["Deployment", "shop-worker"]["spec"]
    assert web["strategy"]["type"] == "RollingUpdate"
    source = {"claimName": "shop-media"}
    assert {"name": "shared-1", "persistentVolumeClaim": {**source, "readOnly": True}} in web["template"]["spec"][
        "volumes"
    ]
    assert {"name": "shared-1", "persistentVolumeClaim": source} in worker["template"]["spec"]["volumes"]
    (container,) = web["template"]["spec"]["containers"]
    assert {"name": "shared-1", "mountPath": "/app/media", "readOnly": True} in container["volumeMounts"]
    (variable,) = [one for one in container["env"] if one["name"] == "MEDIA_PATH"]
    assert variable["valueFrom"]["configMapKeyRef"]["key"] == "media-path"


def test_the_local_stack_shares_one_volume() -> None:
    services = compose_of(load().environment)["services"]
    assert services["web"]["volumes"] == ["shared-shop-media:/app/media:ro"]
    assert services["worker"]["volumes"] == ["shared-shop-media:/app/media"]
    assert services["worker-folders"]["entrypoint"] == ["chown", "1000:1000", "/app/media"]


@pytest.mark.parametrize(
    ("options", "code", "path", "given"),
    [
        ({"layer": "media: {cold_after_days: 31}\n"}, "TW104", "media.cold_after_days", "31"),
        ({"media": "media: {path: /tmp/x}\n"}, "TW104", "media.path", "/tmp/x"),
        ({"layer": "media: {user: 0}\n"}, "TW104", "media.user", "0"),
        ({"worker": "  kept_volumes: {media: {path: /app/media/x, size_gib: 1}}\n"}, "TW625", "worker.uses",
         "/app/media of media, and /app/media/x of kept_volumes"),
        ({"layer": "protected: true\nmedia: {backup: false}\n"}, "TW402", "media.backup", "backup: false"),
    ],
)  # fmt: skip
def test_what_it_cannot_be_is_refused(options: dict[str, str], code: str, path: str, given: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(**options)
    found = {(one.code, one.path): one.given for one in caught.value.problems}
    assert given in found[code, path]


class Api:
    """As much of an API server as is asked here."""

    def __init__(self, found: dict[str, Any] | None) -> None:
        self.found = found

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> dict[str, Any] | None:
        return self.found if (api_version, kind, name, namespace) == ("v1", "ConfigMap", "shop-media", "shop") else None


@pytest.mark.parametrize(
    ("found", "finding", "message"),
    [
        (None, Finding.OK, "is told its file-system-id by the deployment that makes it"),
        ({}, Finding.WARNING, "was not told its file-system-id: its pods wait"),
        ({"data": {"file-system-id": "fs-1"}}, Finding.OK, "knows its file-system-id: fs-1"),
    ],
)
def test_the_doctor_says_whether_the_cluster_was_told(
    found: dict[str, Any] | None, finding: Finding, message: str
) -> None:
    examined = Examined("live", "shop", manifests=tuple(Manifest(one, "x.yaml") for one in manifests().values()))
    (check,) = told(examined, Api(found))  # ty: ignore[invalid-argument-type]
    assert (check.finding, check.message) == (finding, f"ConfigMap shop/shop-media {message}")
