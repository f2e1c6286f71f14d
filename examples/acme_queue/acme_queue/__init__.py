"""A resource type from outside the library: an SQS queue with a dead-letter queue."""

from acme_queue.spec import QueueSpec

__all__ = ["QueueSpec"]
