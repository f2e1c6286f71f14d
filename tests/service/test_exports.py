"""An export: written by the worker, fetched by the link; and one that fails for good, and is done again by a person."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import httpx
import pytest

from tests.service.client import Client
from tests.service.minute import Minute
from tests.service.processes import PATIENCE_SECONDS, wait_until
from tests.service.service import Container, Service, Web

pytestmark = pytest.mark.service


def test_an_export_is_written_to_the_bucket_and_its_link_serves_it(
    web: Web, worker: Container, service: Service, shown: Callable[[str, str], None]
) -> None:
    client = web.client()
    client.send_event("exported")
    wait_until(lambda: client.count("exported"), "the event to be counted")
    answer = client.post("/api/exports")
    assert answer.status_code == 202, answer.text
    identifier = answer.json()["id"]
    done = wait_until(lambda: _when_done(client, identifier), "the export")
    assert f"exports/{identifier}.csv" in service.store.listing()
    fetched = httpx.get(done["url"], timeout=PATIENCE_SECONDS)
    assert fetched.status_code == 200
    rows = [*csv.reader(io.StringIO(fetched.text))]
    assert any("exported" in row for row in rows[1:]), rows[:3]
    shown("export", f"CSV of {len(rows)} rows in the bucket, fetched by the presigned link")


def _when_done(client: Client, identifier: str) -> dict | None:
    status = client.get(f"/api/exports/{identifier}").json()
    return status if status["status"] == "done" else None


def test_a_task_that_fails_for_good_is_found_by_a_person_and_done_again(
    minute: Minute, web: Web, worker: Container, service: Service, shown: Callable[[str, str], None]
) -> None:
    client, identifier = minute.patient, minute.lost_export
    assert client.get(f"/api/exports/{identifier}").json() == {"id": identifier, "status": "failed", "url": None}
    ((task_id, task, arguments, error, traceback),) = service.rows(
        "SELECT id, task, arguments, error, traceback FROM failed_tasks"
    )
    assert task == "tasks.export"
    assert identifier in str(arguments)
    assert "Error" in error
    assert "Traceback" in traceback
    waits = [int(seconds) for seconds in re.findall(r"tasks\.export.*?[Rr]etry in (\d+)s", worker.output)]
    assert len(waits) >= 3
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]
    assert "\nfailed_tasks 1.0" in httpx.get(f"{web.url}/metrics").text
    status, listed = worker.run(["python", "-m", "failed_tasks", "list"])
    assert status == 0
    assert task_id in listed
    assert "tasks.export" in listed
    assert worker.run(["python", "-m", "failed_tasks", "retry", task_id])[0] == 0
    wait_until(lambda: _when_done(client, identifier), "the export to be done after all")
    assert f"exports/{identifier}.csv" in service.store.listing()
    assert worker.run(["python", "-m", "failed_tasks", "list"]) == (0, "")
    assert worker.run(["python", "-m", "failed_tasks", "retry", task_id])[0] == 1
    shown("export without a bucket", f"retried after {waits} s, then in failed_tasks; list, retry: done")
