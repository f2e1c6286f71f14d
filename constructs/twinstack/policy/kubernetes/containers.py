"""Containers: what contradicts itself within one pod template.

Source: Kubernetes API reference, Container, Probe, Lifecycle and PodSpec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Container,
    Data,
    Objects,
    mapping,
    mappings,
    number,
    reach,
    repeated,
    scalar,
    text,
    texts,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("said-twice", "a name stands twice in one pod", "keep one of the two")
def said_twice(objects: Objects) -> Iterator[Fault]:
    """A name that a pod template has twice: containers, volumes, variables, ports, places of volumes."""
    for pods in objects.pods:
        owner = pods.owner
        for name in repeated(one.name for one in pods.containers):
            yield owner.fault(f"{pods.path}.containers", f"{name} twice", "each name once, init containers included")
        for name in repeated(text(one, "name") for one in pods.volumes):
            yield owner.fault(f"{pods.path}.volumes", f"{name} twice", "each name once")
        for container in pods.containers:
            for name in repeated(text(one, "name") for one in mappings(container.data, "env")):
                yield owner.fault(f"{container.path}.env", f"{name} twice, of which the last counts", "each name once")
            for place in repeated(_normal(text(one, "mountPath")) for one in mappings(container.data, "volumeMounts")):
                yield owner.fault(f"{container.path}.volumeMounts", f"{place} twice", "each mountPath once")
        staying = [(one, port) for one in pods.containers if one.stays for port in mappings(one.data, "ports")]
        for number_, protocol in repeated((scalar(port, "containerPort"), _protocol(port)) for _, port in staying):
            yield owner.fault(f"{pods.path}.containers.ports", f"{number_}/{protocol} twice", "each port once in a pod")
        for name in repeated(text(port, "name") for _, port in staying if text(port, "name")):
            yield owner.fault(f"{pods.path}.containers.ports", f"{name} twice", "each name once in a pod")


@RULES("probe-has-no-port", "a probe asks at a port that no container has", "probe a port that the container declares")
def probe_has_no_port(objects: Objects) -> Iterator[Fault]:
    """A probe of a port that no container of the pod has: it never passes, or restarts the pod for ever."""
    for pods in objects.pods:
        ports = [port for one in pods.containers for port in mappings(one.data, "ports")]
        numbers = {scalar(port, "containerPort") for port in ports}
        for container in pods.containers:
            own = {text(port, "name") for port in mappings(container.data, "ports")} - {""}
            for path, handler in _handlers(container):
                for kind in ("httpGet", "tcpSocket", "grpc"):
                    wanted = reach(handler, kind, "port")
                    if isinstance(wanted, str) and not wanted.isdigit() and wanted not in own:
                        yield pods.owner.fault(f"{path}.{kind}.port", wanted, ", ".join(sorted(own)) or "no named port")
                    elif isinstance(wanted, int) and numbers and wanted not in numbers:
                        allowed = ", ".join(sorted(str(one) for one in numbers))
                        yield pods.owner.fault(f"{path}.{kind}.port", wanted, allowed)


@RULES("probe-contradicts-itself", "a probe contradicts itself", "correct the probe")
def probe_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A probe that Kubernetes refuses, or that cannot pass as it is set."""
    for pods in objects.pods:
        for container in pods.containers:
            for name in PROBES:
                probe = mapping(container.data, name)
                path = f"{container.path}.{name}"
                if not probe:
                    continue
                if not container.stays:
                    yield pods.owner.fault(path, "of an init container", "none: it ends, and is waited for")
                kinds = sorted(probe.keys() & {"exec", "httpGet", "tcpSocket", "grpc"})
                if len(kinds) != 1:
                    yield pods.owner.fault(path, " and ".join(kinds) or "nothing to ask", "one of exec, httpGet, …")
                if name != "readinessProbe" and number(probe.get("successThreshold"), 1) != 1:
                    yield pods.owner.fault(f"{path}.successThreshold", probe["successThreshold"], "1")
                if name == "readinessProbe" and "terminationGracePeriodSeconds" in probe:
                    yield pods.owner.fault(f"{path}.terminationGracePeriodSeconds", "set", "only for the other probes")
                timeout, period = number(probe.get("timeoutSeconds"), 1), number(probe.get("periodSeconds"), 10)
                if timeout > period:
                    yield pods.owner.fault(
                        f"{path}.timeoutSeconds", f"{timeout}, every {period} s", f"at most {period}"
                    )
                if 0 in [probe.get(one) for one in ("timeoutSeconds", "periodSeconds", "failureThreshold")]:
                    yield pods.owner.fault(path, "0 seconds or failures, which stands for the default", "1 or more")


@RULES(
    "stopped-before-done",
    "the pause before the end takes all the time there is for ending",
    "raise terminationGracePeriodSeconds over the pause and the work that is left",
)
def stopped_before_done(objects: Objects) -> Iterator[Fault]:
    """A pause before the end that is as long as the whole time a pod has for ending."""
    for pods in objects.pods:
        grace = number(pods.spec.get("terminationGracePeriodSeconds"), 30)
        for container in pods.containers:
            hook = mapping(container.data, "lifecycle", "preStop")
            waits = number(reach(hook, "sleep", "seconds"), 0) or _sleeps(texts(hook, "exec", "command"))
            if waits >= grace > 0 or (waits and grace == 0):
                yield pods.owner.fault(
                    f"{container.path}.lifecycle.preStop",
                    f"{waits} s, and terminationGracePeriodSeconds {grace}",
                    f"under {grace} s, or a longer period",
                )


@RULES("mounts-nothing", "a container mounts a volume that the pod lacks", "correct its name", severity="error")
def mounts_nothing(objects: Objects) -> Iterator[Fault]:
    """A place for a volume that the pod does not have."""
    for pods in objects.pods:
        volumes = {text(one, "name") for one in pods.volumes}
        if pods.owner.kind == "StatefulSet":
            volumes |= {text(one, "metadata", "name") for one in mappings(pods.owner.spec, "volumeClaimTemplates")}
        for container in pods.containers:
            for field in ("volumeMounts", "volumeDevices"):
                for mount in mappings(container.data, field):
                    if text(mount, "name") not in volumes:
                        allowed = ", ".join(sorted(volumes)) or "the pod has no volume"
                        yield pods.owner.fault(f"{container.path}.{field}", mount.get("name"), allowed)


@RULES("variable-contradicts-itself", "a variable contradicts itself", "give it one value or one source")
def variable_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A variable with a value and a source, with two sources, or with a name that no program can ask for."""
    for pods in objects.pods:
        for container in pods.containers:
            for variable in mappings(container.data, "env"):
                name = text(variable, "name")
                path = f"{container.path}.env[{name}]"
                sources = sorted(mapping(variable, "valueFrom"))
                if not name or "=" in name:
                    yield pods.owner.fault(path, repr(name), "a name without =")
                if "value" in variable and not isinstance(variable["value"], str | None):
                    yield pods.owner.fault(path, f"{variable['value']!r}, which is no text", f'"{variable["value"]}"')
                if variable.get("value") and sources:
                    yield pods.owner.fault(path, "value and valueFrom", "one of the two")
                elif "valueFrom" in variable and len(sources) != 1:
                    yield pods.owner.fault(path, f"valueFrom {', '.join(sources) or 'nothing'}", "one source")


@RULES("cannot-write", "the container writes where its root is read-only", "mount an emptyDir there")
def cannot_write(objects: Objects) -> Iterator[Fault]:
    """A read-only root where the container is told to write, or an image that is known to."""
    for pods in objects.pods:
        for container in pods.containers:
            if reach(container.data, "securityContext", "readOnlyRootFilesystem") is not True:
                continue
            writable = [
                PurePosixPath(text(mount, "mountPath"))
                for mount in mappings(container.data, "volumeMounts")
                if not mount.get("readOnly") and text(mount, "mountPath")
            ]
            for path, given, place in _written(container):
                if not any(PurePosixPath(place).is_relative_to(one) for one in writable):
                    yield pods.owner.fault(f"{container.path}.{path}", given, f"a volume mounted at {place}")


@RULES("restart-policy", "the restart policy is none for this kind", "correct it", severity="error")
def restart_policy(objects: Objects) -> Iterator[Fault]:
    """A restart policy that the kind of workload does not take."""
    for pods in objects.pods:
        policy = scalar(pods.spec, "restartPolicy")
        if pods.owner.kind in {"Job", "CronJob"}:
            if policy not in {"Never", "OnFailure"}:
                yield pods.owner.fault(f"{pods.path}.restartPolicy", policy or "none: Always", "Never or OnFailure")
        elif pods.owner.kind in {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"} and policy not in {
            None,
            "Always",
        }:
            yield pods.owner.fault(f"{pods.path}.restartPolicy", policy, "Always")


@RULES("image-moves", "the image has no tag of its own", "use a tag that is never moved, or a digest")
def image_moves(objects: Objects) -> Iterator[Fault]:
    """An image without a tag, or with `latest`: what runs changes by itself, and cannot be returned to."""
    for pods in objects.pods:
        for container in pods.containers:
            image = text(container.data, "image")
            tag = image.rpartition("/")[2].partition(":")[2]
            if not _IMAGE.fullmatch(image):
                yield pods.owner.fault(f"{container.path}.image", image or "none", "registry/name:tag in lower case")
            elif "@" not in image and tag in {"", "latest"}:
                yield pods.owner.fault(f"{container.path}.image", image, "a tag of its own, or a digest")


def _written(container: Container) -> Iterator[tuple[str, str, str]]:
    for variable in mappings(container.data, "env"):
        value = text(variable, "value")
        if text(variable, "name") in _FOLDERS and value.startswith("/"):
            yield f"env[{variable['name']}]", value, value
    words = [*texts(container.data, "command"), *texts(container.data, "args")]
    for before, word in zip(["", *words], words, strict=False):
        option, _, value = word.partition("=")
        if option in _FILES and value.startswith("/"):
            yield "args", word, str(PurePosixPath(value).parent)
        elif before in _FILES and word.startswith("/"):
            yield "args", f"{before} {word}", str(PurePosixPath(word).parent)
    name = text(container.data, "image").partition("@")[0].rpartition("/")[2].partition(":")[0]
    mounts = [text(mount, "mountPath") for mount in mappings(container.data, "volumeMounts")]
    # Whoever brings its settings says in them where it writes.
    if not texts(container.data, "command") and not any(one.startswith(f"/etc/{name}") for one in mounts):
        for place in _IMAGES.get(name, ()):
            yield "image", name, place


def _sleeps(command: list[str]) -> int:
    found = [int(one) for one in _SLEEP.findall(" ".join(command))]
    return max(found, default=0)


def _handlers(container: Container) -> Iterator[tuple[str, Data]]:
    for probe in PROBES:
        yield f"{container.path}.{probe}", mapping(container.data, probe)
    for hook in ("postStart", "preStop"):
        yield f"{container.path}.lifecycle.{hook}", mapping(container.data, "lifecycle", hook)


def _protocol(port: Data) -> str:
    return text(port, "protocol") or "TCP"


def _normal(path: str) -> str:
    return path.rstrip("/") or path


PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_SLEEP: Final = re.compile(r"\bsleep\s+([0-9]+)\b")
_IMAGE: Final = re.compile(
    r"(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?"
)
_FOLDERS: Final = {
    "TMPDIR",
    "TMP",
    "TEMP",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "PROMETHEUS_MULTIPROC_DIR",
    "MPLCONFIGDIR",
}
_FILES: Final = {"--pidfile", "--pid-file", "--pid", "--logfile", "--log-file", "--worker-tmp-dir", "--statedb"}
_IMAGES: Final[Mapping[str, tuple[Any, ...]]] = {
    "nginx": ("/var/cache/nginx", "/var/run"),
    "httpd": ("/usr/local/apache2/logs",),
    "postgres": ("/var/lib/postgresql/data", "/var/run/postgresql"),
    "mysql": ("/var/lib/mysql", "/var/run/mysqld"),
    "redis": ("/data",),
    "grafana": ("/var/lib/grafana",),
    "prometheus": ("/prometheus",),
    "rabbitmq": ("/var/lib/rabbitmq",),
}
"""Where well-known images write when they are started as they are. Source: their own Dockerfiles and documentation."""
