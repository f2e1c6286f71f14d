"""The requirement's way: its manifests applied once, then `kubectl set image` and `kubectl rollout status`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from success_metrics.api import at
from success_metrics.checker import manifests
from success_metrics.cluster import Cluster, wait
from success_metrics.deployers import Command


class ByRequirement:
    """The requirement's script, on one cluster."""

    name: Final = "requirement"
    owner: Final[Mapping[str, str]] = {}
    has: Final = frozenset[str]()

    def __init__(self, cluster: Cluster, folder: Path, *, namespace: str = "analytics", pace: float = 1.0) -> None:
        """`pace` is how many times shorter the deadline of a rollout is; a `namespace` of its own lets several cases
        be played side by side.
        """
        self.namespace = namespace
        self._cluster, self._folder, self._pace = cluster, folder, pace
        self._folder.mkdir(parents=True, exist_ok=True)
        text = (_FOLDER / "deploy.sh").read_text(encoding="utf-8")
        self._script = folder / "deploy.sh"
        self._script.write_text(text.replace("-n analytics\n", f"-n {namespace}\n"), encoding="utf-8")
        self._script.chmod(0o755)

    def install(self, version: str) -> None:
        """Applies its manifests, makes the secret that they read, and sets the first version by the script."""
        self._cluster.kubectl("create", "namespace", self.namespace)
        self.give_secret()
        self.restore(version)

    def prepare(self, version: str, values: Mapping[str, object] | None = None) -> None:  # noqa: ARG002
        """Nothing: there are no manifests of a version. Written down is what the cluster is to hold at it."""
        documents = self._documents(version)
        for document in documents:
            # An autoscaler owns the number from the first minute on.
            if document["metadata"]["name"] == "analytics-backend":
                document["spec"].pop("replicas", None)
        self._write(self.manifests(version), documents)

    def begin(self, version: str) -> Command:
        """Runs the script, as the requirement has it."""
        log = Path(tempfile.mkstemp(suffix=".log", dir=self._folder)[1])
        return Command(["bash", str(self._script), "prod", version], self._cluster.environment, self._folder, log)

    def manifests(self, version: str) -> Path:
        """The requirement's manifests with the images of this version."""
        return self._folder / version

    def new_configmaps(self, version: str) -> list[str]:  # noqa: ARG002
        """None: the script applies no manifests."""
        return []

    def lose_secret(self) -> Mapping[str, object]:
        """The Secret that its pods read is gone when they start."""
        self._cluster.api.delete(at("v1", "secrets", self.namespace, "analytics-secrets"))
        return {}

    def give_secret(self) -> None:
        """Made-up values: none lies in Git."""
        data = {"database-url": "database@v1", "jwt-secret": "jwt@v1"}
        path = at("v1", "secrets", self.namespace, "analytics-secrets")
        metadata = {"name": "analytics-secrets", "namespace": self.namespace}
        self._cluster.api.apply(path, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})

    def said_wrong(self, version: str) -> str:  # noqa: ARG002
        """It keeps no record."""
        return ""

    def restore(self, version: str) -> None:
        """`kubectl apply` of everything at one version, and a wait until it is ready."""
        self.prepare(version)
        applied = self._folder / f"{version}-applied"
        self._write(applied, self._documents(version))
        self._cluster.kubectl("apply", "-f", str(applied))
        for name in ("analytics-backend", "analytics-frontend"):
            wait(lambda name=name: self._is_out(name), f"{name} is out")

    def go_back(self, version: str) -> Command:
        """It has no way back: its script once more, with the version before."""
        return self.begin(version)

    def _is_out(self, name: str) -> bool:
        found = self._cluster.api.get(at("apps/v1", "deployments", self.namespace, name)) or {}
        status, wanted = found.get("status") or {}, found["spec"]["replicas"]
        counts = {status.get(key) for key in ("replicas", "updatedReplicas", "availableReplicas")}
        return status.get("observedGeneration") == found["metadata"]["generation"] and counts == {wanted}

    def _documents(self, version: str) -> list[dict[str, Any]]:
        found = [one for one in manifests(_FOLDER) if one["kind"] != "Namespace"]
        for document in found:
            document["metadata"]["namespace"] = self.namespace
            if document["kind"] != "Deployment":
                continue
            if self._pace != 1.0:
                document["spec"]["progressDeadlineSeconds"] = round(_DEADLINE_SECONDS / self._pace)
            container = document["spec"]["template"]["spec"]["containers"][0]
            container["image"] = f"{container['image'].rpartition(':')[0]}:{version}"
        return found

    @staticmethod
    def _write(folder: Path, documents: list[dict[str, Any]]) -> None:
        folder.mkdir(exist_ok=True)
        text = yaml.safe_dump_all(documents)
        (folder / "all.yaml").write_text(text, encoding="utf-8")


_FOLDER: Final = Path(__file__).with_name("requirement")
_DEADLINE_SECONDS: Final = 600
"""Kubernetes' default, which the requirement leaves as it is."""
