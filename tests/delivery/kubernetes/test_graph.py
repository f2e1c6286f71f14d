"""The order of a release comes from what its objects say of each other."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.delivery.kubernetes.deployer import autoscaler, configuration, deployment, job
from twinstack.api_server.answer import JsonObject
from twinstack.delivery.changes import Change, ChangeKind
from twinstack.delivery.graph import ChangeGraph
from twinstack.delivery.manifest import Identity, Manifest

PRODUCTION = Path(__file__).parents[2] / "golden" / "prod"


def graph(*data: JsonObject) -> tuple[ChangeGraph, dict[str, Identity]]:
    here = [{**one, "metadata": {"namespace": "here", **one["metadata"]}} for one in data]
    manifests = [Manifest(one) for one in here]
    changes = [Change(one.identity, ChangeKind.CREATED, one) for one in manifests]
    return ChangeGraph(changes), {f"{one.kind} {one.name}": one.identity for one in manifests}


def needs(found: ChangeGraph, identity: Identity) -> dict[str, bool]:
    return {f"{one.kind} {one.name}": ready for one, ready in found.needs(identity).items()}


def simple(kind: str, name: str, api_version: str = "v1", **spec: object) -> JsonObject:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **spec}


def after(one: JsonObject) -> JsonObject:
    return {**one, "metadata": {**one["metadata"], "annotations": {"twinstack/runs": "after"}}}


RIGHTS = "rbac.authorization.k8s.io/v1"


@pytest.mark.parametrize(
    ("who", "others", "wanted"),
    [
        (deployment(), [configuration(), configuration("other")], {"ConfigMap settings": False}),
        (deployment(), [job()], {"Job migration": True}),
        (deployment(), [simple("NetworkPolicy", "deny", "networking.k8s.io/v1")], {"NetworkPolicy deny": False}),
        (job(), [deployment()], {}),
        (autoscaler(), [deployment(), deployment("other")], {"Deployment web": False}),
        (
            simple(
                "Ingress",
                "in",
                "networking.k8s.io/v1",
                spec={"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}},
            ),
            [simple("Service", "web", spec={"selector": {"app": "web"}}), deployment(), deployment("other")],
            {"Service web": False, "Deployment web": False},
        ),
        (
            simple(
                "RoleBinding",
                "binding",
                RIGHTS,
                roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "role"},
                subjects=[{"kind": "ServiceAccount", "name": "account", "namespace": "here"}],
            ),
            [simple("Role", "role", RIGHTS), simple("ServiceAccount", "account")],
            {"Role role": False, "ServiceAccount account": False},
        ),
        (
            after(job("smoke")),
            [after(job("index")), job(), deployment(), configuration(), autoscaler()],
            {
                "Job migration": True,
                "Deployment web": True,
                "ConfigMap settings": True,
                "HorizontalPodAutoscaler web-hpa": True,
            },
        ),
        (deployment(), [after(job("smoke"))], {}),
        (
            simple(
                "ScaledObject",
                "web",
                "keda.sh/v1alpha1",
                spec={
                    "scaleTargetRef": {"name": "web"},
                    "triggers": [{"type": "redis", "authenticationRef": {"name": "own"}}, {"type": "cpu"}],
                },
            ),
            [deployment(), deployment("other"), simple("TriggerAuthentication", "own", "keda.sh/v1alpha1")],
            {"Deployment web": False, "TriggerAuthentication own": False},
        ),
        (
            simple("Widget", "one", "example.org/v1"),
            [
                {
                    "apiVersion": "apiextensions.k8s.io/v1",
                    "kind": "CustomResourceDefinition",
                    "metadata": {"name": "widgets.example.org", "namespace": ""},
                    "spec": {"group": "example.org", "names": {"kind": "Widget"}},
                }
            ],
            {"CustomResourceDefinition widgets.example.org": True},
        ),
        (
            configuration(),
            [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "here", "namespace": ""}}],
            {"Namespace here": False},
        ),
    ],
)
def test_what_has_to_stand_before(who: JsonObject, others: list[JsonObject], wanted: dict[str, bool]) -> None:
    found, identities = graph(who, *others)
    assert needs(found, identities[f"{who['kind']} {who['metadata']['name']}"]) == wanted


def production() -> tuple[Manifest, ...]:
    files = sorted(PRODUCTION.glob("*.k8s.yaml"))
    return tuple(
        Manifest(one)
        for file in files
        for one in yaml.load_all(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        if one
    )


def test_production_goes_in_four_steps() -> None:
    """Namespace; what is read and who may; the migration, to its end; what runs, then what leads to it."""
    manifests = production()
    assert len(manifests) >= 30
    found = ChangeGraph([Change(one.identity, ChangeKind.CREATED, one) for one in manifests])
    begun: set[Identity] = set()
    ready: set[Identity] = set()
    waves: list[set[str]] = []
    while len(begun) < len(manifests):
        wave = {one.identity for one in found.unblocked(begun, begun, ready)}
        if not wave:
            assert found.gates() <= begun
            ready = begun
            waves.append({"(the migration ends)"})
            continue
        waves.append({one.kind for one in wave})
        begun |= wave
    assert [
        wave & {"Namespace", "ConfigMap", "NetworkPolicy", "Job", "Deployment", "Ingress", "(the migration ends)"}
        for wave in waves
    ] == [
        {"Namespace", "ConfigMap"},
        {"ConfigMap", "NetworkPolicy"},
        {"Job"},
        {"(the migration ends)"},
        {"Deployment"},
        {"Ingress"},
    ]


def test_a_circle_is_broken_at_its_first() -> None:
    one = simple("Service", "web", spec={"selector": {"app": "web"}})
    found, identities = graph(deployment(), one)
    assert found.circle([], ()) is not None
    assert found.circle(list(identities.values()), ()) is None
