"""Several hosts of one edge: what they may say, and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.edge.test_spec import BASE, CLUSTER, TODAY, Shop, load, refused
from twinstack.edge.host import covers
from twinstack.errors import ConfigurationError
from twinstack.layers.load import load_text
from twinstack.web_service import WebServiceSpec

TWO = """\
edge:
  other_hosts:
    www: {host: www.shop.example.com, redirect_to: host}
    api: {host: api.shop.example.com, routes: [{path: /, to: web}]}
"""


def edge(*lines: str) -> str:
    return "edge:\n" + "".join(f"  {line}\n" for line in lines)


def test_without_others_there_is_the_one_host() -> None:
    (host,) = load().hosts
    assert (host.key, host.name, host.zone, host.redirect_to) == ("host", "shop.example.com", "example.com", "")


def test_another_host_lies_in_the_edges_zone_unless_it_says_its_own() -> None:
    spec = load(TWO + "    brand: {host: shop.example, zone: shop.example, redirect_to: api}\n")
    assert [(one.key, one.name, one.zone, one.redirect_to) for one in spec.hosts] == [
        ("host", "shop.example.com", "example.com", ""),
        ("www", "www.shop.example.com", "example.com", "shop.example.com"),
        ("api", "api.shop.example.com", "example.com", ""),
        ("brand", "shop.example", "shop.example", "api.shop.example.com"),
    ]
    assert spec.zones == ("example.com", "shop.example")
    assert spec.zone_of("old.shop.example") == "shop.example"


def test_base_has_the_routes_and_each_layer_the_names() -> None:
    base = BASE + "  other_hosts:\n    api: {routes: [{path: /, to: web}]}\n"
    assert load("edge: {other_hosts: {api: {host: api.example.com}}}", base).hosts[1].name == "api.example.com"
    with pytest.raises(ConfigurationError) as caught:
        load("", base)
    assert ("TW107", "edge.other_hosts.api.host") in [(one.code, one.path) for one in caught.value.problems]


def test_a_service_that_only_another_host_routes_to_is_reached_from_outside() -> None:
    base = BASE.replace(
        "  routes:\n    - {path: /api, to: web}\n    - {path: /, to: web}\n", "  routes: [{path: /, to: web}]\n"
    )
    two = base + BASE[BASE.index("web:") : BASE.index("edge:")].replace("web:", "admin:").replace("/web", "/admin")

    class WithAdmin(Shop):
        admin: WebServiceSpec

    layer = "edge: {other_hosts: {admin: {host: admin.example.com, routes: [{path: /, to: admin}]}}}"
    spec = load_text(WithAdmin, "live", {"base": two, "live": layer}, TODAY).environment.edge
    assert [target.key for target in spec.targets] == ["web", "admin"]
    assert all(spec.admits(target) for target in spec.targets)
    assert spec.own_variables_of(spec.targets[1]) == {"BODY_LIMIT_MIB": "10"}


@pytest.mark.parametrize(
    ("other", "code", "path", "given"),
    [
        ("{host: api.example.com}", "TW211", "edge.other_hosts.api", "api.example.com, without `routes` and without `redirect_to`"),
        (
            "{host: api.example.com, redirect_to: host, routes: [{path: /, to: web}]}",
            "TW211", "edge.other_hosts.api.redirect_to", "api.example.com, with `routes` and with `redirect_to`",
        ),
        ("{host: api.example.com, redirect_to: host, inbound_cidrs: [203.0.113.0/24]}", "TW211", "edge.other_hosts.api.inbound_cidrs", "203.0.113.0/24"),
        ("{host: shop.example.com, redirect_to: www}", "TW212", "edge.other_hosts.api.host", "shop.example.com, which `host` is already"),
        ("{host: www.example.com, redirect_to: host}", "TW212", "edge.other_hosts.api.host", "www.example.com, which `www` is already"),
        ("{host: api.example.com, redirect_to: wwww}", "TW213", "edge.other_hosts.api.redirect_to", "wwww"),
        ("{host: api.example.com, redirect_to: api}", "TW213", "edge.other_hosts.api.redirect_to", "api to itself"),
        ("{host: api.example.org, redirect_to: host}", "TW732", "edge.other_hosts.api.host", "api.example.org"),
        ("{host: api.example.com, routes: [{path: /, to: wbe}]}", "TW206", "edge.other_hosts.api.routes[0].to", "wbe"),
        ("{host: api.example.com, routes: [{path: /a, to: web}, {path: /a/, to: web}]}", "TW733", "edge.other_hosts.api.routes[1].path", "/a/"),
        ("{host: API.example.com, redirect_to: host}", "TW104", "edge.other_hosts.api.host", '"API.example.com" (text)'),
        ("{host: 'api.*.example.com', redirect_to: host}", "TW104", "edge.other_hosts.api.host", '"api.*.example.com" (text)'),
    ],
)  # fmt: skip
def test_another_host_that_does_not_work_is_refused(other: str, code: str, path: str, given: str) -> None:
    layer = edge("other_hosts:", "  www: {host: www.example.com, redirect_to: host}", f"  api: {other}")
    assert [(one.code, one.path, one.given) for one in refused(layer)] == [(code, path, given)]


def test_redirects_in_a_circle_are_refused_and_one_after_another_are_not() -> None:
    layer = edge(
        "other_hosts:",
        "  a: {host: a.example.com, redirect_to: b}",
        "  b: {host: b.example.com, redirect_to: %s}",
    )
    assert [(one.code, one.path, one.given) for one in refused(layer % "a")] == [
        ("TW213", "edge.other_hosts.a.redirect_to", "a to b, and back"),
        ("TW213", "edge.other_hosts.b.redirect_to", "b to a, and back"),
    ]
    assert load(layer % "host").hosts[1].redirect_to == "b.example.com"


@pytest.mark.parametrize("key", ["host", "rest", "api-rest"])
def test_a_name_that_something_else_has_is_refused(key: str) -> None:
    layer = edge("other_hosts:", f"  {key}: {{host: api.example.com, redirect_to: host}}")
    assert ("TW212", f"edge.other_hosts.{key}") in [(one.code, one.path) for one in refused(layer)]


def test_nobody_can_be_sent_to_every_host() -> None:
    layer = edge(
        "other_hosts:",
        "  any: {host: '*.example.com', routes: [{path: /, to: web}]}",
        "  old: {host: old.example.com, redirect_to: any}",
    )
    assert [(one.code, one.given) for one in refused(layer)] == [("TW213", "any, which is *.example.com")]


@pytest.mark.parametrize(
    ("pattern", "host", "does"),
    [
        ("*.example.com", "api.example.com", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "example.com", False),
        ("example.com", "example.com", True),
    ],
)
def test_a_wildcard_stands_for_one_label(pattern: str, host: str, *, does: bool) -> None:
    assert covers(pattern, host) is does


@pytest.mark.parametrize(
    ("plan", "names"),
    [
        ("each", [("shop.example.com",), ("www.shop.example.com",), ("api.shop.example.com",)]),
        ("wildcard", [("*.example.com",), ("*.shop.example.com",)]),
    ],
)
def test_hosts_share_certificates_as_they_are_told(plan: str, names: list[tuple[str, ...]]) -> None:
    assert [one.names for one in load(TWO + f"  certificates: {plan}\n").certificates_made] == names


def test_a_zone_itself_is_on_no_wildcard() -> None:
    layer = edge(
        "host: example.com",
        "certificates: wildcard",
        "other_hosts:",
        "  www: {host: www.example.com, redirect_to: host}",
    )
    assert [one.names for one in load(layer).certificates_made] == [("example.com",), ("*.example.com",)]


def test_a_shared_certificate_is_refused_behind_a_load_balancer() -> None:
    (found,) = refused(TWO + "  certificates: shared\n")
    assert (found.code, found.path, found.given) == ("TW215", "edge.certificates", "shared")
    arn = "arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef"
    assert load(TWO + f"  certificates: shared\n  certificate_arn: '{arn}'\n")
    assert load("edge: {certificates: shared}"), "of one host it is the same"


def test_many_certificates_are_warned_of() -> None:
    others = [f"  h{number}: {{host: h{number}.example.com, redirect_to: host}}" for number in range(26)]
    layer = edge("other_hosts:", *others)
    warned = load_text(Shop, "live", {"base": BASE, "live": layer}, TODAY).warnings
    assert [(one.code, one.given) for one in warned] == [("TW216", "27 certificates for 27 hosts")]
    assert not load_text(Shop, "live", {"base": BASE, "live": f"{layer}  certificates: wildcard\n"}, TODAY).warnings


def test_a_former_host_may_be_one_whose_certificate_is_a_wildcard_now() -> None:
    layer = TWO + "  former_hosts: [shop.example.com]\n"
    assert [(one.code, one.path) for one in refused(layer)] == [("TW739", "edge.former_hosts[0]")]
    assert load(layer + "  certificates: wildcard\n").former_hosts == ("shop.example.com",)


def test_a_zone_itself_beside_a_host_below_it_changes_the_notes_of_external_dns() -> None:
    layer = CLUSTER + edge("other_hosts:", "  apex: {host: example.com, redirect_to: host}")
    (warned,) = load_text(Shop, "live", {"base": BASE, "live": layer}, TODAY).warnings
    assert (warned.code, warned.path) == ("TW214", "edge.other_hosts.apex.host")
    said = layer + "  acknowledge: {TW214: no release was made yet}\n"
    assert not load_text(Shop, "live", {"base": BASE, "live": said}, TODAY).warnings
    first = CLUSTER + edge("host: example.com", "other_hosts:", "  www: {host: www.example.com, redirect_to: host}")
    assert not load_text(Shop, "live", {"base": BASE, "live": first}, TODAY).warnings


def test_each_host_leaves_room_for_the_notes_of_external_dns() -> None:
    long = "h" * 59
    found = refused(CLUSTER + edge("other_hosts:", f"  long: {{host: {long}.example.com, redirect_to: host}}"))
    assert ("TW746", "edge.other_hosts.long.host") in [(one.code, one.path) for one in found]


@pytest.mark.parametrize(
    ("lists", "path"),
    [
        ("inbound_cidrs: [10.0.0.0/8]\n  other_hosts: {api: {host: api.example.com, routes: [{path: /, to: web}], inbound_cidrs: [192.0.2.0/24]}}", "other_hosts.api.inbound_cidrs"),
        ("other_hosts: {api: {host: api.example.com, routes: [{path: /, to: web, inbound_cidrs: [198.51.100.0/24]}], inbound_cidrs: [192.0.2.0/24]}}", "other_hosts.api.routes[0].inbound_cidrs"),
    ],
)  # fmt: skip
def test_a_list_that_lets_nobody_in_is_refused(lists: str, path: str) -> None:
    (found,) = [one for one in refused(f"edge:\n  {lists}\n") if not one.warning]
    assert (found.code, found.path) == ("TW217", f"edge.{path}")


def test_lists_within_each_other_are_taken() -> None:
    routes = "[{path: /, to: web, inbound_cidrs: [10.1.0.0/16]}]"
    assert load(
        edge("inbound_cidrs: [10.0.0.0/8]", f"other_hosts: {{api: {{host: api.example.com, routes: {routes}}}}}")
    )


@pytest.mark.parametrize(
    ("layer", "code", "path"),
    [
        (edge("kind: nginx", "other_hosts:", "  old: {host: old.example.com, redirect_to: host}"), "TW218", "edge.other_hosts.old.redirect_to"),
        (edge("kind: nginx", "maintenance: {active: true}"), "TW218", "edge.maintenance.active"),
        (edge("kind: nginx", "certificates: wildcard"), "TW219", "edge.certificates"),
        (edge("kind: nginx", "other_hosts:", "  any: {host: '*.example.com', routes: [{path: /, to: web}]}"), "TW219", "edge.other_hosts.any.host"),
    ],
)  # fmt: skip
def test_what_nginx_cannot_do_is_refused(layer: str, code: str, path: str) -> None:
    errors = [one for one in refused(layer) if not one.warning]
    assert [(one.code, one.path) for one in errors] == [(code, path)]
    load(layer.replace("kind: nginx\n", "kind: alb\n"))


@pytest.mark.parametrize(
    "layer",
    [
        edge(
            "kind: nginx",
            "acme: {solver: dns01}",
            "other_hosts:",
            "  any: {host: '*.example.com', routes: [{path: /, to: web}]}",
        ),
        edge("kind: nginx", "acme: null", "certificates: wildcard"),
        edge(
            "kind: nginx",
            "certificates: shared",
            "other_hosts:",
            "  www: {host: www.shop.example.com, redirect_to: host}",
        ),
        edge("kind: nginx", "host: www.example.com", "other_hosts:", "  bare: {host: example.com, redirect_to: host}"),
    ],
)
def test_what_nginx_can_do_is_taken(layer: str) -> None:
    assert load(layer).class_name == "nginx"


@pytest.mark.parametrize(
    "given",
    ["text: ''", f"text: {'x' * 4097}", "content_type: text/css", "retry_after_seconds: 0", "admits: [nowhere]"],
)
def test_an_answer_that_cannot_be_given_is_refused(given: str) -> None:
    (found,) = refused(f"edge: {{maintenance: {{{given}}}}}")
    assert found.code == "TW104"
    assert found.path.startswith("edge.maintenance.")
