"""The whole rehearsal of an environment: both halves synthesized, and each proved against its real tool."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from twinstack.product import Product
from twinstack.rehearsal import schemas
from twinstack.rehearsal.control_plane.assets import ASSETS_VARIABLE, SIMULATION, Assets
from twinstack.rehearsal.kubernetes import Definition, KubernetesReport
from twinstack.rehearsal.kubernetes import rehearse as rehearse_kubernetes
from twinstack.rehearsal.report import lines_of
from twinstack.rehearsal.terraform import TerraformReport
from twinstack.rehearsal.terraform import rehearse as rehearse_terraform
from twinstack.synthesis import synthesized


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was proved of one environment; a part that was not asked for, or had no tool, is missing."""

    environment: str
    terraform: tuple[TerraformReport, ...]
    kubernetes: KubernetesReport | None
    skipped: tuple[str, ...]
    """What was left out, and what would run it."""

    @property
    def passed(self) -> bool:
        """Whether everything that ran passed."""
        return all(report.passed for report in self.terraform) and (self.kubernetes is None or self.kubernetes.passed)

    @property
    def left_out(self) -> str:
        """What was asked for and not rehearsed, for want of a tool; empty where nothing was."""
        if self.skipped:
            return "Kubernetes half not rehearsed"
        return "no pod was started" if self.kubernetes and not self.kubernetes.pods_ran else ""

    def lines(self) -> list[str]:
        """The report for people, line by line. What several schemas proved stands once, below their verdicts; where one
        of them failed, each stands by itself.
        """
        is_alike = all(report.passed for report in self.terraform)
        groups = [self.terraform] if is_alike else [(report,) for report in self.terraform]
        lines = [line for group in groups if group for line in (*lines_of(group), "")]
        if self.kubernetes:
            lines += [*self.kubernetes.lines(), ""]
        return [*lines, *(f"Skipped: {reason}" for reason in self.skipped)]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "environment": self.environment,
            "passed": self.passed,
            "terraform": [report.as_dict() for report in self.terraform],
            "kubernetes": self.kubernetes.as_dict() if self.kubernetes else None,
            "skipped": list(self.skipped),
        }


def rehearse(
    product: Product[Any],
    name: str,
    *,
    schema: str | None = None,
    only: Literal["terraform", "kubernetes"] | None = None,
    definitions: Sequence[Definition] = (),
    strict: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Rehearsal:
    """Synthesizes one environment into a temporary folder and rehearses it there.

    `schema` is one version of the AWS provider's schema; every known one unless given. `definitions` are those of the
    cluster's custom resources (`twinstack.rehearsal.kubernetes.read_definitions`), in place of the built-in ones. Without
    KUBEBUILDER_ASSETS the Kubernetes part is skipped, and the report says so; `strict` takes no less than a whole control
    plane. Raises ConfigurationError for a wrong environment, MissingToolError without Terraform, or where `strict` lacks
    something, and RehearsalError where a tool fails in a way that proves nothing.
    """
    if strict and only != "terraform":
        Assets.find().require(*SIMULATION)
    loaded = product.load_all([name])
    environment = loaded[0].environment
    skipped: list[str] = []
    with synthesized(product, loaded) as output:
        terraform: Sequence[TerraformReport] = ()
        if only != "kubernetes":
            stack = output.stack(environment)
            versions = [schema] if schema else list(schemas.VERSIONS)
            terraform = [rehearse_terraform(stack, schema=version, progress=progress) for version in versions]
        kubernetes = None
        if only != "terraform":
            if only == "kubernetes" or os.environ.get(ASSETS_VARIABLE):
                kubernetes = rehearse_kubernetes(
                    output.manifests(environment), definitions=definitions, progress=progress
                )
            else:
                skipped.append(
                    f"Kubernetes: {ASSETS_VARIABLE} is not set (`twinstack control-plane` says how to get one)"
                )
    return Rehearsal(name, tuple(terraform), kubernetes, tuple(skipped))
