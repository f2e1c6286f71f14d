"""A resource type as an outsider would write it, and what can go wrong in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

from twinstack.aws import Admitting, Infrastructure, Key, Resource, Secret, Statement
from twinstack.aws.database import ClosedGroup, Tiered
from twinstack.environment import Access, Link, NameRule, Offer, Reach, ResourceSpec, SecretValue, Variable
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


class Queue(Resource[QueueSpec]):
    """Its AWS side."""

    def __init__(self, scope: Infrastructure[Any], spec: QueueSpec) -> None:
        super().__init__(scope, spec)
        self.queue = SqsQueue(self, "queue", name=spec.aws_name)
        self.publish()

    @property
    def resource(self) -> Any:
        return self.queue

    def publish(self) -> None:
        key = Key(self, self.spec.key, self.spec.aws_name, context=self.context, purpose="Tokens")
        secret = Secret(self, "queue_token", self.spec.token, stack=self.stack, key=key, description="A token")
        self.stack.publish(secret)

    def grant(self, link: Link) -> Sequence[Statement]:
        return [Statement("Receive", ("sqs:ReceiveMessage",), [self.queue.arn])]


class StarQueue(Queue):
    """Grants everything."""

    def grant(self, link: Link) -> Sequence[Statement]:
        return [Statement("Everything", ("sqs:*",), ["*"])]


class RegionQueue(Queue):
    """Grants one action on every queue of the account; the messages of one log group, colon and star, are no such thing."""

    def grant(self, link: Link) -> Sequence[Statement]:
        return [
            Statement("Any", ("sqs:SendMessage",), ["arn:aws:sqs:eu-central-1:111122223333:*"]),
            Statement("Log", ("logs:PutLogEvents",), ["arn:aws:logs:eu-central-1:111122223333:log-group:a:*"]),
        ]


class StingyQueue(Queue):
    """Grants nothing."""

    def grant(self, link: Link) -> Sequence[Statement]:
        return []


class UnpublishedQueue(Queue):
    """Never publishes the token."""

    def publish(self) -> None:
        pass


class HiddenQueue(Queue):
    """Shows nothing of what it made."""

    @property
    def resource(self) -> Any:
        return None


class BrokenQueue(Queue):
    """Cannot be made."""

    def publish(self) -> None:
        raise RuntimeError("no token today\nsorry")


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


class Cache(Resource[CacheSpec]):
    """Its AWS side."""

    def __init__(self, scope: Infrastructure[Any], spec: CacheSpec, *, network: Tiered) -> None:
        super().__init__(scope, spec)
        self.group = ClosedGroup(self, spec.key, name=f"{spec.aws_name}-in", vpc_id=network.vpc_id, description="Cache")
        self.cluster = ElasticacheReplicationGroup(
            self,
            "cluster",
            replication_group_id=spec.aws_name,
            description="Cache",
            security_group_ids=self.groups(),
            port=spec.PORT,
        )

    @property
    def resource(self) -> Any:
        return self.cluster

    def groups(self) -> list[str] | None:
        return [self.group.id]

    def admit(self, cluster: Admitting) -> None:
        self.group.admit(cluster.security_group_id, self.spec.PORT, "Pods")


class ClosedCache(Cache):
    """Forgets to admit anybody."""

    def admit(self, cluster: Admitting) -> None:
        pass


class LooseCache(Cache):
    """In no security group."""

    def groups(self) -> list[str] | None:
        return None


class PublicCache(Cache):
    """Admits another group too, always, and one more port."""

    def __init__(self, scope: Infrastructure[Any], spec: CacheSpec, *, network: Tiered) -> None:
        super().__init__(scope, spec, network=network)
        self.group.admit("sg-0123456789abcdef0", 22, "A bastion")

    def admit(self, cluster: Admitting) -> None:
        for port in (self.spec.PORT, 6379):
            self.group.admit(cluster.security_group_id, port, "Pods")
