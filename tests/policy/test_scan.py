"""What a scanner's findings come to: failed, or accepted with the reason that stands beside the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twinstack.errors import MissingToolError, TwinstackError
from twinstack.policy import Accepted
from twinstack.policy.accepted import accepted_in
from twinstack.policy.scan import scan

STACK = {"terraform": {"required_version": ">= 1.11"}, "resource": {"aws_sqs_queue": {"jobs": {"name": "jobs"}}}}
ANYTHING: dict[str, Any] = {"check_name": "a title", "file_line_range": [1, 1]}
IN_TERRAFORM = {**ANYTHING, "check_id": "CKV_AWS_99999", "resource": "resource.jobs", "file_line_range": [4, 6]}
IN_KUBERNETES = {**ANYTHING, "check_id": "CKV_K8S_99999", "resource": "Deployment.analytics.analytics-backend"}
ACCEPTED = {**ANYTHING, "check_id": "CKV_K8S_43", "resource": "Deployment.analytics.analytics-backend"}


def checkov(folder: Path, terraform: object, kubernetes: object) -> str:
    """A program that reports like checkov: the one answer, or the other, by the framework it is asked for."""
    for framework, answer in (("terraform_json", terraform), ("kubernetes", kubernetes)):
        text = answer if isinstance(answer, str) else json.dumps(answer)
        (folder / f"{framework}.answer").write_text(text)
    program = folder / "checkov"
    program.write_text(f'#!/bin/sh\ncp "$2"/*.json "{folder}/scanned" 2>/dev/null\ncat "{folder}/$4.answer"\n')
    program.chmod(0o755)
    return str(program)


def answer(*failed: dict[str, Any], passed: int = 0, errors: int = 0) -> dict[str, Any]:
    results = {"failed_checks": list(failed), "passed_checks": [ANYTHING] * passed}
    return {"results": results, "summary": {"parsing_errors": errors}}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    path = tmp_path / "cdk.tf.json"
    path.write_text(json.dumps(STACK))
    return path


def test_what_nobody_has_accepted_is_failed_with_its_type(tmp_path: Path, stack: Path) -> None:
    program = checkov(tmp_path, answer(IN_TERRAFORM, passed=2), answer(IN_KUBERNETES, passed=3))
    report = scan(stack, tmp_path, checkov=program)
    assert [(one.check, one.kind, one.resource) for one in report.failed] == [
        ("CKV_AWS_99999", "aws_sqs_queue", "aws_sqs_queue.jobs"),
        ("CKV_K8S_99999", "Deployment", "Deployment.analytics.analytics-backend"),
    ]
    assert report.passed == 5
    assert report.accepted == []


def test_what_is_accepted_beside_the_code_is_shown_with_its_reason(tmp_path: Path, stack: Path) -> None:
    report = scan(stack, tmp_path, checkov=checkov(tmp_path, answer(), answer(ACCEPTED)))
    assert report.failed == []
    ((finding, accepted),) = report.accepted
    assert (finding.check, accepted.check, accepted.kind) == ("CKV_K8S_43", "CKV_K8S_43", "")
    assert accepted not in report.unused
    assert report.as_dict()["accepted"][0]["reason"] == accepted.reason
    assert "CKV_K8S_15" in {one.check for one in report.unused}


def test_the_scanner_is_not_shown_the_blocks_that_it_cannot_read(tmp_path: Path, stack: Path) -> None:
    lists = {
        "moved": [{"from": "aws_sqs_queue.a", "to": "aws_sqs_queue.b"}],
        "removed": [{"from": "aws_sqs_queue.c"}],
        "import": [{"to": "aws_sqs_queue.b", "id": "https://sqs.us-west-2.amazonaws.com/123456789012/b"}],
    }
    stack.write_text(json.dumps({**STACK, **lists}))
    scan(stack, tmp_path / "none", checkov=checkov(tmp_path, answer(), answer()))
    assert json.loads((tmp_path / "scanned").read_text()) == {"resource": STACK["resource"]}


def test_what_a_specs_yaml_acknowledges_is_accepted_of_that_spec_alone(tmp_path: Path, stack: Path) -> None:
    """A CPU limit that is left out: checkov misses it, and only whoever left it out can say why."""
    label = "{app.kubernetes.io/component: %s}"
    objects = [
        f"{{kind: Deployment, metadata: {{namespace: analytics, name: analytics-{key}, labels: {label % key}}}}}"
        for key in ("worker", "backend")
    ]
    (tmp_path / "30.k8s.yaml").write_text("\n---\n".join(objects))
    failing = [
        {**ANYTHING, "check_id": "CKV_K8S_11", "resource": f"Deployment.analytics.analytics-{key}"}
        for key in ("worker", "backend")
    ]
    report = scan(
        stack,
        tmp_path,
        checkov=checkov(tmp_path, answer(), answer(*failing)),
        acknowledged={"worker": {"CKV_K8S_11": "tasks may use what the node has to spare"}, "backend": {}},
    )
    assert [one.resource for one in report.failed] == ["Deployment.analytics.analytics-backend"]
    assert [accepted.reason for _, accepted in report.accepted] == ["tasks may use what the node has to spare"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("Traceback: it broke", "checkov did not report on the terraform_json output"),
        ([], "checkov did not report on the terraform_json output"),
        (answer(errors=1), "checkov could not read the terraform_json output"),
    ],
)
def test_a_scanner_that_did_not_look_is_no_success(tmp_path: Path, stack: Path, said: object, message: str) -> None:
    with pytest.raises(TwinstackError, match=message):
        scan(stack, tmp_path, checkov=checkov(tmp_path, said, answer()))


def test_without_a_scanner_it_says_how_to_get_one(tmp_path: Path, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(MissingToolError, match=r"twinstack\[check\]"):
        scan(stack, tmp_path)


def test_every_acceptance_gives_a_reason_that_can_be_judged_once() -> None:
    found = list(accepted_in(()))
    assert len({(one.check, one.kind) for one in found}) == len(found) > 5
    for one in found:
        assert isinstance(one, Accepted)
        assert len(one.reason.split()) >= 6
        assert one.reason.endswith(".")


ANOTHER = {**ANYTHING, "check_id": "CKV_K8S_99999", "resource": "Deployment.analytics.analytics-worker"}
QUEUE = {"aws_sqs_queue": {"jobs": {"name": "jobs", "//": {"metadata": {"path": "shop-prod/queue/jobs"}}}}}
DEPLOYMENTS = """\
kind: Deployment
metadata: {namespace: analytics, name: analytics-backend, labels: {app.kubernetes.io/component: backend}}
---
kind: Deployment
metadata: {namespace: analytics, name: analytics-worker, labels: {app.kubernetes.io/component: worker}}
"""


def test_what_the_yaml_acknowledges_is_accepted_of_that_spec_alone(tmp_path: Path, stack: Path) -> None:
    stack.write_text(json.dumps({"resource": QUEUE}))
    (tmp_path / "all.k8s.yaml").write_text(DEPLOYMENTS)
    program = checkov(tmp_path, answer(IN_TERRAFORM), answer(IN_KUBERNETES, ANOTHER))
    acknowledged = {
        "queue": {"CKV_AWS_99999": "the queue is a test's", "TW404": "no business of a scanner's"},
        "backend": {"CKV_K8S_99999": "the backend is a test's", "CKV_K8S_1": "found nowhere"},
    }
    report = scan(stack, tmp_path, checkov=program, acknowledged=acknowledged)
    assert [one.resource for one in report.failed] == ["Deployment.analytics.analytics-worker"]
    assert [(one.resource, accepted.reason) for one, accepted in report.accepted] == [
        ("aws_sqs_queue.jobs", "the queue is a test's"),
        ("Deployment.analytics.analytics-backend", "the backend is a test's"),
    ]
    unused = {one.check for one in report.unused}
    assert "CKV_K8S_1" in unused
    assert not {"TW404", "CKV_AWS_99999"} & unused


def test_the_rules_over_manifests_are_failed_or_acknowledged_alike(tmp_path: Path, stack: Path) -> None:
    ingress = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"ingressClassName": "alb"}}
    named = {"namespace": "analytics", "annotations": {"alb.ingress.kubernetes.io/schema": "internal"}}
    objects = [
        {**ingress, "metadata": {**named, "name": f"analytics-{key}", "labels": {"app.kubernetes.io/component": key}}}
        for key in ("edge", "other")
    ]
    (tmp_path / "40.k8s.yaml").write_text("\n---\n".join(json.dumps(one) for one in objects))
    acknowledged = {"edge": {"unknown-annotation": "a controller of our own reads it"}, "other": {}}
    report = scan(stack, tmp_path, checkov=checkov(tmp_path, answer(), answer()), acknowledged=acknowledged)
    assert [(one.check, one.resource) for one in report.failed] == [
        ("unknown-annotation", "Ingress analytics/analytics-other")
    ]
    assert "correct its name, or leave it out" in report.failed[0].title
    assert [accepted.reason for _, accepted in report.accepted] == ["a controller of our own reads it"]
