"""What the workflows of a product say, worked out of its environments: who builds what, and what is deployed where and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twinstack.delivery.github import GitHub, is_hosted
from twinstack.delivery.spec import DeliverySpec
from twinstack.environment.placement import ClusterPlan
from twinstack.errors import ConfigurationError, Location, Problem, UsageError

if TYPE_CHECKING:
    from twinstack.environment.base import Environment
    from twinstack.layers.load import Loaded


@dataclass(frozen=True, slots=True)
class Image:
    """One image that is built: what is run of it is pinned by its digest."""

    name: str
    """`ghcr.io/acme/shop`."""
    folder: str
    """Of its Dockerfile."""
    platforms: str
    """`linux/amd64`, of every workload that runs it."""
    workloads: tuple[str, ...]
    """The fields of the workloads that run it."""

    @property
    def id(self) -> str:
        """What its step and its output are called."""
        return re.sub(r"[^a-z0-9_-]", "-", self.name.rpartition("/")[2])

    @property
    def variable(self) -> str:
        """The variable of the shell that holds its digest."""
        return f"{re.sub(r'[^A-Z0-9]', '_', self.id.upper())}_DIGEST"


@dataclass(frozen=True, slots=True)
class Target:
    """One environment that the pipeline deploys."""

    environment: Environment
    delivery: DeliverySpec

    @property
    def name(self) -> str:
        """`prod`."""
        return self.environment.name

    @property
    def cluster(self) -> str | None:
        """The name of its cluster."""
        found = self.environment.find(ClusterPlan)
        return getattr(found, "cluster_name", None)

    @property
    def webhook(self) -> str | None:
        """The GitHub secret with the address that is told."""
        return self.delivery.notify.webhook_variable if self.delivery.notify else None

    @property
    def minutes(self) -> int:
        """How long the job may take: the rollout, the return, and a database that is upgraded in front of both."""
        return 90 + 2 * -(-self.delivery.deadline_seconds // 60)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The whole of it."""

    product: str
    github: GitHub
    targets: Sequence[Target]
    """In the order in which a release reaches them."""
    images: Sequence[Image]
    outside: Mapping[str, Sequence[str]]
    """The folders that Dependabot looks into, by its name for what lies there."""

    @property
    def branches(self) -> list[str]:
        """Whose pushes are deployed, and into which pull requests are looked at."""
        return list(dict.fromkeys([self.github.default_branch, *(str(one.delivery.branch) for one in self.targets)]))

    @property
    def labels(self) -> list[str]:
        """The labels of runners that are nobody else's."""
        runners = [self.github.runs_on, *(one.delivery.runner for one in self.targets)]
        return sorted({label for runner in runners for label in runner if not is_hosted((label,))} - OF_SELF_HOSTED)

    def before(self, target: Target) -> Target | None:
        """What a release must have reached before."""
        return next((one for one in self.targets if one.name == target.delivery.after), None)


def pipeline_of(loaded: Sequence[Loaded[Environment]], outside: Mapping[str, Sequence[str]]) -> Pipeline:
    """The pipeline of a product's environments. Raises UsageError where none says `delivery.github` and `delivery.branch`,
    ConfigurationError where they disagree.
    """
    by_name: dict[str, Target] = {}
    for one in loaded:
        delivery = one.environment.find(DeliverySpec)
        if delivery is not None and delivery.is_by_pipeline:
            by_name[one.environment.name] = Target(one.environment, delivery)
    if not by_name:
        raise UsageError(
            "no environment says `delivery.github` and `delivery.branch`: there is no pipeline to write. Name the repository "
            "in environments/base.yaml, and in each environment the branch that is deployed to it"
        )
    if problems := [*_problems(loaded, by_name)]:
        raise ConfigurationError(problems)
    first = next(iter(by_name.values()))
    assert first.delivery.github is not None
    return Pipeline(
        first.environment.product, first.delivery.github, _ordered(by_name), _images(by_name.values()), outside
    )


def _problems(loaded: Sequence[Loaded[Environment]], targets: Mapping[str, Target]) -> list[Problem]:
    problems = []
    for one in loaded:
        target = targets.get(one.environment.name)
        if target is None or target.delivery.after is None:
            continue
        key, after = target.delivery.key, target.delivery.after
        before = targets.get(after)
        allowed = [
            name
            for name, each in targets.items()
            if each.delivery.branch == target.delivery.branch and each is not target
        ]
        if before is None or before.delivery.branch != target.delivery.branch or _comes_round(target, targets):
            problems.append(
                Problem(
                    "TW980",
                    "an environment waits for one that no release of its branch reaches before it",
                    f"{key}.after",
                    one.merged.locate((key, "after")) or Location(one.merged.layers[-1]),
                    given=f"{target.name} after {after}, from {target.delivery.branch}",
                    allowed=", ".join(allowed) or "nothing: no other environment is deployed from this branch",
                    fix="name one of these, or remove `after`",
                )
            )
    return problems


def _comes_round(target: Target, targets: Mapping[str, Target]) -> bool:
    seen: set[str] = set()
    here: Target | None = target
    while here is not None and here.name not in seen:
        seen.add(here.name)
        here = targets.get(here.delivery.after or "")
    return here is not None


def _ordered(targets: Mapping[str, Target]) -> list[Target]:
    """Each behind the one it waits for, otherwise by name; production last."""
    ordered: list[Target] = []
    waiting = sorted(targets.values(), key=lambda one: (one.environment.protected, one.name))
    while waiting:
        done = {one.name for one in ordered}
        ready = next(one for one in waiting if one.delivery.after in {None, *done})
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


def _images(targets: Iterable[Target]) -> list[Image]:
    """Every image that an environment of the pipeline builds, once."""
    found: dict[str, tuple[str, set[str], dict[str, None]]] = {}
    for target in targets:
        for workload in target.environment.workloads:
            if workload.build is not None:
                _, platforms, workloads = found.setdefault(workload.image, (workload.build, set(), {}))
                platforms.add(f"linux/{workload.architecture}")
                workloads[workload.key] = None
    return [
        Image(name, folder, ",".join(sorted(platforms)), tuple(workloads))
        for name, (folder, platforms, workloads) in found.items()
    ]


OF_SELF_HOSTED: Final = frozenset({"self-hosted", "linux", "windows", "macos", "x64", "arm", "arm64"})
"""What every runner of one's own has. Source: GitHub Docs, "Using labels with self-hosted runners"."""
