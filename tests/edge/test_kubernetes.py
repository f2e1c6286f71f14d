"""What an edge becomes in Kubernetes: the same host and routes, served in two ways."""

from __future__ import annotations

import json
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from tests.aws.documents import analytics
from twinstack import kubernetes
from twinstack.errors import ConfigurationError

ALB = "alb.ingress.kubernetes.io"
NGINX = "nginx.ingress.kubernetes.io"
ELSEWHERE = {
    "cluster.existing": "shared",
    "network.existing": {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "database_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
    },
}
"""In another team's cluster, which lies in another team's network."""


def everything(environment: str = "prod", **settings: Any) -> list[dict[str, Any]]:
    values = {key if "." in key else f"edge.{key}": value for key, value in settings.items()}
    return kubernetes.objects(AnalyticsWorkloads(cdk8s.App(), product.load(environment, set=values or None)))


def objects(environment: str = "prod", **settings: Any) -> dict[str, dict[str, Any]]:
    """What is not the workloads': one of each kind, of several Ingresses the first."""
    kinds = {"Namespace", "Ingress", "IngressClass", "IngressClassParams", "ClusterIssuer"}
    found: dict[str, dict[str, Any]] = {}
    for one in everything(environment, **settings):
        if one["kind"] in kinds:
            found.setdefault(one["kind"], one)
    return found


def ingresses(environment: str = "prod", **settings: Any) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in everything(environment, **settings) if one["kind"] == "Ingress"}


def annotations(environment: str = "prod", **settings: Any) -> dict[str, str]:
    return objects(environment, **settings)["Ingress"]["metadata"]["annotations"]


def parameters(environment: str = "prod", **settings: Any) -> dict[str, Any]:
    return objects(environment, **settings)["IngressClassParams"]["spec"]


@pytest.mark.parametrize("kind", ["alb", "nginx"])
def test_the_required_routes_lead_to_the_required_services(kind: str) -> None:
    found = ingresses(kind=kind)
    assert next(iter(found)) == "analytics-ingress"
    rules = [rule for ingress in found.values() for rule in ingress["spec"]["rules"]]
    assert {rule["host"] for rule in rules} == {"analytics.shadower.ai"}
    paths = [path for rule in rules for path in rule["http"]["paths"]]
    assert [(one["path"], one["pathType"], one["backend"]["service"]) for one in paths] == [
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
    assert set(found) == {"Namespace", "Ingress", "ClusterIssuer"}
    assert not [label for label in found["Namespace"]["metadata"]["labels"] if "readiness-gate" in label]


def limits(**settings: Any) -> dict[str, tuple[str, list[str]]]:
    """The rate of each Ingress, and its paths."""
    return {
        name: (
            one["metadata"]["annotations"][f"{NGINX}/limit-rpm"],
            [path["path"] for path in one["spec"]["rules"][0]["http"]["paths"]],
        )
        for name, one in ingresses(kind="nginx", **settings).items()
    }


def test_a_rate_limit_of_another_window_is_the_same_rate_for_nginx() -> None:
    assert limits(rate_limit={"requests": 500, "window_seconds": 300})["analytics-ingress"][0] == "100"


def test_nginx_has_an_ingress_for_each_limit() -> None:
    assert limits() == {"analytics-ingress": ("100", ["/api", "/ws"]), "analytics-ingress-rest": ("2000", ["/"])}
    assert limits(rate_limit={"requests": 60, "paths": ["/api/reports", "/ws"]}) == {
        "analytics-ingress": ("60", ["/ws", "/api/reports"]),
        "analytics-ingress-rest": ("2000", ["/api", "/"]),
    }
    assert limits(rate_limit={"requests": 60, "paths": ["/"]}) == {"analytics-ingress": ("60", ["/api", "/ws", "/"])}
    rest = ingresses(kind="nginx")["analytics-ingress-rest"]
    assert "cert-manager.io/cluster-issuer" not in rest["metadata"]["annotations"], "one asks for the certificate"
    assert rest["spec"]["tls"] == [{"hosts": ["analytics.shadower.ai"], "secretName": "analytics-tls"}]


def test_nginx_has_a_certificate_from_an_authority_that_reaches_the_pods_that_answer_it() -> None:
    found = objects(kind="nginx")
    issuer = found["ClusterIssuer"]
    assert issuer["metadata"]["name"] == annotations(kind="nginx")["cert-manager.io/cluster-issuer"]
    assert issuer["spec"]["acme"] == {
        "server": "https://acme-v02.api.letsencrypt.org/directory",
        "privateKeySecretRef": {"name": "letsencrypt-prod-account"},
        "solvers": [{"http01": {"ingress": {"ingressClassName": "nginx"}}}],
    }
    (policy,) = (one for one in everything(kind="nginx") if one["metadata"]["name"] == "analytics-acme-solver")
    assert policy["metadata"]["annotations"] == {"twinstack/pods-made-by": "cert-manager"}
    assert policy["spec"] == {
        "podSelector": {"matchLabels": {"acme.cert-manager.io/http01-solver": "true"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}],
                "ports": [{"port": 8089, "protocol": "TCP"}],
            }
        ],
    }


def test_an_issuer_can_be_shown_a_record_instead() -> None:
    acme = {"solver": "dns01", "email": "ops@shadower.ai", "server": "https://acme.example/directory"}
    issuer = objects(kind="nginx", acme=acme)["ClusterIssuer"]["spec"]["acme"]
    assert (issuer["server"], issuer["email"]) == ("https://acme.example/directory", "ops@shadower.ai")
    assert issuer["solvers"] == [
        {"dns01": {"route53": {"region": "us-west-2"}}, "selector": {"dnsZones": ["shadower.ai"]}}
    ]
    names = {one["metadata"]["name"] for one in everything(kind="nginx", acme=acme)}
    assert "analytics-acme-solver" not in names


@pytest.mark.parametrize("settings", [{"acme": None}, ELSEWHERE])
def test_somebody_elses_issuer_is_named_and_not_made(settings: dict[str, Any]) -> None:
    found = objects(kind="nginx", **settings)
    assert "ClusterIssuer" not in found
    assert found["Ingress"]["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] == "letsencrypt-prod"
    assert "analytics-acme-solver" in {one["metadata"]["name"] for one in everything(kind="nginx", **settings)}


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
    assert parameters()["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


def test_access_logs_go_to_a_bucket_that_is_named() -> None:
    found = parameters(access_log_bucket="shadower-logs")["loadBalancerAttributes"]
    assert {one["key"]: one["value"] for one in found if one["key"].startswith("access_logs")} == {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "shadower-logs",
        "access_logs.s3.prefix": "analytics-prod",
    }
    assert not [one for one in parameters()["loadBalancerAttributes"] if one["key"].startswith("access_logs")]


@pytest.mark.parametrize(("environment", "kept"), [("dev", False), ("staging", False), ("prod", True)])
def test_only_a_protected_load_balancer_refuses_to_be_deleted(environment: str, *, kept: bool) -> None:
    attributes = {one["key"]: one["value"] for one in parameters(environment)["loadBalancerAttributes"]}
    assert ("deletion_protection.enabled" in attributes) is kept


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_firewall_is_attached_when_the_load_balancer_is_made(environment: str) -> None:
    acl = analytics(environment).find("aws_wafv2_web_acl")["edge"]
    assert annotations(environment)[f"{ALB}/wafv2-acl-name"] == acl["name"]


def test_tags_of_our_own_are_given_only_where_the_clusters_role_allows_them() -> None:
    tags = {one["key"]: one["value"] for one in parameters()["tags"]}
    assert tags == {"Environment": "prod", "ManagedBy": "twinstack", "Product": "analytics"}
    assert "tags" not in parameters(**ELSEWHERE)


def test_a_controller_of_the_operators_own_is_spoken_to_in_its_own_words() -> None:
    arn = "arn:aws:acm:us-west-2:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
    groups = {"general": {"instance_types": ["m7i.2xlarge"], "min": 2, "max": 4}}
    managed = {"cluster.mode": "managed", "cluster.node_groups": groups}
    found = objects(controller="self_managed", certificate_arn=arn, **managed)
    assert found["IngressClass"]["spec"] == {
        "controller": "ingress.k8s.aws/alb",
        "parameters": {"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": "analytics-alb"},
    }
    assert found["IngressClassParams"]["apiVersion"] == "elbv2.k8s.aws/v1beta1"
    assert found["IngressClassParams"]["spec"]["certificateArn"] == [arn]
    assert found["Namespace"]["metadata"]["labels"]["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"


def test_no_other_namespace_shares_the_load_balancer() -> None:
    assert parameters()["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "analytics"}}


def test_a_certificate_is_found_by_the_host_unless_one_is_given() -> None:
    arn = "arn:aws:acm:us-west-2:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
    assert "certificateARNs" not in parameters()
    assert parameters(certificate_arn=arn)["certificateARNs"] == [arn]


def test_two_products_in_one_cluster_have_classes_of_their_own() -> None:
    assert product.load("prod", set={"namespace": "analytics-two"}).edge.class_name == "analytics-two-alb"


def test_an_alb_without_auto_mode_is_refused() -> None:
    groups = {"general": {"instance_types": ["m7i.2xlarge"], "min": 2, "max": 4}}
    with pytest.raises(ConfigurationError, match="TW735: nothing in this cluster makes the load balancer"):
        product.load("prod", set={"cluster.mode": "managed", "cluster.node_groups": groups})


def test_a_synced_secret_may_not_be_the_certificates() -> None:
    with pytest.raises(ConfigurationError, match="one Kubernetes Secret name"):
        product.load("prod", set={"edge.kind": "nginx", "worker.secret_name": "analytics-tls"})
