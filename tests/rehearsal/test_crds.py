"""Our definitions of custom resources: taken by a real API server, and strict about what they take."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.api_server.answer import JsonObject
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes.definitions import Definition, all_built_in, built_in, install

needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask"
)


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    """One that knows every definition of ours."""
    install(control_plane.api, all_built_in())
    return control_plane


GOOD_FILE = Path(__file__).with_name("good_objects.yaml")
GOOD: dict[str, Any] = {one["kind"]: one for one in yaml.safe_load_all(GOOD_FILE.read_text(encoding="utf-8"))}

# What a hand slips into: (kind, path to change, value, what the server says of it).
BAD = [
    ("SecretProviderClass", "spec.secretObject", [], "secretObject"),
    ("SecretProviderClass", "spec.secretObjects.0.data.0.objectname", "x", "objectname"),
    ("SecretProviderClass", "spec.parameters.usePodIdentity", True, "usePodIdentity"),
    ("SecretProviderClass", "spec.provider", None, "spec.provider"),
    ("IngressClassParams", "spec.certificateArn", ["arn:aws:acm:1"], "certificateArn"),
    ("IngressClassParams", "spec.subnets.tags", {}, "tags"),
    ("IngressClassParams", "spec.wafv2AclArn", "arn:aws:wafv2:1", "wafv2AclArn"),
    ("IngressClassParams", "spec.scheme", "public", "internet-facing"),
    ("IngressClassParams", "spec.loadBalancerName", "a" * 33, "32"),
    ("IngressClassParams", "spec.loadBalancerName", "internal-web", "loadBalancerName"),
    ("IngressClassParams", "spec.loadBalancerName", "web-", "loadBalancerName"),
    ("IngressClassParams", "spec.targetType", "lambda", "instance"),
    ("IngressClassParams", "spec.prefixListsIDs", ["sg-1"], "prefixListsIDs"),
    ("IngressClassParams", "spec.PrefixListsIDs", ["pl-1"], "PrefixListsIDs"),
    ("IngressClassParams", "spec.minimumLoadBalancerCapacity", {}, "capacityUnits"),
    ("IngressClassParams", "spec.ipamConfiguration.ipv4IPAMPoolId", "pool", "ipv4IPAMPoolId"),
    ("IngressClassParams", "spec.listeners.0.listenerAttributes", [], "listenerAttributes"),
    ("IngressClassParams", "spec.listeners.0.attributes.0.value", None, "value"),
    ("TargetGroupBinding", "spec.targetGroupName", "web", "targetGroupName"),
    ("TargetGroupBinding", "spec.targetType", None, "spec.targetType"),
    ("NodeClass", "spec.subnetSelector", {}, "subnetSelector"),
    ("NodeClass", "spec.instanceProfile", "nodes", "exactly one of role and instanceProfile"),
    ("NodeClass", "spec.ephemeralStorage.iops", 100, "3000"),
    ("NodePool", "spec.ttlSecondsAfterEmpty", 30, "ttlSecondsAfterEmpty"),
    ("NodePool", "spec.template.spec.nodeClassRef.apiVersion", "eks.amazonaws.com/v1", "apiVersion"),
    ("NodePool", "spec.disruption.consolidationPolicy", "WhenUnderutilized", "WhenEmptyOrUnderutilized"),
    ("ScaledObject", "spec.minReplicaCount", 30, "minReplicaCount is at most maxReplicaCount"),
    ("ScaledObject", "spec.minReplicas", 1, "minReplicas"),
    ("ScaledObject", "spec.triggers.0.metadata.listLength", 10, "listLength"),
    ("ScaledObject", "spec.triggers", [], "triggers"),
    ("TriggerAuthentication", "spec.secretTargetRef.0.secret", "worker-secrets", "secret"),
    ("TriggerAuthentication", "spec.podIdentity.provider", "aws-eks", "aws"),
    ("Issuer", "spec.ca.secret", "authority", "secret"),
    ("Issuer", "spec.selfSigned", {}, "at most 1"),
    ("ClusterIssuer", "spec.acme.privateKeySecret", "account", "privateKeySecret"),
    ("ClusterIssuer", "spec.acme.server", None, "spec.acme.server"),
    ("Certificate", "spec.dnsName", "a.example.com", "dnsName"),
    ("Certificate", "spec.usages", ["tls server"], "server auth"),
    ("ServiceMonitor", "spec.endpoints.0.scrape_interval", "15s", "scrape_interval"),
    ("ServiceMonitor", "spec.endpoints.0.interval", "15 seconds", "interval"),
    ("PodMonitor", "spec.endpoints", [], "endpoints"),
    ("PodMonitor", "spec.podMetricsEndpoints.0.bearerTokenFile", "/token", "bearerTokenFile"),
    ("PrometheusRule", "spec.groups.0.rules.0.severity", "critical", "severity"),
    ("PrometheusRule", "spec.groups.0.rules.0.record", "both", "a rule either records or alerts"),
    ("GatewayClass", "spec.controller", "a", "controller"),
    ("GatewayClass", "spec.controllerName", "nopath", "controllerName"),
    ("Gateway", "spec.listeners.1.certificateRefs", [], "certificateRefs"),
    ("Gateway", "spec.listeners.0.tls", {"certificateRefs": [{"name": "a"}]}, "plain HTTP has no tls"),
    ("SecurityPolicy", "spec.authorization.rules.0.principal.clientCIDRs", ["203.0.113.7"], "clientCIDRs"),
    ("SecurityPolicy", "spec.authorization.default", "Deny", "default"),
    ("HTTPRouteFilter", "spec.directResponse.status", 503, "status"),
    ("HTTPRouteFilter", "spec.directResponse.body.inline", None, "inline"),
    ("LoadBalancerConfiguration", "spec.scheme", "public", "internet-facing"),
    ("LoadBalancerConfiguration", "spec.wafV2.webACLName", "edge", "webACLName"),
    ("LoadBalancerConfiguration", "spec.listenerConfigurations.0.protocolPort", "443", "protocolPort"),
    ("TargetGroupConfiguration", "spec.targetRef", {}, "targetRef"),
    ("TargetGroupConfiguration", "spec.defaultConfiguration.healthCheckConfig.healthCheckInterval", 1, "5"),
    ("HTTPRoute", "spec.rules.0.backends", [], "backends"),
    ("HTTPRoute", "spec.rules.0.matches.0.path.value", "api", "begin with a slash"),
    ("BackendTrafficPolicy", "spec.rateLimits", {}, "rateLimits"),
    ("BackendTrafficPolicy", "spec.rateLimit.local.rules.0.limit.unit", "minute", "Minute"),
    ("BackendTrafficPolicy", "spec.rateLimit.local.rules.0.clientSelectors.0.sourceCIDR.type", "Each", "Distinct"),
    ("BackendTrafficPolicy", "spec.targetRefs", None, "spec.targetRefs"),
    ("ClientTrafficPolicy", "spec.tls.minimumVersion", "1.2", "minimumVersion"),
    ("ClientTrafficPolicy", "spec.tls.minVersion", "1.4", "1.3"),
    ("SecretStore", "spec.provider.aws.regions", [], "regions"),
    ("SecretStore", "spec.provider.aws.service", "SSM", "ParameterStore"),
    ("ExternalSecret", "spec.data.0.remoteKey", "a", "remoteKey"),
    ("ExternalSecret", "spec.target.creationPolicy", "owner", "Owner"),
]


def test_every_definition_has_a_good_and_a_bad_example() -> None:
    kinds = {one.kind for one in all_built_in()}
    assert set(GOOD) == kinds
    assert {kind for kind, *_ in BAD} == kinds


def test_a_definition_is_found_by_group_version_and_kind() -> None:
    found = built_in("karpenter.sh/v1", "NodePool")
    assert found is not None
    assert found.name == "nodepools.karpenter.sh"
    assert built_in("karpenter.sh/v1beta1", "NodePool") is None
    assert built_in("v1", "Pod") is None


@pytest.mark.parametrize("one", all_built_in(), ids=lambda one: one.name)
def test_no_part_of_a_definition_lets_unknown_fields_through(one: Definition) -> None:
    assert "x-kubernetes-preserve-unknown-fields" not in str(one.data)


@needs_assets
@pytest.mark.parametrize("one", all_built_in(), ids=lambda one: one.name)
def test_the_api_server_finds_a_definition_structural(one: Definition, plane: ControlPlane) -> None:
    live = plane.api.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", one.name)
    assert live is not None
    conditions = {found["type"]: found["status"] for found in live["status"]["conditions"]}
    assert conditions["Established"] == "True"
    assert conditions.get("NonStructuralSchema", "False") == "False"


@needs_assets
@pytest.mark.parametrize("kind", GOOD)
def test_a_good_object_is_taken(kind: str, plane: ControlPlane) -> None:
    answer = plane.api.apply(GOOD[kind], dry_run=True)
    assert (answer.refusal, answer.warnings) == ("", ())


@needs_assets
@pytest.mark.parametrize(("kind", "path", "wrong", "said"), BAD, ids=lambda one: str(one)[:40])
def test_a_bad_object_is_refused(kind: str, path: str, wrong: Any, said: str, plane: ControlPlane) -> None:
    answer = plane.api.apply(changed(GOOD[kind], path, wrong), dry_run=True)
    assert said in answer.refusal


def changed(data: JsonObject, path: str, wrong: Any) -> JsonObject:
    """The object with one value set, or taken away where it is None."""
    result = copy.deepcopy(data)
    here: Any = result
    *parents, last = path.split(".")
    for key in parents:
        here = here[int(key)] if isinstance(here, list) else here[key]
    place: Any = int(last) if isinstance(here, list) else last
    if wrong is None:
        del here[place]
    else:
        here[place] = wrong
    return result
