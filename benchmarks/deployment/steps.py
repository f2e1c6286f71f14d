"""The steps of one round, in the order in which releases follow each other; at each the tools take turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.deployment import objects as made
from benchmarks.deployment.objects import CHANGED, Objects
from benchmarks.deployment.process import Run
from benchmarks.deployment.samples import HandEdit, Samples, Step
from benchmarks.deployment.session import Session
from benchmarks.deployment.tools import Tool

BULK: Final = {Step.BULK_150: 150, Step.BULK_600: 600}
PROGRAM_OF_HANDS: Final = "kubectl-set"
"""What `kubectl set image` calls itself as a manager of fields."""


@dataclass(frozen=True)
class Releases:
    """What one tool deploys in a round: each release's objects, and where they lie in the tool's own form."""

    tool: Tool
    namespace: str
    objects: dict[str, Objects]
    folders: dict[str, Path]

    @classmethod
    def of(cls, tool: Tool, source: Objects) -> Releases:
        """A row of releases of these objects, each a change of the one before it."""
        first = made.renamed(source, tool.namespace)
        removed = made.without_one(first)
        row = [first, removed, *(made.with_image(removed, f"1.0.{number}") for number in (3, 4, 5))]
        found = {f"release-{number}": objects for number, objects in enumerate(row, 1)}
        folders = {name: tool.prepare(name, one, tool.namespace) for name, one in found.items()}
        return cls(tool, tool.namespace, found, folders)

    def bulk(self, count: int) -> Path:
        """A release of so many ConfigMaps, in a namespace of their own."""
        namespace = f"bulk-{count}-{self.tool.name}"
        return self.tool.prepare("release-1", made.bulk(namespace, count), namespace)


class Round:
    """One after the other, all steps for all tools."""

    def __init__(self, session: Session, rows: list[Releases], samples: Samples, order: Random, far: Path) -> None:
        """`far` is the kubeconfig of the same server at a distance."""
        self.session, self.rows, self.samples, self.order, self.far = session, rows, samples, order, far

    def run(self, bulk: dict[tuple[Step, str], Path]) -> None:
        """The whole round; `bulk` are the ConfigMaps that are in the cluster already, by step and tool."""
        self._anew()
        self._first(Step.FIRST, wait=False)
        self._anew()
        self._first(Step.FIRST_WAITING, wait=True)
        self._nothing(Step.NOTHING)
        self._nothing(Step.DISTANT_NOTHING, kubeconfig=self.far)
        self._removed()
        self._image(Step.IMAGE, "release-3")
        self._image_waiting("release-4")
        self._image(Step.DISTANT_IMAGE, "release-5", kubeconfig=self.far)
        self._return()
        self._edited("release-4")
        for step in BULK:
            for row in self._turns():
                self._sample(
                    step, row, lambda row=row, step=step: row.tool.deploy(bulk[step, row.tool.name], wait=False)
                )

    def _anew(self) -> None:
        for row in self.rows:
            self.session.clear(row.namespace, row.objects["release-1"])
            row.tool.forget()

    def _turns(self) -> Iterator[Releases]:
        """The tools in an order of this step's own; nothing of the one before is under way when the next begins."""
        yield from self.order.sample(self.rows, len(self.rows))

    def _sample(
        self,
        step: Step,
        row: Releases,
        action: Callable[[], Run],
        compared: Callable[[Run], float] = lambda run: run.wall,
        *,
        waits: bool = False,
    ) -> None:
        namespace = row.namespace if waits else ""
        self.samples.add(step, row.tool.name, self.session.measured(row.tool, action, compared, namespace=namespace))

    def _first(self, step: Step, *, wait: bool) -> None:
        for row in self._turns():
            folder = row.folders["release-1"]
            self._sample(
                step,
                row,
                lambda row=row, folder=folder: row.tool.deploy(folder, wait=wait),
                # Who waits for pods is not charged for them; who does not, has nothing to take off.
                lambda run, row=row: (
                    self.session.overhead(run, row.namespace) if wait or row.tool.always_waits else run.wall
                ),
                waits=wait,
            )
            self.session.settle(row.namespace, row.objects["release-1"])

    def _nothing(self, step: Step, kubeconfig: Path | None = None) -> None:
        for row in self._turns():
            folder = row.folders["release-1"]
            self._sample(
                step, row, lambda row=row, folder=folder: row.tool.deploy(folder, wait=False, kubeconfig=kubeconfig)
            )

    def _removed(self) -> None:
        for row in self._turns():
            folder = row.folders["release-2"]
            self._sample(Step.REMOVED, row, lambda row=row, folder=folder: row.tool.deploy(folder, wait=False))

    def _image(self, step: Step, release: str, kubeconfig: Path | None = None) -> None:
        for row in self._turns():
            folder, image = row.folders[release], made.image(row.objects[release])
            self._sample(
                step,
                row,
                lambda row=row, folder=folder: row.tool.deploy(folder, wait=False, kubeconfig=kubeconfig),
                lambda run, row=row, image=image: self._seen(row, run, image),
            )
            self.session.settle(row.namespace, row.objects[release])

    def _image_waiting(self, release: str) -> None:
        for row in self._turns():
            folder = row.folders[release]
            self._sample(
                Step.IMAGE_WAITING,
                row,
                lambda row=row, folder=folder: row.tool.deploy(folder),
                lambda run, row=row: self.session.overhead(run, row.namespace),
                waits=True,
            )
            self.session.settle(row.namespace, row.objects[release])

    def _return(self) -> None:
        for row in self._turns():
            image = made.image(row.objects["release-4"])
            self._sample(
                Step.RETURN,
                row,
                lambda row=row: row.tool.roll_back(row.folders["release-5"]),
                lambda run, row=row, image=image: self._seen(row, run, image),
            )
            self.session.settle(row.namespace, row.objects["release-4"])

    def _edited(self, release: str) -> None:
        """Somebody sets an image and deletes a disruption budget; then the same release is deployed."""
        for row in self._turns():
            wanted, inside = row.objects[release], f"--namespace={row.namespace}"
            by_hand = f"{made.image(wanted)}-by-hand"
            began = time.monotonic()
            setting = f"{made.container(wanted)}={by_hand}"
            self.session.kubectl("set", "image", inside, f"deployment/{CHANGED}", setting)
            self.session.kubectl("delete", inside, f"poddisruptionbudget/{CHANGED}")
            self.watcher_saw(row, began, by_hand)
            self.session.settle(row.namespace, wanted)
            run = row.tool.deploy(row.folders[release], wait=False, statuses=None)
            self.samples.edits[row.tool.name].append(self._mended(row, wanted, run))

    def watcher_saw(self, row: Releases, since: float, image: str) -> float:
        """When the Deployment that is changed was first seen with an image."""
        return self.session.watcher.first(row.namespace, CHANGED, since, image)

    def _seen(self, row: Releases, run: Run, image: str) -> float:
        """The seconds from fork until the change was seen in the cluster, whatever the tool still did then."""
        return self.watcher_saw(row, run.began, image) - run.began

    def _mended(self, row: Releases, wanted: Objects, run: Run) -> HandEdit:
        api = self.session.plane.api
        deployment = api.get("apps/v1", "Deployment", CHANGED, row.namespace) or {}
        images = [one["image"] for one in deployment["spec"]["template"]["spec"]["containers"]]
        budget = api.get("policy/v1", "PodDisruptionBudget", CHANGED, row.namespace)
        return HandEdit(
            status=run.status,
            mended=images == [made.image(wanted)] and budget is not None,
            said=PROGRAM_OF_HANDS in run.output,
            output=run.output,
        )
