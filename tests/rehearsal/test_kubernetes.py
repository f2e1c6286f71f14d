"""The rehearsal of manifests on a real API server: what passes, and what each mistake is called."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rehearsal.small_shop import needs_assets
from twinstack.api_server.answer import JsonObject
from twinstack.errors import MissingToolError, Problem, UsageError
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import KubernetesReport, rehearse, rehearse_on

SHORT_SECONDS = 20
"""For a rehearsal that is to find what is wrong, and waits until then for what never comes."""


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
    report = rehearsed(lambda found: found["Service/web"]["spec"]["selector"].update(app="wbe"), seconds=SHORT_SECONDS)
    data = json.loads(json.dumps(report.as_dict()))
    assert (data["passed"], data["objects"]["Service"]) == (False, 1)
    assert [one["code"] for one in data["problems"]] == ["TW914"]
    lines = report.lines()
    assert lines[0].startswith("Kubernetes rehearsal failed: 12 objects on v1.")
    assert "error TW914: the Service selects no ready pod" in lines
    assert "Not proved:" in lines


@needs_assets
def test_pods_that_a_controller_makes_later_are_named_and_not_missed(
    rehearsed: Callable[..., KubernetesReport],
) -> None:
    def solver(found: dict[str, JsonObject]) -> None:
        policy = copy.deepcopy(found["NetworkPolicy/web"])
        policy["metadata"] |= {"name": "solver", "annotations": {"twinstack/pods-made-by": "cert-manager"}}
        policy["spec"]["podSelector"] = {"matchLabels": {"acme.cert-manager.io/http01-solver": "true"}}
        found["NetworkPolicy/solver"] = policy

    assert rehearsed(solver).problems == ()


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

    report = rehearsed(wrong, on=api_server, seconds=SHORT_SECONDS)
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

    report = rehearsed(wrong, seconds=SHORT_SECONDS)
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
    with pytest.raises(MissingToolError, match=r"`twinstack control-plane` says"):
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
