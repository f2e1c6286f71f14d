"""A planned release is held against the one that stands: by the server, and by what rules know of the two."""

from __future__ import annotations

from typing import Any

import pytest

from tests.delivery.memory.shop_release import config, manifest, release, stack_of
from twinstack.api_server import Answer, ApiServer
from twinstack.delivery import Manifest
from twinstack.delivery.engine import Look
from twinstack.delivery.holder import Holder
from twinstack.delivery.patience import Patient
from twinstack.delivery.record import Status
from twinstack.delivery.records import Records
from twinstack.delivery.succession import COMPARED_ONLY, seen
from twinstack.errors import ConfigurationError, Problem

pytestmark = pytest.mark.slow


def edge(namespace: str) -> list[Manifest]:
    """A way in, and the class whose controller takes its load balancer away."""
    name = f"alb-{namespace}"
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return [
        manifest(
            "IngressClass", name, "", "networking.k8s.io/v1", of=namespace, spec={"controller": "eks.amazonaws.com/alb"}
        ),
        manifest("Ingress", "web", namespace, "networking.k8s.io/v1", spec={"ingressClassName": name, "rules": rules}),
    ]


def stand(api: ApiServer, namespace: str, manifests: list[Manifest]) -> None:
    """Brings a release in, and notes that it succeeded."""
    with Records.read(api, namespace, stack_of(namespace)).begin(
        release(namespace=namespace).summary, manifests, str(Holder.here("ada"))
    ) as record:
        for one in manifests:
            assert not api.apply(one.data, manager="twinstack").refusal
        record.end(Status.SUCCEEDED)


def problems(api: ApiServer, namespace: str, manifests: list[Manifest]) -> list[Problem]:
    with pytest.raises(ConfigurationError) as refused:
        seen(Look.at(api, namespace, stack_of(namespace), manifests), api)
    return [*refused.value.problems]


def test_what_rules_know_of_two_releases_is_said_of_the_second(api: ApiServer, namespace: str) -> None:
    stand(api, namespace, [config("settings", namespace), *edge(namespace)])
    wanted = [config("settings", namespace, KEY="two")]
    (found,) = seen(Look.at(api, namespace, stack_of(namespace), wanted), api).warnings
    assert (found.code, found.path, found.warning) == ("TW756", f"IngressClass alb-{namespace}", True)
    assert found.given == f"removed together with Ingress {namespace}/web, whose finalizer it serves"
    assert found.fix == "remove it one release later, when the other is gone"


def test_what_may_follow_follows(api: ApiServer, namespace: str) -> None:
    both = edge(namespace)
    stand(api, namespace, [config("settings", namespace), *both])
    wanted = [config("settings", namespace, KEY="two"), both[0]]
    found = seen(Look.at(api, namespace, stack_of(namespace), wanted), api)
    assert (found.unseen, found.warnings) == ("", ())
    assert {one.identity.kind for one in found.look.to_do} == {"ConfigMap"}


def test_a_field_that_never_changes_is_said_once_and_by_the_server(api: ApiServer, namespace: str) -> None:
    def secret(kind: str) -> Manifest:
        return manifest("Secret", "key", namespace, type=kind)

    stand(api, namespace, [secret("Opaque")])
    assert [one.code for one in problems(api, namespace, [secret("example.com/other")])] == ["TW944"]


class Onlooker(Patient):
    """Whoever may look at everything and change nothing."""

    def apply(self, data: Any, *_: Any, **__: Any) -> Answer:
        """As RBAC refuses."""
        refusal = f'{data["kind"]} is forbidden: User "eve" cannot patch resource'
        return Answer({}, refusal, status=403, reason="Forbidden")


def test_who_may_only_look_is_told_by_rules_alone(api: ApiServer, namespace: str) -> None:
    def secret(kind: str) -> Manifest:
        return manifest("Secret", "key", namespace, type=kind)

    stand(api, namespace, [secret("Opaque")])
    look = Look.at(api, namespace, stack_of(namespace), [secret("Opaque"), config("settings", namespace)])
    assert seen(look, Onlooker(api)).unseen == COMPARED_ONLY
    changed = Look.at(api, namespace, stack_of(namespace), [secret("example.com/other")])
    with pytest.raises(ConfigurationError) as refused:
        seen(changed, Onlooker(api))
    assert [(one.code, one.given) for one in refused.value.problems] == [("TW756", "Opaque becomes example.com/other")]
