"""The alerts of an environment as Prometheus takes them: the same groups for every Prometheus.

Source: Prometheus, "Alerting rules".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from twinstack.environment.base import Environment
from twinstack.environment.monitoring import Alert
from twinstack.environment.placement import ClusterPlan


def alerts_of(environment: Environment) -> Iterator[tuple[str, tuple[Alert, ...]]]:
    """The alerts of each spec that has some, by its key, and then the product's own."""
    watched = {key: spec.monitoring().alerts for key, spec in environment.specs.items()}
    watched[environment.product] = environment.watched().alerts
    return ((key, alerts) for key, alerts in watched.items() if alerts)


def in_words(alert: Alert) -> str:
    """What it says for who knows no figure of it: an ellipsis stands for each."""
    return _FIGURE.sub("…", alert.summary)


def rule_groups(environment: Environment, *, namespace: str = "", runbooks: str = "") -> list[dict[str, Any]]:
    """One group for each spec that has rules, and the product's own.

    `namespace`: a Prometheus that reads others' pods too is asked for the figures of this one's alone. `runbooks` is the
    address below which each rule has its page.
    """
    jobs = jobs_of(environment) if namespace else frozenset()

    def rule(key: str, alert: Alert) -> dict[str, Any]:
        annotations = {"summary": alert.summary, "description": alert.description}
        if runbooks:
            annotations["runbook_url"] = f"{runbooks.rstrip('/')}/{alert.name}"
        return {
            "alert": alert.name,
            "expr": within(alert.expression, jobs, namespace),
            "for": f"{alert.minutes}m",
            "labels": {"severity": str(alert.severity), "component": key},
            "annotations": annotations,
        }

    # What goes on in another team's cluster is that team's to watch.
    others = {one.key for one in environment.find_all(ClusterPlan) if namespace and not one.is_own}
    groups = {
        key: [rule(key, one) for one in alerts if one.expression]
        for key, alerts in alerts_of(environment)
        if key not in others
    }
    return [{"name": key, "rules": rules} for key, rules in groups.items() if rules]


def jobs_of(environment: Environment) -> frozenset[str]:
    """The jobs whose figures are shown by pods of the product's own namespace."""
    scrapes = (workload.local_run().scrape for workload in environment.workloads)
    return frozenset(scrape.job for scrape in scrapes if scrape)


def within(expression: str, jobs: frozenset[str], namespace: str) -> str:
    """The same PromQL, where figures of these jobs are those of one namespace's pods."""
    return _JOB.sub(lambda found: f'{found[0]},namespace="{namespace}"' if found[1] in jobs else found[0], expression)


_FIGURE: Final = re.compile(r"\{\{[^{}]*\}\}")
_JOB: Final = re.compile(r'\bjob="([^"]*)"')
