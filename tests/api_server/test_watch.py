"""A watch goes on over whatever happens between it and the server, and ends when it is told to."""

from __future__ import annotations

import io
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from urllib3 import HTTPResponse, PoolManager

from tests.api_server.test_api_server import configuration
from twinstack.api_server import ApiServer, Lines, Watch, WatchEvent
from twinstack.api_server.answer import JsonObject
from twinstack.api_server.connection import Connection
from twinstack.api_server.requests import Requests
from twinstack.api_server.stream import Source, Streamed
from twinstack.errors import ClusterError

PATIENCE_SECONDS = 300


@contextmanager
def followed(watch: Watch) -> Iterator[queue.Queue[WatchEvent]]:
    """The events of a watch, read by a thread of their own, which must end when the watch is closed."""
    events: queue.Queue[WatchEvent] = queue.Queue()

    def read() -> None:
        for event in watch.events():
            events.put(event)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield events
    finally:
        watch.close()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def streamed(status: int, text: str) -> Streamed:
    return Streamed(HTTPResponse(io.BytesIO(text.encode()), status=status, preload_content=False))


def until_connected(watch: Watch) -> socket.socket:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = watch._socket
        if found is not None:
            return found
        time.sleep(0.01)
    raise AssertionError("never connected")


def test_a_dropped_connection_loses_no_event(api: ApiServer, namespace: str) -> None:
    since = api.listed("v1", "ConfigMap", namespace).version
    watch = api.watch("v1", "ConfigMap", namespace, since=since, fields={"metadata.name": "one"})
    with followed(watch) as events:
        for number in range(5):
            connected = until_connected(watch)
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
            api.apply(configuration(namespace, a=str(number)))
            assert events.get(timeout=PATIENCE_SECONDS).object["data"] == {"a": str(number)}


@pytest.mark.parametrize("as_status", [False, True])
def test_history_that_is_gone_is_made_up_by_a_list(*, as_status: bool) -> None:
    """What stands is told as changed, what is gone as deleted; a compaction cannot be had of a real server at will."""
    too_old = {"kind": "Status", "code": 410, "message": "too old resource version: 3 (9)"}
    gone = (410, json.dumps(too_old)) if as_status else (200, json.dumps({"type": "ERROR", "object": too_old}) + "\n")
    asked: list[str] = []
    answers = iter([(200, _lines(("ADDED", _object("kept", "2")), ("ADDED", _object("gone", "3")))), gone])
    lists = iter([([_object("kept", "9")], "9")])

    @contextmanager
    def opened(parameters: Mapping[str, str]) -> Iterator[Streamed]:
        asked.append(parameters["resourceVersion"])
        status, text = next(answers, (200, ""))
        if len(asked) > 2:
            watch.close()
        yield streamed(status, text)

    source = Source(opened, lambda message, status: ClusterError(message, status=status))
    watch = Watch(source, {}, "1", lambda: next(lists))
    events = [(event.type, event.object["metadata"]["name"]) for event in watch.events()]
    assert events == [("ADDED", "kept"), ("ADDED", "gone"), ("DELETED", "gone"), ("MODIFIED", "kept")]
    assert asked == ["1", "3", "9"]


def test_a_line_ends_at_a_line_feed_alone() -> None:
    """JSON may hold other ends of lines as they are: the next-line character, say."""

    @contextmanager
    def opened(_parameters: Mapping[str, str]) -> Iterator[Streamed]:
        yield streamed(200, '{"a": "one\u0085two"}\nrest')

    source = Source(opened, lambda message, status: ClusterError(message, status=status))
    assert list(Lines(source, {})) == ['{"a": "one\u0085two"}', "rest"]


def test_an_answer_without_chunks_is_read_as_it_comes() -> None:
    """As a proxy in between may make it, which speaks an older HTTP."""
    listening = socket.create_server(("127.0.0.1", 0))
    said = queue.Queue[bytes]()

    def serve() -> None:
        connection, _ = listening.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while line := said.get(timeout=PATIENCE_SECONDS):
            connection.sendall(line)
        connection.close()

    serving = threading.Thread(target=serve)
    serving.start()
    requests = Requests(
        Connection(PoolManager(), f"http://127.0.0.1:{listening.getsockname()[1]}"),
        lambda message, status: ClusterError(message, status=status),
    )

    @contextmanager
    def opened(parameters: Mapping[str, str]) -> Iterator[Streamed]:
        with requests.stream("/log", parameters, silence_seconds=PATIENCE_SECONDS) as response:
            yield response

    lines = iter(Lines(Source(opened, lambda message, status: ClusterError(message, status=status)), {}))
    for line in ("one", "two"):
        said.put(f"{line}\n".encode())
        assert next(lines) == line
    said.put(b"")
    assert list(lines) == []
    serving.join(PATIENCE_SECONDS)
    listening.close()


def _object(name: str, version: str) -> JsonObject:
    return {"metadata": {"name": name, "uid": name, "resourceVersion": version}}


def _lines(*events: tuple[str, JsonObject]) -> str:
    return "".join(json.dumps({"type": kind, "object": found}) + "\n" for kind, found in events)


def test_closing_it_from_another_thread_ends_the_loop(api: ApiServer, namespace: str) -> None:
    watch = api.watch("v1", "ConfigMap", namespace, since=api.listed("v1", "ConfigMap", namespace).version)
    with followed(watch) as events:
        until_connected(watch)
        began = time.monotonic()
    assert events.empty()
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_a_kind_that_is_not_served_is_said(api: ApiServer, namespace: str) -> None:
    with pytest.raises(ClusterError, match="the cluster has no kind Certificate"):
        next(api.watch("cert-manager.io/v1", "Certificate", namespace).events())
