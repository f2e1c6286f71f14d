"""Rules over tables of DynamoDB. Source: Amazon DynamoDB API Reference, "CreateTable"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Stack
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "attribute-of-no-key",
    "An attribute that is no key, or a key that is no attribute",
    "declare the keys of the table and of its indexes, and nothing else",
    severity="error",
)
def attribute_of_no_key(stack: Stack) -> Iterator[Fault]:
    """A table knows only its keys beforehand: DynamoDB refuses any other attribute, and a key that is not declared."""
    for one in stack.of(TABLE):
        if {"dynamic", "for_each", "count"} & set(one.data) or one.get("restore_source_name"):
            continue
        declared = {str(row.get("name")) for row in one.blocks("attribute")}
        blocks = [one.data, *one.blocks("global_secondary_index"), *one.blocks("local_secondary_index")]
        keys = {str(row[key]) for row in blocks for key in ("hash_key", "range_key") if row.get(key)}
        if any("${" in name for name in declared | keys) or any(row.get("key_schema") for row in blocks):
            continue
        for name in sorted(declared ^ keys):
            given = f"{name}, which is no key" if name in declared else f"no {name}, which is a key"
            yield Fault(one.address, "attribute", given, ", ".join(sorted(keys)))


@RULES(
    "capacity-unsaid",
    "A table of fixed capacity without one",
    "say read_capacity and write_capacity, or PAY_PER_REQUEST",
    severity="error",
)
def capacity_unsaid(stack: Stack) -> Iterator[Fault]:
    """DynamoDB refuses a table that is charged by its capacity and says none; that is what it is when nothing is said."""
    for one in stack.of(TABLE):
        if one.literal("billing_mode") in ("", "PROVISIONED") and "${" not in str(one.get("billing_mode")):
            for key in ("read_capacity", "write_capacity"):
                if one.get(key) in (None, 0):
                    yield Fault(one.address, key, "nothing", "1 or more, or billing_mode PAY_PER_REQUEST")


TABLE: Final = "aws_dynamodb_table"
