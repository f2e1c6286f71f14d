"""The mistakes that a rehearsal on a real API server finds, and what each is called."""

from __future__ import annotations

import pytest

from tests.rehearsal.small_shop import NUMBERS, Change, add, edit, first, needs_assets, write
from twinstack.api_server.answer import JsonObject
from twinstack.errors import Problem
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes import rehearse_on

GOOD = "no mistake"
CONTAINER = "spec/template/spec/containers/0"
EXTERNAL_JOB: JsonObject = {"matchLabels": {"app": "nobody"}}

MISTAKES: list[tuple[str, Change, str, str, str]] = [
    (
        "a misspelt field",
        edit("Deployment/web", "spec/template/spec/contaners", []),
        "TW902",
        "Deployment",
        "contaners: field not declared in schema",
    ),
    (
        "a misspelt field of a custom resource",
        edit("SecretProviderClass/web", "spec/secretObject", []),
        "TW902",
        "SecretProviderClass",
        "secretObject",
    ),
    (
        "a kind that does not exist",
        edit("Ingress/web", "apiVersion", "extensions/v1beta1"),
        "TW902",
        "Ingress",
        "the cluster has no kind Ingress in extensions/v1beta1",
    ),
    ("an object before its namespace", first("ConfigMap/settings"), "TW902", "ConfigMap", "not found"),
    (
        "a selector that does not match its own labels",
        edit("Deployment/web", "spec/template/metadata/labels/app", "wbe"),
        "TW902",
        "Deployment",
        "`selector` does not match template `labels`",
    ),
    (
        "pods that break Pod Security",
        edit("Deployment/web", f"{CONTAINER}/securityContext", None),
        "TW905",
        "Deployment",
        'violates PodSecurity "restricted:latest"',
    ),
    (
        "Pod Security, warned of while applying",
        edit("Deployment/web", f"{CONTAINER}/securityContext", None),
        "TW904",
        "Deployment",
        "would violate PodSecurity",
    ),
    (
        "a Job whose pods break Pod Security",
        edit("Job/migrate", f"{CONTAINER}/securityContext", None),
        "TW905",
        "Job",
        'violates PodSecurity "restricted:latest"',
    ),
    (
        "pods that no node can hold",
        edit("Deployment/web", f"{CONTAINER}/resources/requests/cpu", "640"),
        "TW905",
        "Deployment",
        "Insufficient cpu",
    ),
    (
        "pods that no node is chosen for",
        edit("Deployment/web", "spec/template/spec/nodeSelector", {"disk": "fast"}),
        "TW905",
        "Deployment",
        "didn't match Pod's node affinity/selector",
    ),
    (
        "a quota that is too small",
        lambda found: found.update(
            {
                "Namespace/x": found.pop(next(iter(found))),
                "ResourceQuota/small": {
                    "apiVersion": "v1",
                    "kind": "ResourceQuota",
                    "metadata": {"name": "small", "namespace": found["Service/web"]["metadata"]["namespace"]},
                    "spec": {"hard": {"pods": "1"}},
                },
                **{key: found.pop(key) for key in list(found) if key not in {"Namespace/x", "ResourceQuota/small"}},
            }
        ),
        "TW905",
        "Deployment",
        "exceeded quota: small",
    ),
    (
        "an autoscaler without a target",
        edit("HorizontalPodAutoscaler/web", "spec/scaleTargetRef/name", "wbe"),
        "TW911",
        "HorizontalPodAutoscaler",
        "/wbe",
    ),
    (
        "two autoscalers of one Deployment",
        add("HorizontalPodAutoscaler/web", "again"),
        "TW911",
        "HorizontalPodAutoscaler",
        "also scaled by",
    ),
    (
        "replicas beside an autoscaler",
        edit("Deployment/web", "spec/replicas", 2),
        "TW912",
        "Deployment",
        "replicas: 2, scaled by web",
    ),
    (
        "an autoscaler without the request it counts by",
        edit("Deployment/web", f"{CONTAINER}/resources/requests/cpu", None),
        "TW913",
        "HorizontalPodAutoscaler",
        ": web",
    ),
    ("a Service without pods", edit("Service/web", "spec/selector/app", "wbe"), "TW914", "Service", "wbe"),
    (
        "a Service whose pods do not name its port",
        edit("Service/web", "spec/ports/0/targetPort", "htpp"),
        "TW914",
        "Service",
        "targetPort: htpp",
    ),
    (
        "a Service whose pods do not declare its port",
        edit("Service/web", "spec/ports/0/targetPort", 8080),
        "TW914",
        "Service",
        "targetPort: 8080",
    ),
    (
        "a selector that takes in another workload",
        edit("Job/migrate", "spec/template/metadata/labels/app", "web"),
        "TW915",
        "Deployment",
        "Job",
    ),
    (
        "a disruption budget without pods",
        edit("PodDisruptionBudget/web", "spec/selector/matchLabels/app", "wbe"),
        "TW916",
        "PodDisruptionBudget",
        "wbe",
    ),
    (
        "two disruption budgets of one Deployment",
        add("PodDisruptionBudget/web", "again"),
        "TW916",
        "PodDisruptionBudget",
        "also selected by",
    ),
    (
        "a disruption budget that blocks every drain",
        edit("PodDisruptionBudget/web", "spec/maxUnavailable", 0),
        "TW917",
        "PodDisruptionBudget",
        "2 healthy of 2, 2 must stay",
    ),
    (
        "an Ingress to a Service that does not exist",
        edit("Ingress/web", "spec/rules/0/http/paths/0/backend/service/name", "wbe"),
        "TW918",
        "Ingress",
        "wbe",
    ),
    (
        "an Ingress to a port that does not exist",
        edit("Ingress/web", "spec/rules/0/http/paths/0/backend/service/port", {"number": 8000}),
        "TW918",
        "Ingress",
        "web: 8000",
    ),
    (
        "an Ingress with an action that no annotation describes",
        edit(
            "Ingress/web",
            "spec/rules/0/http/paths/0/backend/service",
            {"name": "redirect", "port": {"name": "use-annotation"}},
        ),
        "TW918",
        "Ingress",
        "redirect",
    ),
    (
        "a variable from a Secret that does not exist",
        edit("Deployment/web", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/name", "wbe"),
        "TW920",
        "Deployment",
        "wbe",
    ),
    (
        "a variable from a key that the Secret does not have",
        edit("Deployment/web", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/key", "database_url"),
        "TW920",
        "Deployment",
        "web: database_url, at container web, variable DATABASE_URL",
    ),
    (
        "a variable from a key that the ConfigMap does not have",
        edit("Deployment/web", f"{CONTAINER}/env/1/valueFrom/configMapKeyRef/key", "level"),
        "TW920",
        "Deployment",
        "settings: level",
    ),
    (
        "all variables of a ConfigMap that does not exist",
        edit("Deployment/web", f"{CONTAINER}/envFrom", [{"configMapRef": {"name": "absent"}}]),
        "TW920",
        "Deployment",
        "absent",
    ),
    (
        "a service account that does not exist",
        edit("Deployment/web", "spec/template/spec/serviceAccountName", "absent"),
        "TW920",
        "Deployment",
        "absent",
    ),
    (
        "a synced Secret that its reader does not mount",
        edit(
            "Job/migrate",
            f"{CONTAINER}/env",
            [{"name": "URL", "valueFrom": {"secretKeyRef": {"name": "web", "key": "database-url"}}}],
        ),
        "TW921",
        "Job",
        "written by SecretProviderClass web",
    ),
    (
        "a NetworkPolicy for nobody",
        edit("NetworkPolicy/web", "spec/podSelector/matchLabels/app", "wbe"),
        "TW922",
        "NetworkPolicy",
        "wbe",
    ),
    (
        "a NetworkPolicy that opens the way for nobody",
        edit("NetworkPolicy/web", "spec/ingress/0/from/0/podSelector", EXTERNAL_JOB),
        "TW922",
        "NetworkPolicy",
        "nobody",
    ),
    (
        "pods before the class they mount",
        lambda found: found.update({"SecretProviderClass/web": found.pop("SecretProviderClass/web")}),
        "TW931",
        "Deployment",
        "web in namespace",
    ),
    (
        "two classes that write one Secret",
        add("SecretProviderClass/web", "again"),
        "TW932",
        "SecretProviderClass",
        "Secret web, also written by web",
    ),
    (
        "a synced key that is not fetched",
        edit("SecretProviderClass/web", "spec/secretObjects/0/data/0/objectName", "database_url"),
        "TW933",
        "SecretProviderClass",
        "web.database-url from database_url",
    ),
    (
        "an object without a namespace",
        edit("ConfigMap/settings", "metadata", {"name": "lost"}),
        "TW907",
        "ConfigMap",
        "",
    ),
]


REFUSED = [one[0] for one in MISTAKES if one[2] == "TW902"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, plane: ControlPlane) -> dict[str, list[Problem]]:
    """What is found in each mistaken shop, by the name of the mistake.

    All are rehearsed together, each in a namespace and a file of its own, since waiting is what takes the time; but
    those that the server refuses apart, since nothing else is then looked at.
    """
    problems: dict[str, list[Problem]] = {}
    for group in (False, True):
        folder = tmp_path_factory.mktemp("shops")
        files = {str(write(folder, number, lambda _shop: None)): GOOD for number in [next(NUMBERS)]}
        for name, change, *_ in MISTAKES:
            if (name in REFUSED) == group:
                files[str(write(folder, next(NUMBERS), change))] = name
        for one in rehearse_on(plane, folder, timeout_seconds=60, progress=lambda _line: None).problems:
            assert one.location is not None
            problems.setdefault(files[one.location.file], []).append(one)
    return problems


@needs_assets
@pytest.mark.parametrize(("name", "_change", "code", "kind", "said"), MISTAKES, ids=[one[0] for one in MISTAKES])
def test_a_mistake_is_found(
    name: str, _change: Change, code: str, kind: str, said: str, found: dict[str, list[Problem]]
) -> None:
    problems = found.get(name, [])
    about = [one for one in problems if one.code == code and one.path.startswith(f"{kind} ")]
    assert any(said in one.given for one in about), "\n".join(str(one) for one in problems)


@needs_assets
def test_the_mistakes_of_others_are_not_found_in_a_good_shop(found: dict[str, list[Problem]]) -> None:
    assert found.get(GOOD, []) == []
    assert len(found) == len(MISTAKES)
