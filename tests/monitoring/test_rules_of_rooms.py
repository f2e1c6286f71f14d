"""Each alert of the library is seen to fire and not to fire, has a page, and those that analytics has none of are run here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from stacks import product
from tests.checkers import needs_promtool, promtool
from tests.monitoring.test_rules import RULES as OF_ANALYTICS
from tests.shop import BASE, TODAY, Shop
from twinstack.environment.alert_rules import alerts_of, rule_groups
from twinstack.layers.load import load_text
from twinstack.monitoring import MonitoringSpec
from twinstack.redis import RedisSpec

ROOT: Final = Path(__file__).parents[2]
LAYER: Final = "database: {replica: {instance_class: db.t4g.micro}}\nmonitoring: {kind: operator}\n"
BESIDE: Final = """\
cache: {node_type: cache.t4g.micro, nodes: 2}
"""
POSTGRES: Final = 'job="database-exporter",instance="database"'
READER: Final = f'{POSTGRES},application_name="walreceiver",client_addr="10.0.0.7"'


class WatchedShop(Shop):
    """A shop with replicas, whose worker shows figures."""

    cache: RedisSpec
    monitoring: MonitoringSpec


def shop(worker: str = "  metrics: {port: 9540}\n") -> WatchedShop:
    base = BASE.replace("worker:\n", f"worker:\n{worker}") + BESIDE
    return load_text(WatchedShop, "live", {"base": base, "live": LAYER}, TODAY).environment


def named() -> Iterator[str]:
    """Every name of an alert in the library's and the product's code."""
    for file in (*(ROOT / "constructs" / "twinstack").rglob("*.py"), *(ROOT / "stacks").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(text)) if "Alert(" in text else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Alert":
                name = call.args[0]
                assert isinstance(name, ast.Constant), file
                yield str(name.value)


def lags(
    name: str, seconds: int, series: dict[str, str], *, fires: tuple[str, str, dict[str, str]] | None
) -> dict[str, Any]:
    """One test of promtool: at its end the alert stands with this summary, description and labels, or does not."""
    expected = []
    if fires:
        summary, component, labels = fires
        (alert,) = [one for key, some in alerts_of(shop()) if key == component for one in some if one.name == name]
        marks = {"severity": str(alert.severity), "component": component, **labels}
        expected = [{"exp_labels": marks, "exp_annotations": {"summary": summary, "description": alert.description}}]
    return {
        "interval": "15s",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "alert_rule_test": [{"eval_time": f"{seconds}s", "alertname": name, "exp_alerts": expected}],
    }


def follows(behind: str, state: str = "streaming") -> dict[str, str]:
    """A database that writes a kilobyte in a quarter of a minute, and how much of that is not replayed."""
    return {
        f'pg_stat_replication_pg_current_wal_lsn_bytes{{{READER},state="{state}"}}': "1000+1000x200",
        f'pg_stat_replication_pg_wal_lsn_diff{{{READER},state="{state}"}}': behind,
    }


def slot(active: int) -> dict[str, str]:
    return {
        f'pg_replication_slot_slot_is_active{{{POSTGRES},slot_name="replica",slot_type="physical"}}': f"{active}x200"
    }


BEHIND: Final = "the replica of database is more than 60 s behind, or gone"
SAME_READER: Final = {"instance": "database", "application_name": "walreceiver"}
TESTS: Final = [
    # A kilobyte behind is fifteen seconds, eight are two minutes.
    lags("PostgresReplicaLags", 1800, {**follows("1000x200"), **slot(1)}, fires=None),
    lags("PostgresReplicaLags", 1800, {**follows("8000x200"), **slot(1)}, fires=(BEHIND, "database", SAME_READER)),
    lags("PostgresReplicaLags", 500, follows("8000x200"), fires=None),
    lags("PostgresReplicaLags", 1800, slot(0), fires=(BEHIND, "database", {"instance": "database"})),
    lags("PostgresReplicaLags", 1800, {key: "5000x200" if "current" in key else "0x200" for key in follows("")}, fires=None),
    lags("WorkloadDown", 600, {'up{job="shop-worker",instance="a"}': "0x100"},
         fires=("no pod of worker shows its figures", "worker", {})),
    lags("WorkloadDown", 600, {'up{job="shop-worker",instance="a"}': "1x100", 'up{job="shop-worker",instance="b"}': "0x100"}, fires=None),
]  # fmt: skip


@needs_promtool
def test_what_replicas_and_workers_have_watched_fires_and_does_not(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": rule_groups(shop())}))
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "15s", "tests": TESTS}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(document))
    promtool("test", "rules", tmp_path / "tests.yml")


def test_every_rule_of_the_library_is_run_where_it_fires_and_where_it_does_not() -> None:
    rules = {one.name for _, some in alerts_of(shop()) for one in some if one.expression} | OF_ANALYTICS
    here = [case for test in TESTS for case in test["alert_rule_test"]]
    fires, silent = (
        {case["alertname"] for case in here if bool(case["exp_alerts"]) is which} for which in (True, False)
    )
    assert fires == silent
    assert rules - OF_ANALYTICS == fires - OF_ANALYTICS
    measured = {
        one.name
        for _, some in alerts_of(product.load("prod", set={"monitoring.kind": "managed"}))
        for one in some
        if one.measured
    }
    assert {*named()} == rules | measured | {"PostgresReplicaLags"}


def test_what_has_no_pod_while_nothing_waits_is_not_missed() -> None:
    alerts = {one.name for _, some in alerts_of(shop("  metrics: {port: 9540}\n")) for one in some}
    assert "WorkloadDown" in alerts
    assert not [one for key, some in alerts_of(shop("")) if key == "worker" for one in some]


def test_every_alert_has_its_page() -> None:
    pages = {file.stem for file in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert pages - {"index"} == {*named()}
