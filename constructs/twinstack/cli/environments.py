"""`twinstack list`: the environments, and the table of them that other commands show too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twinstack.cli.render import Piece, emit_json, table
from twinstack.environment.spec import WorkloadSpec
from twinstack.layers.load import Loaded
from twinstack.product import Product


def list_environments(product: Product[Any], *, as_json: bool) -> None:
    """Prints every environment with where it is deployed."""
    loaded = product.load_all()
    if as_json:
        emit_json([summary(one) for one in loaded])
    else:
        summary_table(loaded)


def summary(loaded: Loaded[Any]) -> dict[str, Any]:
    """What matters of an environment, for machines."""
    environment = loaded.environment
    return {
        "name": environment.name,
        "stack": environment.stack_id,
        "account": environment.account,
        "region": environment.region,
        "version": environment.version,
        "protected": environment.protected,
        "namespace": environment.context.namespace,
        "resources": sum(not isinstance(spec, WorkloadSpec) for spec in environment.resources),
        "workloads": sum(1 for _ in environment.workloads),
        "links": len(environment.links),
        "warnings": len(loaded.warnings),
    }


def summary_table(loaded: Sequence[Loaded[Any]]) -> None:
    """The same for people."""
    table(
        ("environment", "account", "region", "version", "protected", "resources", "workloads", "links"),
        map(_row, loaded),
    )


def _row(loaded: Loaded[Any]) -> Sequence[str | Piece]:
    data = summary(loaded)
    protected = ("yes", "bold magenta") if data["protected"] else ("no", "dim")
    return (
        (data["name"], "bold cyan"), data["account"], data["region"], data["version"], protected,
        str(data["resources"]), str(data["workloads"]), str(data["links"]),
    )  # fmt: skip
