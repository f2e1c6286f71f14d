"""One policy for both halves: what the rules find in an environment's output, but for what is acknowledged with a reason.

It is run where the output is made (synthesis), so that `twinstack synth`, `twinstack check --policy`, the rehearsal and the tests
of a product judge by the same rules; `twinstack scan` judges by them beside checkov.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from twinstack.environment.placement import ClusterPlan, NetworkPlan
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, Problem
from twinstack.policy.accepted import Accepted, accepted_in, accepted_of, outside_rooms, own_package
from twinstack.policy.installed import every_rule
from twinstack.policy.owners import owners_of
from twinstack.policy.rule import Fault, Rule
from twinstack.policy.taken import not_taken
from twinstack.product import each_once

if TYPE_CHECKING:
    from twinstack.environment.base import Environment
    from twinstack.layers.load import Loaded


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of one environment; None for the half that was not."""

    infrastructure: Mapping[str, Any] | None = None
    """Terraform's JSON."""
    workloads: Sequence[Mapping[str, Any]] | None = None
    """The manifests, in the order of applying."""

    def has(self, half: Half) -> bool:
        """Whether this half was made."""
        return getattr(self, half) is not None


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the rules over manifests know of the cluster."""

    version: str = "1.36"
    zones: int = 3

    @classmethod
    def of(cls, environment: Environment) -> Cluster:
        """The environment's own, as far as it says so."""
        cluster, network = environment.find(ClusterPlan), environment.find(NetworkPlan)
        return cls(
            (cluster.kubernetes_version if cluster else None) or cls().version,
            len(network.private_cidrs) if network else cls().zones,
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules found in one environment."""

    left: Sequence[tuple[Rule, Fault]] = ()
    """What nobody has acknowledged."""
    accepted: Sequence[tuple[Rule, Fault, Accepted]] = ()
    unused: Sequence[tuple[str, str]] = ()
    """The spec's key and what its YAML acknowledges, of rules that found no such thing."""
    unknown: Sequence[tuple[str, str]] = ()
    """The same, of rules that there are not."""
    owners: Mapping[str, str] = field(default_factory=dict[str, str])
    """The key of the spec that a subject is made of."""


def findings(rules: Iterable[Rule], made: Made, cluster: Cluster) -> Iterator[tuple[Rule, Fault]]:
    """What the rules find in one release. Raises ConfigurationError where a rule of another package fails."""
    from twinstack.policy.aws.stack import Stack
    from twinstack.policy.kubernetes.objects import Objects

    subjects: dict[Half, object] = {}
    if made.infrastructure is not None:
        subjects[Half.INFRASTRUCTURE] = Stack(made.infrastructure)
    if made.workloads is not None:
        subjects[Half.WORKLOADS] = Objects.of_documents(made.workloads, version=cluster.version, zones=cluster.zones)
    for rule in rules:
        if not rule.compares and rule.half in subjects:
            for fault in found_by(rule, subjects[rule.half]):
                yield rule, fault


def judge(environment: Environment, made: Made, rules: Sequence[Rule]) -> Judgement:
    """What the rules find in an environment's output, with what its specs and its code acknowledge."""
    found = [*findings(rules, made, Cluster.of(environment))]
    owners = owners_of(environment, made.infrastructure or {}, made.workloads or ())
    said = {key: [*accepted_of(spec.acknowledge)] for key, spec in environment.specs.items()}
    used: set[tuple[str, Accepted]] = set()
    left: list[tuple[Rule, Fault]] = []
    accepted: list[tuple[Rule, Fault, Accepted]] = []
    in_code: Sequence[Accepted] | None = None
    for rule, fault in found:
        key = owners.get(fault.subject, "")
        match = next((one for one in said.get(key, ()) if one.covers(rule.id, fault.place)), None)
        if match is not None:
            used.add((key, match))
        else:
            if in_code is None:  # the modules are read only where something is found
                in_code = [*accepted_in([*outside_rooms(environment), own_package(environment)])]
            kind = fault.subject.replace(".", " ").partition(" ")[0]
            match = next((one for one in in_code if one.covers(rule.id, fault.place, kind)), None)
        if match is None:
            left.append((rule, fault))
        else:
            accepted.append((rule, fault, match))
    unused = [(key, one) for key, every in said.items() for one in every if (key, one) not in used]
    known = {rule.id for rule in rules}
    judged = {rule.id for rule in rules if not rule.compares and made.has(rule.half)}
    return Judgement(
        left,
        accepted,
        [(key, one.said) for key, one in unused if one.check in judged],
        [(key, one.said) for key, one in unused if one.is_of_rules and one.check not in known],
        owners,
    )


def problems(loaded: Sequence[Loaded[Any]], made: Mapping[str, Made]) -> list[Problem]:
    """What is wrong in the output of environments, and what warnings there are, by `made` of their stacks."""
    rules = every_rule()
    return each_once(problem for one in loaded for problem in _problems_in(one, made[one.environment.stack_id], rules))


def _problems_in(loaded: Loaded[Any], made: Made, rules: Sequence[Rule]) -> Iterator[Problem]:
    yield from _problems_of(loaded, judge(loaded.environment, made, rules))
    if made.infrastructure is not None:
        yield from not_taken(loaded, made.infrastructure)


def refuse(loaded: Sequence[Loaded[Any]], made: Mapping[str, Made]) -> list[Problem]:
    """The warnings about the output. Raises ConfigurationError, with them, where a rule finds what is refused for certain."""
    found = problems(loaded, made)
    if any(not problem.warning for problem in found):
        raise ConfigurationError(found)
    return found


def _problems_of(loaded: Loaded[Any], judgement: Judgement) -> Iterator[Problem]:
    name, merged = loaded.environment.name, loaded.merged
    for rule, fault in judgement.left:
        key = judgement.owners.get(fault.subject, "")
        way = f'`{key}.acknowledge: {{{rule.id}: "…"}}`' if key else f'`Accepted("{rule.id}", …)` beside the code'
        yield Problem(
            FOUND,
            f"{rule.id}: {rule.title[0].lower()}{rule.title[1:]}",
            key,
            merged.locate((key,)) if key else None,
            f"{fault.place}: {fault.given}",
            fault.allowed,
            f"{rule.fix}; or, with a reviewed reason, {way}",
            rule.warns(fault),
            name,
        )
    for key, said in judgement.unused:
        place = (key, "acknowledge", said)
        yield Problem(
            "TW491",
            "an acknowledgement that nothing needs",
            ".".join(place),
            merged.locate(place),
            fix="remove it, so that the rule holds again",
            warning=True,
            environment=name,
        )
    for key, said in judgement.unknown:
        place = (key, "acknowledge", said)
        yield Problem(
            "TW367",
            "an acknowledgement of a rule that there is not",
            ".".join(place),
            merged.locate(place),
            given=said,
            allowed="a rule of twinstack's, or of an installed package",
            fix="write the rule as it was shown, or remove the line",
            warning=True,
            environment=name,
        )


def found_by(rule: Rule, *subjects: object) -> list[Fault]:
    """What one rule finds, in one release or (of a rule that compares) in two.

    twinstack's own rules take every shape; one from outside may fail, and is named then.
    """
    if not rule.package:
        return [*rule.check(*subjects)]
    try:
        return [*rule.check(*subjects)]
    except Exception as error:
        raise ConfigurationError([
            Problem(
                "TW368",
                f"a rule of the package {rule.package} failed",
                path=rule.id,
                given=f"{type(error).__name__}: {error}",
                allowed="a rule that finds something, or nothing",
                fix=f"correct {rule.package}, or uninstall it",
            )
        ]) from error  # fmt: skip


USUAL: Final = Cluster()
FOUND: Final = "TW388"
"""Something that a rule has found."""
