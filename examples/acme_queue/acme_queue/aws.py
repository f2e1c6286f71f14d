"""What a queue becomes on AWS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

from acme_queue.spec import QueueSpec
from twinstack.aws import Infrastructure, Resource, Statement, keep, pin, resource_policy
from twinstack.environment import Access, Link

DAY = 24 * 60 * 60


class Queue(Resource[QueueSpec]):
    """The queue and its dead-letter queue."""

    def __init__(self, scope: Infrastructure[Any], spec: QueueSpec) -> None:
        super().__init__(scope, spec)
        self.dead_letters = self._queue("dead", spec.dead_letter_name, message_retention_seconds=14 * DAY)
        self.resource = self._queue(
            "queue",
            spec.aws_name,
            message_retention_seconds=spec.retention_days * DAY,
            visibility_timeout_seconds=spec.visibility_seconds,
            redrive_policy=json.dumps({"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": spec.tries}),
        )
        scope.output(f"{spec.key}_dead_letters", spec.dead_letter_name, "The queue of what failed again and again")

    def grant(self, link: Link) -> Sequence[Statement]:
        """`read`: receive and delete. `write`: send as well."""
        read = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")
        statements = [Statement("ReceiveMessages", read, [self.resource.arn])]
        if link.access is Access.WRITE:
            statements.append(Statement("SendMessages", ("sqs:SendMessage",), [self.resource.arn]))
        return statements

    def _queue(self, address: str, name: str, **options: Any) -> SqsQueue:
        context = self.context
        arn = f"arn:aws:sqs:{context.region}:{context.account}:{name}"
        tls_only = {
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }  # fmt: skip
        queue = SqsQueue(
            self, address, name=name, sqs_managed_sse_enabled=True, policy=resource_policy([tls_only]),
            tags={"Name": name}, lifecycle=keep(context), **options,
        )  # fmt: skip
        return pin(queue, self.spec.key if address == "queue" else f"{self.spec.key}_{address}")
