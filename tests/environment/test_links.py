"""What an offer and its variables refuse to be, and whom they name."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import pytest

from twinstack.environment import Access, Environment, Offer, Reach, ResourceSpec, SecretValue, Variable
from twinstack.environment.links import KEPT_BEFORE, LEFT
from twinstack.errors import UsageError
from twinstack.layers.load import load_text
from twinstack.worker import WorkerSpec

SECRET = SecretValue("acme-shop/queue/url")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "queue-url", "value": "a"}, r"Variable\.name is 'queue-url': letters, digits and underscores"),
        ({"name": "1_URL", "value": "a"}, r"Variable\.name is '1_URL': letters, digits and underscores"),
        ({"name": "QUEUE-URL", "value": "a"}, r"Variable\.name is 'QUEUE-URL'"),
        ({"name": 7, "value": "a"}, r"Variable\.name is 7"),
        ({"name": "URL"}, r"Variable\('URL'\) has neither a value nor a secret: give it one of the two"),
        ({"name": "URL", "value": "a", "secret": SECRET}, r"Variable\('URL'\) has both a value and a secret"),
        ({"name": "URL", "value": 5}, r"Variable\('URL'\)\.value is 5: text, for example '5'"),
        ({"name": "URL", "secret": "acme"}, r"Variable\('URL'\)\.secret is 'acme': a SecretValue"),
        ({"name": "URL", "value": "https://${TfToken[TOKEN.3]}/"}, r"which only Terraform resolves"),
        ({"name": "URL", "value": "${aws_sqs_queue.jobs.url}"}, r"which only Terraform resolves"),
    ],
)
def test_a_variable_that_is_none_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Variable(**arguments)


def test_a_value_may_be_empty_and_may_hold_what_a_shell_would_replace() -> None:
    assert Variable("PREFIX", "").value == ""
    assert Variable("GREETING", "Hello ${name}").value == "Hello ${name}"
    assert Variable("URL", secret=SECRET).value == ""


@pytest.mark.parametrize("port", [0, -1, 70000, "443", True, 443.0])
def test_a_port_is_a_whole_number_that_tcp_knows(port: Any) -> None:
    with pytest.raises(UsageError, match=r"Offer\.port is .*: a whole number from 1 to 65535"):
        Offer((), Reach.DATABASE_TIER, port)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((), Reach.AWS_API, 8443), "Offer.port is 8443, but AWS APIs answer on 443 alone"),
        (((), Reach.NOTHING, 443), "Offer.port is 443, but Offer.reach is Reach.NOTHING"),
        (((), "AWS API", 443), "Offer.reach is 'AWS API': one of Reach.DATABASE_TIER, Reach.PODS, Reach.AWS_API"),
        ((Variable("A", "b"),), r"Offer.variables is .*: a tuple of them; of one, `\(variable,\)`"),
        (((Variable("A", "b"), Variable("B", "b"), Variable("A", "c")),), "Offer.variables has A twice"),
    ],
)
def test_an_offer_that_contradicts_itself_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Offer(*arguments)


class QueueSpec(ResourceSpec):
    """Another team's, with a mistake."""

    built_in: ClassVar = frozenset()
    ports: ClassVar[Any] = 0

    def offer(self, access: Access) -> Offer:
        return Offer((), Reach.DATABASE_TIER, self.ports)


class ForgetfulSpec(QueueSpec):
    """Returns nothing at all."""

    def offer(self, access: Access) -> Any:
        """None."""


class Shop(Environment):
    queue: QueueSpec
    worker: WorkerSpec


class Forgetful(Environment):
    queue: ForgetfulSpec
    worker: WorkerSpec


BASE = """\
organization: acme
product: shop
account: "111122223333"
region: eu-central-1
version: 1.0.0
queue: {}
worker:
  image: registry.example/web
  health: {command: [is-alive]}
  task_limit_seconds: 60
  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
  scale: {min: 1, max: 1}
  uses: [queue]
"""


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Shop, r"QueueSpec \(environment/test_links\.py\): offer\(read\): Offer\.port is 0"),
        (Forgetful, r"ForgetfulSpec \(environment/test_links\.py\): offer\(read\) is None: return an Offer"),
    ],
)
def test_the_message_says_whose_offer_it_is_and_in_which_file(kind: type[Environment], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_text(kind, "live", {"base": BASE, "live": ""}, datetime.date(2026, 11, 24))


def test_labels_come_round_before_a_secret_has_more_than_it_may() -> None:
    labels = [SecretValue("acme/shop/url", version).label for version in range(1, 30)]
    assert labels[:12] == [f"v{number}" for number in range(1, 13)]
    assert labels[12] == "v1"
    assert all(
        len(set(labels[start : start + KEPT_BEFORE + LEFT + 1])) == KEPT_BEFORE + LEFT + 1 for start in range(20)
    )


def test_a_version_is_forgotten_once_it_is_no_longer_kept() -> None:
    assert SecretValue("acme/shop/url", 3).left == ()
    assert [one.version for one in SecretValue("acme/shop/url", 4).left] == [1]
    assert [one.version for one in SecretValue("acme/shop/url", 9).left] == [4, 5, 6]
