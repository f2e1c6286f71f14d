"""Rules over queues, topics and the functions that read them.

Sources: Amazon SQS API Reference, "CreateQueue" and "SetQueueAttributes"; Amazon SNS API Reference, "CreateTopic"; AWS Lambda
Developer Guide, "Using Lambda with Amazon SQS".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Resource, Stack
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "order-by-name", "A queue or topic whose name does not say that it keeps order", "end it in .fifo", severity="error"
)
def order_by_name(stack: Stack) -> Iterator[Fault]:
    """What keeps order has a name that ends in `.fifo`, and nothing else has."""
    for kind, switch in SWITCHES.items():
        for one in stack.of(kind):
            name, keeps = one.literal("name"), one.literal(switch) == "true"
            if name and "${" not in str(one.get(switch)) and name.endswith(END) is not keeps:
                yield Fault(one.address, "name", name, f"{name}{END}" if keeps else f"{switch} beside it")


@RULES(
    "dead-letters-of-another-kind",
    "Dead letters go to a queue of another kind",
    "make both keep order, or neither",
    severity="error",
)
def dead_letters_of_another_kind(stack: Stack) -> Iterator[Fault]:
    """SQS refuses a queue for dead letters that keeps order where the queue does not, or the other way round."""
    for one in stack.of(QUEUE, f"{QUEUE}_redrive_policy"):
        source = one if one.type == QUEUE else stack.referred(one.get("queue_url"))
        for policy in one.policies("redrive_policy") if source is not None else ():
            target = stack.referred(policy.get("deadLetterTargetArn"))
            if source is not None and target is not None and _keeps_order(target) is not _keeps_order(source):
                yield Fault(one.address, "redrive_policy", target.address, f"a queue of the kind of {source.address}")


@RULES(
    "seen-twice",
    "A queue gives its messages out again while the function still works",
    "let visibility_timeout_seconds be six times the function's timeout",
    severity="error",
)
def seen_twice(stack: Stack) -> Iterator[Fault]:
    """Lambda refuses to read a queue whose messages are seen again before the function must have ended."""
    for one in stack.of("aws_lambda_event_source_mapping"):
        queue, function = stack.referred(one.get("event_source_arn")), stack.referred(one.get("function_name"))
        if queue is None or function is None or queue.type != QUEUE:
            continue
        seen = str(queue.data.get("visibility_timeout_seconds") or USUAL_SEEN)
        ends = str(function.data.get("timeout") or USUAL_END)
        if seen.isdigit() and ends.isdigit() and int(seen) < int(ends):
            given = f"{seen}, and {function.address} may take {ends}"
            yield Fault(queue.address, "visibility_timeout_seconds", given, f"{ends} or more, best {6 * int(ends)}")


def _keeps_order(queue: Resource) -> bool:
    return queue.literal("fifo_queue") == "true"


QUEUE: Final = "aws_sqs_queue"
SWITCHES: Final = {QUEUE: "fifo_queue", "aws_sns_topic": "fifo_topic"}
END: Final = ".fifo"
USUAL_SEEN: Final = 30
USUAL_END: Final = 3
"""Seconds, where nothing is said."""
