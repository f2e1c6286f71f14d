"""How a web service's health is asked: by paths, by a connection, by gRPC or by a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.shop import BASE, HEAD, TODAY, Shop
from tests.shop_chart import pod_of
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import Loaded, load_text
from twinstack.web_service import WebServiceSpec


def asked(health: str) -> str:
    return BASE.replace("{live: /live, ready: /ready}", health)


def container(environment: Shop) -> dict[str, Any]:
    return pod_of(environment, "shop-web")["containers"][0]


@pytest.mark.parametrize(
    ("health", "question"),
    [
        ("{tcp: true}", {"tcpSocket": {"port": 8000}}),
        ("{grpc: ''}", {"grpc": {"port": 8000}}),
        ("{grpc: shop.Orders}", {"grpc": {"port": 8000, "service": "shop.Orders"}}),
        ("{command: [well, $(HOME)]}", {"exec": {"command": ["well", "$$(HOME)"]}}),
    ],
)
def test_all_three_probes_ask_in_the_way_that_is_said_as_often_as_by_http(
    health: str, question: dict[str, Any], accept: Callable[..., Loaded[Shop]]
) -> None:
    by_http, found = container(accept().environment), container(accept(base=asked(health)).environment)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        others = {key: value for key, value in by_http[probe].items() if key != "httpGet"}
        assert found[probe] == {**question, **others}


def test_how_long_it_may_be_unwell_counts_for_every_way(accept: Callable[..., Loaded[Shop]]) -> None:
    health = "{tcp: true, restart_after_seconds: 300, unready_after_seconds: 120}"
    found = container(accept(base=asked(health)).environment)
    assert (found["livenessProbe"]["failureThreshold"], found["readinessProbe"]["failureThreshold"]) == (10, 12)


@pytest.mark.parametrize(
    ("health", "given"),
    [
        ("{}", "nothing"),
        ("{live: /l}", "live"),
        ("{ready: /r}", "ready"),
        ("{tcp: false}", "nothing"),
        ("{tcp: true, grpc: ''}", "tcp, grpc"),
        ("{live: /l, ready: /r, command: [well]}", "live, ready, command"),
    ],
)
def test_one_way_and_a_whole_one_is_said(health: str, given: str, refuse: Callable[..., Sequence[Problem]]) -> None:
    (found,) = refuse(base=asked(health))
    assert (found.code, found.path, found.given) == ("TW616", "web.health", given)


def test_a_command_line_is_no_program(refuse: Callable[..., Sequence[Problem]]) -> None:
    (found,) = refuse(base=asked("{command: [is it well]}"))
    assert (found.code, found.path) == ("TW752", "web.health.command")


class Served(Environment):
    """A service behind an edge."""

    web: WebServiceSpec
    edge: EdgeSpec


@pytest.mark.parametrize(("kind", "codes"), [("alb", ["TW617"]), ("nginx", [])])
def test_a_load_balancer_sends_nothing_to_what_does_not_answer_it_by_http(kind: str, codes: list[str]) -> None:
    web = BASE[BASE.index("web:") : BASE.index("worker:")].replace("{live: /live, ready: /ready}", "{tcp: true}")
    web = web.replace("  uses: [database, settings, files: write]\n", "")
    edge = f"edge: {{kind: {kind}, host: a.example.com, zone: example.com, routes: [{{path: /, to: web}}], rate_limit: {{requests: 100}}}}\n"
    try:
        load_text(Served, "live", {"base": HEAD + web + edge, "live": ""}, TODAY)
    except ConfigurationError as error:
        assert [problem.code for problem in error.problems] == codes
    else:
        assert not codes
