"""What a doctor knows of an environment: both outputs, and what they say of account, region, state and cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from twinstack.delivery.manifest import Manifest
from twinstack.delivery.release import ClusterIdentity
from twinstack.labels import INSTANCE


@dataclass(frozen=True)
class Examined:
    """One environment, by what its two outputs say. Either may be missing: then less is looked at."""

    name: str
    """`prod`."""
    namespace: str = ""
    stack: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The infrastructure half, `cdk.tf.json`; empty where the product has none."""
    manifests: tuple[Manifest, ...] = field(default=(), repr=False)
    cluster: ClusterIdentity | None = None
    """Its endpoint is empty where only Terraform would know it."""

    @classmethod
    def of_files(
        cls,
        name: str,
        *,
        infrastructure: Path | None = None,
        workloads: Path | None = None,
        namespace: str = "",
        cluster: ClusterIdentity | None = None,
    ) -> Self:
        """From the folder with `cdk.tf.json` and that with the manifests. Raises OSError and ValueError."""
        return cls(name, namespace, _stack(infrastructure), tuple(_manifests(workloads)), cluster)

    @property
    def account(self) -> str:
        """The account that the provider allows; empty where it is not told."""
        allowed = self._provider.get("allowed_account_ids") or ()
        return next((str(one) for one in allowed), self.cluster.account if self.cluster else "")

    @property
    def region(self) -> str:
        """Where it is; empty where it is not told."""
        return str(self._provider.get("region") or (self.cluster.region if self.cluster else ""))

    @property
    def backend(self) -> Mapping[str, Any]:
        """Where the state is kept, if that is S3: bucket, key and region."""
        found: Mapping[str, Any] = self.stack.get("terraform", {}).get("backend", {}).get("s3") or {}
        return found

    @property
    def kubernetes_version(self) -> str:
        """The minor version that the stack gives its own cluster, `1.36`; empty where another team decides it."""
        clusters = self.stack.get("resource", {}).get("aws_eks_cluster", {})
        return next((str(one["version"]) for one in clusters.values() if one.get("version")), "")

    @property
    def add_ons(self) -> tuple[Mapping[str, Any], ...]:
        """The add-ons that the stack gives its own cluster."""
        return tuple(self.stack.get("resource", {}).get("aws_eks_addon", {}).values())

    @property
    def stack_id(self) -> str:
        """`analytics-prod`, which its objects are labelled with; empty where none is."""
        labels = (one.data["metadata"].get("labels") or {} for one in self.manifests)
        return next((str(one[INSTANCE]) for one in labels if one.get(INSTANCE)), "")

    @property
    def images(self) -> tuple[str, ...]:
        """Every image that a pod would pull, once."""
        return tuple(sorted({image for manifest in self.manifests for image in _images(manifest.data)}))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that the outside reaches it by."""
        return tuple(sorted({host for manifest in self.manifests for host in _hosts(manifest)}))

    def has(self, kind: str) -> bool:
        """Whether it has an object of this kind."""
        return any(manifest.kind == kind for manifest in self.manifests)

    @property
    def _provider(self) -> Mapping[str, Any]:
        providers: list[Mapping[str, Any]] = self.stack.get("provider", {}).get("aws") or []
        return providers[0] if providers else {}


def _stack(folder: Path | None) -> Mapping[str, Any]:
    import json

    if folder is None:
        return {}
    found: Mapping[str, Any] = json.loads((folder / "cdk.tf.json").read_bytes())
    return found


def _manifests(folder: Path | None) -> Iterator[Manifest]:
    import yaml

    if folder is None:
        return
    for file in sorted(folder.glob("*.yaml")):
        for document in yaml.load_all(file.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if document:
                yield Manifest(document, file.name)


def _images(value: Any) -> Iterator[str]:
    """Of every list of containers, wherever it stands: in pods, their templates, and what holds those."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _CONTAINERS and isinstance(inner, list):
                yield from (str(one["image"]) for one in inner if isinstance(one, dict) and one.get("image"))
            else:
                yield from _images(inner)
    elif isinstance(value, list):
        for one in value:
            yield from _images(one)


def _hosts(manifest: Manifest) -> Iterable[str]:
    spec = manifest.data.get("spec") or {}
    if manifest.kind == "Ingress":
        return [str(rule["host"]) for rule in spec.get("rules") or () if rule.get("host")]
    if manifest.kind == "HTTPRoute":
        return [str(host) for host in spec.get("hostnames") or ()]
    return []


_CONTAINERS = frozenset({"containers", "initContainers"})
