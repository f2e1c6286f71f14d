"""Reads a chart's values: what conventional charts say in the same words, for each component.

Source: Helm, "Values" and what `helm create` writes, read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.environment.container import IMAGE, TAG
from twinstack.environment.spec import NAME_VARIABLE
from twinstack.layers.document import Path_
from twinstack.layers.secrets_in_text import by_name, may_be_secret
from twinstack.starting.kind import find_kind
from twinstack.starting.names import refused
from twinstack.starting.reading.container import of_celery_beat
from twinstack.starting.reading.interpolation import Text
from twinstack.starting.reading.quantities import within
from twinstack.starting.reading.reading import Reading, Thing
from twinstack.starting.reading.scalars import Plain, by_chart
from twinstack.starting.reading.shares import share
from twinstack.starting.reading.source import Source


def read_values(source: Source, product: str) -> Reading:
    """The components that have an image of their own, and the data services that are switched on beside them."""
    return _Values(source, product).reading


class _Values:
    def __init__(self, source: Source, product: str) -> None:
        self.source = source
        self.reading = Reading(source.document.file, "the values of a chart")
        self.plain: dict[str, dict[str, str]] = {}
        self.secret: dict[tuple[str, str], list[str]] = {}
        self.taken = {"network", "cluster", "edge", "delivery", "settings", "credentials"}
        data = source.data
        is_component = _is_component(data)
        if is_component:
            self._component(_key(product), data, ())
        for name, one in data.items():
            if name in _SUBCHARTS and isinstance(one, Mapping):
                self._subchart(name, one)
            elif not is_component or _is_component(one):
                self._top(name, one)
        resources = [thing for thing in self.reading.things if find_kind(thing.kind).is_resource]
        for thing in self.reading.things:
            if find_kind(thing.kind).is_workload:
                thing.uses += [f"{one.key}: write" if one.kind == "bucket" else one.key for one in resources]
        share(self.reading, self.plain, self.secret)
        self.reading.things.sort(key=lambda thing: find_kind(thing.kind).is_workload)

    def leave_out(self, path: Path_, reason: str, given: str = "") -> None:
        self.reading.leave_out(self.source.line(path), path, reason, given)

    def _top(self, name: str, one: Any) -> None:
        if _is_component(one):
            if str(one.get("enabled", "true")).lower() == "false":
                self.leave_out((name,), "it is switched off")
            else:
                self._component(name, one, (name,))
        elif name == "ingress" and isinstance(one, Mapping):
            self._ingress(one, (name,))
        else:
            self.leave_out((name,), "no component with an image of its own, and not a key that all charts mean alike")

    def _subchart(self, name: str, one: Mapping[str, Any]) -> None:
        """A data service of a chart beside: `postgresql: {enabled: true}`."""
        if str(one.get("enabled", "")).lower() != "true":
            if "enabled" in one:
                self.leave_out((name,), "it is switched off")
            return
        kind = _SUBCHARTS[name]
        if not kind:
            self.leave_out(
                (name,), "there is no such resource: run it elsewhere and provide its address, or write a resource type"
            )
            return
        thing = Thing(kind, find_kind(kind).starter.field)
        auth = one.get("auth")
        database = auth.get("database") if isinstance(auth, Mapping) else None
        if kind == "postgres" and isinstance(database, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,62}", database):
            thing.base["database"] = database
        self.reading.things.append(thing)
        self.leave_out(
            (name,), "the variables that programs read its address from are the chart's: name them under `uses`"
        )

    def _component(self, name: str, data: Mapping[str, Any], path: Path_) -> None:
        service = data.get("service")
        words = [*_words(data.get("command")), *_words(data.get("args"))]
        port = _port(data, service if isinstance(service, Mapping) else {})
        kind = "scheduler" if of_celery_beat(words) else "web_service" if port else "worker"
        key = _key(name)
        while refused(key, find_kind(kind).spec, self.taken):
            key = f"{key}_service"
        self.taken.add(key)
        thing = Thing(kind, key)
        self.reading.things.append(thing)
        self._image(thing, data["image"], (*path, "image"))
        thing.base["command"] = words or None  # the image has one
        if kind == "web_service":
            thing.base["port"] = port
            self._health(thing, data, path)
        self._resources(thing, data.get("resources"), (*path, "resources"))
        self._scale(thing, data, path)
        for other in _VARIABLES:
            self._variables(thing, data.get(other), (*path, other))
        for other, value in data.items():
            if other == "ingress" and isinstance(value, Mapping):
                self._ingress(value, (*path, other))
            elif not path and (other in _SUBCHARTS or _is_component(value)):
                continue  # it stands for itself
            elif other not in _READ and value not in (None, "", [], {}):
                self.leave_out((*path, other), _LEFT_OUT.get(other, "not a key that all charts mean alike"))

    def _image(self, thing: Thing, image: Mapping[str, Any], path: Path_) -> None:
        repository = "/".join(str(part) for part in (image.get("registry"), image.get("repository")) if part)
        tag, digest = str(image.get("tag") or ""), str(image.get("digest") or "")
        if re.fullmatch(IMAGE, repository):
            thing.base["image"] = repository
        else:
            self.leave_out((*path, "repository"), "no name of an image", repository)
        if re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
            thing.base["digest"] = digest
        elif isinstance(image.get("tag"), Plain) and by_chart(tag) != tag:
            self.leave_out((*path, "tag"), "Helm reads a number and hands on another text: put it in quotes", tag)
        elif tag and tag != "latest" and re.fullmatch(TAG, tag):
            thing.base["tag"] = tag
        elif tag:
            self.leave_out((*path, "tag"), "`latest` moves: the environment's `version` is the tag", tag)

    def _health(self, thing: Thing, data: Mapping[str, Any], path: Path_) -> None:
        paths: dict[str, str] = {}
        for field, probe in (("live", "livenessProbe"), ("ready", "readinessProbe")):
            one = data.get(probe)
            asked = one.get("httpGet") if isinstance(one, Mapping) else None
            if isinstance(asked, Mapping) and re.fullmatch(r"/[!-~]*", str(asked.get("path", ""))):
                paths[field] = str(asked["path"])
            elif one:
                self.leave_out(
                    (*path, probe), "it is not asked by HTTP: see `tcp`, `grpc` and `command` under `health`"
                )
        if paths:
            live = paths.get("live") or paths["ready"]
            thing.base["health"] = {"live": live, "ready": paths.get("ready") or live}

    def _resources(self, thing: Thing, given: Any, path: Path_) -> None:
        if not isinstance(given, Mapping) or not given:
            return
        requests, limits = (
            one if isinstance(one, Mapping) else {} for one in (given.get("requests"), given.get("limits"))
        )
        memory = _quantity(limits.get("memory"), _MEMORY) or _quantity(requests.get("memory"), _MEMORY)
        cpu = _quantity(requests.get("cpu"), _CPU) or _quantity(limits.get("cpu"), _CPU)
        if not memory or not cpu:
            self.leave_out(path, "cpu and memory are both needed, in Kubernetes' own units")
            return
        asked = {"cpu": cpu, "memory": _quantity(requests.get("memory"), _MEMORY) or memory}
        most = {"memory": memory}
        if limit := _quantity(limits.get("cpu"), _CPU):
            most = {"cpu": limit, **most}
        thing.base["resources"] = {"requests": asked, "limits": most}

    def _scale(self, thing: Thing, data: Mapping[str, Any], path: Path_) -> None:
        if thing.kind not in {"web_service", "worker"}:
            return
        scaling = data.get("autoscaling")
        if isinstance(scaling, Mapping) and str(scaling.get("enabled", "")).lower() == "true":
            least, most = (str(scaling.get(key, "")) for key in ("minReplicas", "maxReplicas"))
            if least.isdigit() and most.isdigit() and 0 < int(least) <= int(most) <= 1000:
                targets = {"cpu": "targetCPUUtilizationPercentage", "memory": "targetMemoryUtilizationPercentage"}
                said = {
                    name: int(str(scaling[key])) for name, key in targets.items() if str(scaling.get(key, "")).isdigit()
                }
                thing.base["scale"] = {"min": int(least), "max": int(most), **(said or {"cpu": 80})}
                return
            self.leave_out((*path, "autoscaling"), "no numbers of replicas")
        given = str(data.get("replicaCount", data.get("replicas", "")))
        if given.isdigit() and int(given):
            number = within(int(given), 1, 1000)
            thing.base["scale"] = {"min": number, "max": number}
            thing.unprotected["scale"] = {"min": 1, "max": 1}

    def _variables(self, thing: Thing, given: Any, path: Path_) -> None:
        for name, value, place in _pairs(given, path):
            if name == NAME_VARIABLE:
                self.leave_out(place, "twinstack sets it; `environment_value` says another value")
            elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", name):
                self.leave_out(place, "no name of a variable")
            elif isinstance(value, str) and "{{" not in value and not _is_secret(name, value):
                text = by_chart(value) if isinstance(value, Plain) else value
                if text is None:
                    self.leave_out(place, "templates write such a number in different ways: put it in quotes", value)
                else:
                    self.plain.setdefault(thing.key, {})[name] = text
            elif isinstance(value, Mapping) and "secretKeyRef" not in value:
                self.leave_out(place, "its value is the chart's or the cluster's", ", ".join(value))
            elif re.fullmatch(r"[A-Z][A-Z0-9_]{0,199}", name):
                self.secret.setdefault((name, str(value)), []).append(thing.key)
            else:
                self.leave_out(place, "a secret's variable is written in capitals, and this may be one")

    def _ingress(self, given: Mapping[str, Any], path: Path_) -> None:
        if str(given.get("enabled", "true")).lower() != "true":
            return
        hosts = [
            str(one.get("host", "")) if isinstance(one, Mapping) else str(one)
            for one in (given.get("hosts") or ([given["hostname"]] if given.get("hostname") else []))
        ]
        names = [host for host in hosts if re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,63}", host)]
        if names and not self.reading.edge:
            self.reading.edge = names.pop(0)
        if names:
            self.leave_out((*path, "hosts"), "write further hosts under `edge.other_hosts`", ", ".join(names))
        for key in given:
            if key in {"annotations", "className", "tls"} and given[key]:
                self.leave_out((*path, key), "the edge says it itself")


def _is_component(data: Any) -> bool:
    image = data.get("image") if isinstance(data, Mapping) else None
    return isinstance(image, Mapping) and bool(image.get("repository"))


def _port(data: Mapping[str, Any], service: Mapping[str, Any]) -> int | None:
    """The one that the container listens on; None for what is no service."""
    inside, outside = data.get("containerPorts"), service.get("ports")
    given = [
        inside.get("http") if isinstance(inside, Mapping) else None,
        data.get("containerPort"),
        service.get("targetPort"),
        service.get("port"),
        outside.get("http") if isinstance(outside, Mapping) else None,
    ]
    return next((int(one) for one in map(str, given) if one.isdecimal() and 0 < int(one) < 65536), None)


def _is_secret(name: str, value: str) -> bool:
    return bool(may_be_secret(name, value) or by_name(name, _SOMETHING)) or not Text(value).is_known


def _pairs(given: Any, path: Path_) -> Iterator[tuple[str, Any, Path_]]:
    """`env` as a list of `{name: …, value: …}`, or as a mapping."""
    if isinstance(given, list):
        for index, one in enumerate(given):
            if isinstance(one, Mapping) and "name" in one:
                yield str(one["name"]), one.get("value", one.get("valueFrom", "")), (*path, index)
    elif isinstance(given, Mapping):
        for name, value in given.items():
            yield name, "" if value is None else value, (*path, name)


def _words(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _quantity(value: Any, pattern: str) -> str:
    return str(value) if re.fullmatch(pattern, str(value or "")) else ""


def _key(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    key = re.sub(r"[^a-z0-9]+", "_", snake.lower()).strip("_")
    return key if re.match("[a-z]", key) else f"component_{key}"


_SOMETHING: Final = "x9Kq2LmZ7pTw4R"
_CPU: Final = r"[1-9]\d*m?|0\.\d+"
_MEMORY: Final = r"[1-9]\d*(?:Mi|Gi)"
_SUBCHARTS: Final = {
    "postgresql": "postgres", "redis": "redis", "valkey": "redis", "minio": "bucket",
    "mysql": "", "mariadb": "", "mongodb": "", "rabbitmq": "", "kafka": "", "elasticsearch": "", "memcached": "",
}  # fmt: skip
_VARIABLES: Final = ("env", "extraEnv", "extraEnvVars")
_READ: Final = frozenset({
    "image", "command", "args", "service", "livenessProbe", "readinessProbe", "resources", "replicaCount", "replicas", "autoscaling",
    "containerPort", "containerPorts", "ingress", "enabled", "nameOverride", "fullnameOverride", *_VARIABLES,
})  # fmt: skip
_LEFT_OUT: Final = {
    "podDisruptionBudget": "every web service and worker has one",
    "serviceAccount": "every workload has one of its own",
    "imagePullSecrets": "name the Secret under `pull_secret`",
    "podSecurityContext": "pods run without privileges, as a number other than 0",
    "securityContext": "pods run without privileges, as a number other than 0",
    "nodeSelector": "which nodes it may use is said by the workload's `placement`",
    "tolerations": "which nodes it may use is said by the workload's `placement`",
    "topologySpreadConstraints": "replicas spread over zones and nodes by themselves",
    "envFrom": "name the Secret or ConfigMap under `variables_from`",
    "initContainers": "write them under `init_containers`",
    "sidecars": "write them under `sidecars`",
    "extraContainers": "write them under `sidecars`",
    "priorityClassName": "see the workload's `priority`",
    "terminationGracePeriodSeconds": "see `stop_seconds` of a web service, and `task_limit_seconds` of a worker",
    "serviceMonitor": "monitoring is made from the environment itself",
    "affinity": "replicas spread over zones and nodes by themselves",
    "podAnnotations": "annotations are the library's; see escape hatches",
    "podLabels": "labels are the library's; see escape hatches",
    "persistence": "files that are kept belong into a bucket, a file system or kept_volumes",
    "volumes": "the chart's own",
    "volumeMounts": "the chart's own",
    "startupProbe": "`start_seconds` says how long a start may take",
    "networkPolicy": "who may talk to whom follows from the links",
    "metrics": "monitoring is made from the environment itself",
}
