"""twinstack's way: a release folder of the product's own manifests, brought out by `twinstack deploy`."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import yaml

from success_metrics.api import JsonObject, at
from success_metrics.checker import manifests
from success_metrics.cluster import Cluster
from success_metrics.deployers import PYTHON, ROOT, Command


@dataclass(frozen=True)
class Waits:
    """The waits of the product, in seconds, where they are shortened: a hundred deployments take a hundred times as long."""

    share: float = 1.0
    """What share of each Deployment's `minReadySeconds` and `progressDeadlineSeconds` is kept."""
    migration_tries: int | None = None
    """How often a migration is tried again; None leaves it as it is."""
    deadline_seconds: float | None = None
    """Of the whole release; None leaves it as it is."""
    watch_seconds: float = 0
    """How long a release is watched once it is ready; production's own number where that is what is measured."""


class ByTwinstack:
    """`twinstack deploy --release FOLDER`, on one cluster."""

    name: Final = "twinstack"
    namespace: Final = "analytics"
    owner: Final[Mapping[str, str]] = {"app.kubernetes.io/instance": "analytics-prod"}
    has: Final = frozenset({"migration", "plan", "new objects"})

    def __init__(self, cluster: Cluster, folder: Path, waits: Waits | None = None) -> None:
        self._cluster, self._folder, self._waits = cluster, folder, waits or Waits()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._first = ""

    def install(self, version: str) -> None:
        """The first deployment, on a cluster that has nothing of it."""
        self._first = version
        self.restore(version)

    def prepare(self, version: str, values: Mapping[str, object] | None = None) -> None:
        """Writes the release folder of this version: what the library synthesizes for prod, and its digest.

        Nobody watches it: the requirement's manifests have no exporters either.
        """
        from stacks import product
        from twinstack.delivery.release import Release
        from twinstack.synthesis import synthesized

        folder = self._folder / version
        shutil.rmtree(folder, ignore_errors=True)
        (loaded,) = product.load_all(["prod"], set={"monitoring.kind": "none", **(values or {})}, version=version)
        with synthesized(product, [loaded]) as output:
            shutil.copytree(output.manifests(loaded.environment), self.manifests(version))
        for file in self.manifests(version).glob("*.yaml"):
            file.write_text(self._shortened(file.read_text(encoding="utf-8")), encoding="utf-8")
        release = Release.of(
            loaded.environment,
            halves=("workloads",),
            made_by="success-metrics",
            made_at=datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        if release.cluster:
            self._name_cluster(f"arn:aws:eks:{release.region}:{release.account}:cluster/{release.cluster.name}")
        release = replace(release, watch_seconds=self._waits.watch_seconds)
        if self._waits.deadline_seconds is not None:
            release = replace(release, deadline_seconds=self._waits.deadline_seconds)
        # As `twinstack plan` writes it: on what it was planned, so that one that is stale is refused.
        newest = max((one["number"] for one in self.records()), default=0)
        preview = {"based_on": newest, "unseen": "", "changes": [], "deleted": [], "kept": []}
        (folder / "workloads.json").write_text(json.dumps(preview), encoding="utf-8")
        release.write(folder)

    def begin(self, version: str) -> Command:
        """Runs the command as CI does."""
        return self._run("deploy", "--release", str(self._folder / version), "--half", "workloads", "--yes")

    def manifests(self, version: str) -> Path:
        """The workloads half of the release."""
        return self._folder / version / "workloads"

    def new_configmaps(self, version: str) -> list[str]:
        """The ConfigMaps that the first version did not have: they are named by content."""
        first, these = (
            [one["metadata"]["name"] for one in manifests(self.manifests(each)) if one["kind"] == "ConfigMap"]
            for each in (self._first, version)
        )
        return [name for name in these if name not in first]

    def lose_secret(self) -> Mapping[str, object]:
        """The next version reads the second value of a secret, and nobody has provided it."""
        self._cluster.vault.withhold(_SECOND)
        return {"credentials.generated.JWT_SECRET.version": 2}

    def give_secret(self) -> None:
        """It is there from now on."""
        self._cluster.vault.provide(_SECOND)

    def said_wrong(self, version: str) -> str:
        """Its records are ConfigMaps, read here as anybody can read them."""
        records = self.records()
        # An older one that was killed is known to be over by the one that came after it.
        if records and records[-1]["status"] == "applying":
            return f"the record of {records[-1]['release']['version']} still says that it is being applied"
        good = [one for one in records if one["status"] == "succeeded"]
        last = good[-1]["release"]["version"] if good else "none"
        if last != version:
            return f"{version} is there, and the last release that succeeded is {last} by the records"
        silent = [one for one in records if one["status"] not in {"succeeded", "applying"} and not one.get("reason")]
        return f"the record of {silent[-1]['release']['version']} does not say why it ended" if silent else ""

    def records(self) -> list[JsonObject]:
        """What it has on record, the oldest first."""
        found = self._cluster.api.items(
            at("v1", "configmaps", self.namespace), labelSelector="delivery.twinstack/keeps=record"
        )
        return sorted((json.loads(one["data"]["record.json"]) for one in found), key=lambda one: one["number"])

    def restore(self, version: str) -> None:
        """One more deployment, of a version without a fault. Raises RuntimeError where it fails."""
        self.prepare(version)
        ended = self.begin(version).end(_PATIENCE_SECONDS)
        if ended.status:
            raise RuntimeError(f"{version} was not deployed, status {ended.status}:\n{ended.output}")

    def go_back(self, version: str) -> Command:
        """What a person does when a version turns out bad after its deployment has ended."""
        return self._run("rollback", "prod", version, "--yes")

    def _run(self, *arguments: str) -> Command:
        log = Path(tempfile.mkstemp(suffix=".log", dir=self._folder)[1])
        environment = {
            **self._cluster.environment,
            "PYTHONPATH": str(ROOT / "constructs"),
            "KUBECONFIG": str(self._folder / "kubeconfig"),
        }
        return Command([PYTHON, "-m", "twinstack", *arguments], environment, ROOT, log)

    def _name_cluster(self, arn: str) -> None:
        """A kubeconfig as `aws eks update-kubeconfig` names things: the commands deploy to no cluster of another name."""
        content = yaml.safe_load(self._cluster.plane.kubeconfig.read_text(encoding="utf-8"))
        content["clusters"][0]["name"] = content["contexts"][0]["context"]["cluster"] = arn
        (self._folder / "kubeconfig").write_text(yaml.safe_dump(content), encoding="utf-8")

    def _shortened(self, text: str) -> str:
        share = self._waits.share
        for field in ("minReadySeconds", "progressDeadlineSeconds"):
            text = re.sub(
                rf"{field}: (\d+)", lambda found: f"{found[0].split(':')[0]}: {round(int(found[1]) * share)}", text
            )
        if self._waits.migration_tries is not None:
            text = re.sub(r"backoffLimit: \d+", f"backoffLimit: {self._waits.migration_tries}", text)
        return text


_SECOND: Final = "v2"
_PATIENCE_SECONDS: Final = 900.0
