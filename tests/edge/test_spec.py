"""What an edge is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment
from twinstack.environment.load import load_text
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.web_service import WebServiceSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
web:
  image: registry.example/web
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  port: 8000
  health: {live: /live, ready: /ready}
  scale: {min: 2, max: 4, cpu: 70}
edge:
  host: shop.example.com
  zone: example.com
  routes:
    - {path: /api, to: web}
    - {path: /, to: web}
  rate_limit: {requests: 100}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    web: WebServiceSpec
    edge: EdgeSpec
    cluster: ClusterSpec | None = None


def load(layer: str = "", base: str = BASE) -> EdgeSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.edge


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_the_defaults_are_a_load_balancer_for_websockets() -> None:
    spec = load()
    assert (spec.kind, spec.body_limit_mib, spec.idle_timeout_seconds, spec.deregistration_seconds) == (
        "alb",
        10,
        3600,
        15,
    )
    assert spec.rate_limit.window_seconds == 60
    assert (spec.ingress_name, spec.tls_secret_name, spec.class_name) == ("shop-ingress", "shop-tls", "shop-alb")


def test_each_web_service_behind_it_is_a_target_once() -> None:
    spec = load()
    assert [target.key for target in spec.targets] == ["web"]
    assert spec.admits(spec.targets[0])


def test_nginx_is_warned_of() -> None:
    loaded = load_text(Shop, "live", {"base": BASE, "live": "edge: {kind: nginx}"}, TODAY)
    assert loaded.environment.edge.class_name == "nginx"
    assert loaded.warnings == (
        Problem(
            "TW504",
            "ingress-nginx was retired in March 2026",
            "edge.kind",
            Location(FILE, 1),
            "nginx",
            "alb",
            "plan the move; security fixes are no longer published",
            warning=True,
        ),
    )


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "edge: {host: shop.example.org}",
            problem(
                "TW732",
                "the host lies outside the zone",
                "edge.host",
                "shop.example.org",
                "a name that ends in .example.com",
                "correct host or zone",
            ),
        ),
        (
            "edge: {host: notexample.com}",
            problem(
                "TW732",
                "the host lies outside the zone",
                "edge.host",
                "notexample.com",
                "a name that ends in .example.com",
                "correct host or zone",
            ),
        ),
        (
            "edge: {rate_limit: {window_seconds: 30}}",
            problem(
                "TW731",
                "no window of a rate limit",
                "edge.rate_limit.window_seconds",
                "30",
                "60, 120, 300, 600 seconds",
                "choose one of these",
            ),
        ),
        (
            "edge: {deregistration_seconds: 20}",
            problem(
                "TW734",
                "web stops serving before the load balancer has let go of it",
                "edge.deregistration_seconds",
                "deregistration_seconds 20, web.drain_seconds 20",
                "less than 20",
                "lower it, or raise web.drain_seconds",
            ),
        ),
        (
            "edge: {idle_timeout_seconds: 5000}",
            problem(
                "TW104",
                "the value does not fit",
                "edge.idle_timeout_seconds",
                "5000",
                "a whole number, 60 to 4000",
                "lower it to 4000 or less",
            ),
        ),
        (
            "edge: {inbound_cidrs: [everyone]}",
            problem(
                "TW104",
                "the value does not fit",
                "edge.inbound_cidrs[0]",
                '"everyone" (text)',
                "an address range such as 10.40.0.0/16",
                "write it as address/length",
            ),
        ),
        (
            "cluster: {mode: managed, node_groups: {a: {instance_types: [m7g.large], min: 1, max: 2}}, administrators: [x], deletion_protection: true}",
            Problem(
                "TW735",
                "nothing in this cluster makes the load balancer",
                "edge.kind",
                Location("environments/base.yaml", 14),
                "alb, with cluster.mode managed",
                "alb with cluster.mode auto, or nginx",
                "use Auto Mode, whose own controller serves it, or another kind",
                environment="live",
            ),
        ),
    ],
)
def test_an_edge_that_does_not_work_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


@pytest.mark.parametrize(
    ("routes", "code", "path", "given"),
    [
        ("[{path: /, to: wbe}]", "TW206", "edge.routes[0].to", "wbe"),
        ("[{path: /, to: edge}]", "TW206", "edge.routes[0].to", "edge"),
        ("[{path: /, to: web}, {path: /, to: web}]", "TW733", "edge.routes[1].path", "/"),
        ("[{path: /a//b, to: web}]", "TW736", "edge.routes[0].path", "/a//b"),
        ("[{path: api, to: web}]", "TW104", "edge.routes[0].path", '"api" (text)'),
        ("[]", "TW104", "edge.routes", "an empty list"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(routes: str, code: str, path: str, given: str) -> None:
    start, end = BASE.split("  routes:\n    - {path: /api, to: web}\n    - {path: /, to: web}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(base=f"{start}  routes: {routes}\n{end}")
    assert [(each.code, each.path, each.given) for each in caught.value.problems] == [(code, path, given)]
