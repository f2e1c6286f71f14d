"""The rehearsal of manifests on a real API server: what passes, and what each mistake is called."""

from __future__ import annotations

import copy
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.errors import MissingToolError, Problem, UsageError
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.control_plane.client import JsonObject
from twinstack.rehearsal.kubernetes import KubernetesReport, rehearse, rehearse_on

Change = Callable[[dict[str, JsonObject]], None]

needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to rehearse on"
)


_NUMBERS = itertools.count()
GOOD = "no mistake"
SECURE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD_SECURITY = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}

SHOP = r"""
apiVersion: v1
kind: Namespace
metadata: {name: NAMESPACE, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: NAMESPACE}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: NAMESPACE}
data: {LEVEL: info}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: web, namespace: NAMESPACE}
spec:
  provider: aws
  parameters:
    region: us-west-2
    objects: "[{objectName: shop/database, jmesPath: [{path: url, objectAlias: database-url}]}]"
  secretObjects: [{secretName: web, type: Opaque, data: [{objectName: database-url, key: database-url}]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: NAMESPACE}
spec:
  template:
    metadata: {labels: {app: migrate}}
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: "web:1"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NAMESPACE}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      readinessGates: [{conditionType: target-health.example/web}]
      volumes:
        - name: secrets
          csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: web}}
      containers:
        - name: web
          image: web:1
          ports: [{name: http, containerPort: 8000}]
          env:
            - {name: DATABASE_URL, valueFrom: {secretKeyRef: {name: web, key: database-url}}}
            - {name: LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: LEVEL}}}
          resources: {requests: {cpu: 100m, memory: 64Mi}}
          volumeMounts: [{name: secrets, mountPath: /secrets, readOnly: true}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: NAMESPACE}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: NAMESPACE}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 4
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: NAMESPACE}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: NAMESPACE}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: NAMESPACE}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: migrate}}}], ports: [{port: 8000}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: NAMESPACE}
spec:
  ingressClassName: alb
  rules:
    - host: shop.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
"""


def shop(namespace: str) -> dict[str, JsonObject]:
    """Everything of a small shop, by `Kind/name`, in the order of applying."""
    documents = list(yaml.safe_load_all(SHOP.replace("NAMESPACE", namespace)))
    found = {f"{one['kind']}/{one['metadata']['name']}": one for one in documents}
    for key in ("Job/migrate", "Deployment/web"):
        _harden(found[key])
    return found


@pytest.fixture
def rehearsed(tmp_path: Path, plane: ControlPlane) -> Callable[..., KubernetesReport]:
    """Rehearses the shop in a namespace of this test's own, after a change."""

    def run(change: Change = lambda _shop: None, on: ControlPlane = plane, seconds: float = 20) -> KubernetesReport:
        _write(tmp_path, next(_NUMBERS), change)
        return rehearse_on(on, tmp_path, timeout_seconds=seconds, progress=lambda _line: None)

    return run


@needs_assets
def test_good_manifests_pass_and_the_report_says_what_was_proved(rehearsed: Callable[..., KubernetesReport]) -> None:
    report = rehearsed()
    assert report.problems == ()
    assert report.passed
    assert [(one.title.split()[0], one.ready, one.pods) for one in report.workloads] == [
        ("Job", True, 1),
        ("Deployment", True, 2),
    ]
    proved = "\n".join(report.proved)
    assert "takes all 12 objects in file order" in proved
    assert "a second time changes none of them" in proved
    assert "a ready pod answers for every Service (1)" in proved
    assert any("synced Secrets itself" in one for one in report.simulated)
    assert any("images exist" in one for one in report.not_proved)


@needs_assets
def test_the_report_is_plain_data_and_lines(rehearsed: Callable[..., KubernetesReport]) -> None:
    report = rehearsed(lambda found: found["Service/web"]["spec"]["selector"].update(app="wbe"))
    data = json.loads(json.dumps(report.as_dict()))
    assert (data["passed"], data["objects"]["Service"]) == (False, 1)
    assert [one["code"] for one in data["problems"]] == ["TW914"]
    lines = report.lines()
    assert lines[0].startswith("Kubernetes rehearsal failed: 12 objects on v1.")
    assert "error TW914: the Service selects no ready pod" in lines
    assert "Not proved:" in lines


def _edit(key: str, path: str, wrong: Any) -> Change:
    """Sets one value of one object; takes it away where it is None."""

    def change(found: dict[str, JsonObject]) -> None:
        here: Any = found[key]
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("/"))
        for part in parents:
            here = here[part]
        if wrong is None:
            del here[last]
        else:
            here[last] = wrong

    return change


def _add(key: str, name: str, *edits: Change) -> Change:
    """Adds a copy of an object under another name, changed."""

    def change(found: dict[str, JsonObject]) -> None:
        copied = copy.deepcopy(found[key])
        copied["metadata"]["name"] = name
        found[f"{copied['kind']}/{name}"] = copied
        for edit in edits:
            edit(found)

    return change


def _first(key: str) -> Change:
    """Moves an object to the front."""

    def change(found: dict[str, JsonObject]) -> None:
        moved = found.pop(key)
        rest = dict(found)
        found.clear()
        found.update({key: moved, **rest})

    return change


CONTAINER = "spec/template/spec/containers/0"
EXTERNAL_JOB: JsonObject = {"matchLabels": {"app": "nobody"}}

MISTAKES: list[tuple[str, Change, str, str, str]] = [
    (
        "a misspelt field",
        _edit("Deployment/web", "spec/template/spec/contaners", []),
        "TW902",
        "Deployment",
        "contaners: field not declared in schema",
    ),
    (
        "a misspelt field of a custom resource",
        _edit("SecretProviderClass/web", "spec/secretObject", []),
        "TW902",
        "SecretProviderClass",
        "secretObject",
    ),
    (
        "a kind that does not exist",
        _edit("Ingress/web", "apiVersion", "extensions/v1beta1"),
        "TW902",
        "Ingress",
        "the cluster has no kind Ingress in extensions/v1beta1",
    ),
    ("an object before its namespace", _first("ConfigMap/settings"), "TW902", "ConfigMap", "not found"),
    (
        "a selector that does not match its own labels",
        _edit("Deployment/web", "spec/template/metadata/labels/app", "wbe"),
        "TW902",
        "Deployment",
        "`selector` does not match template `labels`",
    ),
    (
        "pods that break Pod Security",
        _edit("Deployment/web", f"{CONTAINER}/securityContext", None),
        "TW905",
        "Deployment",
        'violates PodSecurity "restricted:latest"',
    ),
    (
        "Pod Security, warned of while applying",
        _edit("Deployment/web", f"{CONTAINER}/securityContext", None),
        "TW904",
        "Deployment",
        "would violate PodSecurity",
    ),
    (
        "a Job whose pods break Pod Security",
        _edit("Job/migrate", f"{CONTAINER}/securityContext", None),
        "TW905",
        "Job",
        'violates PodSecurity "restricted:latest"',
    ),
    (
        "pods that no node can hold",
        _edit("Deployment/web", f"{CONTAINER}/resources/requests/cpu", "640"),
        "TW905",
        "Deployment",
        "Insufficient cpu",
    ),
    (
        "pods that no node is chosen for",
        _edit("Deployment/web", "spec/template/spec/nodeSelector", {"disk": "fast"}),
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
        _edit("HorizontalPodAutoscaler/web", "spec/scaleTargetRef/name", "wbe"),
        "TW911",
        "HorizontalPodAutoscaler",
        "/wbe",
    ),
    (
        "two autoscalers of one Deployment",
        _add("HorizontalPodAutoscaler/web", "again"),
        "TW911",
        "HorizontalPodAutoscaler",
        "also scaled by",
    ),
    (
        "replicas beside an autoscaler",
        _edit("Deployment/web", "spec/replicas", 2),
        "TW912",
        "Deployment",
        "replicas: 2, scaled by web",
    ),
    (
        "an autoscaler without the request it counts by",
        _edit("Deployment/web", f"{CONTAINER}/resources/requests/cpu", None),
        "TW913",
        "HorizontalPodAutoscaler",
        ": web",
    ),
    ("a Service without pods", _edit("Service/web", "spec/selector/app", "wbe"), "TW914", "Service", "wbe"),
    (
        "a Service whose pods do not name its port",
        _edit("Service/web", "spec/ports/0/targetPort", "htpp"),
        "TW914",
        "Service",
        "targetPort: htpp",
    ),
    (
        "a Service whose pods do not declare its port",
        _edit("Service/web", "spec/ports/0/targetPort", 8080),
        "TW914",
        "Service",
        "targetPort: 8080",
    ),
    (
        "a selector that takes in another workload",
        _edit("Job/migrate", "spec/template/metadata/labels/app", "web"),
        "TW915",
        "Deployment",
        "Job",
    ),
    (
        "a disruption budget without pods",
        _edit("PodDisruptionBudget/web", "spec/selector/matchLabels/app", "wbe"),
        "TW916",
        "PodDisruptionBudget",
        "wbe",
    ),
    (
        "two disruption budgets of one Deployment",
        _add("PodDisruptionBudget/web", "again"),
        "TW916",
        "PodDisruptionBudget",
        "also selected by",
    ),
    (
        "a disruption budget that blocks every drain",
        _edit("PodDisruptionBudget/web", "spec/maxUnavailable", 0),
        "TW917",
        "PodDisruptionBudget",
        "2 healthy of 2, 2 must stay",
    ),
    (
        "an Ingress to a Service that does not exist",
        _edit("Ingress/web", "spec/rules/0/http/paths/0/backend/service/name", "wbe"),
        "TW918",
        "Ingress",
        "wbe",
    ),
    (
        "an Ingress to a port that does not exist",
        _edit("Ingress/web", "spec/rules/0/http/paths/0/backend/service/port", {"number": 8000}),
        "TW918",
        "Ingress",
        "web: 8000",
    ),
    (
        "an Ingress with an action that no annotation describes",
        _edit(
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
        _edit("Deployment/web", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/name", "wbe"),
        "TW920",
        "Deployment",
        "wbe",
    ),
    (
        "a variable from a key that the Secret does not have",
        _edit("Deployment/web", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/key", "database_url"),
        "TW920",
        "Deployment",
        "web: database_url, at container web, variable DATABASE_URL",
    ),
    (
        "a variable from a key that the ConfigMap does not have",
        _edit("Deployment/web", f"{CONTAINER}/env/1/valueFrom/configMapKeyRef/key", "level"),
        "TW920",
        "Deployment",
        "settings: level",
    ),
    (
        "all variables of a ConfigMap that does not exist",
        _edit("Deployment/web", f"{CONTAINER}/envFrom", [{"configMapRef": {"name": "absent"}}]),
        "TW920",
        "Deployment",
        "absent",
    ),
    (
        "a service account that does not exist",
        _edit("Deployment/web", "spec/template/spec/serviceAccountName", "absent"),
        "TW920",
        "Deployment",
        "absent",
    ),
    (
        "a synced Secret that its reader does not mount",
        _edit(
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
        _edit("NetworkPolicy/web", "spec/podSelector/matchLabels/app", "wbe"),
        "TW922",
        "NetworkPolicy",
        "wbe",
    ),
    (
        "a NetworkPolicy that opens the way for nobody",
        _edit("NetworkPolicy/web", "spec/ingress/0/from/0/podSelector", EXTERNAL_JOB),
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
        _add("SecretProviderClass/web", "again"),
        "TW932",
        "SecretProviderClass",
        "Secret web, also written by web",
    ),
    (
        "a synced key that is not fetched",
        _edit("SecretProviderClass/web", "spec/secretObjects/0/data/0/objectName", "database_url"),
        "TW933",
        "SecretProviderClass",
        "web.database-url from database_url",
    ),
    (
        "an object without a namespace",
        _edit("ConfigMap/settings", "metadata", {"name": "lost"}),
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
        files = {str(_write(folder, number, lambda _shop: None)): GOOD for number in [next(_NUMBERS)]}
        for name, change, *_ in MISTAKES:
            if (name in REFUSED) == group:
                files[str(_write(folder, next(_NUMBERS), change))] = name
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


def _write(folder: Path, number: int, change: Change) -> Path:
    objects = shop(f"shop-{number}")
    change(objects)
    path = folder / f"{number:04}-shop.k8s.yaml"
    path.write_text(yaml.safe_dump_all(objects.values(), sort_keys=False))
    return path


@needs_assets
def test_what_a_second_apply_would_change_is_found(tmp_path: Path, plane: ControlPlane) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: second}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: second}\n"
        "spec: {type: ExternalName, externalName: a.example.com}\n"
    )
    report = rehearse_on(plane, tmp_path, progress=lambda _line: None)
    assert report.passed
    # Somebody else has taken the field over in between.
    (tmp_path / "b.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: second}\n"
        "spec: {type: ExternalName, externalName: b.example.com}\n"
    )
    report = rehearse_on(plane, tmp_path, progress=lambda _line: None)
    assert [(one.code, one.given) for one in report.problems] == [
        ("TW903", "spec.externalName"),
        ("TW903", "spec.externalName"),
    ]


@needs_assets
def test_a_duplicate_key_is_refused(tmp_path: Path, plane: ControlPlane) -> None:
    (tmp_path / "a.yaml").write_text(
        "# first\n---\napiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: twice, namespace: default}\ndata:\n  a: one\n  a: two\n"
    )
    (only,) = rehearse_on(plane, tmp_path, progress=lambda _line: None).problems
    assert (only.code, only.given, only.fix) == ("TW902", 'line 7: key "a" already set in map', "write the key once")
    assert str(only.location) == f"{tmp_path / 'a.yaml'}:3"


@needs_assets
def test_a_deprecated_api_is_a_warning(tmp_path: Path, plane: ControlPlane) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Endpoints\nmetadata: {name: old, namespace: default}\nsubsets: []\n"
    )
    report = rehearse_on(plane, tmp_path, progress=lambda _line: None)
    assert report.passed
    assert [(one.code, one.warning) for one in report.problems] == [("TW904", True)]
    assert "deprecated" in report.problems[0].given


@needs_assets
def test_a_route_needs_a_listener_that_lets_it_in(tmp_path: Path, plane: ControlPlane) -> None:
    (tmp_path / "a.yaml").write_text(
        """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: kube-system}
spec: {gatewayClassName: a, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: outside, namespace: default}
spec:
  parentRefs: [{name: edge, namespace: kube-system}]
  rules: [{backendRefs: [{name: kubernetes, port: 443}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: nowhere, namespace: default}
spec: {parentRefs: [{name: egde, namespace: kube-system}]}
"""
    )
    problems = rehearse_on(plane, tmp_path, progress=lambda _line: None).problems
    assert [(one.code, one.path, one.warning) for one in problems] == [
        ("TW918", "HTTPRoute default/outside", False),
        ("TW919", "HTTPRoute default/outside", False),
        ("TW919", "HTTPRoute default/nowhere", True),
    ]


@needs_assets
def test_with_the_api_server_alone_it_asks_whether_pods_would_be_admitted(
    api_server: ControlPlane, rehearsed: Callable[..., KubernetesReport]
) -> None:
    def wrong(found: dict[str, JsonObject]) -> None:
        del found["Deployment/web"]["spec"]["template"]["spec"]["containers"][0]["securityContext"]

    report = rehearsed(wrong, on=api_server)
    assert not report.pods_ran
    assert [one.code for one in report.problems] == ["TW906", "TW904"]
    assert report.problems[0].given.startswith("pods ") or "violates PodSecurity" in report.problems[0].given
    assert report.not_proved[0].startswith("pods were not run")


@needs_assets
def test_with_the_api_server_alone_good_manifests_pass(
    api_server: ControlPlane, rehearsed: Callable[..., KubernetesReport]
) -> None:
    report = rehearsed(on=api_server)
    assert report.problems == ()
    assert "the API server would admit the pods of every workload" in report.proved
    # What only running pods can show is not claimed.
    assert not any("ready pod" in one or "drained" in one for one in report.proved)


def _add_cron_job(found: dict[str, JsonObject]) -> JsonObject:
    """A CronJob with the pods of the Job, and returns the spec of its pods."""
    job = copy.deepcopy(found["Job/migrate"])
    metadata = {"name": "nightly", "namespace": job["metadata"]["namespace"]}
    spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": job["spec"]}}
    found["CronJob/nightly"] = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}
    return job["spec"]["template"]["spec"]


@needs_assets
def test_the_pods_of_what_a_clock_starts_are_asked_about_and_its_run_is_not_claimed(
    rehearsed: Callable[..., KubernetesReport],
) -> None:
    report = rehearsed(_add_cron_job)
    assert report.problems == ()
    assert report.objects["CronJob"] == 1
    (admitted,) = [one for one in report.proved if "would admit" in one]
    assert admitted.startswith("the API server would admit the pods of what nothing started here (1): CronJob ")
    assert report.not_proved[0].startswith("that what nothing started here runs to its end: CronJob ")


@needs_assets
def test_pods_of_a_cron_job_that_would_be_refused_are_found(rehearsed: Callable[..., KubernetesReport]) -> None:
    def wrong(found: dict[str, JsonObject]) -> None:
        pod = _add_cron_job(found)
        del pod["containers"][0]["securityContext"]
        pod["containers"][0]["envFrom"] = [{"configMapRef": {"name": "nowhere"}}]

    report = rehearsed(wrong)
    errors = [(one.code, one.path.split("/")[-1]) for one in report.problems if not one.warning]
    assert errors == [("TW906", "nightly"), ("TW920", "nightly")]
    assert not any("would admit" in one for one in report.proved)


@needs_assets
def test_the_cluster_of_a_rehearsal_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: own}\n")
    said: list[str] = []
    report = rehearse(tmp_path, progress=said.append)
    assert report.passed
    assert said[0].startswith("Kubernetes v1.")
    assert said[-1] == "1 of 1 objects applied"


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no manifest"):
        rehearse(tmp_path, progress=print)
    with pytest.raises(UsageError, match="is no folder"):
        rehearse(tmp_path / "absent", progress=print)


def test_without_binaries_it_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ASSETS_VARIABLE, raising=False)
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: own}\n")
    with pytest.raises(MissingToolError, match="setup-envtest use"):
        rehearse(tmp_path, progress=print)


@needs_assets
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "this is not YAML"),
        ("- a", "this is no Kubernetes object"),
        ("kind: ConfigMap\nmetadata: {}", "this object has no apiVersion and no metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 7}", "this object has no metadata.name"),
    ],
)
def test_a_document_that_is_no_object_is_a_problem_and_the_others_are_applied(
    text: str, said: str, tmp_path: Path, plane: ControlPlane
) -> None:
    good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good, namespace: default}\n"
    (tmp_path / "a.yaml").write_text(f"{good}---\n\n{text}\n---\n{good.replace('good', 'other')}")
    report = rehearse_on(plane, tmp_path, progress=lambda _line: None)
    (only,) = report.problems
    assert isinstance(only, Problem)
    assert (only.code, only.message, str(only.location)) == ("TW901", said, f"{tmp_path / 'a.yaml'}:6")
    assert report.objects == {"ConfigMap": 2}


def _harden(workload: JsonObject) -> None:
    pod = workload["spec"]["template"]["spec"]
    pod["securityContext"] = POD_SECURITY
    for container in pod["containers"]:
        container["securityContext"] = SECURE
