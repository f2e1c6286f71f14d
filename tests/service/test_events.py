"""The way of an event: accepted, rolled up by the worker, seen in the summary and at the websocket."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import httpx
import pytest

from tests.ports import free_port
from tests.service import configuration
from tests.service.fixtures import Stacks
from tests.service.processes import wait_until
from tests.service.servers import Edge
from tests.service.service import Container, Service, Web

pytestmark = pytest.mark.service


def test_an_event_is_counted_once_however_often_it_is_sent(
    web: Web, worker: Container, service: Service, shown: Callable[[str, str], None]
) -> None:
    client, name, identifier = web.client(), f"event_{uuid.uuid4().hex}", str(uuid.uuid4())
    for _ in range(3):
        answer = client.send_event(name, identifier)
        assert (answer.status_code, answer.json()["id"]) == (202, identifier)
    wait_until(lambda: client.count(name), "the event to be counted")
    service.wait_until_idle()
    assert client.count(name) == 1
    client.send_event(name)
    wait_until(lambda: client.count(name) == 2, "an event without an id to be another")
    shown("one event id sent three times", "counted once; another event counted too")


def test_the_summary_is_of_the_contract(web: Web, worker: Container, service: Service) -> None:
    client, name = web.client(), f"event_{uuid.uuid4().hex}"
    client.send_event(name)
    wait_until(lambda: client.count(name), "the event to be counted")
    summary = client.get("/api/summary", params={"days": 7}).json()
    assert set(summary) == {"days", "total", "by_name", "by_day", "forecast"}
    assert summary["days"] == 7
    assert summary["total"] == sum(summary["by_name"].values()) == sum(day["count"] for day in summary["by_day"])


def test_a_websocket_is_sent_the_summary_and_every_new_one(
    web: Web, worker: Container, shown: Callable[[str, str], None]
) -> None:
    client, name = web.client(), f"event_{uuid.uuid4().hex}"
    with client.websocket() as websocket:
        assert websocket.subprotocol == "analytics.v1"
        first = websocket.next("summary")["summary"]
        assert name not in first["by_name"]
        client.send_event(name)
        wait_until(lambda: name in websocket.next("summary")["summary"]["by_name"], "a summary with the event")
    shown("websocket", "the summary at once, a new one after an event")


def test_without_their_features_summaries_have_no_forecast_and_websockets_are_refused(
    service: Service, shown: Callable[[str, str], None]
) -> None:
    web = service.web(
        "backend-off",
        ENABLE_PREDICTIVE_ANALYTICS="false",
        ENABLE_REALTIME_UPDATES="false",
        ENABLE_EXPORT_FEATURE="false",
    )
    client = web.client()
    assert "forecast" not in client.get("/api/summary").json()
    answer = client.post("/api/exports")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "feature_disabled")
    with client.websocket() as websocket:
        closed = websocket.wait_closed()
    assert closed is not None
    assert closed.code == 4404
    web.stop()
    assert web.health() != 0, "it is gone"
    shown("features off", "no forecast; exports 404 feature_disabled; websocket closed 4404")


def test_through_the_edge_requests_and_websockets_reach_the_service(
    web: Web, worker: Container, stacks: Stacks, shown: Callable[[str, str], None]
) -> None:
    (file,) = configuration.environment().edge.local().services[0].files
    configured = (configuration.ROOT / file.path).read_text()
    edge = Edge(stacks.folder / "edge", free_port(), configured, [("backend:8000", web.port)])
    edge.start()
    client = web.client()
    client.url = edge.url
    client.http.base_url = httpx.URL(edge.url)
    name = f"event_{uuid.uuid4().hex}"
    with client.websocket() as websocket:
        assert client.send_event(name).status_code == 202
        wait_until(lambda: name in websocket.next("summary")["summary"]["by_name"], "a summary by the edge")
    too_large = client.post("/api/events", content=b" " * (11 * 1024 * 1024))
    assert too_large.status_code == 413
    edge.stop()
    shown("through the generated nginx", "API, websocket update; 413 over the limit")
