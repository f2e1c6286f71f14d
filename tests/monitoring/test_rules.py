"""Every rule in the form that an operator is given: it fires for the product's own pods, and for nobody else's."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from stacks import product
from tests.checkers import needs_promtool, promtool
from twinstack.environment.alert_rules import jobs_of, rule_groups

TESTS = yaml.safe_load((Path(__file__).parents[1] / "local" / "alerts_test.yml").read_text())["tests"]
ENVIRONMENT = product.load("prod", set={"monitoring.kind": "operator"})
JOBS = jobs_of(ENVIRONMENT)
OWN = "analytics"
RULES = {rule["alert"] for group in rule_groups(ENVIRONMENT) for rule in group["rules"]}
ABSENT = {"ServiceDown", "ExporterGone"}
"""What is raised where there is nothing: another's pods are nothing."""
OF_NODES = {"NodeDiskNearlyFull", "NodeMemoryNearlyFull"}
"""What is asked of no pods."""
MISSING: dict[str, Any] = {
    "name": "an exporter that is gone, and one that only does not answer",
    "interval": "1m",
    "input_series": [{"series": 'up{job="redis-exporter",instance="cache"}', "values": "0x20"}],
    "alert_rule_test": [
        {"eval_time": "9m", "alertname": "ExporterGone", "exp_alerts": []},
        {
            "eval_time": "11m",
            "alertname": "ExporterGone",
            "exp_alerts": [
                {
                    "exp_labels": {"severity": "warning", "component": "monitoring", "job": "postgres-exporter"},
                    "exp_annotations": {
                        "summary": "nothing answers for postgres-exporter",
                        "description": "Look at its pod, and at what the pod is refused: without its figures no alert on them "
                        "can be raised.",
                    },
                }
            ],
        },
    ],
}
BEHIND: dict[str, Any] = {
    "name": "a replica that is behind, and one that is not",
    "interval": "1m",
    "input_series": [
        {
            "series": f'redis_connected_slave_lag_seconds{{job="redis-exporter",instance="{cache}"}}',
            "values": f"{lag}x20",
        }
        for cache, lag in (("cache", 31), ("other", 1))
    ],
    "alert_rule_test": [
        {"eval_time": "4m", "alertname": "RedisReplicaLags", "exp_alerts": []},
        {
            "eval_time": "6m",
            "alertname": "RedisReplicaLags",
            "exp_alerts": [
                {
                    "exp_labels": {"severity": "warning", "component": "cache", "instance": "cache"},
                    "exp_annotations": {
                        "summary": "a replica of cache is more than 30 s behind",
                        "description": "A failover would lose as much: look at the writes, and at the network of the nodes.",
                    },
                }
            ],
        },
    ],
}
"""Of a cache that has replicas, which the local stack's has not."""


def within(namespace: str) -> list[dict[str, Any]]:
    """The tests of the local stack's rules, with every figure of the product's own jobs from pods of this namespace."""
    tests = copy.deepcopy([*TESTS, MISSING, BEHIND])
    for test in tests:
        for series in test["input_series"]:
            for job in JOBS:
                series["series"] = series["series"].replace(f'job="{job}"', f'job="{job}",namespace="{namespace}"')
        for case in test["alert_rule_test"]:
            for alert in case["exp_alerts"]:
                if alert["exp_labels"].get("job") in JOBS:
                    alert["exp_labels"]["namespace"] = OWN
    return tests


def run(folder: Path, tests: list[dict[str, Any]]) -> None:
    rules = {"groups": rule_groups(ENVIRONMENT, namespace=OWN)}
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    (folder / "tests.yml").write_text(yaml.safe_dump(document))
    promtool("test", "rules", folder / "tests.yml")


@needs_promtool
def test_every_rule_fires_for_the_products_own_pods(tmp_path: Path) -> None:
    run(tmp_path, within(OWN))
    fired = {case["alertname"] for test in within(OWN) for case in test["alert_rule_test"] if case["exp_alerts"]}
    silent = {case["alertname"] for test in within(OWN) for case in test["alert_rule_test"] if not case["exp_alerts"]}
    assert fired == RULES
    assert silent == RULES


@needs_promtool
def test_no_rule_fires_for_pods_of_another_namespace(tmp_path: Path) -> None:
    tests = within("other")
    for test in tests:
        figures = {job for job in JOBS for series in test["input_series"] if f'job="{job}"' in series["series"]}
        cases = [case for case in test["alert_rule_test"] if case["alertname"] not in ABSENT and figures]
        test["alert_rule_test"] = [{**case, "exp_alerts": []} for case in cases]
    run(tmp_path, [test for test in tests if test["alert_rule_test"]])
    assert {case["alertname"] for test in tests for case in test["alert_rule_test"]} == RULES - ABSENT - OF_NODES
