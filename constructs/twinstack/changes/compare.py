"""Two outputs of an environment held against each other: both halves, on one list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from twinstack.changes.difference import Difference
from twinstack.changes.former import Outputs
from twinstack.changes.infrastructure import changes_of_infrastructure
from twinstack.changes.workloads import changes_of_workloads
from twinstack.environment.spec import Half


def compare(
    before: Outputs,
    after: Outputs,
    *,
    fields: Collection[str] = (),
    users: Mapping[str, Sequence[str]] | None = None,
    halves: Sequence[Half] = tuple(Half),
) -> Difference:
    """Everything that is different, the worst first.

    `fields` are those of the environment that a change can belong to, `users` who uses each of them, in words.
    """
    found = changes_of_infrastructure(before.stack, after.stack, fields) if Half.INFRASTRUCTURE in halves else []
    if Half.WORKLOADS in halves:
        found += changes_of_workloads(before.manifests, after.manifests, fields)
    known = users or {}
    changes = (replace(one, used_by=tuple(known.get(one.thing, ()))) for one in found)
    return Difference.of(before.label, after.label, changes)
