"""An edge that the Gateway API describes: what AWS serves of it, what Envoy serves, and what neither can do."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.aws.documents import analytics
from tests.edge.test_kubernetes import ELSEWHERE, everything
from tests.test_golden import HOSTS
from twinstack.delivery.changes import Change, ChangeKind
from twinstack.delivery.graph import ChangeGraph
from twinstack.delivery.manifest import Manifest

ACL = (
    "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/shadower-analytics-edge/0a1b2c3d-0000-1111-2222-333344445555"
)
HOSTED = {"edge.other_hosts": HOSTS["edge.other_hosts"]}
BALANCED = {"kind": "gateway", "firewall": {"arn": ACL}}
ENVOY = {"kind": "gateway", "controller": "envoy", "acme": {"solver": "dns01"}}
Found = dict[tuple[str, str], dict[str, Any]]


def made(**settings: Any) -> Found:
    return {(one["kind"], one["metadata"]["name"]): one for one in everything(**settings)}


@cache
def balanced() -> Found:
    return made(**BALANCED, **HOSTED)


@cache
def enveloped() -> Found:
    return made(**ENVOY, **HOSTED)


def spec(found: Found, kind: str, name: str) -> dict[str, Any]:
    inner: dict[str, Any] = found[kind, name]["spec"]
    return inner


def routes(found: Found) -> dict[str, tuple[str, list[str], list[tuple[str, str]]]]:
    """Of each route that leads to services: its listener, its hosts, and each path with its Service."""
    return {
        name: (
            one["spec"]["parentRefs"][0]["sectionName"],
            one["spec"]["hostnames"],
            [(rule["matches"][0]["path"]["value"], rule["backendRefs"][0]["name"]) for rule in one["spec"]["rules"]],
        )
        for (kind, name), one in found.items()
        if kind == "HTTPRoute" and "backendRefs" in one["spec"]["rules"][0]
    }


BACKEND, FRONTEND = "analytics-backend-service", "analytics-frontend-service"


def test_a_load_balancer_has_a_route_for_each_host() -> None:
    assert routes(balanced()) == {
        "analytics-route": (
            "https",
            ["analytics.shadower.ai"],
            [("/api", BACKEND), ("/ws", BACKEND), ("/", FRONTEND)],
        ),
        "analytics-route-api": ("https", ["api.analytics.shadower.ai"], [("/", BACKEND), ("/admin", BACKEND)]),
        "analytics-route-customers": ("https", ["*.shadower.app"], [("/", FRONTEND)]),
    }


def test_envoy_has_a_route_for_each_limit_and_list_and_websockets_apart() -> None:
    assert routes(enveloped()) == {
        "analytics-route": ("https", ["analytics.shadower.ai"], [("/api", BACKEND)]),
        "analytics-route.ws": ("https", ["analytics.shadower.ai"], [("/ws", BACKEND)]),
        "analytics-route.rest": ("https", ["analytics.shadower.ai"], [("/", FRONTEND)]),
        "analytics-route-api.rest": ("https-api", ["api.analytics.shadower.ai"], [("/", BACKEND)]),
        "analytics-route-api.api-admin-75ea14": ("https-api", ["api.analytics.shadower.ai"], [("/admin", BACKEND)]),
        "analytics-route-customers.rest": ("https-customers", ["*.shadower.app"], [("/", FRONTEND)]),
    }


@pytest.mark.parametrize(("found", "section"), [(balanced, "https"), (enveloped, "https-www")])
def test_a_redirect_keeps_the_path_and_plain_http_is_sent_on(found: Any, section: str) -> None:
    www = spec(found(), "HTTPRoute", "analytics-route-www")
    assert www["parentRefs"] == [{"name": "analytics-gateway", "sectionName": section}]
    leads = {"scheme": "https", "statusCode": 301}
    assert www["rules"] == [
        {"filters": [{"type": "RequestRedirect", "requestRedirect": {**leads, "hostname": "analytics.shadower.ai"}}]}
    ]
    plain = spec(found(), "HTTPRoute", "analytics-route.http")
    assert plain == {
        "parentRefs": [{"name": "analytics-gateway", "sectionName": "http"}],
        "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": leads}]}],
    }


@pytest.mark.parametrize("found", [balanced, enveloped])
def test_a_gateway_takes_routes_of_the_products_namespace_alone(found: Any) -> None:
    gateway = spec(found(), "Gateway", "analytics-gateway")
    assert all(one["allowedRoutes"] == {"namespaces": {"from": "Same"}} for one in gateway["listeners"])
    assert gateway["gatewayClassName"] == "analytics-gateway"
    assert not [kind for kind, _ in found() if kind.startswith("Ingress")]


@pytest.mark.parametrize(
    ("controller", "class_controller", "api", "label"),
    [
        ("eks", "eks.amazonaws.com/gateway-alb", "eks.amazonaws.com/v1", "eks.amazonaws.com"),
        ("self_managed", "gateway.k8s.aws/alb", "gateway.k8s.aws/v1", "elbv2.k8s.aws"),
    ],
)
def test_each_controller_of_aws_is_spoken_to_in_its_own_words(
    controller: str, class_controller: str, api: str, label: str
) -> None:
    found = made(**BALANCED, controller=controller)
    assert spec(found, "GatewayClass", "analytics-gateway") == {"controllerName": class_controller}
    assert found["LoadBalancerConfiguration", "analytics-gateway"]["apiVersion"] == api
    assert found["TargetGroupConfiguration", BACKEND]["apiVersion"] == api
    reference = {"group": api.partition("/")[0], "kind": "LoadBalancerConfiguration", "name": "analytics-gateway"}
    assert spec(found, "Gateway", "analytics-gateway")["infrastructure"] == {"parametersRef": reference}
    assert found["Namespace", "analytics"]["metadata"]["labels"][f"{label}/pod-readiness-gate-inject"] == "enabled"


def test_a_load_balancer_is_what_it_is_for_an_ingress() -> None:
    found = made(
        **BALANCED, inbound_cidrs=["203.0.113.0/24"], access_log_bucket="shadower-logs", idle_timeout_seconds=900
    )
    configuration = spec(found, "LoadBalancerConfiguration", "analytics-gateway")
    assert {one["key"]: one["value"] for one in configuration.pop("loadBalancerAttributes")} == {
        "idle_timeout.timeout_seconds": "900",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "deletion_protection.enabled": "true",
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "shadower-logs",
        "access_logs.s3.prefix": "analytics-prod",
    }
    assert configuration == {
        "scheme": "internet-facing",
        "ipAddressType": "ipv4",
        "listenerConfigurations": [
            {"protocolPort": "HTTPS:443", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"}
        ],
        "wafV2": {"webACL": ACL},
        "tags": {"Environment": "prod", "ManagedBy": "twinstack", "Product": "analytics"},
        "sourceRanges": ["203.0.113.0/24"],
    }
    arn = "arn:aws:acm:us-west-2:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
    given = spec(made(**BALANCED, certificate_arn=arn), "LoadBalancerConfiguration", "analytics-gateway")
    assert given["listenerConfigurations"][0]["defaultCertificate"] == arn


def test_each_service_is_asked_for_its_health_every_five_seconds_and_lets_go_of_pods() -> None:
    assert spec(made(**BALANCED, deregistration_seconds=10), "TargetGroupConfiguration", BACKEND) == {
        "targetReference": {"group": "", "kind": "Service", "name": BACKEND},
        "defaultConfiguration": {
            "targetType": "ip",
            "healthCheckConfig": {
                "healthCheckProtocol": "HTTP",
                "healthCheckPath": "/health/ready",
                "healthCheckInterval": 5,
                "healthCheckTimeout": 4,
                "healthyThresholdCount": 2,
                "unhealthyThresholdCount": 2,
                "matcher": {"httpCode": "200"},
            },
            "targetGroupAttributes": [{"key": "deregistration_delay.timeout_seconds", "value": "10"}],
        },
    }


def test_another_teams_load_balancer_has_no_tags_of_ours() -> None:
    found = made(**BALANCED, **ELSEWHERE)
    assert "tags" not in spec(found, "LoadBalancerConfiguration", "analytics-gateway")


def test_envoy_has_a_certificate_of_each_host_in_its_listener() -> None:
    listeners = {one["name"]: one for one in spec(enveloped(), "Gateway", "analytics-gateway")["listeners"]}
    assert {
        name: (one["hostname"], one["tls"]["certificateRefs"][0]["name"])
        for name, one in listeners.items()
        if name != "http"
    } == {
        "https": ("analytics.shadower.ai", "analytics-tls"),
        "https-www": ("www.analytics.shadower.ai", "analytics-tls-www"),
        "https-api": ("api.analytics.shadower.ai", "analytics-tls-api"),
        "https-customers": ("*.shadower.app", "analytics-tls-customers"),
    }
    assert spec(enveloped(), "Certificate", "analytics-tls-customers") == {
        "secretName": "analytics-tls-customers",
        "dnsNames": ["*.shadower.app"],
        "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt-prod"},
        "privateKey": {"rotationPolicy": "Always"},
    }
    solvers = spec(enveloped(), "ClusterIssuer", "letsencrypt-prod")["acme"]["solvers"]
    assert solvers == [
        {"dns01": {"route53": {"region": "us-west-2"}}, "selector": {"dnsZones": ["shadower.ai", "shadower.app"]}}
    ]


def test_envoy_can_have_all_names_on_one_certificate() -> None:
    found = made(**ENVOY, **HOSTED, certificates="shared")
    assert [name for kind, name in found if kind == "Certificate"] == ["analytics-tls"]
    listeners = spec(found, "Gateway", "analytics-gateway")["listeners"][1:]
    assert {one["tls"]["certificateRefs"][0]["name"] for one in listeners} == {"analytics-tls"}


def test_somebody_elses_issuer_is_named_and_not_made() -> None:
    for settings in ({"acme": None}, ELSEWHERE):
        found = made(kind="gateway", controller="envoy", **settings)
        assert not [kind for kind, _ in found if kind == "ClusterIssuer"]
        assert spec(found, "Certificate", "analytics-tls")["issuerRef"]["name"] == "letsencrypt-prod"


def test_only_what_carries_no_websocket_is_buffered_and_each_address_has_its_limit() -> None:
    traffic = {name: one["spec"] for (kind, name), one in enveloped().items() if kind == "BackendTrafficPolicy"}
    assert {name: one.get("requestBuffer", {}).get("limit") for name, one in traffic.items()} == {
        "analytics-route": "10Mi",
        "analytics-route.ws": None,
        "analytics-route.rest": "10Mi",
        "analytics-route-api.rest": "10Mi",
        "analytics-route-api.api-admin-75ea14": "10Mi",
        "analytics-route-customers.rest": "10Mi",
    }
    assert traffic["analytics-route"]["rateLimit"]["local"]["rules"] == [
        {
            "clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": block}}],
            "limit": {"requests": 100, "unit": "Minute"},
        }
        for block in ("0.0.0.0/0", "::/0")
    ]
    assert traffic["analytics-route.rest"]["rateLimit"]["local"]["rules"][0]["limit"]["requests"] == 2000
    assert all(one["timeout"] == {"http": {"streamIdleTimeout": "3600s"}} for one in traffic.values())
    assert {name: one["targetRefs"][0]["name"] for name, one in traffic.items()} == {name: name for name in traffic}
    for name in traffic:
        assert all(rule["timeouts"] == {"request": "0s"} for rule in spec(enveloped(), "HTTPRoute", name)["rules"])
    assert spec(enveloped(), "ClientTrafficPolicy", "analytics-gateway")["timeout"] == {
        "http": {"streamIdleTimeout": "3600s"}
    }


def test_envoy_refuses_whoever_is_not_on_the_list_of_a_route() -> None:
    lists = {
        name: one["spec"]["authorization"] for (kind, name), one in enveloped().items() if kind == "SecurityPolicy"
    }
    assert lists == {
        "analytics-route-api.api-admin-75ea14": {
            "defaultAction": "Deny",
            "rules": [{"name": "listed", "action": "Allow", "principal": {"clientCIDRs": ["203.0.113.0/24"]}}],
        }
    }
    everywhere = made(**ENVOY, inbound_cidrs=["198.51.100.0/24"])
    assert {name for kind, name in everywhere if kind == "SecurityPolicy"} == set(routes(everywhere))


def test_under_maintenance_envoy_answers_on_every_route_with_the_text_as_it_stands() -> None:
    found = made(**ENVOY, maintenance={"active": True, "text": "100% later", "content_type": "text/html"})
    assert spec(found, "HTTPRouteFilter", "analytics-gateway") == {
        "directResponse": {
            "statusCode": 503,
            "contentType": "text/html",
            "header": {"set": [{"name": "Retry-After", "value": "600"}]},
            "body": {"type": "Inline", "inline": "100%% later"},
        }
    }
    rules = [rule for (kind, name), one in found.items() if kind == "HTTPRoute" for rule in one["spec"]["rules"]]
    assert {one["filters"][0]["type"] for one in rules} == {"RequestRedirect", "ExtensionRef"}
    assert not [one for one in rules if "backendRefs" in one]
    assert not [kind for kind, _ in enveloped() if kind == "HTTPRouteFilter"], "a switch that is off makes nothing"


def test_pods_admit_the_proxies_of_this_gateway_alone() -> None:
    (way_in,) = spec(enveloped(), "NetworkPolicy", "analytics-frontend")["ingress"]
    assert way_in["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "envoy-gateway-system"}},
            "podSelector": {
                "matchLabels": {
                    "gateway.envoyproxy.io/owning-gateway-name": "analytics-gateway",
                    "gateway.envoyproxy.io/owning-gateway-namespace": "analytics",
                }
            },
        }
    ]
    (balancer,) = spec(balanced(), "NetworkPolicy", "analytics-frontend")["ingress"]
    assert [peer["ipBlock"]["cidr"] for peer in balancer["from"]] == [
        "10.40.128.0/22",
        "10.40.132.0/22",
        "10.40.136.0/22",
    ]


def test_a_host_with_more_paths_than_a_route_has_rules_has_several() -> None:
    many = {"host": "many.shadower.ai", "routes": [{"path": f"/p{index}", "to": "backend"} for index in range(20)]}
    found = routes(made(**BALANCED, other_hosts={"many": many}))
    assert [len(found[name][2]) for name in ("analytics-route-many", "analytics-route-many.2")] == [16, 4]


def test_what_aws_makes_for_a_gateway_is_what_it_makes_for_an_ingress() -> None:
    mine, theirs = analytics(edge__kind="gateway", edge__firewall={"arn": ACL}), analytics()
    for kind in (
        "aws_wafv2_web_acl",
        "aws_acm_certificate",
        "aws_route53_record",
        "aws_wafv2_web_acl_logging_configuration",
    ):
        assert mine.find(kind) == theirs.find(kind)
    assert theirs.outputs()["edge_firewall_arn"] == "${aws_wafv2_web_acl.edge.arn}"
    assert mine.addon("external-dns")["configuration_values"]["sources"] == ["gateway-httproute"]
    assert theirs.addon("external-dns")["configuration_values"]["sources"] == ["ingress"]


def test_behind_envoy_aws_makes_no_load_balancer_and_cert_manager_may_write_its_challenge() -> None:
    found = analytics(edge__kind="gateway", edge__controller="envoy", edge__acme={"solver": "dns01"})
    assert not found.find("aws_wafv2_web_acl")
    assert not found.find("aws_acm_certificate")
    assert "Challenge" in found.statements("edge_cert_manager")


def test_a_route_waits_for_its_gateway_its_class_and_who_may_come_in() -> None:
    manifests = [Manifest(one) for one in enveloped().values()]
    found = ChangeGraph([Change(one.identity, ChangeKind.CREATED, one) for one in manifests])
    waits = {
        f"{one.kind} {one.name}": {f"{other.kind} {other.name}" for other in found.needs(one)}
        for one in (manifest.identity for manifest in manifests)
    }
    listed = "analytics-route-api.api-admin-75ea14"
    assert {
        "Gateway analytics-gateway",
        f"SecurityPolicy {listed}",
        f"BackendTrafficPolicy {listed}",
        f"Service {BACKEND}",
    } < waits[f"HTTPRoute {listed}"]
    assert "GatewayClass analytics-gateway" in waits["Gateway analytics-gateway"]
    balancer = Manifest(balanced()["Gateway", "analytics-gateway"])
    configuration = Manifest(balanced()["LoadBalancerConfiguration", "analytics-gateway"])
    both = ChangeGraph([Change(one.identity, ChangeKind.CREATED, one) for one in (balancer, configuration)])
    assert configuration.identity in both.needs(balancer.identity)
