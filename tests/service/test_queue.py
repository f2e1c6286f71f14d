"""A burst of tasks, in a real Redis by the real Celery: the figure, the alert and the scaler go by the one list that they wait in."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import redis

from stacks import product
from tests.checkers import needs_promtool, promtool
from tests.service.processes import wait_until
from tests.service.service import Service, Web
from tests.service.test_shutdown import CHILDREN, held_tasks, queued, tasks_held
from twinstack.environment.alert_rules import rule_groups
from twinstack.environment.queues import Queue, WorkerScale, trigger_of

pytestmark = pytest.mark.service

BURST = 130
SCALE = WorkerScale(min=1, max=6, queue=Queue(broker="cache", tasks_per_replica=10))


def figure(web: Web) -> int:
    """What Prometheus reads of the queue."""
    (found,) = re.findall(r"^celery_queue_length ([0-9.]+)$", httpx.get(f"{web.url}/metrics").text, re.MULTILINE)
    return int(float(found))


def scaled(stack: Service) -> int:
    """How many replicas the autoscaler wants, of what KEDA's trigger asks for.

    The list's length over the length for each replica, rounded up, within the bounds. Sources: KEDA, "Redis Lists";
    Kubernetes, "Horizontal Pod Autoscaling", "Algorithm details" (a value for each pod on average).
    """
    assert SCALE.queue
    trigger = trigger_of(product.load("prod").worker, SCALE.queue)
    assert trigger
    asked = trigger.metadata
    client = redis.Redis(port=stack.redis.port, db=int(asked["databaseIndex"]))
    length = client.llen(asked["listName"])
    return min(SCALE.max, max(SCALE.min, math.ceil(length / int(asked["listLength"]))))


def expect(fires: bool, lengths: str, minutes: int, folder: Path) -> None:
    """Fails unless TasksWaitForLong stands, or does not, after these minutes of a queue whose lengths were these."""
    folder.mkdir()
    environment = product.load("prod")
    (alert,) = [one for one in environment.watched().alerts if one.name == "TasksWaitForLong"]
    said = {"summary": f"{BURST} tasks or more have been waiting for ten minutes", "description": alert.description}
    labels = {"severity": "warning", "component": environment.product}
    case = {
        "eval_time": f"{minutes}m",
        "alertname": alert.name,
        "exp_alerts": [{"exp_labels": labels, "exp_annotations": said}] if fires else [],
    }
    series = {"series": 'celery_queue_length{job="analytics-backend",instance="a"}', "values": lengths}
    test = {"interval": "1m", "input_series": [series], "alert_rule_test": [case]}
    (folder / "rules.yml").write_text(json.dumps({"groups": rule_groups(environment)}))
    (folder / "tests.yml").write_text(json.dumps({"rule_files": ["rules.yml"], "tests": [test]}))
    promtool("test", "rules", folder / "tests.yml")


@needs_promtool
def test_a_burst_is_seen_told_and_scaled_for_and_ends(
    fresh: Service, tmp_path: Path, shown: Callable[[str, str], None]
) -> None:
    client = queued(fresh, BURST)
    (web,) = [one for one in fresh.processes if isinstance(one, Web)]
    assert (figure(web), scaled(fresh)) == (BURST, SCALE.max)
    expect(True, f"0x2 {figure(web)}x20", 20, tmp_path / "waits")
    expect(False, f"0x2 {figure(web)}x9 0x20", 15, tmp_path / "ends")
    with tasks_held(fresh) as connection:
        fresh.worker()
        wait_until(lambda: held_tasks(fresh) == CHILDREN, "both children to be at work")
        taken = BURST - figure(web)
        assert taken >= CHILDREN, "what a worker has taken waits no more"
        assert figure(web) == fresh.queue_length()
        connection.commit()
    fresh.wait_until_idle()
    wait_until(lambda: client.count("queued") == BURST, "every event to be counted")
    assert (figure(web), scaled(fresh)) == (0, SCALE.min)
    shown(f"{BURST} tasks at once", f"{BURST} told and {SCALE.max} replicas wanted; {SCALE.min} once they were done")
