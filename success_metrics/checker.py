"""Judges a cluster: is one version whole and healthy in it, and is nothing half-done?

It knows the manifests that a version is made of, and asks the API server by plain HTTP. It knows nothing of how a
deployment is done and imports nothing that does one, so it cannot share a mistake with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from success_metrics.api import Api, JsonObject, at


@dataclass(frozen=True)
class Verdict:
    """What was found."""

    version: str | None
    """The version that is whole and healthy; None where none is."""
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each version that could have been there, what is wrong with it."""
    half_done: tuple[str, ...] = ()
    """What stands in the way of the next deployment, or says nothing of how this one ended."""

    @property
    def is_right(self) -> bool:
        """Whether one version is there, whole, and nothing is left half-done."""
        return self.version is not None and not self.half_done

    def said(self) -> str:
        """The findings in one line, the fewest first."""
        if self.is_right:
            return f"{self.version} is whole"
        least = min(self.findings.items(), key=lambda item: len(item[1]), default=("", ()))
        about = [f"{least[0]}: {'; '.join(least[1][:_MOST])}"] if self.version is None else []
        return " | ".join([*about, *self.half_done])


class Checker:
    """Judges one namespace and what belongs to the whole cluster."""

    def __init__(self, api: Api, namespace: str, owner: Mapping[str, str]) -> None:
        """`owner` are the labels of what one product owns; empty where it marks nothing."""
        self._api, self._namespace, self._owner = api, namespace, owner

    def judge(self, acceptable: Mapping[str, Path]) -> Verdict:
        """Which of these versions, each a folder of manifests, is whole."""
        findings: dict[str, tuple[str, ...]] = {}
        half_done = tuple(self.half_done())
        for version, folder in acceptable.items():
            found = tuple(self.wrong(manifests(folder)))
            if not found:
                return Verdict(version, half_done=half_done)
            findings[version] = found
        return Verdict(None, findings, half_done)

    def wrong(self, wanted: Sequence[JsonObject]) -> Iterator[str]:
        """What differs between these manifests and what is there, and what of it does not work."""
        for manifest in wanted:
            title = f"{manifest['kind']} {manifest['metadata']['name']}"
            live = self._live(manifest)
            if live is None:
                # One that ran to its end may be gone: its template says after how long.
                if not (manifest["kind"] == "Job" and "ttlSecondsAfterFinished" in manifest["spec"]):
                    yield f"{title} is not there"
                continue
            for path in differences(manifest, live):
                yield f"{title}: {path}"
            for trouble in self._unhealthy(manifest["kind"], live):
                yield f"{title} {trouble}"
        yield from self._scaled_too_low(wanted)
        yield from self._left_over(wanted)

    def half_done(self) -> Iterator[str]:
        """A lease that somebody still holds, though nobody deploys any more."""
        for lease in self._api.items(at("coordination.k8s.io/v1", "leases", self._namespace)):
            spec = lease["spec"]
            if not spec.get("holderIdentity") or not spec.get("renewTime"):
                continue
            renewed = datetime.fromisoformat(spec["renewTime"])
            rest = spec.get("leaseDurationSeconds", 0) - (datetime.now(tz=UTC) - renewed).total_seconds()
            if rest > 0:
                yield f"Lease {lease['metadata']['name']} is held by {spec['holderIdentity']} for {rest:.0f} s more"

    def _live(self, manifest: JsonObject) -> JsonObject | None:
        metadata, plural = manifest["metadata"], self._api.plural(manifest["apiVersion"], manifest["kind"])
        return self._api.get(at(manifest["apiVersion"], plural, metadata.get("namespace", ""), metadata["name"]))

    def _unhealthy(self, kind: str, live: JsonObject) -> Iterator[str]:
        if live["metadata"].get("deletionTimestamp"):
            yield "is being deleted"
        if kind == "Deployment":
            yield from self._unhealthy_deployment(live)
        elif kind == "Job":
            conditions = _conditions(live)
            if conditions.get("Complete") != "True":
                yield f"is not complete: {live.get('status', {}).get('failed', 0)} pods failed"
        elif kind == "Service" and live["spec"].get("selector"):
            yield from self._unanswered(live)

    def _unhealthy_deployment(self, live: JsonObject) -> Iterator[str]:
        spec, status = live["spec"], live.get("status") or {}
        if status.get("observedGeneration", 0) < live["metadata"]["generation"]:
            yield "was not yet looked at by its controller"
        wanted = spec.get("replicas", 1)
        for key in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"):
            if (given := status.get(key, 0)) != wanted:
                yield f"has {given} {key} of {wanted}"
        images = {one["name"]: one["image"] for one in spec["template"]["spec"]["containers"]}
        for pod in self._pods(spec["selector"]["matchLabels"]):
            name = pod["metadata"]["name"]
            if {one["name"]: one["image"] for one in pod["spec"]["containers"]} != images:
                yield f"has a pod of other images: {name}"
            elif _conditions(pod).get("Ready") != "True":
                yield f"has a pod that is not ready: {name}"

    def _unanswered(self, service: JsonObject) -> Iterator[str]:
        name = service["metadata"]["name"]
        slices = self._api.items(
            at("discovery.k8s.io/v1", "endpointslices", self._namespace), labelSelector=f"kubernetes.io/service-name={name}"
        )  # fmt: skip
        ready = sum(bool(end["conditions"].get("ready")) for one in slices for end in one.get("endpoints") or [])
        pods = [pod for pod in self._pods(service["spec"]["selector"]) if _conditions(pod).get("Ready") == "True"]
        if not ready or ready < len(pods):
            yield f"has {ready} ready endpoints for {len(pods)} ready pods"

    def _scaled_too_low(self, wanted: Sequence[JsonObject]) -> Iterator[str]:
        for scaler in (one for one in wanted if one["kind"] == "HorizontalPodAutoscaler"):
            name, least = scaler["spec"]["scaleTargetRef"]["name"], scaler["spec"]["minReplicas"]
            live = self._api.get(at("apps/v1", "deployments", self._namespace, name))
            if live and live["spec"].get("replicas", 1) < least:
                yield f"Deployment {name} has {live['spec'].get('replicas', 1)} replicas, fewer than its autoscaler's {least}"

    def _left_over(self, wanted: Sequence[JsonObject]) -> Iterator[str]:
        """Objects of this product that this version does not have. What older releases are returned with is kept."""
        if not self._owner:
            return
        listed = {(one["kind"], one["metadata"]["name"]) for one in wanted}
        selector = ",".join(f"{key}={value}" for key, value in self._owner.items())
        for api_version, kind in _PRUNED:
            path = at(api_version, self._api.plural(api_version, kind), self._namespace)
            for one in self._api.items(path, labelSelector=selector):
                if (kind, one["metadata"]["name"]) not in listed:
                    yield f"{kind} {one['metadata']['name']} is of another version"

    def _pods(self, labels: Mapping[str, str]) -> list[JsonObject]:
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        found = self._api.items(at("v1", "pods", self._namespace), labelSelector=selector)
        return [one for one in found if not one["metadata"].get("deletionTimestamp")]


def manifests(folder: Path) -> list[JsonObject]:
    """All objects of a folder, in the order of its files."""
    return [
        document
        for file in sorted(folder.glob("*.yaml"))
        for document in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if document
    ]


def differences(declared: Any, live: Any, path: str = "") -> Iterator[str]:
    """The places where what is declared is not what is there. What is there beside it is another's business."""
    if path in _NOT_COMPARED:
        return
    if isinstance(declared, Mapping):
        if not isinstance(live, Mapping) and not _is_empty(declared):
            yield f"{path} is not there"
            return
        for key, value in declared.items():
            yield from differences(value, (live or {}).get(key), f"{path}.{key}" if path else key)
    elif isinstance(declared, list):
        yield from _differences_of_lists(declared, live if isinstance(live, list) else [], path)
    elif declared != live and not (_is_empty(declared) and _is_empty(live)):
        yield f"{path} is {live!r}, not {declared!r}"


def _differences_of_lists(declared: list[Any], live: list[Any], path: str) -> Iterator[str]:
    names = [one.get("name") if isinstance(one, Mapping) else None for one in declared]
    if declared and all(names) and len(set(names)) == len(names):
        held = {one.get("name"): one for one in live if isinstance(one, Mapping)}
        for name, one in zip(names, declared, strict=True):
            yield from differences(one, held.get(name), f"{path}[{name}]")
    elif len(declared) != len(live):
        yield f"{path} has {len(live)} entries, not {len(declared)}"
    else:
        for index, (one, other) in enumerate(zip(declared, live, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")


def _conditions(live: JsonObject) -> dict[str, str]:
    return {one["type"]: one["status"] for one in (live.get("status") or {}).get("conditions") or []}


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {}, False)


_PRUNED: Final = (
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
)
"""Kinds of which a version keeps none of another's; ConfigMaps, classes of secrets and Jobs may be kept for a return."""
_NOT_COMPARED: Final = frozenset({"status", "metadata.creationTimestamp"})
_MOST: Final = 4
