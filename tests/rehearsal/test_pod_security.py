"""The rule about Pod Security, held against the admission of a real API server: each says no to the same pods."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.rehearsal.small_shop import POD_SECURITY, SECURE, needs_assets
from twinstack.policy.kubernetes import faults
from twinstack.policy.kubernetes.examples import right
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.definitions import built_in

pytestmark = pytest.mark.slow

POD: dict[str, Any] = {
    "securityContext": POD_SECURITY,
    "containers": [{"name": "web", "image": "ghcr.io/acme/web:1", "securityContext": SECURE}],
}


def with_container(**fields: Any) -> dict[str, Any]:
    pod = copy.deepcopy(POD)
    pod["containers"][0] |= fields
    return pod


def with_context(**fields: Any) -> dict[str, Any]:
    return with_container(securityContext={**SECURE, **fields})


def with_pod(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(POD), **fields}


def with_volume(**source: Any) -> dict[str, Any]:
    return with_pod(volumes=[{"name": "data", **source}])


def with_sysctl(name: str) -> dict[str, Any]:
    return with_pod(securityContext={**POD_SECURITY, "sysctls": [{"name": name, "value": "1"}]})


PROBE = {"httpGet": {"port": 80, "host": "10.0.0.1"}}
PODS: dict[str, dict[str, Any]] = {
    "as it should be": POD,
    "host network": with_pod(hostNetwork=True),
    "host PIDs": with_pod(hostPID=True),
    "host IPC": with_pod(hostIPC=True),
    "a port of the node": with_container(ports=[{"containerPort": 80, "hostPort": 80}]),
    "a host in a probe": with_container(readinessProbe=PROBE),
    "a host in a hook": with_container(lifecycle={"preStop": PROBE}),
    "privileged": with_context(privileged=True, allowPrivilegeEscalation=True),
    "escalation not said": with_container(securityContext={"capabilities": {"drop": ["ALL"]}}),
    "nothing dropped": with_container(securityContext={"allowPrivilegeEscalation": False}),
    "another dropped": with_context(capabilities={"drop": ["NET_RAW"]}),
    "NET_BIND_SERVICE": with_context(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
    "CHOWN": with_context(capabilities={"drop": ["ALL"], "add": ["CHOWN"]}),
    "NET_ADMIN": with_context(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}),
    "user 0 of the container": with_context(runAsUser=0),
    "user 0 of the pod": with_pod(securityContext={**POD_SECURITY, "runAsUser": 0}),
    "root may": with_context(runAsNonRoot=False),
    "root not said": with_pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}),
    "no profile": with_pod(securityContext={"runAsNonRoot": True}),
    "a profile of the container": {
        **with_context(seccompProfile={"type": "RuntimeDefault"}),
        "securityContext": {"runAsNonRoot": True},
    },
    "Unconfined": with_context(seccompProfile={"type": "Unconfined"}),
    "AppArmor off": with_context(appArmorProfile={"type": "Unconfined"}),
    "AppArmor's default": with_context(appArmorProfile={"type": "RuntimeDefault"}),
    "a user of SELinux": with_context(seLinuxOptions={"user": "root"}),
    "a type of SELinux": with_context(seLinuxOptions={"type": "spc_t"}),
    "a container's type of SELinux": with_context(seLinuxOptions={"type": "container_t"}),
    "an unmasked /proc": with_pod(hostUsers=False, containers=with_context(procMount="Unmasked")["containers"]),
    "user 0 of a user namespace": with_pod(hostUsers=False, securityContext={**POD_SECURITY, "runAsUser": 0}),
    "root may, in a user namespace": with_pod(
        hostUsers=False, securityContext={"seccompProfile": {"type": "RuntimeDefault"}}
    ),
    "a safe sysctl": with_sysctl("net.ipv4.tcp_fin_timeout"),
    "a sysctl of memory": with_sysctl("net.ipv4.tcp_rmem"),
    "an unsafe sysctl": with_sysctl("net.core.somaxconn"),
    "a folder of the node": with_volume(hostPath={"path": "/data"}),
    "an empty folder": with_volume(emptyDir={}),
    "NFS": with_volume(nfs={"server": "nfs", "path": "/"}),
    "an image as a volume": with_volume(image={"reference": "ghcr.io/acme/data:1"}),
    "an inline volume": with_volume(csi={"driver": "secrets-store.csi.k8s.io"}),
    "an init container unsaid": with_pod(initContainers=[{"name": "first", "image": "ghcr.io/acme/first:1"}]),
    "Windows": with_pod(
        os={"name": "windows"},
        securityContext={"runAsNonRoot": True},
        containers=[{"name": "web", "image": "ghcr.io/acme/web:1"}],
    ),
}


@needs_assets
@pytest.mark.parametrize("level", ["privileged", "baseline", "restricted"])
def test_the_rule_says_no_where_the_api_server_does(level: str, api_server: ControlPlane) -> None:
    name = f"pod-security-{level}"
    labels = {"pod-security.kubernetes.io/enforce": level}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    api_server.api.apply(namespace)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", "namespace": name}}
    api_server.api.apply(account)
    differences: list[str] = []
    for title, spec in PODS.items():
        metadata = {"name": "pod", "namespace": name}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**spec, "serviceAccountName": "web"}}
        refused = [fault.path for rule, fault in faults([namespace, account, pod]) if rule.id == "pod-security"]
        answer = said_of(api_server, pod)
        assert not answer or "violates PodSecurity" in answer, (title, answer)
        if bool(answer) != bool(refused):
            differences.append(f"{title}: the server {answer or 'takes it'}; the rule {refused or 'takes it'}")
    assert not differences, "\n".join(differences)


def said_of(plane: ControlPlane, pod: dict[str, Any]) -> str:
    """Why the API server refuses a pod; empty where it takes it."""
    return plane.api.create(pod, dry_run=True).refusal


@needs_assets
def test_the_api_server_takes_what_the_rules_are_shown_by(api_server: ControlPlane) -> None:
    """What Kubernetes itself knows of the right example: a rule that is shown by what nobody takes shows nothing."""
    known = [dict(one) for one in right() if not built_in(one["apiVersion"], one["kind"])]
    refused = [f"{one['kind']}: {answer.refusal}" for one in known if (answer := api_server.api.apply(one)).refusal]
    assert not refused, "\n".join(refused)
