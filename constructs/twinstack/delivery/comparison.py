"""Whether applying a manifest would change an object: each declared field, and what we own and no longer declare.

The server's own account (managedFields) says which fields are ours and by which keys the items of a list are told apart,
so nothing needs to be known of a kind. What other managers set on fields that are not declared is no change. In doubt it
says that something would change: the dry run that follows (dry_run.py) has the last word.

Source: Kubernetes documentation, "Server-Side Apply"; the form of `fieldsV1` is of structured-merge-diff.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from twinstack.api_server.client import FIELD_MANAGER
from twinstack.delivery.fields import Path
from twinstack.delivery.manifest import JsonObject
from twinstack.delivery.quantity import number_of


def differences(declared: Mapping[str, Any], live: JsonObject, manager: str = FIELD_MANAGER) -> list[Path]:
    """The fields that would change, or become ours, if this manager applied the manifest."""
    owned = owned_fields(live, manager)
    wanted = {key: held for key, held in declared.items() if key not in {"apiVersion", "kind", "status"}}
    wanted["metadata"] = {key: held for key, held in declared["metadata"].items() if key not in {"name", "namespace"}}
    if not wanted["metadata"]:
        del wanted["metadata"]
    return list(_mapping(wanted, live, owned, (), declared["kind"]))


def owned_fields(live: Mapping[str, Any], manager: str = FIELD_MANAGER) -> JsonObject:
    """The fields that this manager applied, as the server notes them; empty where it applied none."""
    for entry in live["metadata"].get("managedFields") or ():
        if entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource"):
            found: JsonObject = entry.get("fieldsV1") or {}
            return found
    return {}


def is_applied(live: Mapping[str, Any], manager: str = FIELD_MANAGER) -> bool:
    """Whether this manager has applied the object at all."""
    return bool(owned_fields(live, manager))


def _any(declared: Any, live: Any, owned: JsonObject, path: Path, kind: str) -> Iterator[Path]:
    inside = {key for key in owned if key != "."}
    if isinstance(declared, Mapping) and isinstance(live, Mapping) and inside:
        yield from _mapping(declared, live, owned, path, kind)
    elif isinstance(declared, list) and isinstance(live, list) and any(key.startswith("k:") for key in inside):
        yield from _items(declared, live, owned, path, kind)
    elif isinstance(declared, list) and isinstance(live, list) and any(key.startswith("v:") for key in inside):
        yield from _members(declared, live, owned, path)
    elif inside or not _same(declared, live, path, kind):
        yield path


def _mapping(
    declared: Mapping[str, Any], live: Mapping[str, Any], owned: JsonObject, path: Path, kind: str
) -> Iterator[Path]:
    for key, wanted in declared.items():
        ours = owned.get(f"f:{key}")
        if ours is None or key not in live:
            yield (*path, key)
        else:
            yield from _any(wanted, live[key], ours, (*path, key), kind)
    for field in owned:
        if field.startswith("f:") and field[2:] not in declared:
            yield (*path, field[2:])


def _items(declared: Sequence[Any], live: Sequence[Any], owned: JsonObject, path: Path, kind: str) -> Iterator[Path]:
    keys = {field: json.loads(field[2:]) for field in owned if field.startswith("k:")}
    left = dict(keys)
    for item in declared:
        # What the manifest leaves out of a key has its default in it: `protocol` of a port.
        matching = [field for field, key in left.items() if _has(item, key)]
        exact = [field for field in matching if _has(item, keys[field], whole=True)]
        field = next(iter(exact or matching), None)
        if field is None:
            yield (*path, _named(item, next(iter(keys.values()))))
            continue
        key = left.pop(field)
        there = next((one for one in live if isinstance(one, Mapping) and _has(one, key, whole=True)), None)
        inner = (*path, tuple(str(held) for held in key.values()))
        if there is None:
            yield inner
        else:
            # The server counts what makes up the key among the fields, also where it is a default.
            ours = {one: held for one, held in owned[field].items() if one[2:] not in key or one[2:] in item}
            yield from _any(item, there, ours, inner, kind)
    yield from ((*path, tuple(str(held) for held in key.values())) for key in left.values())


def _members(declared: Sequence[Any], live: Sequence[Any], owned: JsonObject, path: Path) -> Iterator[Path]:
    ours = [json.loads(field[2:]) for field in owned if field.startswith("v:")]
    yield from ((*path, (str(one),)) for one in declared if one not in ours or one not in live)
    yield from ((*path, (str(one),)) for one in ours if one not in declared)


def _has(item: Any, key: Mapping[str, Any], *, whole: bool = False) -> bool:
    if not isinstance(item, Mapping) or not any(name in item for name in key):
        return False
    return all(item[name] == held if name in item else not whole for name, held in key.items())


def _named(item: Any, key: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(item[name]) for name in key if isinstance(item, Mapping) and name in item) or ("new",)


def _same(declared: Any, live: Any, path: Path, kind: str) -> bool:
    """Whether the server holds what is declared, whole, but for defaults it adds and numbers it writes its own way."""
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        added = [(key, held) for key, held in live.items() if key not in declared]
        return (
            all(one in _DEFAULTS for one in added if not isinstance(one[1], (Mapping, list)))
            and all(not isinstance(held, (Mapping, list)) for _, held in added)
            and all(key in live and _same(held, live[key], (*path, key), kind) for key, held in declared.items())
        )
    if isinstance(declared, list) and isinstance(live, list):
        return len(declared) == len(live) and all(
            _same(one, other, path, kind) for one, other in zip(declared, live, strict=True)
        )
    if declared == live and isinstance(declared, bool) == isinstance(live, bool):
        return True
    return _is_quantity(path, kind) and _quantity(declared) is not None and _quantity(declared) == _quantity(live)


def _is_quantity(path: Path, kind: str) -> bool:
    if kind in {"ConfigMap", "Secret"}:
        return False
    return bool(
        {"limits", "requests", "hard", "capacity"} & set(path[:-1])
        or path[-1] == "sizeLimit"
        or (kind == "HorizontalPodAutoscaler" and path[-1] in {"averageValue", "value", "tolerance"})
    )


def _quantity(held: Any) -> Decimal | None:
    if isinstance(held, bool) or not isinstance(held, (str, int, float)):
        return None
    try:
        return number_of(str(held))
    except ValueError:
        return None


_DEFAULTS: Final = (
    ("protocol", "TCP"),  # ports of network policies
    ("apiVersion", "v1"),  # fieldRef
    ("expirationSeconds", 3600),  # projected tokens
    ("group", "gateway.networking.k8s.io"),
)
"""What the server adds inside of what is owned as a whole. One that is missing here costs a dry run at each deploy."""
