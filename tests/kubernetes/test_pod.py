"""What every pod template holds: no privileges, its variables, its volumes, and what makes it roll."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.kubernetes.labels import label_value

WORKLOADS = ("backend", "frontend", "migration", "scheduler", "worker")
EXPORTERS = ("cache_exporter", "database_exporter")


@cache
def templates(*settings: tuple[str, Any], version: str = "1.0.0") -> dict[str, dict[str, Any]]:
    environment = product.load("prod", set=dict(settings) or None, version=version)
    found = [
        one
        for one in kubernetes.objects(AnalyticsWorkloads(cdk8s.App(), environment))
        if one["kind"] in {"Deployment", "Job"}
    ]
    return {one["metadata"]["labels"]["app.kubernetes.io/component"]: one["spec"]["template"] for one in found}


def container(workload: str, *settings: tuple[str, Any]) -> dict[str, Any]:
    (only,) = templates(*settings)[workload]["spec"]["containers"]
    return only


def variables(workload: str, *settings: tuple[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("valueFrom") or one.get("value", "") for one in container(workload, *settings)["env"]}


def test_every_workload_has_one_container_called_after_it() -> None:
    assert {name: container(name)["name"] for name in templates()} == {
        name: name.replace("_", "-") for name in (*WORKLOADS, *EXPORTERS)
    }


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_pod_is_without_privileges(workload: str) -> None:
    spec = templates()[workload]["spec"]
    user = 1001 if workload == "frontend" else 1000
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(workload)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert spec["serviceAccountName"] == f"analytics-{workload}"


@pytest.mark.parametrize("workload", WORKLOADS)
def test_only_tmp_can_be_written_and_only_so_much(workload: str) -> None:
    volumes = {one["name"]: one for one in templates(("worker.temporary_storage", "2Gi"))[workload]["spec"]["volumes"]}
    assert volumes["tmp"]["emptyDir"] == {"sizeLimit": "2Gi" if workload == "worker" else "256Mi"}
    mounts = {one["name"]: one for one in container(workload)["volumeMounts"]}
    assert mounts.pop("tmp") == {"name": "tmp", "mountPath": "/tmp"}
    assert all(mount["readOnly"] for mount in mounts.values())


@pytest.mark.parametrize(
    ("workload", "secret"), [("backend", "analytics-secrets"), ("migration", "analytics-migration-secrets")]
)
def test_whoever_reads_a_secret_mounts_the_class_that_keeps_it(workload: str, secret: str) -> None:
    volumes = {one["name"]: one for one in templates()[workload]["spec"]["volumes"]}
    assert volumes["secrets-store"]["csi"] == {
        "driver": "secrets-store.csi.k8s.io",
        "readOnly": True,
        "volumeAttributes": {"secretProviderClass": secret},
    }
    read = {one["secretKeyRef"]["name"] for one in variables(workload).values() if "secretKeyRef" in one}
    assert read == ({secret} if workload == "backend" else set()), "the migration reads files"


def test_a_workload_without_secrets_mounts_none() -> None:
    assert [one["name"] for one in templates()["frontend"]["spec"]["volumes"]] == ["tmp"]


def test_the_required_variables_come_from_the_secret_under_the_required_keys() -> None:
    found = variables("backend")
    for name, key in (("DATABASE_URL", "database-url"), ("REDIS_URL", "redis-url"), ("JWT_SECRET", "jwt-secret")):
        assert found[name] == {"secretKeyRef": {"name": "analytics-secrets", "key": key}}
    assert found["JWT_ALGORITHM"] == {"configMapKeyRef": {"name": "analytics-config", "key": "jwt-algorithm"}}


def test_every_workload_knows_its_environment_and_only_those_who_call_aws_the_region() -> None:
    assert {variables(name)["ENVIRONMENT"] for name in WORKLOADS} == {"prod"}
    assert [name for name in WORKLOADS if "AWS_REGION" in variables(name)] == ["backend", "worker"]


def test_a_variable_of_its_own_is_a_literal_and_wins() -> None:
    own = (("worker.environment_variables", {"ENVIRONMENT": "production", "CONCURRENCY": "4"}),)
    environment = product.load("prod", set=dict(own))
    assert environment.worker.own_variables == {
        "ENVIRONMENT": "production",
        "AWS_REGION": "us-west-2",
        "CONCURRENCY": "4",
    }
    assert environment.backend.own_variables["ENVIRONMENT"] == "prod"


def test_a_changed_plain_value_rolls_its_readers_and_nobody_else() -> None:
    changed = templates(("settings.variables.RATE_LIMIT_PER_HOUR", 6000))
    assert [name for name in WORKLOADS if changed[name] != templates()[name]] == [
        "backend",
        "migration",
        "scheduler",
        "worker",
    ]


def test_a_rotated_secret_rolls_its_readers_onto_a_secret_of_a_new_name() -> None:
    rotated = templates(("credentials.generated.JWT_SECRET.version", 2))
    assert [name for name in WORKLOADS if rotated[name] != templates()[name]] == ["backend"]
    found = variables("backend", ("credentials.generated.JWT_SECRET.version", 2))
    name = product.load("prod", set={"credentials.generated.JWT_SECRET.version": 2}).backend.secret
    assert re.fullmatch(r"analytics-secrets-[0-9a-f]{10}", name)
    assert found["JWT_SECRET"] == {"secretKeyRef": {"name": name, "key": "jwt-secret"}}


def test_an_image_has_the_release_as_its_tag_unless_it_is_pinned() -> None:
    assert container("backend")["image"] == "ghcr.io/shadower/analytics-backend:1.0.0"
    digest = "sha256:" + "ab" * 32
    pinned = ("frontend.digest", digest)
    assert container("frontend", pinned)["image"] == f"ghcr.io/shadower/analytics-frontend@{digest}"
    assert templates(pinned, version="2.0.0")["frontend"] == templates(pinned)["frontend"]


def test_a_private_image_is_fetched_with_the_credentials_that_are_named() -> None:
    pods = templates(("backend.pull_secret", "registry"))
    assert pods["backend"]["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert "imagePullSecrets" not in pods["frontend"]["spec"]


def test_no_cpu_limit_leaves_the_spare_cpu_to_the_container() -> None:
    unlimited = container("frontend", ("frontend.resources.limits.cpu", None))["resources"]
    assert unlimited == {
        "requests": {"cpu": "50m", "memory": "64Mi", "ephemeral-storage": "64Mi"},
        "limits": {"memory": "128Mi", "ephemeral-storage": "320Mi"},
    }


def test_every_container_says_how_much_of_the_nodes_disk_it_takes_and_may_take_what_its_volume_holds() -> None:
    for name in WORKLOADS:
        pod = templates()[name]["spec"]
        (volume,) = [one["emptyDir"]["sizeLimit"] for one in pod["volumes"] if one["name"] == "tmp"]
        assert volume == "256Mi"
        for one in [*pod["containers"], *pod.get("initContainers", [])]:
            assert one["resources"]["requests"]["ephemeral-storage"] == "64Mi", (name, one["name"])
            assert one["resources"]["limits"]["ephemeral-storage"] == "320Mi", "its logs beside what it writes"


def test_the_disks_limit_follows_what_may_be_written_unless_it_is_given() -> None:
    def disk(*changes: tuple[str, Any]) -> str:
        return container("worker", *changes)["resources"]["limits"]["ephemeral-storage"]

    assert disk(("worker.temporary_storage", "2Gi")) == "2112Mi"
    assert disk(("worker.temporary_storage", "1G")) == "1018Mi"
    assert disk(("worker.resources.limits.ephemeral_storage", "4Gi")) == "4Gi"


def test_a_release_of_any_length_fits_a_label() -> None:
    version = "_" + "a" * 62 + "." * 3 + "b" * 62
    label = templates(version=version)["backend"]["metadata"]["labels"]["app.kubernetes.io/version"]
    assert label == "a" * 62
    assert label_value("...") == ""


def test_replicas_are_spread_but_a_lost_zone_stops_no_rollout() -> None:
    constraints = templates()["backend"]["spec"]["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert {one["nodeTaintsPolicy"] for one in constraints} == {"Honor"}, "a cordoned node is no place to count"
    for one in constraints:
        assert one["maxSkew"] == 1
        assert one["whenUnsatisfiable"] == "ScheduleAnyway"
        assert one["labelSelector"] == {"matchLabels": {"app": "analytics-backend"}}


def test_an_empty_variable_has_no_value_so_that_an_apply_finds_nothing_to_do() -> None:
    entries = {one["name"]: one for one in container("backend")["env"]}
    assert entries["NEW_RELIC_LICENSE_KEY"] == {"name": "NEW_RELIC_LICENSE_KEY"}
    assert [one for workload in WORKLOADS for one in container(workload).get("env", []) if one.get("value") == ""] == []


@pytest.mark.parametrize(("port", "start"), [(80, "80"), (1023, "1023"), (1024, None), (8000, None), (None, None)])
def test_a_pod_may_listen_on_a_low_port_without_a_privilege(port: int | None, start: str | None) -> None:
    spec = product.load("prod").backend
    context = kubernetes.pod_template(spec, grace_seconds=1, port=port).spec.security_context
    assert (context.sysctls is None) == (start is None)
    if start:
        assert [(one.name, one.value) for one in context.sysctls] == [("net.ipv4.ip_unprivileged_port_start", start)]
    assert context.run_as_non_root is True
