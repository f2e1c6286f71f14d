"""What a queue is described by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.environment import Access, NameRule, Offer, Queue, QueueTrigger, Reach, ResourceSpec, Variable, Writes
from twinstack.local import StandIn


class QueueSpec(ResourceSpec):
    """An SQS queue: encrypted, TLS only, with a dead-letter queue for what fails again and again.

    Source: Amazon SQS Developer Guide, "Dead-letter queues", "Security best practices".
    """

    access_levels: ClassVar = (Access.READ, Access.WRITE)
    name_rules: ClassVar = {"SQS queue": NameRule(80, re.compile(r"[A-Za-z0-9_-]+"), "letters, digits, hyphens and _")}

    visibility_seconds: Annotated[int, Writes("aws_sqs_queue", "visibility_timeout_seconds")] = 60
    """How long a message that was received is hidden from others; longer than its work takes."""
    retention_days: Annotated[int, Field(ge=1, le=14)] = 4
    """Days that a message is kept."""
    tries: Annotated[int, Field(ge=1, le=1000)] = 5
    """How often a message is received before it goes to the dead-letter queue."""

    @property
    def aws_services(self) -> tuple[str, ...]:
        return ("sqs",)

    @property
    def dead_letter_name(self) -> str:
        """`acme-reports-jobs-dead`."""
        return self.aws_name_of("dead")

    @property
    def url(self) -> str:
        """Its address, which is known before it exists."""
        return f"https://sqs.{self.context.region}.amazonaws.com/{self.context.account}/{self.aws_name}"

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same address at every level
        return Offer((Variable(f"{self.key.upper()}_QUEUE_URL", self.url),), Reach.AWS_API, 443)

    def queue_trigger(self, queue: Queue) -> QueueTrigger:
        """For KEDA, whose own role needs `sqs:GetQueueAttributes` of it: that is the cluster's owner's."""
        told = {"queueURL": self.url, "awsRegion": self.context.region, "queueLength": str(queue.tasks_per_replica)}
        return QueueTrigger("aws-sqs-queue", told, identity="aws")

    def local(self) -> StandIn:
        from acme_queue.local import stand_in

        return stand_in(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield from (("SQS queue", name) for name in (self.aws_name, self.dead_letter_name))
