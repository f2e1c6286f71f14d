"""Both halves of an environment, from one release to the next."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from twinstack.changes.former import NOTHING, Outputs, former
from twinstack.changes.present import present
from twinstack.environment.spec import Half
from twinstack.errors import UsageError
from twinstack.product import Product
from twinstack.rehearsal import schemas
from twinstack.rehearsal.change.infrastructure import rehearse_infrastructure
from twinstack.rehearsal.change.report import InfrastructureChange, WorkloadsChange
from twinstack.rehearsal.change.workloads import rehearse_workloads
from twinstack.rehearsal.control_plane.assets import ASSETS_VARIABLE, SIMULATION, Assets
from twinstack.rehearsal.kubernetes import Definition

if TYPE_CHECKING:
    from twinstack.delivery.records import Records
    from twinstack.layers.load import Loaded


@dataclass(frozen=True, slots=True)
class ChangeRehearsal:
    """What was found of one environment; a half that was not asked for, or had no tool, is missing."""

    environment: str
    before: str
    after: str
    terraform: InfrastructureChange | None
    kubernetes: WorkloadsChange | None
    skipped: tuple[str, ...]
    """What was left out, and what would run it."""

    @property
    def passed(self) -> bool:
        """Whether nothing was found that would stop it. A replacement, or a moment without an endpoint, does not."""
        return all(half is None or half.passed for half in (self.terraform, self.kubernetes))

    @property
    def left_out(self) -> str:
        """What was asked for and not rehearsed, for want of a tool; empty where nothing was."""
        return "Kubernetes half not rehearsed" if self.skipped else ""

    def lines(self) -> list[str]:
        """The report for people, line by line."""
        lines: list[str] = []
        for half in (self.terraform, self.kubernetes):
            if half is not None:
                lines += [*half.lines(), ""]
        return [*lines, *(f"Skipped: {reason}" for reason in self.skipped)]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "environment": self.environment,
            "from": self.before,
            "to": self.after,
            "passed": self.passed,
            "terraform": self.terraform.as_dict() if self.terraform else None,
            "kubernetes": self.kubernetes.as_dict() if self.kubernetes else None,
            "skipped": list(self.skipped),
        }


def rehearse_change(
    product: Product[Any],
    name: str,
    *,
    before: str,
    to_nothing: bool = False,
    schema: str | None = None,
    only: Literal["terraform", "kubernetes"] | None = None,
    definitions: Sequence[Definition] = (),
    strict: bool = False,
    records: Callable[[], Records] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ChangeRehearsal:
    """Applies the former outputs of an environment, then those of today over them (`to_nothing`: none, a removal).

    `before` is what `twinstack.changes.former` takes; `schema` is a version of the AWS provider's, the newest unless
    given; the rest is as for `twinstack.rehearsal.rehearse`. Raises as that does, and as `former` does.
    """
    if before == NOTHING and to_nothing:
        raise UsageError("from nothing to nothing there is nothing to rehearse: leave out --to")
    if strict and only != "terraform":
        Assets.find().require(*SIMULATION)
    loaded = product.load_all([name])
    environment = loaded[0].environment
    halves = tuple(half for half in Half if _TOOLS[half] == (only or _TOOLS[half]))
    runs_pods = only == "kubernetes" or bool(os.environ.get(ASSETS_VARIABLE))
    skipped: list[str] = []
    with (
        former(product, name, before, halves=halves, records=records) as old,
        _today(product, loaded[0], halves, to_nothing=to_nothing) as new,
    ):
        terraform = kubernetes = None
        if Half.INFRASTRUCTURE in halves:
            terraform = rehearse_infrastructure(
                old, new, environment.stack_id, schema=schema or schemas.VERSIONS[0], progress=progress
            )
        if Half.WORKLOADS in halves and runs_pods:
            kubernetes = rehearse_workloads(
                old, new, stack=environment.stack_id, namespace=environment.context.namespace, definitions=definitions,
                progress=progress,
            )  # fmt: skip
        elif Half.WORKLOADS in halves:
            skipped.append(f"Kubernetes: {ASSETS_VARIABLE} is not set (`twinstack control-plane` says how to get one)")
        return ChangeRehearsal(name, old.label, new.label, terraform, kubernetes, tuple(skipped))


@contextmanager
def _today(
    product: Product[Any], loaded: Loaded[Any], halves: Sequence[Half], *, to_nothing: bool
) -> Generator[Outputs]:
    if to_nothing:
        yield Outputs(NOTHING, {}, [])
        return
    with present(product, loaded, halves) as outputs:
        yield outputs


_TOOLS = {Half.INFRASTRUCTURE: "terraform", Half.WORKLOADS: "kubernetes"}
