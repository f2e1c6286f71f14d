"""Production with every edge, every monitoring and every network there is, each with each: `make rehearse-matrix`.

What can be chosen has more combinations than anybody waits for, and what breaks breaks nearly always by two choices
together. So the cases are few, and every two choices that can be together are together in one of them. Each case is
validated, planned, applied and planned again by real Terraform on the provider's schema, and taken by a real API server; what
cannot be together has to be refused when it is loaded.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations, product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import yaml

from tests.rehearsal.test_variants import IN_BASE, NETWORK, NODE_GROUPS, VARIANTS
from twinstack.errors import ConfigurationError
from twinstack.product import Product
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import Definition, read_definitions, rehearse_on
from twinstack.rehearsal.terraform import rehearse as rehearse_terraform
from twinstack.synthesis import synthesized

Settings = Mapping[str, Any]
Case = Mapping[str, str]
"""The choice of each question."""
Pair = tuple[tuple[str, str], tuple[str, str]]

ACL: Final = (
    "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/shadower-analytics-edge/0a1b2c3d-0000-1111-2222-333344445555"
)
BY_AWS: Final = {"edge.kind": "gateway", "edge.firewall.arn": ACL}
ALARMS: Final = {"monitoring.notify": [{"protocol": "email", "endpoint": "oncall@shadower.ai"}]}
LACKING: Final = "TW924"
"""That a folder of real definitions has none of a kind, which the built-in one judges then."""
NO_WAY_OUT: Final = "own, no NAT"
QUESTIONS: Final[Mapping[str, Mapping[str, Settings]]] = {
    "edge": {
        "alb": {},
        "alb, own controller": {"edge.controller": "self_managed"},
        "nginx": {"edge.kind": "nginx"},
        "gateway of EKS": BY_AWS,
        "gateway, own controller": {**BY_AWS, "edge.controller": "self_managed"},
        "gateway with Envoy": {"edge.kind": "gateway", "edge.controller": "envoy", "edge.acme": {"solver": "dns01"}},
    },
    "network": {
        "own, NAT per zone": {"network.nat": "per_zone"},
        "own, single NAT": {
            "network.nat": "single",
            "network.acknowledge": {"TW404": "the matrix has every way out, this one too"},
        },
        NO_WAY_OUT: VARIANTS["nat none"],
        "existing": {"network.existing": NETWORK},
        "existing, and the cluster": {"network.existing": NETWORK, "cluster.existing": "platform-live"},
    },
    "monitoring": {
        "none": {"monitoring.kind": "none"},
        "operator": {"monitoring.kind": "operator", "monitoring.operator.labels": {"release": "prometheus"}},
        "cloudwatch": {"monitoring.kind": "cloudwatch", **ALARMS},
        "managed": {"monitoring.kind": "managed", **ALARMS},
    },
    "nodes": {"auto": {}, "groups": {"cluster.mode": "managed", "cluster.node_groups": NODE_GROUPS}},
    "cache": {"redis": {}, "valkey": {"cache.engine": "valkey", "cache.engine_version": "8.1"}},
}
REFUSED: Final[Mapping[Pair, str]] = {
    **{(("edge", edge), ("nodes", "groups")): "TW735" for edge in ("alb", "gateway of EKS")},
    **{
        (("edge", edge), ("network", NO_WAY_OUT)): "TW317"
        for edge in ("alb, own controller", "nginx", "gateway, own controller", "gateway with Envoy")
    },
}
"""What cannot be together, and what loading says of it."""


def pairs_of(case: Case) -> set[Pair]:
    """Every two choices of a case."""
    return set(combinations(case.items(), 2))


def possible() -> list[Case]:
    """Every combination that nothing forbids."""
    every = [dict(zip(QUESTIONS, chosen, strict=True)) for chosen in product(*QUESTIONS.values())]
    return [case for case in every if not pairs_of(case) & set(REFUSED)]


def all_pairs() -> set[Pair]:
    """Every two choices that can be together."""
    return {pair for case in possible() for pair in pairs_of(case)}


def cases() -> list[Case]:
    """Few cases that have every pair: the next one is always the one with the most that is missing.

    Greedy, and so not the fewest there could be. Written here because it is one loop: a library for it would be one more to
    keep up, and the choices are few enough to look at every combination.
    """
    left, missing, found = possible(), all_pairs(), []
    while missing:
        best = max(left, key=lambda case: len(pairs_of(case) & missing))
        found.append(best)
        missing -= pairs_of(best)
    return found


def settings_of(case: Case) -> dict[str, Any]:
    """What a case sets."""
    found = {key: value for question, choice in case.items() for key, value in QUESTIONS[question][choice].items()}
    if found["monitoring.kind"] not in {"operator", "managed"}:
        found.pop("monitoring.exporter_images", None)
    if "cluster.existing" in found:
        found.pop("cluster.node_groups", None)
        if "edge.acme" in found:
            found["edge.acme"] = None
    return found


@dataclass
class Row:
    """How a case went."""

    case: Case
    problems: list[str]
    resources: int = 0
    objects: int = 0
    seconds: float = 0

    def line(self, number: int) -> str:
        verdict = "passed" if not self.problems else f"FAILED ({len(self.problems)})"
        chosen = " | ".join(self.case.values())
        return f"| {number} | {chosen} | {self.resources} | {self.objects} | {self.seconds:.0f} s | {verdict} |"


def head() -> str:
    """The first two lines of the table."""
    titles = ["", *QUESTIONS, "resources", "objects", "took", ""]
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"


def without_the_internet(analytics: Product[Any], folder: Path) -> None:
    """What all environments share, with nothing in it that goes to the internet: no layer could change that."""
    shutil.copytree(analytics.root / "environments", folder / "environments")
    base = folder / "environments" / "base.yaml"
    text = base.read_text()
    for pattern, other in IN_BASE["nat none"].items():
        text = re.sub(pattern, other, text, flags=re.MULTILINE)
    base.write_text(text)


class Matrix:
    """One control plane for all cases, one after the other; Terraform beside it, in processes of its own."""

    def __init__(self, plane: ControlPlane, analytics: Product[Any], folder: Path, workers: int = 2) -> None:
        self.plane = plane
        self.analytics = analytics
        self.folder = folder
        self.roots = {True: folder / "closed", False: analytics.root}
        without_the_internet(analytics, self.roots[True])
        self.pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        real = os.environ.get("TWINSTACK_REAL_DEFINITIONS")
        self.definitions: tuple[Definition, ...] = tuple(read_definitions(Path(real))) if real else ()

    def load(self, case: Case, namespace: str) -> Any:
        """The environment of a case. Raises ConfigurationError for one that cannot be."""
        # The folder of a product cannot be set, since a product is one thing: only here there are two beginnings of it.
        vars(self.analytics)["root"] = self.roots[case["network"] == NO_WAY_OUT]
        try:
            return self.analytics.load_all(["prod"], set={**settings_of(case), "namespace": namespace})
        finally:
            vars(self.analytics)["root"] = self.roots[False]

    def run(self, wanted: Iterable[Case], told: Callable[[str], object]) -> list[Row]:
        """Every case, told in its order as it ends."""
        rows: list[tuple[Row, Future[tuple[list[str], int, float]]]] = []
        for number, case in enumerate(wanted, 1):
            rows.append(self._begin(case, f"case-{number}"))
            told(f"case {number}: {', '.join(case.values())}")
        for row, future in rows:
            problems, row.resources, seconds = future.result()
            row.problems += problems
            row.seconds += seconds
        return [row for row, _ in rows]

    def _begin(self, case: Case, namespace: str) -> tuple[Row, Future[tuple[list[str], int, float]]]:
        began = time.monotonic()
        loaded = self.load(case, namespace)
        environment = loaded[0].environment
        with synthesized(self.analytics, loaded) as output:
            stack = shutil.copytree(output.stack(environment), self.folder / namespace)
            future = self.pool.submit(on_terraform, stack)
            manifests = output.manifests(environment)
            report = rehearse_on(self.plane, manifests, definitions=self.definitions, progress=lambda _: None)
            clear(self.plane, manifests, namespace)
        problems = [str(problem) for problem in report.problems if problem.code != LACKING]
        row = Row(case, problems, objects=sum(report.objects.values()), seconds=time.monotonic() - began)
        return row, future

    def refusals(self) -> Iterator[str]:
        """A line for each pair that is not refused as it has to be."""
        first = {question: next(iter(choices)) for question, choices in QUESTIONS.items()}
        for (one, other), code in REFUSED.items():
            case = {**first, **dict([one, other])}
            try:
                self.load(case, "refused")
            except ConfigurationError as error:
                codes = {problem.code for problem in error.problems if not problem.warning}
                if code not in codes:
                    yield f"{one[1]} with {other[1]}: refused by {', '.join(sorted(codes))}, and not by {code}"
            else:
                yield f"{one[1]} with {other[1]}: taken, and {code} should refuse it"

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)


def on_terraform(stack: Path) -> tuple[list[str], int, float]:
    """What Terraform says of a stack, how many resources it made, and how long it took."""
    began = time.monotonic()
    report = rehearse_terraform(stack, destroy=False)
    return [str(one) for one in report.problems], sum(report.resources.values()), time.monotonic() - began


def clear(plane: ControlPlane, manifests: Path, namespace: str) -> None:
    """Deletes all that stands outside a case's own namespace, so that the next finds a cluster with nothing in it."""
    for file in manifests.glob("*.yaml"):
        for one in filter(None, yaml.safe_load_all(file.read_text(encoding="utf-8"))):
            metadata = one["metadata"]
            if metadata.get("namespace") != namespace:
                plane.api.delete(one["apiVersion"], one["kind"], metadata["name"], metadata.get("namespace", ""))


def api_server_alone(folder: Path) -> Path:
    """The programs of an API server without those that would start pods."""
    folder.mkdir()
    for name in ("etcd", "kube-apiserver"):
        (folder / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    return folder


def main() -> int:
    """The whole matrix; 1 where something failed."""
    from stacks import product as analytics

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, help="only so many of them, from the first on")
    arguments = parser.parse_args()
    wanted = cases()[: arguments.cases]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="twinstack-matrix-") as temporary:
        folder = Path(temporary)
        with ControlPlane.start(api_server_alone(folder / "assets")) as plane:
            matrix = Matrix(plane, analytics, folder)
            try:
                rows = matrix.run(wanted, lambda text: sys.stderr.write(f"{text}\n"))
                wrong = list(matrix.refusals())
            finally:
                matrix.close()
    seconds = time.monotonic() - began
    lines = [head(), *(row.line(number) for number, row in enumerate(rows, 1)), ""]
    lines.append(f"{len(rows)} cases with {len(all_pairs())} pairs, in {seconds:.0f} s")
    lines.append(f"refused together, as they have to be: {len(REFUSED) - len(wrong)} of {len(REFUSED)} pairs")
    lines += (f"\ncase {number}: {problem}" for number, row in enumerate(rows, 1) for problem in row.problems)
    sys.stdout.write("\n".join((*lines, *wrong, "")))
    return 1 if wrong or any(row.problems for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
