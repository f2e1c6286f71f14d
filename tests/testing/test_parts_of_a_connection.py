"""check_resource of a resource type that offers parts of its connection: both sides have to fill each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.testing import queues, queues_aws
from twinstack.aws import Secret
from twinstack.environment import Access, Offer, SecretValue, Variable
from twinstack.local import Entry, StandIn
from twinstack.testing import check_resource

HERE = "(testing/test_parts_of_a_connection.py)"


class PartsSpec(queues.QueueSpec):
    """Offers a host and a token, both of one secret, on demand."""

    @property
    def connection(self) -> SecretValue:
        return SecretValue(self.context.secret_name(self.key, "connection"), entry="host")

    def offer(self, access: Access) -> Offer:
        return replace(
            super().offer(access),
            parts=(
                Variable("QUEUE_HOST", secret=self.connection, part="host"),
                Variable("QUEUE_KEY", secret=replace(self.connection, entry="token"), part="token"),
                Variable("QUEUE_PORT", "443", part="port"),
            ),
        )

    def local(self) -> StandIn:
        whole = super().local()
        return replace(
            whole,
            variables={**whole.variables, "QUEUE_HOST": "queue", "QUEUE_KEY": "local", "QUEUE_PORT": "9324"},
            parts=(
                Entry("Queues", "QUEUE_HOST", "localhost", "where it is", is_secret=True),
                Entry("Queues", "QUEUE_KEY", "local", "any text", is_secret=True),
                Entry("Queues", "QUEUE_PORT", "9324", "its port"),
            ),
        )

    def names(self) -> Any:
        yield from super().names()
        if self.delivers(self.connection):
            yield "Secrets Manager secret", self.connection.name


class GapSpec(PartsSpec):
    """Forgets one part on a developer's machine."""

    def local(self) -> StandIn:
        whole = super().local()
        left = {name: value for name, value in whole.variables.items() if name != "QUEUE_PORT"}
        return replace(whole, variables=left, parts=whole.parts[:2])


class SilentSpec(PartsSpec):
    """Explains no part in .env.example."""

    def local(self) -> StandIn:
        return replace(super().local(), parts=())


class PartsQueue(queues_aws.Queue):
    """Makes the secret of the parts where a link asks for them."""

    value = '${jsonencode({ host = "sqs.example", token = "text" })}'

    def publish(self) -> None:
        spec, token = self.spec, self.token()
        self.stack.publish(token)
        if spec.delivers(spec.connection):
            place = replace(spec.connection, entry="")
            address = f"{spec.key}_connection"
            secret = Secret(self, address, place, stack=self.stack, key=token.key, description="the queue's parts")
            secret.write(self.value)
            self.stack.publish(secret)


class TokenlessQueue(PartsQueue):
    """Writes a JSON object that lacks a part."""

    value = '${jsonencode({ host = "sqs.example", other_token = "text" })}'


class WholeQueue(PartsQueue):
    """Writes no JSON object at all."""

    value = "sqs.example"


class LazyQueue(queues_aws.Queue):
    """Makes no secret of parts."""


def wrong(spec: type[PartsSpec], construct: Any) -> list[str]:
    with pytest.raises(AssertionError) as caught:
        check_resource(spec, construct, example={}, key="queue")
    return [line.partition(". ")[2] for line in str(caught.value).splitlines()[1:]]


def test_parts_that_both_sides_fill_are_accepted() -> None:
    check_resource(PartsSpec, PartsQueue, example={}, key="queue")


def test_a_part_that_is_not_filled_locally_is_named() -> None:
    (found,) = wrong(GapSpec, PartsQueue)
    assert found.startswith("QUEUE_PORT is offered to read, write but not filled on a developer's machine")


def test_a_part_without_a_line_is_named() -> None:
    assert wrong(SilentSpec, PartsQueue) == [
        f"{name} has no line in .env.example: add an Entry to SilentSpec.local() {HERE}"
        for name in ("QUEUE_HOST", "QUEUE_KEY", "QUEUE_PORT")
    ]


def test_a_part_that_is_not_written_on_aws_is_named() -> None:
    (found,) = wrong(PartsSpec, TokenlessQueue)
    assert found.startswith(
        "the part token is offered as token of the secret acme-shop-check/queue/connection, but "
        "aws_secretsmanager_secret_version.queue_connection_v1 does not write that"
    )
    assert [text.split(" is offered")[0] for text in wrong(PartsSpec, WholeQueue)] == [
        "the part host",
        "the part token",
    ]


def test_a_secret_of_parts_that_is_never_made_is_named_once() -> None:
    (found,) = wrong(PartsSpec, LazyQueue)
    assert found.startswith(
        "the secret acme-shop-check/queue/connection is offered as QUEUE_HOST (read), QUEUE_KEY (read)"
    )
