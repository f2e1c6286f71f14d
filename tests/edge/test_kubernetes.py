"""What an edge becomes in Kubernetes: the same host and routes, served in two ways."""

from __future__ import annotations

import json
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.errors import ConfigurationError

ALB = "alb.ingress.kubernetes.io"
NGINX = "nginx.ingress.kubernetes.io"


def objects(environment: str = "prod", **settings: Any) -> dict[str, dict[str, Any]]:
    values = {f"edge.{key}": value for key, value in settings.items()}
    chart = AnalyticsWorkloads(cdk8s.App(), product.load(environment, set=values or None))
    return {
        one["kind"]: one
        for one in kubernetes.objects(chart)
        if one["kind"] in {"Namespace", "Ingress", "IngressClass", "IngressClassParams"}
    }


def annotations(environment: str = "prod", **settings: Any) -> dict[str, str]:
    return objects(environment, **settings)["Ingress"]["metadata"]["annotations"]


def parameters(environment: str = "prod", **settings: Any) -> dict[str, Any]:
    return objects(environment, **settings)["IngressClassParams"]["spec"]


@pytest.mark.parametrize("kind", ["alb", "nginx"])
def test_the_required_routes_lead_to_the_required_services(kind: str) -> None:
    ingress = objects(kind=kind)["Ingress"]
    assert ingress["metadata"]["name"] == "analytics-ingress"
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == "analytics.shadower.ai"
    assert [(one["path"], one["pathType"], one["backend"]["service"]) for one in rule["http"]["paths"]] == [
        ("/api", "Prefix", {"name": "analytics-backend-service", "port": {"number": 80}}),
        ("/ws", "Prefix", {"name": "analytics-backend-service", "port": {"number": 80}}),
        ("/", "Prefix", {"name": "analytics-frontend-service", "port": {"number": 80}}),
    ]


def test_nginx_has_the_required_ingress_with_annotations_that_exist() -> None:
    assert annotations(kind="nginx") == {
        "cert-manager.io/cluster-issuer": "letsencrypt-prod",
        f"{NGINX}/force-ssl-redirect": "true",
        f"{NGINX}/limit-rpm": "100",
        f"{NGINX}/proxy-body-size": "10m",
        f"{NGINX}/proxy-read-timeout": "3600",
        f"{NGINX}/proxy-send-timeout": "3600",
    }
    spec = objects(kind="nginx")["Ingress"]["spec"]
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"hosts": ["analytics.shadower.ai"], "secretName": "analytics-tls"}]


def test_nginx_brings_no_class_and_no_readiness_gate() -> None:
    found = objects(kind="nginx")
    assert set(found) == {"Namespace", "Ingress"}
    assert not [label for label in found["Namespace"]["metadata"]["labels"] if "readiness-gate" in label]


def test_a_rate_limit_of_another_window_is_the_same_rate_for_nginx() -> None:
    assert annotations(kind="nginx", rate_limit={"requests": 500, "window_seconds": 300})[f"{NGINX}/limit-rpm"] == "100"


def test_addresses_that_may_come_in_are_told_to_each_kind() -> None:
    cidrs = ["203.0.113.0/24", "198.51.100.7/32"]
    assert annotations(kind="nginx", inbound_cidrs=cidrs)[f"{NGINX}/whitelist-source-range"] == ",".join(cidrs)
    assert parameters(inbound_cidrs=cidrs)["inboundCIDRs"] == cidrs
    assert "inboundCIDRs" not in parameters()


def test_an_alb_listens_on_both_ports_and_leads_one_to_the_other() -> None:
    found = annotations()
    assert json.loads(found[f"{ALB}/listen-ports"]) == [{"HTTP": 80}, {"HTTPS": 443}]
    assert found[f"{ALB}/ssl-redirect"] == "443"
    assert found[f"{ALB}/target-type"] == "ip"
    assert found["external-dns.alpha.kubernetes.io/hostname"] == "analytics.shadower.ai"


def test_an_alb_finds_a_new_pod_in_ten_seconds_and_forgets_an_old_one_before_it_stops() -> None:
    found = annotations()
    interval, healthy = int(found[f"{ALB}/healthcheck-interval-seconds"]), int(found[f"{ALB}/healthy-threshold-count"])
    assert interval * healthy <= 10
    assert int(found[f"{ALB}/healthcheck-timeout-seconds"]) < interval
    assert found[f"{ALB}/target-group-attributes"] == "deregistration_delay.timeout_seconds=15"
    assert annotations(deregistration_seconds=10)[f"{ALB}/target-group-attributes"].endswith("=10")


def test_pods_wait_for_the_load_balancer() -> None:
    assert objects()["Namespace"]["metadata"]["labels"]["eks.amazonaws.com/pod-readiness-gate-inject"] == "enabled"


def test_the_class_is_served_by_eks_with_its_parameters() -> None:
    found = objects()
    assert found["IngressClass"]["spec"] == {
        "controller": "eks.amazonaws.com/alb",
        "parameters": {"apiGroup": "eks.amazonaws.com", "kind": "IngressClassParams", "name": "analytics-alb"},
    }
    assert found["Ingress"]["spec"]["ingressClassName"] == found["IngressClass"]["metadata"]["name"] == "analytics-alb"
    assert found["IngressClassParams"]["metadata"]["name"] == "analytics-alb"
    assert found["Ingress"]["spec"]["tls"] == [{"hosts": ["analytics.shadower.ai"]}]


def test_the_load_balancer_keeps_websockets_and_drops_bad_headers() -> None:
    attributes = {one["key"]: one["value"] for one in parameters(idle_timeout_seconds=1800)["loadBalancerAttributes"]}
    assert attributes["idle_timeout.timeout_seconds"] == "1800"
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert parameters()["scheme"] == "internet-facing"
    assert parameters()["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"


@pytest.mark.parametrize(("environment", "kept"), [("dev", False), ("staging", False), ("prod", True)])
def test_only_a_protected_load_balancer_refuses_to_be_deleted(environment: str, *, kept: bool) -> None:
    attributes = {one["key"]: one["value"] for one in parameters(environment)["loadBalancerAttributes"]}
    assert ("deletion_protection.enabled" in attributes) is kept


def test_terraform_finds_the_load_balancer_by_a_literal_tag() -> None:
    tags = {one["key"]: one["value"] for one in parameters()["tags"]}
    assert tags == {
        "twinstack:edge": "analytics-prod",
        "Environment": "prod",
        "ManagedBy": "twinstack",
        "Product": "analytics",
    }


def test_no_other_namespace_shares_the_load_balancer() -> None:
    assert parameters()["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "analytics"}}


def test_a_certificate_is_found_by_the_host_unless_one_is_given() -> None:
    arn = "arn:aws:acm:us-west-2:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
    assert "certificateARNs" not in parameters()
    assert parameters(certificate_arn=arn)["certificateARNs"] == [arn]


def test_two_products_in_one_cluster_have_classes_of_their_own() -> None:
    assert product.load("prod", set={"namespace": "analytics-two"}).edge.class_name == "analytics-two-alb"


def test_an_alb_without_auto_mode_is_refused() -> None:
    groups = {"general": {"instance_types": ["m7g.large"], "min": 2, "max": 4}}
    with pytest.raises(ConfigurationError, match="TW735: nothing in this cluster makes the load balancer"):
        product.load("prod", set={"cluster.mode": "managed", "cluster.node_groups": groups})


def test_a_synced_secret_may_not_be_the_certificates() -> None:
    with pytest.raises(ConfigurationError, match="one Kubernetes Secret name"):
        product.load("prod", set={"edge.kind": "nginx", "worker.secret_name": "analytics-tls"})
