"""The two that are compared: what each is given, and what is typed for it."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks.deployment.objects import ENVIRONMENT, Objects, write
from benchmarks.deployment.process import Run, run
from benchmarks.former import UNMONITORED, unmonitored_in
from twinstack.delivery.release_folder import WORKLOADS_JSON

if TYPE_CHECKING:
    from twinstack.delivery.release import Release


class Tool(ABC):
    """Brings releases into a cluster. Each has its own names there, so that both live side by side."""

    name: ClassVar[str]
    agent: ClassVar[str]
    """How its requests to the API server begin to call themselves."""
    always_waits: ClassVar[bool] = False
    """Whether it has no way not to wait for pods."""
    namespace: ClassVar[str]
    """Where it deploys to."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        """`folder` is its own: what it deploys and what it keeps lies there."""
        self.folder, self.kubeconfig = folder, kubeconfig
        folder.mkdir(parents=True)

    @abstractmethod
    def prepare(self, release: str, objects: Objects, namespace: str) -> Path:
        """Writes a release down in the tool's own form, and returns its folder."""

    @abstractmethod
    def deploy(
        self, release: Path, *, wait: bool = True, kubeconfig: Path | None = None, statuses: Sequence[int] | None = (0,)
    ) -> Run:
        """Brings it in."""

    @abstractmethod
    def roll_back(self, release: Path) -> Run:
        """Brings the former release in again."""

    @property
    def where(self) -> Path:
        """The folder in which its commands are typed."""
        return self.folder

    def forget(self) -> None:  # noqa: B027  most keep nothing
        """Forgets what it keeps on this machine."""

    def _run(
        self, command: Sequence[str | Path], kubeconfig: Path | None, statuses: Sequence[int] | None = (0,)
    ) -> Run:
        variables = {"HOME": str(self.folder), "KUBECONFIG": str(kubeconfig or self.kubeconfig)}
        return run(command, folder=self.where, variables=variables, statuses=statuses)


class Helm(Tool):
    """helm, which gets the same manifests as the templates of a chart."""

    name = "helm"
    agent = "Helm/"
    namespace = "analytics-helm"

    def __init__(self, folder: Path, kubeconfig: Path, program: Path) -> None:
        super().__init__(folder, kubeconfig)
        self.program = program

    def prepare(self, release: str, objects: Objects, namespace: str) -> Path:
        chart = self.folder / namespace / release
        templates = write(objects, chart / "templates")
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: {namespace}\nversion: 1.0.0\n", "utf-8")
        assert not any("{{" in file.read_text("utf-8") for file in templates.iterdir()), (
            "it would be taken for a template"
        )
        return chart

    def deploy(
        self, release: Path, *, wait: bool = True, kubeconfig: Path | None = None, statuses: Sequence[int] | None = (0,)
    ) -> Run:
        name = release.parent.name
        command = [self.program, "upgrade", "--install", name, release, "--namespace=default", "--history-max=10"]
        return self._run([*command, *(["--wait"] if wait else [])], kubeconfig, statuses)

    def roll_back(self, release: Path) -> Run:
        return self._run([self.program, "rollback", release.parent.name, "--namespace=default"], None)

    def forget(self) -> None:
        """Its cache of what the API server serves."""
        for kept in (".cache", ".kube"):
            shutil.rmtree(self.folder / kept, ignore_errors=True)


class Twinstack(Tool):
    """The project's own, which gets them as the folder of a planned release. It always waits."""

    name = "twinstack"
    agent = "twinstack"
    always_waits = True
    namespace = "analytics"
    """The product's own, for the one command that is given an environment by its name."""

    def __init__(self, folder: Path, kubeconfig: Path, model: Release) -> None:
        """`model` is a release of the environment that the manifests are of."""
        super().__init__(folder, kubeconfig)
        self.program = Path(sys.executable).with_name("twinstack")
        self.root, self.model = _unwatched(folder / "product"), model

    def prepare(self, release: str, objects: Objects, namespace: str) -> Path:
        folder = self.folder / namespace / release
        write(objects, folder / "workloads")
        (folder / WORKLOADS_JSON).write_text(json.dumps({"based_on": _ANY_RELEASE}), "utf-8")
        version = f"1.0.{release.removeprefix('release-')}"
        stack = self.model.stack if namespace == self.namespace else namespace
        named = dataclasses.replace(self.model, version=version, namespace=namespace, stack=stack, watch_seconds=0)
        named.write(folder)
        return folder

    def deploy(
        self, release: Path, *, wait: bool = True, kubeconfig: Path | None = None, statuses: Sequence[int] | None = (0,)
    ) -> Run:
        del wait
        return self._run([self.program, "deploy", "--release", release, *_WITHOUT_ASKING], kubeconfig, statuses)

    def roll_back(self, release: Path) -> Run:
        del release
        return self._run([self.program, "rollback", ENVIRONMENT, "--yes"], None)

    @property
    def where(self) -> Path:
        return self.root


def _unwatched(to: Path) -> Path:
    """A copy of the product whose releases are not watched once all is ready: helm has no such thing to compare with."""
    layer = unmonitored_in(to) / "environments" / f"{ENVIRONMENT}.yaml"
    layer.write_text(re.sub(r"(?m)^(\s*watch_seconds:) \d+", r"\1 0", layer.read_text("utf-8")), "utf-8")
    return to


def release_model(root: Path) -> Release:
    """A release of the environment that is measured, of the workloads half alone."""
    sys.path.insert(0, str(root))
    from stacks import product
    from twinstack.delivery.release import Release

    release = Release.of(
        product.load(ENVIRONMENT, set=UNMONITORED),
        halves=("workloads",),
        made_by="the benchmark",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    # helm looks no longer than until all is ready, and that is what is compared.
    return replace(release, watch_seconds=0)


_WITHOUT_ASKING = ("--half", "workloads", "--yes")
_ANY_RELEASE = 10**6
"""So that no release is one that came after this one was planned: in the benchmark all are planned at its beginning."""
