"""All rules over manifests, and what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from twinstack.policy.kubernetes import (
    annotations,
    certificates,
    changes,
    classes,
    containers,
    gateway,
    held,
    names,
    network_policies,
    placement,
    pod_security,
    quantities,
    quotas,
    references,
    rights,
    scaling,
    schedules,
    services,
    successions,
    unfinished,
    versions,
)
from twinstack.policy.kubernetes.objects import Objects
from twinstack.policy.rule import Fault, Rule, judged


def faults(documents: Iterable[Any], *, version: str = "1.36", zones: int = 3) -> Iterator[tuple[Rule, Fault]]:
    """What the rules find in the manifests of one release, given in the order of applying.

    `version` is the cluster's Kubernetes version, `zones` the number of zones that its nodes run in.
    """
    return judged(RULES, Objects.of_documents(documents, version=version, zones=zones))


def faults_between(
    before: Iterable[Any], after: Iterable[Any], *, version: str = "1.36", zones: int = 3
) -> Iterator[tuple[Rule, Fault]]:
    """What cannot become of the manifests of one release when the next is applied."""
    return judged(RULES, *(Objects.of_documents(one, version=version, zones=zones) for one in (before, after)))


RULES: Final = tuple(
    chain.from_iterable(
        module.RULES
        for module in (
            scaling,
            pod_security,
            containers,
            quantities,
            quotas,
            references,
            services,
            annotations,
            network_policies,
            gateway,
            certificates,
            names,
            placement,
            schedules,
            versions,
            unfinished,
            held,
            rights,
            classes,
            changes,
            successions,
        )
    )
)
"""All of them, in the order in which they are documented."""
