"""Variables whose values stand in Secrets and ConfigMaps that somebody else keeps: the pods, the local stack, and the doctor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.local_files import compose_of, texts_of
from tests.shop import BASE, Shop
from tests.shop_chart import objects_of
from twinstack.delivery import Manifest
from twinstack.delivery.examination import Finding
from twinstack.delivery.examination.elsewhere import elsewhere, wanted_elsewhere
from twinstack.delivery.examination.examined import Examined
from twinstack.environment.spec import Half
from twinstack.errors import ClusterError, Problem
from twinstack.layers.load import Loaded
from twinstack.policy.installed import every_rule
from twinstack.policy.judgement import Cluster, Made, findings

SOURCES = """\
  variables_from:
    API_KEY: {secret: payments, key: api-key, example: none-here}
    API_URL: {config_map: payments, key: url}
    TRACE: {secret: tracing, key: token, optional: true}
"""
ELSEWHERE = BASE.replace("worker:\n", f"worker:\n{SOURCES}  pull_secret: registry\n")


def test_each_is_read_from_its_object_and_the_pods_say_that_it_is_not_ours(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=ELSEWHERE).environment
    made = objects_of(environment)
    found = made["Deployment", "shop-worker"]["spec"]["template"]
    (container,) = found["spec"]["containers"]
    assert {one["name"]: one.get("valueFrom") for one in container["env"] if one["name"] in environment.worker.variables_from} == {
        "API_KEY": {"secretKeyRef": {"name": "payments", "key": "api-key"}},
        "API_URL": {"configMapKeyRef": {"name": "payments", "key": "url"}},
        "TRACE": {"secretKeyRef": {"name": "tracing", "key": "token", "optional": True}},
    }  # fmt: skip
    assert found["metadata"]["annotations"] == {
        "twinstack/kept-elsewhere": "ConfigMap payments, Secret payments, Secret tracing"
    }
    assert "annotations" not in made["Deployment", "shop-web"]["spec"]["template"]["metadata"]


def test_rules_take_the_word_of_the_pods_and_of_nobody_else(accept: Callable[..., Loaded[Shop]]) -> None:
    made = objects_of(accept(base=ELSEWHERE).environment)
    rules = [rule for rule in every_rule() if rule.half is Half.WORKLOADS and rule.id == "does-not-exist"]

    def missing() -> list[str]:
        return [fault.given for _, fault in findings(rules, Made(workloads=list(made.values())), Cluster())]

    assert missing() == []
    made["Deployment", "shop-worker"]["spec"]["template"]["metadata"]["annotations"] = {
        "twinstack/kept-elsewhere": "Secret payments"
    }
    assert missing() == ["ConfigMap payments"]


def test_the_local_stack_takes_them_from_env(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=ELSEWHERE).environment
    given = compose_of(environment)["services"]["worker"]["environment"]
    assert given["API_KEY"] == "${API_KEY:?copy .env.example to .env}"
    assert given["API_URL"] == "${API_URL-}"
    lines = texts_of(environment)[".env.example"].splitlines()
    assert lines[lines.index("API_KEY=none-here") - 1] == "# Secret: api-key of Secret payments (compose)"
    assert lines[lines.index("API_URL=") - 1] == "# url of ConfigMap payments (compose)"


def test_one_that_has_a_line_already_has_its_value_there(accept: Callable[..., Loaded[Shop]]) -> None:
    source = "  variables_from: {DATABASE_URL: {secret: reports, key: url}}\n"
    base = BASE.replace("worker:\n", f"worker:\n{source}").replace("uses: [database: admin]", "uses: []")
    assert texts_of(accept(base=base).environment)[".env.example"].count("\nDATABASE_URL=") == 1


@pytest.mark.parametrize(
    ("source", "code", "path", "given"),
    [
        ("{A: {secret: x, config_map: y, key: k}}", "TW622", "worker.variables_from.A", "both a Secret and a ConfigMap"),
        ("{A: {key: k}}", "TW622", "worker.variables_from.A", "neither a Secret nor a ConfigMap"),
        ("{A: {secret: Not_A_Name, key: k}}", "TW104", "worker.variables_from.A.secret", '"Not_A_Name" (text)'),
        ("{A: {secret: x, key: a/b}}", "TW104", "worker.variables_from.A.key", '"a/b" (text)'),
        ("{A: {secret: x}}", "TW107", "worker.variables_from.A.key", "nothing"),
        ("{ENVIRONMENT: {secret: x, key: k}}", "TW205", "worker.variables_from.ENVIRONMENT", "Secret x, and the workload itself: live"),
        ("{DATABASE_URL: {secret: x, key: k}}", "TW205", "worker.uses[0]", "database and `worker` both set DATABASE_URL"),
    ],
)  # fmt: skip
def test_what_names_no_one_value_is_refused(
    source: str, code: str, path: str, given: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    base = BASE.replace("worker:\n", f"worker:\n  variables_from: {source}\n")
    found = refuse(base=base)
    assert (code, path, given) in [(one.code, one.path, one.given) for one in found]


class Api:
    """As much of an API server as is asked here."""

    def __init__(self, objects: dict[tuple[str, str], dict[str, Any]], forbidden: Sequence[str] = ()) -> None:
        self.objects = objects
        self.forbidden = forbidden

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> dict[str, Any] | None:
        assert (api_version, namespace) == ("v1", "shop")
        if name in self.forbidden:
            raise ClusterError("no right", status=403)
        return self.objects.get((kind, name))


def test_the_doctor_looks_for_each_and_for_its_keys(accept: Callable[..., Loaded[Shop]]) -> None:
    made = objects_of(accept(base=ELSEWHERE).environment).values()
    examined = Examined("live", "shop", manifests=tuple(Manifest(one, "x.yaml") for one in made))
    assert {place: one.keys for place, one in wanted_elsewhere(examined).items()} == {
        ("ConfigMap", "shop", "payments"): {"url"},
        ("Secret", "shop", "payments"): {"api-key"},
        ("Secret", "shop", "registry"): set(),
    }, "what the release makes is nobody else's, and what is optional may be missing"

    def said(api: Api) -> list[tuple[Finding, str]]:
        return [(check.finding, check.message) for check in elsewhere(examined, api)]  # ty: ignore[invalid-argument-type]

    assert said(Api({("ConfigMap", "payments"): {"data": {"url": "x"}}, ("Secret", "payments"): {"data": {"other": "eA=="}}})) == [
        (Finding.OK, "ConfigMap shop/payments is there, with all that is read of it"),
        (Finding.FAILED, "Secret shop/payments has no api-key, which Deployment shop-worker reads; it has other"),
        (Finding.WARNING, "Secret shop/registry, which Deployment shop-worker reads, is missing: a private image cannot be pulled"),
    ]  # fmt: skip
    assert said(Api({}, forbidden=["payments", "registry"])) == [
        (Finding.LEFT_OUT, "ConfigMap shop/payments: there is no right to look at it"),
        (Finding.LEFT_OUT, "Secret shop/payments: there is no right to look at it"),
        (Finding.LEFT_OUT, "Secret shop/registry: there is no right to look at it"),
    ]
    missing = said(Api({}))
    assert missing[0] == (
        Finding.FAILED,
        "ConfigMap shop/payments, which Deployment shop-worker reads, is missing: its pods do not start",
    )


PREFIXED = """\
  variables_by_prefix:
    PAYMENTS_: {secret: payments, examples: {URL: "https://pay.example.org"}}
    SEARCH_: {config_map: search, optional: true}
"""
WITH_PREFIXES = BASE.replace("worker:\n", f"worker:\n{PREFIXED}  pull_secret: registry\n")


def test_whole_objects_are_read_behind_a_prefix_and_looked_for(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=WITH_PREFIXES).environment
    template = objects_of(environment)["Deployment", "shop-worker"]["spec"]["template"]
    assert template["spec"]["containers"][0]["envFrom"] == [
        {"prefix": "PAYMENTS_", "secretRef": {"name": "payments"}},
        {"prefix": "SEARCH_", "configMapRef": {"name": "search", "optional": True}},
    ]
    assert template["metadata"]["annotations"]["twinstack/kept-elsewhere"] == "ConfigMap search, Secret payments"
    assert (
        "envFrom" not in objects_of(environment)["Deployment", "shop-web"]["spec"]["template"]["spec"]["containers"][0]
    )
    made = tuple(Manifest(one, "x.yaml") for one in objects_of(environment).values())
    examined = Examined("live", "shop", manifests=made)
    assert [(check.finding, check.message) for check in elsewhere(examined, Api({}))] == [  # ty: ignore[invalid-argument-type]
        (Finding.FAILED, "Secret shop/payments, which Deployment shop-worker reads, is missing: its pods do not start"),
        (
            Finding.WARNING,
            "Secret shop/registry, which Deployment shop-worker reads, is missing: a private image cannot be pulled",
        ),
    ]
    assert compose_of(environment)["services"]["worker"]["environment"]["PAYMENTS_URL"] == "${PAYMENTS_URL-}"
    assert "PAYMENTS_URL=https://pay.example.org" in texts_of(environment)[".env.example"].splitlines()


@pytest.mark.parametrize(
    ("prefixes", "code", "path", "given"),
    [
        ("{DATABASE_: {secret: x}}", "TW205", "DATABASE_", "all of Secret x, and a link"),
        ("{A_: {secret: x}, A_B_: {secret: y}}", "TW205", "A_", "all of Secret x, and another prefix, A_B_"),
        ("{A_: {secret: x, config_map: y}}", "TW622", "A_", "both a Secret and a ConfigMap"),
        ("{A: {secret: x}}", "TW104", "A", "A"),
    ],
)
def test_a_prefix_that_may_hide_a_variable_is_refused(
    prefixes: str, code: str, path: str, given: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    found = refuse(base=BASE.replace("worker:\n", f"worker:\n  variables_by_prefix: {prefixes}\n"))
    assert (code, f"worker.variables_by_prefix.{path}", given) in [(one.code, one.path, one.given) for one in found]
