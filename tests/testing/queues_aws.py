"""Constructs of a resource type as an outsider would write them, and what can go wrong in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

from tests.testing.queues import CacheSpec, QueueSpec
from twinstack.aws import Admitting, ClosedGroup, Infrastructure, Key, Resource, Secret, Statement, Tiered, keep, pin
from twinstack.environment import Link


class Queue(Resource[QueueSpec]):
    """Its AWS side."""

    def __init__(self, scope: Infrastructure[Any], spec: QueueSpec) -> None:
        super().__init__(scope, spec)
        self.queue = self.make()
        self.publish()

    @property
    def resource(self) -> Any:
        return self.queue

    def make(self) -> SqsQueue:
        queue = SqsQueue(self, "queue", name=self.spec.aws_name, lifecycle=keep(self.context))
        return pin(queue, self.spec.key)

    def publish(self) -> None:
        self.stack.publish(self.token())

    def token(self) -> Secret:
        key = Key(self, self.spec.key, self.spec.aws_name, context=self.context, purpose="Tokens")
        address = f"{self.spec.key}_token"
        return Secret(self, address, self.spec.token, stack=self.stack, key=key, description="A token")

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


class KeptBackQueue(Queue):
    """Makes and writes the token, and tells nobody."""

    def publish(self) -> None:
        self.token().write("a token")


class UnpinnedQueue(Queue):
    """Leaves its address to cdktf."""

    def make(self) -> SqsQueue:
        return SqsQueue(self, "queue", name=self.spec.aws_name, lifecycle=keep(self.context))


class ForeignQueue(Queue):
    """Takes the address of another field, and may be destroyed."""

    def make(self) -> SqsQueue:
        return pin(SqsQueue(self, "queue", name=self.spec.aws_name), "api")


class LeakyQueue(Queue):
    """Gives secret values to what Terraform keeps."""

    def make(self) -> SqsQueue:
        made = super().make()
        address = f"data.aws_secretsmanager_secret_version.{self.spec.key}"
        self.stack.add_override(address, {"secret_id": "a secret"})
        made.add_override(
            "tags", {"Token": "${upper(ephemeral.aws_secretsmanager_secret_version.queue.secret_string)}"}
        )
        made.add_override("policy_wo", "${ephemeral.aws_secretsmanager_secret_version.queue.secret_string}")
        return made


class PlainOnlyQueue(Queue):
    """Misspells what is read only in production."""

    def make(self) -> SqsQueue:
        if self.context.protected:
            self.spec.retention  # noqa: B018
        return super().make()


class HeadlessQueue(Queue):
    """Makes something before it is itself a construct."""

    def __init__(self, scope: Infrastructure[Any], spec: QueueSpec) -> None:
        self.queue = SqsQueue(self, "queue", name=spec.aws_name)


class UnlabelledQueue(Queue):
    """Writes the token by the provider's own resource, as one did before versions had labels."""

    stages: ClassVar[list[str] | None] = None

    def publish(self) -> None:
        token = self.token()
        self.stack.publish(token)
        version = SecretsmanagerSecretVersion(
            self,
            "token-version",
            secret_id=token.secret.id,
            secret_string_wo="${ephemeral.aws_secretsmanager_random_password.token.random_password}",
            secret_string_wo_version=1,
            version_stages=self.stages,
        )
        pin(version, f"{self.spec.key}_token_v1")


class LabelledQueue(UnlabelledQueue):
    """The same with the label."""

    stages: ClassVar[list[str] | None] = ["AWSCURRENT", "v1"]


class HiddenQueue(Queue):
    """Shows nothing of what it made."""

    @property
    def resource(self) -> Any:
        return None


class BrokenQueue(Queue):
    """Cannot be made."""

    def publish(self) -> None:
        raise RuntimeError("no token today\nsorry")


class Cache(Resource[CacheSpec]):
    """Its AWS side."""

    def __init__(self, scope: Infrastructure[Any], spec: CacheSpec, *, network: Tiered) -> None:
        super().__init__(scope, spec)
        self.group = ClosedGroup(self, spec.key, name=f"{spec.aws_name}-in", vpc_id=network.vpc_id, description="Cache")
        cluster = ElasticacheReplicationGroup(
            self,
            "cluster",
            replication_group_id=spec.aws_name,
            description="Cache",
            security_group_ids=self.groups(),
            port=spec.PORT,
            lifecycle=keep(spec.context),
        )
        self.cluster = pin(cluster, spec.key)

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
