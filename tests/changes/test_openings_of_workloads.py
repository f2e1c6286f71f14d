"""What is opened, or unprotected, in the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.changes.test_workloads import GOLDEN, between
from twinstack.changes.difference import Change
from twinstack.changes.effect import Effect

Manifest = dict[str, Any]
SELECTOR = {"matchLabels": {"app": "web"}}
OFFICE = {"ipBlock": {"cidr": "203.0.113.0/24"}}
EVERYBODY = {"ipBlock": {"cidr": "0.0.0.0/0"}}
WEB: Manifest = {
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"selector": SELECTOR, "template": {
        "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}},
}  # fmt: skip


def one(kind: str, api: str, *, annotations: Any = None, labels: Any = None, **more: Any) -> Manifest:
    metadata = {"name": "web", "namespace": "shop", "annotations": annotations or {}, "labels": labels or {}}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def policy(*rules: Any, **more: Any) -> Manifest:
    return one("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": SELECTOR, "ingress": [*rules], **more})


def ingress(**annotations: str) -> Manifest:
    found = {f"alb.ingress.kubernetes.io/{name.replace('_', '-')}": value for name, value in annotations.items()}
    return one("Ingress", "networking.k8s.io/v1", annotations=found, spec={})


def service(*, annotations: Any = None, **spec: Any) -> Manifest:
    return one("Service", "v1", annotations=annotations, spec={"selector": {"app": "web"}, **spec})


def rights(*verbs: str) -> Manifest:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]} for verb in verbs]
    return one("Role", "rbac.authorization.k8s.io/v1", rules=rules)


def namespace(level: str | None) -> Manifest:
    return one("Namespace", "v1", labels={"pod-security.kubernetes.io/enforce": level} if level else {})


def change(before: Manifest, after: Manifest) -> Change:
    (found,) = between([before], [after]).values()
    return found


SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (ingress(scheme="internal"), ingress(scheme="internet-facing"), Effect.EXPOSES),
        (ingress(scheme="internet-facing"), ingress(scheme="internal"), Effect.REPLACES),
        (ingress(inbound_cidrs="10.0.0.0/8"), ingress(inbound_cidrs="10.0.0.0/8,0.0.0.0/0"), Effect.EXPOSES),
        (ingress(inbound_cidrs="10.0.0.0/8"), ingress(), Effect.EXPOSES),
        (ingress(inbound_cidrs="10.0.0.0/8"), ingress(inbound_cidrs="10.1.0.0/16"), Effect.INTERRUPTS),
        (service(type="ClusterIP"), service(type="NodePort"), Effect.EXPOSES),
        (service(), service(type="LoadBalancer"), Effect.EXPOSES),
        (service(type="LoadBalancer"), service(type="ClusterIP"), Effect.INTERRUPTS),
        (service(annotations={SCHEME: "internal"}), service(annotations={SCHEME: "internet-facing"}), Effect.EXPOSES),
        (service(annotations={SCHEME: "internal"}), service(), Effect.EXPOSES),
        (service(loadBalancerSourceRanges=["10.0.0.0/8"]), service(loadBalancerSourceRanges=["0.0.0.0/0"]), Effect.EXPOSES),
        (policy({"from": [OFFICE]}), policy({"from": [OFFICE, EVERYBODY]}), Effect.EXPOSES),
        (policy({"from": [OFFICE]}), policy({}), Effect.EXPOSES),
        (policy({"from": [OFFICE], "ports": [{"port": 80}]}), policy({"from": [OFFICE]}), Effect.EXPOSES),
        (policy({"from": [EVERYBODY]}), policy({"from": [OFFICE]}), Effect.INTERRUPTS),
        (policy({}), policy({"from": [OFFICE]}), Effect.INTERRUPTS),
        (policy({"ports": [{"port": 80}]}), policy({"ports": [{"port": 80, "endPort": 90}]}), Effect.EXPOSES),
        (policy({"ports": [{"port": 80, "endPort": 90}]}), policy({"ports": [{"port": 85}]}), Effect.INTERRUPTS),
        (policy({"from": [OFFICE]}, policyTypes=["Ingress", "Egress"]), policy({"from": [OFFICE]}), Effect.EXPOSES),
        (rights("get"), rights("get", "delete"), Effect.EXPOSES),
        (rights("get", "delete"), rights("get"), Effect.INTERRUPTS),
        (namespace("restricted"), namespace("baseline"), Effect.UNPROTECTS),
        (namespace("restricted"), namespace(None), Effect.UNPROTECTS),
        (namespace("baseline"), namespace("restricted"), Effect.INTERRUPTS),
    ],
)  # fmt: skip
def test_a_change_opens_where_it_lets_in_more_and_not_where_it_lets_in_less(
    before: Manifest, after: Manifest, effect: Effect
) -> None:
    assert change(before, after).effect is effect


def test_a_policy_that_goes_opens_pods_that_stay() -> None:
    found = between([WEB, policy({"from": [OFFICE]})], [WEB])
    assert found["NetworkPolicy shop/web"].effect is Effect.EXPOSES
    with_pods = between([WEB, policy({"from": [OFFICE]})], [])
    assert with_pods["NetworkPolicy shop/web"].effect is Effect.SAFE
    other = policy({"from": [OFFICE]})
    other["metadata"] = {**other["metadata"], "name": "other"}
    beside = between([WEB, policy({"from": [OFFICE]}), other], [WEB, other])
    assert beside["NetworkPolicy shop/web"].effect is Effect.SAFE


def test_a_binding_gives_rights_to_whoever_was_there() -> None:
    account = one("ServiceAccount", "v1")
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"}
    binding = one(
        "RoleBinding",
        "rbac.authorization.k8s.io/v1",
        roleRef=role,
        subjects=[{"kind": "ServiceAccount", "name": "web"}],
    )
    assert between([account], [account, binding])["RoleBinding shop/web"].effect is Effect.EXPOSES
    assert between([], [account, binding])["RoleBinding shop/web"].effect is Effect.SAFE


def test_a_first_release_opens_nothing_but_to_the_groups_of_people_who_were_there() -> None:
    found = between([], GOLDEN)
    assert {subject: one.effect for subject, one in found.items() if one.effect is not Effect.SAFE} == {
        "RoleBinding analytics/analytics-deployers": Effect.EXPOSES,
        "RoleBinding analytics/analytics-readers": Effect.EXPOSES,
    }
