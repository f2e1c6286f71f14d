"""Specs of a resource type as an outsider would write them, and what can go wrong in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from twinstack.environment import Access, Finding, NameRule, Offer, Reach, ResourceSpec, SecretValue, Variable, relaxed
from twinstack.local import Entry, StandIn


class QueueSpec(ResourceSpec):
    """A queue behind an AWS API, with a token beside it."""

    access_levels: ClassVar = (Access.READ, Access.WRITE)
    name_rules: ClassVar = {"SQS queue": NameRule(80, re.compile(r"[A-Za-z0-9_-]+"), "letters and digits")}

    @property
    def token(self) -> SecretValue:
        return SecretValue(self.context.secret_name(self.key, "token"))

    def offer(self, access: Access) -> Offer:
        return Offer(
            (Variable("QUEUE_URL", f"https://sqs.example/{self.aws_name}"), Variable("QUEUE_TOKEN", secret=self.token)),
            Reach.AWS_API,
            443,
        )

    def local(self) -> StandIn:
        return StandIn(
            variables={
                "QUEUE_URL": "http://queue:9324",
                "QUEUE_TOKEN": "local",
                "AWS_ENDPOINT_URL_SQS": "http://queue",
            },
            entries=(
                Entry("Queues", "QUEUE_URL", "http://localhost:9324", "where the queue is"),
                Entry("Queues", "QUEUE_TOKEN", "local", "any text", is_secret=True),
            ),
        )

    def names(self) -> Iterator[tuple[str, str]]:
        yield "SQS queue", self.aws_name
        yield "Secrets Manager secret", self.token.name


class LocalGapSpec(QueueSpec):
    """Forgets a variable on a developer's machine."""

    def local(self) -> StandIn:
        return StandIn(
            variables={"QUEUE_TOKEN": "local"},
            entries=(Entry("Queues", "QUEUE_TOKEN", "local", "any text", is_secret=True),),
        )


class SilentSpec(QueueSpec):
    """Explains nothing in .env.example, and shows a secret there as if it were none."""

    def local(self) -> StandIn:
        return StandIn(
            variables={"QUEUE_URL": "http://queue:9324", "QUEUE_TOKEN": "local"},
            entries=(Entry("Queues", "QUEUE_TOKEN", "local", " "),),
        )


class NamelessSpec(QueueSpec):
    """Declares no name."""

    def names(self) -> Iterator[tuple[str, str]]:
        yield from ()


class PortlessSpec(QueueSpec):
    """Says where its traffic goes, but not to which port."""

    def offer(self, access: Access) -> Offer:
        return Offer(reach=Reach.AWS_API)


class FailingSpec(QueueSpec):
    """Fails while it loads."""

    def names(self) -> Iterator[tuple[str, str]]:
        yield "SQS queue", self.aws_name.nothing


class UnwrittenSpec(ResourceSpec):
    """Has no offer yet."""


class CacheSpec(ResourceSpec):
    """Something in the database tier."""

    PORT: ClassVar = 11211

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("CACHE_ADDRESS", "cache"),), Reach.DATABASE_TIER, self.PORT)

    def local(self) -> StandIn:
        return StandIn(
            variables={"CACHE_ADDRESS": "cache"}, entries=(Entry("Cache", "CACHE_ADDRESS", "localhost", "where it is"),)
        )

    def names(self) -> Iterator[tuple[str, str]]:
        yield "ElastiCache replication group", self.aws_name


class RelaxedSpec(QueueSpec):
    """Asks something of production that the example does not give."""

    def review(self) -> Iterator[Finding]:
        if self.context.protected:
            yield relaxed("ACME1", "retention", "retention_days", 0, "1 or more")


class StrictSpec(QueueSpec):
    """Refuses production."""

    def review(self) -> Iterator[Finding]:
        if self.context.protected:
            yield Finding("ACME2", "no queue for production", ())


class StrayCacheSpec(CacheSpec):
    """Says of something with a security group that no traffic goes there."""

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("CACHE_ADDRESS", "cache"),))


class PodCacheSpec(CacheSpec):
    """Says of something outside the cluster that pods answer."""

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("CACHE_ADDRESS", "cache"),), Reach.PODS, self.PORT)
