"""Pod Security: whether the pods of a namespace are those that its enforced level admits.

The API server says so only when a controller asks for a pod, which never comes; the workload itself is taken. Source:
Kubernetes documentation, "Pod Security Standards", and the checks of pod-security-admission, for Kubernetes 1.36.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Container,
    Data,
    Objects,
    Pods,
    mapping,
    mappings,
    reach,
    text,
    texts,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "pod-security",
    "the namespace does not admit these pods",
    "write the security context that the level asks for; the level is a label of the namespace",
)
def breaks_pod_security(objects: Objects) -> Iterator[Fault]:
    """Pods that the level which their namespace enforces does not admit."""
    levels = {
        one.name: text(one.data, "metadata", "labels", "pod-security.kubernetes.io/enforce")
        for one in objects.of("Namespace")
    }
    for pods in objects.pods:
        level = levels.get(pods.namespace, "")
        checks = (*_BASELINE, *_RESTRICTED) if level == "restricted" else _BASELINE if level == "baseline" else ()
        for check in checks:
            for path, given, allowed in check(pods):
                yield pods.owner.fault(path, f"{given}, and namespace {pods.namespace} enforces {level}", allowed)


@RULES(
    "no-such-level",
    "the namespace enforces a level that is none",
    "use privileged, baseline or restricted",
    severity="error",
)
def no_such_level(objects: Objects) -> Iterator[Fault]:
    """A level or version that admission cannot read: it then enforces the strictest, or refuses the label."""
    for one in objects.of("Namespace"):
        for mode in ("enforce", "audit", "warn"):
            label = f"pod-security.kubernetes.io/{mode}"
            level = mapping(one.data, "metadata", "labels").get(label)
            version = mapping(one.data, "metadata", "labels").get(f"{label}-version")
            if level is not None and level not in ("privileged", "baseline", "restricted"):
                yield one.fault(f"metadata.labels[{label}]", level, "privileged, baseline or restricted")
            if version is not None and not re.fullmatch(r"latest|v1\.[0-9]+", str(version)):
                yield one.fault(f"metadata.labels[{label}-version]", version, "latest, or such as v1.36")


@RULES(
    "runs-as-root",
    "the image runs as root, and the pod may not",
    "set runAsUser to the user that the image is made for, or use an image without root",
)
def runs_as_root(objects: Objects) -> Iterator[Fault]:
    """An image that starts as root under `runAsNonRoot`: the kubelet refuses the container, each time anew."""
    for pods in objects.pods:
        whole = mapping(pods.spec, "securityContext")
        for container in pods.containers:
            own = mapping(container.data, "securityContext")
            if own.get("runAsNonRoot", whole.get("runAsNonRoot")) is not True:
                continue
            image = text(container.data, "image").partition("@")[0]
            folder, _, name = image.rpartition("/")
            official = folder in _OFFICIAL and name.partition(":")[0] in _ROOT_IMAGES
            if official and own.get("runAsUser", whole.get("runAsUser")) is None:
                yield pods.owner.fault(f"{container.path}.securityContext.runAsUser", f"none, of {image}", "its user")


_Broken = Iterator[tuple[str, str, str]]


def _host(pods: Pods) -> _Broken:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pods.spec.get(name):
            yield f"{pods.path}.{name}", "true", "false"
    for where, context in _contexts(pods):
        if reach(context, "windowsOptions", "hostProcess"):
            yield f"{where}.windowsOptions.hostProcess", "true", "false"
    for volume in pods.volumes:
        if "hostPath" in volume:
            yield f"{pods.path}.volumes[{volume.get('name')}].hostPath", "a folder of the node", "no hostPath"
    for container in pods.containers:
        for port in mappings(container.data, "ports"):
            if port.get("hostPort"):
                yield f"{container.path}.ports.hostPort", str(port["hostPort"]), "none"
        for handler in (*(mapping(container.data, probe) for probe in _PROBES), *_hooks(container.data)):
            for kind in ("httpGet", "tcpSocket"):
                if text(handler, kind, "host"):
                    yield f"{container.path}.{kind}.host", text(handler, kind, "host"), "none: the pod's own address"


def _privileges(pods: Pods) -> _Broken:
    for container in pods.containers:
        context = mapping(container.data, "securityContext")
        if context.get("privileged"):
            yield f"{container.path}.securityContext.privileged", "true", "false"
        # Baseline admits it in a user namespace of the pod's own: seen with Kubernetes 1.36.
        if pods.spec.get("hostUsers") is not False:
            yield from _unmasked(container)
        added = sorted(set(texts(context, "capabilities", "add")) - _CAPABILITIES)
        if added:
            yield f"{container.path}.securityContext.capabilities.add", ", ".join(added), "none of them"


def _profiles(pods: Pods) -> _Broken:
    for name, profile in mapping(pods.metadata, "annotations").items():
        if name.startswith(_APPARMOR) and profile != "runtime/default" and not str(profile).startswith("localhost/"):
            yield f"metadata.annotations[{name}]", str(profile), "runtime/default or localhost/…"
    for where, context in _contexts(pods):
        for field, allowed in (("appArmorProfile", _PROFILES), ("seccompProfile", _PROFILES)):
            kind = text(context, field, "type")
            if kind and kind not in allowed:
                yield f"{where}.{field}.type", kind, " or ".join(allowed)
        options = mapping(context, "seLinuxOptions")
        if options.get("type") not in _SELINUX:
            yield f"{where}.seLinuxOptions.type", str(options["type"]), "container_t and the like"
        for field in ("user", "role"):
            if options.get(field):
                yield f"{where}.seLinuxOptions.{field}", str(options[field]), "none"
    for sysctl in mappings(pods.spec, "securityContext", "sysctls"):
        if sysctl.get("name") not in _SYSCTLS:
            yield f"{pods.path}.securityContext.sysctls", str(sysctl.get("name")), "the safe ones"


def _volumes(pods: Pods) -> _Broken:
    for container in pods.containers if pods.spec.get("hostUsers") is False else ():
        yield from _unmasked(container)
    for volume in pods.volumes:
        kinds = sorted(volume.keys() - {"name"} - _VOLUMES)
        if kinds and kinds != ["hostPath"]:
            yield f"{pods.path}.volumes[{volume.get('name')}]", kinds[0], ", ".join(sorted(_VOLUMES))


def _unmasked(container: Container) -> _Broken:
    mount = mapping(container.data, "securityContext").get("procMount")
    if mount not in (None, "Default"):
        yield f"{container.path}.securityContext.procMount", str(mount), "Default"


def _escalation(pods: Pods) -> _Broken:
    if pods.windows:
        return
    for container in pods.containers:
        context = mapping(container.data, "securityContext")
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"{container.path}.securityContext.allowPrivilegeEscalation", _said(context, _ESCALATION), "false"
        if "ALL" not in texts(context, "capabilities", "drop"):
            yield f"{container.path}.securityContext.capabilities.drop", "not ALL", "[ALL]"
        added = sorted(set(texts(context, "capabilities", "add")) - {"NET_BIND_SERVICE"})
        if added and set(added) <= _CAPABILITIES:
            yield f"{container.path}.securityContext.capabilities.add", ", ".join(added), "NET_BIND_SERVICE alone"


def _user(pods: Pods) -> _Broken:
    whole = mapping(pods.spec, "securityContext")
    # Root of a user namespace of the pod's own is nobody on the node, and is admitted: seen with Kubernetes 1.36.
    confined = pods.spec.get("hostUsers") is False
    if whole.get("runAsUser") == 0 and not confined:
        yield f"{pods.path}.securityContext.runAsUser", "0", "a user that is not root"
    for container in pods.containers:
        own = mapping(container.data, "securityContext")
        if own.get("runAsNonRoot", whole.get("runAsNonRoot")) is not True and not confined:
            yield f"{container.path}.securityContext.runAsNonRoot", "not true, here and for the pod", "true"
        if own.get("runAsUser") == 0 and not confined:
            yield f"{container.path}.securityContext.runAsUser", "0", "a user that is not root"
        seccomp = text(own, "seccompProfile", "type") or text(whole, "seccompProfile", "type")
        if not seccomp and not pods.windows:
            yield f"{container.path}.securityContext.seccompProfile", "none, here and for the pod", "RuntimeDefault"


def _contexts(pods: Pods) -> Iterator[tuple[str, Data]]:
    yield f"{pods.path}.securityContext", mapping(pods.spec, "securityContext")
    for container in pods.containers:
        yield f"{container.path}.securityContext", mapping(container.data, "securityContext")


def _hooks(container: Data) -> Iterator[Data]:
    for hook in ("postStart", "preStop"):
        yield mapping(container, "lifecycle", hook)


def _said(context: Data, field: str) -> str:
    return str(context[field]).lower() if field in context else "not set"


_OFFICIAL: Final = {"", "library", "docker.io", "docker.io/library", "public.ecr.aws/docker/library"}
_ROOT_IMAGES: Final = frozenset(
    [
        "alpine",
        "amazonlinux",
        "busybox",
        "caddy",
        "debian",
        "golang",
        "httpd",
        "mariadb",
        "mongo",
        "mysql",
        "nginx",
        "node",
        "openjdk",
        "php",
        "postgres",
        "python",
        "rabbitmq",
        "redis",
        "ruby",
        "rust",
        "traefik",
        "ubuntu",
        "wordpress",
    ]
)
"""Official images whose Dockerfile names no user. Source: their Dockerfiles on Docker Hub."""
_ESCALATION: Final = "allowPrivilegeEscalation"
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_PROFILES: Final = ("RuntimeDefault", "Localhost")
_SELINUX: Final[frozenset[Any]] = frozenset(
    {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)
_CAPABILITIES: Final = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_SYSCTLS: Final = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]
)
_VOLUMES: Final = frozenset(
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ]
)
_BASELINE: Final[tuple[Callable[[Pods], _Broken], ...]] = (_host, _privileges, _profiles)
_RESTRICTED: Final[tuple[Callable[[Pods], _Broken], ...]] = (_volumes, _escalation, _user)
