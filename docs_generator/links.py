"""What each access level of a resource gives: variables, the way there, and what the workload's role may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docs_generator.example import Example
from twinstack.environment import Access, Offer, Reach, ResourceSpec
from twinstack.testing.bench import Bench, arguments_of
from twinstack.testing.grants import as_list, statements_of


def access_tables(example: Example) -> str:
    """One row for each access level, then what its role is allowed, read from the synthesized policy."""
    spec = example.spec
    assert isinstance(spec, ResourceSpec)
    rows = ["| access | variables | the way there |", "|---|---|---|"]
    for level in spec.access_levels:
        default = " (default)" if level is spec.access_levels[0] else ""
        offer = spec.offer(level)
        names = ", ".join(f"`{one.name}`{' (secret)' if one.secret else ''}" for one in offer.variables)
        rows.append(f"| `{level}`{default} | {names} | {_way(offer)} |")
    grants = [*_grants(example, spec)]
    if not grants:
        return "\n".join(rows)
    return "\n".join([*rows, "", "| access | its role may | on |", "|---|---|---|", *grants])


def _way(offer: Offer) -> str:
    port = f", port {offer.port}" if offer.port else ""
    return {
        Reach.DATABASE_TIER: f"the database subnets{port}",
        Reach.PODS: f"the pods of the service{port}",
        Reach.AWS_API: f"AWS{port}",
        Reach.NOTHING: "none: it only delivers values",
    }[offer.reach]


def _grants(example: Example, spec: ResourceSpec) -> Iterator[str]:
    construct = vars(example.infrastructure).get(example.room.key)
    if construct is None:
        return
    data = example.loaded.merged.data[example.room.key]
    bench = Bench(type(spec), example.room.key, data, linked=True, protected=False)
    built = bench.build(type(construct), arguments_of(type(construct)))
    for level in spec.access_levels:
        for statement in statements_of(built.template, bench.worker(level).service_account):
            yield _row(level, statement)


def _row(level: Access, statement: Mapping[str, Any]) -> str:
    actions = "<br>".join(f"`{action}`" for action in as_list(statement["Action"]))
    resources = "<br>".join(f"`{one}`" for one in as_list(statement["Resource"]))
    only = [
        f"only if `{key}` is `{value}`"
        for test in statement.get("Condition", {}).values()
        for key, value in test.items()
    ]
    return f"| `{level}` | {actions} | {'<br>'.join([resources, *only])} |"
