"""What a web service is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Access, Environment, Reach, Variable
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.web_service import WebServiceSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
web:
  image: registry.example/web
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  port: 8000
  health: {live: /live, ready: /ready}
  scale: {min: 2, max: 4, cpu: 70}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    web: WebServiceSpec


def load(layer: str = "", base: str = BASE) -> WebServiceSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.web


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_names_follow_the_field() -> None:
    spec = load()
    assert (spec.kubernetes_name, spec.service_name, spec.autoscaler_name) == (
        "shop-web",
        "shop-web-service",
        "shop-web-hpa",
    )
    assert (spec.service_account, spec.role_name) == ("shop-web", "acme-shop-web-live")


def test_it_is_given_time_to_drain_to_stop_and_a_margin() -> None:
    assert load().grace_seconds == 20 + 30 + 5
    assert load("web: {drain_seconds: 60, stop_seconds: 100}").grace_seconds == 165


def test_others_can_link_to_it() -> None:
    offer = load().offer(Access.READ)
    assert offer.variables == (Variable("WEB_URL", "http://shop-web-service:8000"),)
    assert (offer.reach, offer.port) == (Reach.PODS, 8000)


class Pair(Shop):
    pages: WebServiceSpec


def test_pods_that_link_to_it_reach_it_on_the_containers_own_port() -> None:
    """EKS documents that its network policies want both ports of a Service to be one number."""
    section = BASE.removeprefix(TOP).replace("web:", "pages:").replace("port: 8000", "port: 3000")
    loaded = load_text(Pair, "live", {"base": f"{BASE}{section}  uses: [web]\n", "live": ""}, TODAY).environment
    assert loaded.web.service_ports == {"http": 80, "direct": 8000}
    assert loaded.pages.service_ports == {"http": 80}
    assert loaded.config == {"web-url": "http://shop-web-service:8000"}


def test_its_image_has_the_release_for_a_tag_unless_it_has_its_own() -> None:
    digest = "sha256:" + "0" * 64
    assert load().image_reference("1.4.2") == "registry.example/web:1.4.2"
    assert load("web: {tag: '7'}").image_reference("1.4.2") == "registry.example/web:7"
    assert load(f"web: {{tag: '7', digest: '{digest}'}}").image_reference("1.4.2") == f"registry.example/web@{digest}"


def test_a_scale_of_one_size_needs_no_autoscaler() -> None:
    assert load("web: {scale: {min: 3, max: 3}}").scale.is_fixed
    assert not load().scale.is_fixed


@pytest.mark.parametrize(
    ("requests", "limits", "scale", "most"),
    [
        ("cpu: 250m, memory: 64Mi", "cpu: 1000m, memory: 64Mi", "cpu: 300", None),
        ("cpu: 250m, memory: 64Mi", "cpu: '1', memory: 64Mi", "cpu: 400", None),
        ("cpu: 250m, memory: 64Mi", "cpu: '1', memory: 64Mi", "cpu: 401", "at most 400 percent: the limit is 1, the request 250m"),
        ("cpu: 300m, memory: 64Mi", "cpu: 500m, memory: 64Mi", "cpu: 167", "at most 166 percent: the limit is 500m, the request 300m"),
        ("cpu: 250m, memory: 64Mi", "memory: 64Mi", "cpu: 5000", None),
        ("cpu: 250m, memory: 64Mi", "cpu: 250m, memory: 128Mi", "memory: 200", None),
        ("cpu: 250m, memory: 64Mi", "cpu: 250m, memory: 64Mi", "memory: 101", "at most 100 percent: the limit is 64Mi, the request 64Mi"),
    ],
)  # fmt: skip
def test_a_target_is_in_percent_of_the_request_up_to_the_limit(
    requests: str, limits: str, scale: str, most: str | None
) -> None:
    layer = f"web: {{resources: {{requests: {{{requests}}}, limits: {{{limits}}}}}, scale: {{cpu: null, {scale}}}}}"
    layer = layer.replace("cpu: null, cpu", "cpu")
    if "cpu" not in limits:
        layer = layer.replace("limits: {", "limits: {cpu: null, ")
    if most is None:
        assert load(layer).scale.max == 4
        return
    (found,) = refused(layer)
    assert (found.code, found.path, found.allowed) == ("TW357", f"web.scale.{scale.split(':')[0]}", most)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "web: {scale: {min: 0}}",
            problem(
                "TW104",
                "the value does not fit",
                "web.scale.min",
                "0",
                "a whole number, 1 to 1000",
                "raise it to 1 or more",
            ),
        ),
        (
            "web: {scale: {min: 5}}",
            problem(
                "TW602",
                "min is over max",
                "web.scale.min",
                "min 5, max 4",
                "min of at most 4",
                "lower min or raise max",
            ),
        ),
        (
            "web: {scale: {cpu: null}}",
            problem(
                "TW604",
                "nothing says when to scale",
                "web.scale",
                "min 2, max 4, neither cpu nor memory",
                "a target for cpu, memory or both",
                "add `cpu: 70`, or make min and max the same",
            ),
        ),
        (
            "web: {user: 0}",
            problem(
                "TW104", "the value does not fit", "web.user", "0", "a whole number, 1 or more", "raise it to 1 or more"
            ),
        ),
        (
            "web: {image: 'registry.example/web:latest'}",
            problem(
                "TW104",
                "the value does not fit",
                "web.image",
                '"registry.example/web:latest" (text)',
                r"an image without its tag, such as ghcr.io/acme/shop",
                "write the image's name, without a tag: that is `tag`, or else the environment's `version`",
            ),
        ),
        (
            "web: {resources: {requests: {memory: 1Gi}}}",
            problem(
                "TW601",
                "the memory request is over its limit",
                "web.resources.requests.memory",
                "request 1Gi, limit 256Mi",
                "a request of at most 256Mi",
                "lower the request or raise the limit",
            ),
        ),
        (
            "web: {resources: {requests: {ephemeral_storage: 1Gi}}}",
            problem(
                "TW601",
                "the ephemeral_storage request is over its limit",
                "web.resources.requests.ephemeral_storage",
                "request 1Gi, limit 320Mi",
                "a request of at most 320Mi",
                "lower the request or raise `temporary_storage`",
            ),
        ),
        (
            "web: {resources: {limits: {ephemeral_storage: 100Mi}}}",
            problem(
                "TW610",
                "the disk's limit is below what may be written",
                "web.resources.limits.ephemeral_storage",
                "limit 100Mi, temporary_storage 256Mi",
                "at least 256Mi, and more for logs",
                "leave it out, raise it, or lower what may be written",
            ),
        ),
        (
            "web: {metrics_from: [monitoring]}",
            problem(
                "TW611",
                "somebody is let in for metrics that there are none of",
                "web.metrics_from",
                "monitoring",
                "no namespace for a workload without `metrics`",
                "give the path that serves them, `metrics: /metrics`, or remove the line",
            ),
        ),
        (
            "web: {environment_variables: {log-level: x}}",
            problem(
                "TW104",
                "the key does not fit",
                "web.environment_variables.log-level",
                "log-level",
                "the name of a variable: letters, digits and underscores, no digit first, such as LOG_LEVEL",
                "rename it",
            ),
        ),
    ],
)
def test_a_web_service_that_does_not_work_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


@pytest.mark.parametrize("name", ["Web", "web.service", "w" * 60])
def test_a_name_that_kubernetes_refuses_is_refused(name: str) -> None:
    assert {each.code for each in refused(f"web: {{name: {name}}}")} <= {"TW301", "TW302"}
