"""What an edge is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
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
            "alb or gateway",
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
                "TW380",
                "a value that AWS does not take",
                "edge.rate_limit.window_seconds",
                "30, as aws_wafv2_web_acl.rule.statement.rate_based_statement.evaluation_window_sec",
                "60, 120, 300, 600 (AWS WAF API Reference, RateBasedStatement, EvaluationWindowSec)",
                "write `60`, if that is what is meant",
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
            "edge: {total_rate_limit: {requests: 90}}",
            problem(
                "TW738",
                "a rate limit that is never reached",
                "edge.total_rate_limit",
                "90 a minute altogether, 100 on some of the paths",
                "100 a minute or more altogether",
                "raise total_rate_limit, or lower rate_limit",
            ),
        ),
        (
            "edge: {former_hosts: [old.example.com, shop.example.com]}",
            problem(
                "TW739",
                "a former host that is listed twice, or is the host",
                "edge.former_hosts[1]",
                "shop.example.com",
                "each host once",
                "remove it",
            ),
        ),
        (
            "edge: {firewall: {lists: [{list: CommonRuleSet}, {list: CommonRuleSet}]}}",
            problem(
                "TW741",
                "a list of the firewall stands twice",
                "edge.firewall.lists[1].list",
                "CommonRuleSet",
                "each list once",
                "remove one",
            ),
        ),
        (
            "edge: {firewall: {lists: [{list: CommonRuleSet}, {list: SQLiRuleSet}, {list: LinuxRuleSet}, "
            "{list: UnixRuleSet}, {list: KnownBadInputsRuleSet}, {list: AdminProtectionRuleSet}]}}",
            problem(
                "TW742",
                "the firewall's lists cost more than its price covers",
                "edge.firewall.lists",
                "1530 capacity units",
                "at most 1500",
                "leave out a list: CommonRuleSet 700, SQLiRuleSet 200, LinuxRuleSet 200, UnixRuleSet 100, "
                "KnownBadInputsRuleSet 200, AdminProtectionRuleSet 100",
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
            "cluster: {mode: managed, node_groups: {a: {instance_types: [m7i.large], min: 1, max: 2}}, administrators: [x], private_access_cidrs: [10.0.0.0/16], deletion_protection: true}",
            Problem(
                "TW735",
                "nothing in this cluster makes the load balancer",
                "edge.kind",
                Location("environments/base.yaml", 14),
                "alb, with cluster.mode managed",
                "cluster.mode auto, or `controller: self_managed` with an AWS Load Balancer Controller in it",
                "use Auto Mode, whose own controller serves it, or install the other one and say so",
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
        ("[{path: /a, to: web}, {path: /a/, to: web}]", "TW733", "edge.routes[1].path", "/a/"),
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


def test_what_is_limited_is_every_route_but_the_pages_unless_paths_are_named() -> None:
    assert limited(load()) == ("/api",)
    assert limited(load("edge: {rate_limit: {paths: [/api/reports]}}")) == ("/api/reports",)
    only = BASE.replace("    - {path: /api, to: web}\n", "")
    assert limited(load(base=only)) == ("/",)


def limited(spec: EdgeSpec) -> tuple[str, ...]:
    """The paths of the first host that `rate_limit` counts."""
    return spec.limited_paths_of(spec.hosts[0])


def test_a_limit_on_a_path_that_nobody_serves_is_refused() -> None:
    base = BASE.replace("    - {path: /, to: web}\n", "").replace("{requests: 100}", "{requests: 100, paths: [/apis]}")
    with pytest.raises(ConfigurationError) as caught:
        load(base=base)
    assert [(each.code, each.path, each.given, each.allowed) for each in caught.value.problems] == [
        ("TW743", "edge.rate_limit.paths[0]", "/apis", "a path under /api")
    ]


def test_more_paths_than_the_firewall_can_tell_are_refused_where_there_is_one() -> None:
    paths = [f"/api/a-rather-long-name-of-a-report-{number}" for number in range(20)]
    layer = f"edge: {{rate_limit: {{paths: [{', '.join(paths)}]}}}}"
    (found,) = refused(layer)
    assert (found.code, found.path) == ("TW740", "edge.rate_limit.paths")
    load(layer.replace("edge: {", "edge: {kind: nginx, "))


def test_a_certificate_that_is_given_may_take_the_place_of_the_hosts_own() -> None:
    arn = "arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef"
    assert load(f"edge: {{former_hosts: [shop.example.com], certificate_arn: '{arn}'}}").certificate_arn == arn


@pytest.mark.parametrize(
    "place", ["acm:us-east-1:111122223333", "acm:eu-central-1:999988887777"], ids=["region", "account"]
)
def test_a_certificate_from_elsewhere_is_refused(place: str) -> None:
    arn = f"arn:aws:{place}:certificate/01234567-89ab-cdef-0123-456789abcdef"
    (found,) = refused(f"edge: {{certificate_arn: '{arn}'}}")
    assert (found.code, found.path, found.given) == ("TW745", "edge.certificate_arn", arn)


def test_a_former_host_that_never_had_a_certificate_is_refused() -> None:
    (found,) = refused(f"edge: {{former_hosts: [{'a' * 60}.example.com]}}")
    assert (found.code, found.path) == ("TW737", "edge.former_hosts[0]")


@pytest.mark.parametrize("kind", ["alb", "nginx"])
@pytest.mark.parametrize(
    ("path", "code"), [("/api//x", "TW736"), ("/api/../x", "TW736"), ("/api/x/", "TW733"), ("/api/x", "TW733")]
)
def test_a_limited_path_is_one_that_an_ingress_takes_and_stands_once(kind: str, path: str, code: str) -> None:
    """It becomes a path of an Ingress of its own where nginx counts."""
    errors = [
        one for one in refused(f"edge: {{kind: {kind}, rate_limit: {{paths: [/api/x, {path}]}}}}") if not one.warning
    ]
    assert [(one.code, one.path) for one in errors] == [(code, "edge.rate_limit.paths[1]")]


def test_more_sources_than_a_security_group_takes_are_warned_of() -> None:
    ranges = [f"203.0.{number}.0/24" for number in range(31)]
    layer = "edge: {inbound_cidrs: [%s]}"
    many = load_text(Shop, "live", {"base": BASE, "live": layer % ", ".join(ranges)}, TODAY).warnings
    assert [(one.code, one.path) for one in many] == [("TW748", "edge.inbound_cidrs")]
    assert not load_text(Shop, "live", {"base": BASE, "live": layer % ", ".join(ranges[1:])}, TODAY).warnings


CLUSTER = "cluster: {name: '', private_access_cidrs: [10.0.0.0/16], administrators: [x], deletion_protection: true}\n"


@pytest.mark.parametrize(("length", "fits"), [(41, True), (42, False)])
def test_the_role_of_external_dns_has_a_name_that_iam_takes(length: int, *, fits: bool) -> None:
    """`acme-{product}-external-dns-live` has 64 characters at most."""
    base = BASE.replace("product: shop", f"product: {'p' * length}")
    if fits:
        assert len(load(CLUSTER, base).dns_role_name) == 64
        return
    with pytest.raises(ConfigurationError) as caught:
        load(CLUSTER, base)
    found = next(each for each in caught.value.problems if "external-dns" in each.given)
    assert (found.code, found.path, found.fix) == (
        "TW301", "edge", "shorten `organization` or `product` by 1 characters",
    )  # fmt: skip


def test_two_things_may_not_want_the_role_of_external_dns() -> None:
    with pytest.raises(ConfigurationError, match="two things would have one IAM role name"):
        load(CLUSTER + "web: {name: external-dns, uses: []}")


@pytest.mark.parametrize(("length", "fits"), [(58, True), (59, False)])
def test_a_host_leaves_room_for_the_notes_of_external_dns(length: int, *, fits: bool) -> None:
    """`aaaa-` before a label of 58 characters is the longest that DNS takes. Another team's external-dns is its own."""
    arn = "arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef"
    edge = f"edge: {{host: {'h' * length}.example.com, certificate_arn: '{arn}'}}\n"
    assert load(edge + "cluster: {existing: shared}\n")
    if fits:
        assert load(edge + CLUSTER)
        return
    (found,) = refused(edge + CLUSTER)
    assert (found.code, found.path) == ("TW746", "edge.host")


@pytest.mark.parametrize(
    ("host", "former", "codes"),
    [
        ("example.com", "shop.example.com", ["TW747"]),
        ("shop.example.com", "example.com", ["TW747"]),
        ("shop.example.com", "old.example.com", []),
    ],
)
def test_records_that_external_dns_will_not_remove_are_told(host: str, former: str, codes: list[str]) -> None:
    layer = f"{CLUSTER}edge: {{host: {host}, former_hosts: [{former}]}}"
    warnings = load_text(Shop, "live", {"base": BASE, "live": layer}, TODAY).warnings
    assert [one.code for one in warnings] == codes


class Two(Shop):
    admin: EdgeSpec


@pytest.mark.parametrize("layer", ["", "cluster: {existing: shared}\n", "admin: {kind: nginx, name: admin}\n"])
def test_a_second_edge_is_refused_whatever_it_is_called(layer: str) -> None:
    """Its Ingress and class would have the first one's names, and nothing else would say so."""
    second = BASE[BASE.index("edge:") :].replace("edge:", "admin:").replace("shop.example", "admin.example")
    with pytest.raises(ConfigurationError) as caught:
        load_text(Two, "live", {"base": BASE + second, "live": layer}, TODAY)
    errors = [one for one in caught.value.problems if not one.warning]
    assert [(one.code, one.path, one.given) for one in errors] == [("TW749", "admin", "admin, beside edge")]


@pytest.mark.parametrize("zone", ["example.xn--p1ai", "xn--80ak6aa92e.xn--p1ai", "example.museum"])
def test_a_last_label_may_be_an_internationalized_one(zone: str) -> None:
    assert load(f"edge: {{zone: {zone}, host: shop.{zone}}}").zone == zone


@pytest.mark.parametrize(
    "zone", ["example.xn--p1ai-", "example.p1ai", "example.xn--", "example.123", f"{'a' * 63}." * 4 + "com"]
)
def test_a_zone_that_no_domain_can_be_is_refused(zone: str) -> None:
    assert {one.code for one in refused(f"edge: {{zone: {zone}, host: shop.{zone}}}")} == {"TW104"}
