"""Several hosts as they are served: one synthesis of each half, of the hosts that tests/golden/prod-hosts shows as well."""

from __future__ import annotations

import ipaddress
import json
import posixpath
import re
from functools import cache
from typing import Any
from urllib.parse import unquote

import pytest

from tests.aws.documents import Document, analytics
from tests.edge.test_kubernetes import ALB, NGINX, ingresses, objects
from tests.test_golden import HOSTS

CHANGES = {
    "other_hosts": {
        **HOSTS["edge.other_hosts"],
        "api": {
            "host": "api.analytics.shadower.ai",
            "inbound_cidrs": ["203.0.112.0/22"],
            "routes": [
                {"path": "/", "to": "backend"},
                {"path": "/admin", "to": "backend", "inbound_cidrs": ["203.0.113.0/24"]},
                {"path": "/admin/public", "to": "backend"},
            ],
        },
    },
    "maintenance": HOSTS["edge.maintenance"],
}


@cache
def document() -> Document:
    return made()


def made(**changes: Any) -> Document:
    return analytics(**{f"edge__{key}": value for key, value in {**CHANGES, **changes}.items()})


def acl() -> dict[str, Any]:
    return document().find("aws_wafv2_web_acl")["edge"]


def answers(host: str, path: str, address: str) -> list[str]:
    """The rules of the firewall's own that know a request, in the order in which they are asked."""
    lists = {
        f"${{aws_wafv2_ip_set.{name}.arn}}": [ipaddress.ip_network(block) for block in one["addresses"]]
        for name, one in document().find("aws_wafv2_ip_set").items()
    }

    def holds(statement: dict[str, Any]) -> bool:
        ((kind, inner),) = statement.items()
        match kind:
            case "and_statement":
                return all(map(holds, inner["statement"]))
            case "or_statement":
                return any(map(holds, inner["statement"]))
            case "not_statement":
                return not holds(inner["statement"][0])
            case "ip_set_reference_statement":
                return any(ipaddress.ip_address(address) in block for block in lists[inner["arn"]])
            case "rate_based_statement":
                return "scope_down_statement" not in inner or holds(inner["scope_down_statement"])
        assert kind == "regex_match_statement"
        kinds = [one["type"] for one in inner["text_transformation"]]
        read = host if "single_header" in inner["field_to_match"] else path
        if kinds == ["LOWERCASE"]:
            read = read.lower()
        elif kinds == ["URL_DECODE", "NORMALIZE_PATH"]:
            read = posixpath.normpath("/" + unquote(path).lstrip("/"))
        return bool(re.search(inner["regex_string"], read))

    own = [one for one in acl()["rule"] if "action" in one]
    return [one["name"] for one in own if holds(one["statement"])]


INSIDE, NEAR, OUTSIDE = "203.0.113.7", "203.0.112.7", "198.51.100.7"
API = "api.analytics.shadower.ai"
LIST_OF_API, LIST_OF_ADMIN = "api-14c252", "api-admin-75ea14"


@pytest.mark.parametrize(
    ("host", "path", "address", "refused_by"),
    [
        ("analytics.shadower.ai", "/", OUTSIDE, []),
        ("analytics.shadower.ai", "/admin", OUTSIDE, []),
        (API, "/", NEAR, []),
        (API, "/", OUTSIDE, [LIST_OF_API]),
        ("API.Analytics.Shadower.AI:443", "/", OUTSIDE, [LIST_OF_API]),
        (API, "/admin", INSIDE, []),
        (API, "/admin", NEAR, [LIST_OF_ADMIN]),
        (API, "/admin/users", OUTSIDE, [LIST_OF_API, LIST_OF_ADMIN]),
        (API, "/%61dmin/", NEAR, [LIST_OF_ADMIN]),
        (API, "/x/../admin", NEAR, [LIST_OF_ADMIN]),
        (API, "/adminx", NEAR, []),
        (API, "/admin/public/page", NEAR, []),
        (API, "/admin/public/../users", NEAR, [LIST_OF_ADMIN]),
        (API, "/admin/users/../public", NEAR, [LIST_OF_ADMIN]),
    ],
)
def test_a_list_lets_its_addresses_in_however_a_path_is_written(
    host: str, path: str, address: str, refused_by: list[str]
) -> None:
    found = [name for name in answers(host, path, address) if name in {LIST_OF_API, LIST_OF_ADMIN}]
    assert found == refused_by


@pytest.mark.parametrize(
    ("host", "path", "counted_by"),
    [
        ("analytics.shadower.ai", "/api/x", ["rate-limit"]),
        ("analytics.shadower.ai", "/", []),
        (API, "/admin", ["rate-limit-api"]),
        (API, "/api/x", []),
        ("acme.shadower.app", "/", []),
    ],
)
def test_each_host_counts_what_is_dear_by_itself(host: str, path: str, counted_by: list[str]) -> None:
    found = answers(host, path, INSIDE)
    assert [name for name in found if name.startswith("rate-limit")] == counted_by
    assert "total-rate-limit" in found


def test_under_maintenance_everybody_is_told_when_to_come_back_but_those_who_look_at_it() -> None:
    assert answers("analytics.shadower.ai", "/", OUTSIDE)[0] == "maintenance"
    assert "maintenance" not in answers("analytics.shadower.ai", "/", INSIDE)
    first = acl()["rule"][0]
    assert (first["priority"], first["action"]["block"]["custom_response"]) == (
        0,
        {
            "response_code": 503,
            "custom_response_body_key": "maintenance",
            "response_header": [{"name": "Retry-After", "value": "600"}],
        },
    )
    (body,) = [one for one in acl()["custom_response_body"] if one["key"] == "maintenance"]
    assert body == {
        "key": "maintenance",
        "content": "We are working on it and will be back soon.",
        "content_type": "TEXT_PLAIN",
    }
    off = analytics(edge__maintenance={"active": False, "admits": ["203.0.113.0/24"]})
    assert off.blocks == analytics().blocks, "a switch that is off makes nothing"


def test_a_list_goes_only_after_the_rule_that_names_it() -> None:
    for one in document().find("aws_wafv2_ip_set").values():
        assert one["lifecycle"] == {"create_before_destroy": True}
        assert (one["scope"], one["ip_address_version"]) == ("REGIONAL", "IPV4")


def test_each_host_has_a_certificate_in_its_zone() -> None:
    found = {name: one["domain_name"] for name, one in document().find("aws_acm_certificate").items()}
    assert found == {
        "edge_analytics_shadower_ai": "analytics.shadower.ai",
        "edge_www_analytics_shadower_ai": "www.analytics.shadower.ai",
        "edge_api_analytics_shadower_ai": API,
        "edge_any__shadower_app": "*.shadower.app",
    }
    records = document().find("aws_route53_record")
    assert {name: one["zone_id"] for name, one in records.items()} == {
        "edge_validation": "${data.aws_route53_zone.edge.zone_id}",
        "edge_www_analytics_shadower_ai_validation": "${data.aws_route53_zone.edge.zone_id}",
        "edge_api_analytics_shadower_ai_validation": "${data.aws_route53_zone.edge.zone_id}",
        "edge_shadower_app_validation": "${data.aws_route53_zone.edge_shadower_app.zone_id}",
    }
    assert len(document().find("aws_acm_certificate_validation")) == 4


def test_a_wildcard_and_the_name_it_lies_under_are_shown_by_one_record() -> None:
    hosts = {"any": {"host": "*.analytics.shadower.ai", "routes": [{"path": "/", "to": "frontend"}]}}
    found = analytics(edge__other_hosts=hosts)
    assert set(found.find("aws_route53_record")) == {"edge_validation"}
    validations = found.find("aws_acm_certificate_validation").values()
    assert {one["validation_record_fqdns"][0] for one in validations} == {"${aws_route53_record.edge_validation.fqdn}"}


def test_external_dns_writes_each_hosts_records_in_its_zone() -> None:
    statements = document().statements("edge_external_dns")
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    names = {
        sid: one["Condition"]["ForAllValues:StringEquals"][key] for sid, one in statements.items() if "Condition" in one
    }
    assert names["Records1"] == [
        "\\052.shadower.app", "a-\\052.shadower.app", "aaaa-\\052.shadower.app", "cname-\\052.shadower.app",
    ]  # fmt: skip
    assert {"www.analytics.shadower.ai", API, f"a-{API}"} < set(names["Records"])
    assert len(statements["Zone"]["Resource"]) == 2
    assert document().addon("external-dns")["configuration_values"]["domainFilters"] == ["shadower.ai", "shadower.app"]


def test_it_tells_where_each_host_answers() -> None:
    assert {name: url for name, url in document().outputs().items() if name.endswith("_url")} == {
        "edge_url": "https://analytics.shadower.ai",
        "edge_api_url": f"https://{API}",
    }


def test_a_load_balancer_serves_every_host_and_redirects_without_a_pod() -> None:
    ingress = objects(**CHANGES)["Ingress"]
    rules = {one["host"]: one["http"]["paths"] for one in ingress["spec"]["rules"]}
    assert list(rules)[-1] == "*.shadower.app", "what is described by name comes first"
    (path,) = rules["www.analytics.shadower.ai"]
    assert path["backend"]["service"] == {"name": "redirect-www", "port": {"name": "use-annotation"}}
    annotations = ingress["metadata"]["annotations"]
    assert json.loads(annotations[f"{ALB}/actions.redirect-www"]) == {
        "type": "redirect",
        "redirectConfig": {
            "host": "analytics.shadower.ai",
            "port": "443",
            "protocol": "HTTPS",
            "statusCode": "HTTP_301",
        },
    }
    (tls,) = ingress["spec"]["tls"]
    assert set(tls["hosts"]) == set(rules)
    assert set(annotations["external-dns.alpha.kubernetes.io/hostname"].split(",")) == set(rules)


def test_nginx_has_an_ingress_for_each_host_limit_and_list() -> None:
    changes = {
        **CHANGES,
        "maintenance": {},
        "kind": "nginx",
        "acme": {"solver": "dns01"},
        "inbound_cidrs": ["203.0.112.0/23"],
    }
    found = ingresses(**changes)
    lists = {
        name: (
            one["metadata"]["annotations"].get(f"{NGINX}/whitelist-source-range"),
            [path["path"] for path in one["spec"]["rules"][0]["http"]["paths"]],
        )
        for name, one in found.items()
    }
    assert lists == {
        "analytics-ingress": ("203.0.112.0/23", ["/api", "/ws"]),
        "analytics-ingress-rest": ("203.0.112.0/23", ["/"]),
        "analytics-ingress-api": ("203.0.112.0/23", ["/admin/public"]),
        "analytics-ingress-api-rest": ("203.0.112.0/23", ["/"]),
        f"analytics-ingress-{LIST_OF_ADMIN}": ("203.0.113.0/24", ["/admin"]),
        "analytics-ingress-customers": ("203.0.112.0/23", ["/"]),
    }
    first = found["analytics-ingress"]
    assert first["metadata"]["annotations"][f"{NGINX}/from-to-www-redirect"] == "true"
    assert first["spec"]["tls"] == [
        {"hosts": ["analytics.shadower.ai", "www.analytics.shadower.ai"], "secretName": "analytics-tls"},
        {"hosts": [API], "secretName": "analytics-tls-api"},
        {"hosts": ["*.shadower.app"], "secretName": "analytics-tls-customers"},
    ]
    asking = [name for name, one in found.items() if "cert-manager.io/cluster-issuer" in one["metadata"]["annotations"]]
    assert asking == ["analytics-ingress"], "one asks for all certificates"
    zones = objects(**changes)["ClusterIssuer"]["spec"]["acme"]["solvers"][0]["selector"]["dnsZones"]
    assert zones == ["shadower.ai", "shadower.app"]


def test_nginx_can_have_all_names_on_one_certificate() -> None:
    changes = {**CHANGES, "maintenance": {}, "kind": "nginx", "acme": {"solver": "dns01"}, "certificates": "shared"}
    (tls,) = ingresses(**changes)["analytics-ingress"]["spec"]["tls"]
    assert tls == {
        "hosts": ["analytics.shadower.ai", API, "*.shadower.app", "www.analytics.shadower.ai"],
        "secretName": "analytics-tls",
    }


def test_cert_manager_may_write_the_challenge_of_each_host_in_its_zone() -> None:
    found = made(kind="nginx", acme={"solver": "dns01"}, maintenance={})
    statements = found.statements("edge_cert_manager")
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    names = {
        sid: one["Condition"]["ForAllValues:StringEquals"][key] for sid, one in statements.items() if "Condition" in one
    }
    hosts = ["analytics.shadower.ai", "www.analytics.shadower.ai", API]
    assert names == {
        "Challenge": [f"_acme-challenge.{host}" for host in hosts],
        "Challenge1": ["_acme-challenge.shadower.app"],
    }


def test_each_rule_of_the_firewall_has_a_name_and_a_place_of_its_own() -> None:
    names = [one["name"] for one in acl()["rule"]]
    assert len(set(names)) == len(names)
    assert [one["priority"] for one in acl()["rule"]] == list(range(len(names)))
