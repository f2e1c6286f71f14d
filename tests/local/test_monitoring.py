"""What is watched: each alert has been seen to fire by promtool, each panel asks for something that is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from stacks import product
from tests.checkers import needs_promtool, promtool
from tests.local_files import texts_of

ROOT = Path(__file__).parents[2]
TESTS = Path(__file__).with_name("alerts_test.yml")
FILES = texts_of(product.load("dev"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(FILES["monitoring/alerts.yml"])["groups"] for rule in group["rules"]]


@needs_promtool
def test_prometheus_takes_its_configuration_and_its_rules() -> None:
    promtool("check", "config", "--lint=all", "--lint-fatal", ROOT / "monitoring/prometheus.yml")


@needs_promtool
def test_every_alert_fires_when_it_should_and_not_before() -> None:
    promtool("test", "rules", TESTS)


def test_every_alert_is_expected_to_fire_somewhere() -> None:
    cases = [
        case for test in yaml.safe_load(TESTS.read_text(encoding="utf-8"))["tests"] for case in test["alert_rule_test"]
    ]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == {rule["alert"] for rule in rules()}


def test_every_alert_says_who_has_to_know_and_what_to_look_at() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")


def test_the_dashboard_has_a_panel_for_each_thing_and_no_two_overlap() -> None:
    panels = json.loads(FILES["monitoring/grafana/analytics.json"])["panels"]
    assert len({panel["title"] for panel in panels}) == len(panels) == 15
    taken = [(place["y"], place["x"] + column) for panel in panels for place in [panel["gridPos"]] for column in range(place["w"])]  # fmt: skip
    assert len(set(taken)) == len(taken)
    assert max(column for _, column in taken) < 24


@needs_promtool
def test_every_query_of_the_dashboard_is_promql() -> None:
    panels = json.loads(FILES["monitoring/grafana/analytics.json"])["panels"]
    for expression in [target["expr"] for panel in panels for target in panel["targets"]]:
        promtool("promql", "format", "--experimental", expression)


def test_every_query_names_a_job_that_prometheus_has() -> None:
    jobs = {one["job_name"] for one in yaml.safe_load(FILES["monitoring/prometheus.yml"])["scrape_configs"]}
    panels = json.loads(FILES["monitoring/grafana/analytics.json"])["panels"]
    expressions = [rule["expr"] for rule in rules()] + [target["expr"] for one in panels for target in one["targets"]]
    for expression in expressions:
        named = set(re.findall(r'job="([^"]+)"', expression))
        assert named, expression
        assert named <= jobs
