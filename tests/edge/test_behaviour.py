"""Every row of the table in docs/edge.md, for every edge: what is said there is what the outputs ask for.

What an edge then does with it is its own affair: of Envoy it is seen in test_envoy.py, of nginx in the local stack's tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stacks import product
from tests.aws.documents import Document, analytics
from tests.edge.test_gateway import BALANCED, ENVOY, made
from tests.edge.test_kubernetes import ALB, NGINX
from twinstack.errors import ConfigurationError

PAGE = (Path(__file__).parents[2] / "docs" / "edge.md").read_text(encoding="utf-8")
_TITLES, _, *_LINES = re.findall(r"^\| .*\|$|^\|---.*$", PAGE, re.MULTILINE)
EDGES: Mapping[str, Mapping[str, Any]] = {
    "`alb`": {},
    "`nginx`": {"kind": "nginx"},
    "`gateway` by AWS": BALANCED,
    "`gateway` by Envoy": ENVOY,
}
BY_AWS = {"`alb`", "`gateway` by AWS"}
OTHERS = {
    "www": {"host": "www.analytics.shadower.ai", "redirect_to": "host"},
    "api": {"host": "api.analytics.shadower.ai", "routes": [{"path": "/", "to": "backend"}]},
}


def rows() -> dict[str, dict[str, str]]:
    """Each row by its first cell: what is said of each edge."""
    edges = [cell.strip() for cell in _TITLES.strip("|").split(" | ")][1:]
    found: dict[str, dict[str, str]] = {}
    for line in _LINES:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) != len(edges) + 1:
            break
        found[cells[0]] = dict(zip(edges, cells[1:], strict=True))
    return found


@dataclass(frozen=True)
class Outputs:
    """Both halves of production with one edge."""

    edge: str
    objects: Mapping[tuple[str, str], dict[str, Any]]
    stack: Document

    @property
    def by_aws(self) -> bool:
        return self.edge in BY_AWS

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for (found, _), one in self.objects.items() if found == kind]

    def only(self, kind: str) -> dict[str, Any]:
        (one,) = self.of(kind)
        return one["spec"]

    @property
    def annotations(self) -> dict[str, str]:
        return {name: text for one in self.of("Ingress") for name, text in one["metadata"]["annotations"].items()}

    @property
    def attributes(self) -> dict[str, str]:
        kind = "IngressClassParams" if self.of("IngressClassParams") else "LoadBalancerConfiguration"
        return {one["key"]: one["value"] for one in self.only(kind)["loadBalancerAttributes"]}

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for acl in self.stack.find("aws_wafv2_web_acl").values() for one in acl["rule"]}

    @property
    def targets(self) -> dict[str, str]:
        """How a load balancer asks for the health of pods, in the words of an Ingress."""
        if found := self.of("TargetGroupConfiguration"):
            asked = found[0]["spec"]["defaultConfiguration"]
            health = asked["healthCheckConfig"]
            return {
                "interval": str(health["healthCheckInterval"]),
                "healthy": str(health["healthyThresholdCount"]),
                "unhealthy": str(health["unhealthyThresholdCount"]),
                "forgets": asked["targetGroupAttributes"][0]["value"],
            }
        return {
            "interval": self.annotations.get(f"{ALB}/healthcheck-interval-seconds", ""),
            "healthy": self.annotations.get(f"{ALB}/healthy-threshold-count", ""),
            "unhealthy": self.annotations.get(f"{ALB}/unhealthy-threshold-count", ""),
            "forgets": self.annotations.get(f"{ALB}/target-group-attributes", "").rpartition("=")[2],
        }


@cache
def outputs(edge: str, *, changed: str = "{}") -> Outputs:
    settings = {"other_hosts": OTHERS, **EDGES[edge], **json.loads(changed)}
    return Outputs(edge, made(**settings), analytics(**{f"edge__{key}": value for key, value in settings.items()}))


def with_(edge: str, **settings: Any) -> Outputs:
    return outputs(edge, changed=json.dumps(settings))


def served_by(it: Outputs) -> None:
    classes = [one["spec"] for kind in ("IngressClass", "GatewayClass") for one in it.of(kind)]
    wanted = {
        "`alb`": "eks.amazonaws.com/alb",
        "`nginx`": "",
        "`gateway` by AWS": "eks.amazonaws.com/gateway-alb",
        "`gateway` by Envoy": "gateway.envoyproxy.io/gatewayclass-controller",
    }[it.edge]
    assert [one.get("controller", one.get("controllerName")) for one in classes] == ([wanted] if wanted else [])


def needs(it: Outputs) -> None:
    groups = {
        "cluster.mode": "managed",
        "cluster.node_groups": {"a": {"instance_types": ["m7i.2xlarge"], "min": 2, "max": 4}},
    }
    settings = {**groups, **{f"edge.{key}": value for key, value in EDGES[it.edge].items()}}
    if it.by_aws:
        with pytest.raises(ConfigurationError, match="TW735"):
            product.load("prod", set=settings)
    else:
        codes = [one.code for one in product.load_with_provenance("prod", set=settings).warnings]
        assert ("TW504" in codes) is (it.edge == "`nginx`")


def hosts_and_routes(it: Outputs) -> None:
    paths = {
        (rule["host"], path["path"]): path["backend"]["service"]["name"]
        for one in it.of("Ingress")
        for rule in one["spec"]["rules"]
        for path in rule["http"]["paths"]
        if "number" in path["backend"]["service"]["port"]
    } | {
        (host, match["path"]["value"]): rule["backendRefs"][0]["name"]
        for one in it.of("HTTPRoute")
        for host in one["spec"].get("hostnames", ())
        for rule in one["spec"]["rules"]
        if "backendRefs" in rule
        for match in rule["matches"]
    }
    backend, frontend = "analytics-backend-service", "analytics-frontend-service"
    first = "analytics.shadower.ai"
    assert paths == {
        (first, "/api"): backend,
        (first, "/ws"): backend,
        (first, "/"): frontend,
        ("api.analytics.shadower.ai", "/"): backend,
    }


def redirect(it: Outputs) -> None:
    if it.edge == "`nginx`":
        assert it.annotations[f"{NGINX}/from-to-www-redirect"] == "true"
    elif it.edge == "`alb`":
        assert json.loads(it.annotations[f"{ALB}/actions.redirect-www"])["redirectConfig"]["statusCode"] == "HTTP_301"
    else:
        filters = it.objects["HTTPRoute", "analytics-route-www"]["spec"]["rules"][0]["filters"]
        assert filters[0]["requestRedirect"] == {
            "scheme": "https",
            "statusCode": 301,
            "hostname": "analytics.shadower.ai",
        }


def tls(it: Outputs) -> None:
    policy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    if it.edge == "`alb`":
        assert it.only("IngressClassParams")["sslPolicy"] == policy
    elif it.edge == "`gateway` by AWS":
        assert it.only("LoadBalancerConfiguration")["listenerConfigurations"][0]["sslPolicy"] == policy
    elif it.edge == "`gateway` by Envoy":
        assert it.only("ClientTrafficPolicy")["tls"] == {"minVersion": "1.2"}
    else:
        assert not [name for name in it.annotations if "ssl-protocols" in name]


def certificate(it: Outputs) -> None:
    made_by_aws = {one["domain_name"] for one in it.stack.find("aws_acm_certificate").values()}
    assert bool(made_by_aws) is it.by_aws
    assert bool(it.of("ClusterIssuer")) is not it.by_aws
    assert bool(it.of("Certificate")) is (it.edge == "`gateway` by Envoy")
    assert ("cert-manager.io/cluster-issuer" in it.annotations) is (it.edge == "`nginx`")


def plain_http(it: Outputs) -> None:
    if it.of("HTTPRoute"):
        plain = it.objects["HTTPRoute", "analytics-route.http"]["spec"]
        assert plain["rules"][0]["filters"][0]["requestRedirect"] == {"scheme": "https", "statusCode": 301}
    else:
        assert it.annotations.get(f"{ALB}/ssl-redirect") or it.annotations[f"{NGINX}/force-ssl-redirect"] == "true"


def dns(it: Outputs) -> None:
    wanted = "gateway-httproute" if it.of("HTTPRoute") else "ingress"
    assert it.stack.addon("external-dns")["configuration_values"]["sources"] == [wanted]


def body_limit(it: Outputs) -> None:
    container = it.objects["Deployment", "analytics-backend"]["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "BODY_LIMIT_MIB", "value": "10"} in container["env"]
    if it.edge == "`nginx`":
        assert it.annotations[f"{NGINX}/proxy-body-size"] == "10m"
    if it.edge == "`gateway` by Envoy":
        buffers = [
            one["metadata"]["name"] for one in it.of("BackendTrafficPolicy") if "requestBuffer" not in one["spec"]
        ]
        assert buffers == ["analytics-route.ws"]


def rate_limit(it: Outputs) -> None:
    if it.by_aws:
        counted = it.rules["rate-limit"]["statement"]["rate_based_statement"]
        assert (counted["limit"], counted["aggregate_key_type"], "scope_down_statement" in counted) == (100, "IP", True)
    elif it.edge == "`nginx`":
        assert it.objects["Ingress", "analytics-ingress"]["metadata"]["annotations"][f"{NGINX}/limit-rpm"] == "100"
    else:
        (four, _) = it.objects["BackendTrafficPolicy", "analytics-route"]["spec"]["rateLimit"]["local"]["rules"]
        assert four["limit"] == {"requests": 100, "unit": "Minute"}
        assert four["clientSelectors"] == [{"sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}}]


def total_rate_limit(it: Outputs) -> None:
    if it.by_aws:
        counted = it.rules["total-rate-limit"]["statement"]["rate_based_statement"]
        assert (counted["limit"], "scope_down_statement" in counted) == (2000, False)
    elif it.edge == "`nginx`":
        assert (
            it.objects["Ingress", "analytics-ingress-rest"]["metadata"]["annotations"][f"{NGINX}/limit-rpm"] == "2000"
        )
    else:
        rest = it.objects["BackendTrafficPolicy", "analytics-route.rest"]["spec"]["rateLimit"]["local"]["rules"]
        assert {one["limit"]["requests"] for one in rest} == {2000}


def over_a_limit(it: Outputs) -> None:
    if it.by_aws:
        response = it.rules["rate-limit"]["action"]["block"]["custom_response"]
        assert (response["response_code"], response["response_header"][0]["name"]) == (429, "Retry-After")
    else:
        assert not it.rules


def websocket(it: Outputs) -> None:
    if it.by_aws:
        assert it.attributes["idle_timeout.timeout_seconds"] == "3600"
    elif it.edge == "`nginx`":
        assert it.annotations[f"{NGINX}/proxy-read-timeout"] == it.annotations[f"{NGINX}/proxy-send-timeout"] == "3600"
    else:
        apart = it.objects["BackendTrafficPolicy", "analytics-route.ws"]["spec"]
        assert apart["timeout"] == {"http": {"streamIdleTimeout": "3600s"}}
        assert it.objects["HTTPRoute", "analytics-route.ws"]["spec"]["rules"][0]["timeouts"] == {"request": "0s"}


def known_attackers(it: Outputs) -> None:
    assert ("AWSManagedRulesKnownBadInputsRuleSet" in it.rules) is it.by_aws


def logs(it: Outputs) -> None:
    assert bool(it.stack.find("aws_wafv2_web_acl_logging_configuration")) is it.by_aws
    if it.by_aws:
        assert with_(it.edge, access_log_bucket="logs-of-acme").attributes["access_logs.s3.bucket"] == "logs-of-acme"


def address_filter(it: Outputs) -> None:
    block = "203.0.113.0/24"
    found = with_(it.edge, inbound_cidrs=[block])
    if it.edge == "`alb`":
        assert found.only("IngressClassParams")["inboundCIDRs"] == [block]
    elif it.edge == "`gateway` by AWS":
        assert found.only("LoadBalancerConfiguration")["sourceRanges"] == [block]
    elif it.edge == "`nginx`":
        assert found.annotations[f"{NGINX}/whitelist-source-range"] == block
    else:
        policies = found.of("SecurityPolicy")
        assert {one["spec"]["authorization"]["defaultAction"] for one in policies} == {"Deny"}
        assert len(policies) == len(found.of("BackendTrafficPolicy"))


def maintenance(it: Outputs) -> None:
    if it.edge == "`nginx`":
        with pytest.raises(ConfigurationError, match="TW218"):
            with_(it.edge, maintenance={"active": True})
        return
    found = with_(it.edge, maintenance={"active": True})
    if it.by_aws:
        assert found.rules["maintenance"]["action"]["block"]["custom_response"]["response_code"] == 503
    else:
        answer = found.only("HTTPRouteFilter")["directResponse"]
        assert (answer["statusCode"], answer["header"]["set"][0]["name"]) == (503, "Retry-After")


def clients_address(it: Outputs) -> None:
    assert "routing.http.xff_header_processing.mode" not in json.dumps(list(it.objects.values()))
    assert not [one for one in it.of("ClientTrafficPolicy") if "clientIPDetection" in one["spec"]]
    assert not [name for name in it.annotations if "forwarded" in name]


def health(it: Outputs) -> None:
    asked = (it.targets["interval"], it.targets["healthy"], it.targets["unhealthy"])
    assert asked == (("5", "2", "2") if it.by_aws else ("", "", ""))


def a_new_pod(it: Outputs) -> None:
    labels = it.objects["Namespace", "analytics"]["metadata"]["labels"]
    assert ("eks.amazonaws.com/pod-readiness-gate-inject" in labels) is it.by_aws


def a_pod_that_goes(it: Outputs) -> None:
    assert it.targets["forgets"] == ("15" if it.by_aws else "")
    pod = it.objects["Deployment", "analytics-backend"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] > 15


def broken_headers(it: Outputs) -> None:
    if it.by_aws:
        assert it.attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    else:
        assert not [one for one in it.of("ClientTrafficPolicy") if "headers" in one["spec"]]


def deletion(it: Outputs) -> None:
    if it.by_aws:
        assert it.attributes["deletion_protection.enabled"] == "true"
    else:
        assert not it.of("IngressClassParams")


def pods_admit(it: Outputs) -> None:
    (way_in,) = it.objects["NetworkPolicy", "analytics-frontend"]["spec"]["ingress"]
    peers = way_in["from"]
    if it.by_aws:
        assert all("ipBlock" in peer for peer in peers)
        return
    space = "ingress-nginx" if it.edge == "`nginx`" else "envoy-gateway-system"
    assert [peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in peers] == [space]
    assert ("podSelector" in peers[0]) is (it.edge == "`gateway` by Envoy")


CHECKS: Mapping[str, Callable[[Outputs], None]] = {
    "served by": served_by,
    "needs": needs,
    "hosts and routes": hosts_and_routes,
    "redirect to another host": redirect,
    "TLS": tls,
    "certificate": certificate,
    "plain HTTP": plain_http,
    "DNS": dns,
    "body limit": body_limit,
    "`rate_limit`": rate_limit,
    "`total_rate_limit`": total_rate_limit,
    "over a limit": over_a_limit,
    "websocket": websocket,
    "known attackers": known_attackers,
    "logs": logs,
    "address filter": address_filter,
    "`maintenance`": maintenance,
    "client's address": clients_address,
    "health": health,
    "a new pod": a_new_pod,
    "a pod that goes": a_pod_that_goes,
    "broken headers": broken_headers,
    "deletion": deletion,
    "pods admit": pods_admit,
}


def test_the_table_has_every_edge_and_every_row_is_held() -> None:
    table = rows()
    assert list(table) == list(CHECKS)
    assert all(list(said) == list(EDGES) and all(said.values()) for said in table.values())


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("row", CHECKS)
def test_what_the_table_says_of_an_edge_is_what_is_asked_for(row: str, edge: str) -> None:
    CHECKS[row](outputs(edge))
