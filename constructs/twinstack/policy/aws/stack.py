"""One environment's Terraform JSON, by type and address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as it is written. What is `${…}` is not known before an apply."""

    type: str
    name: str
    data: Mapping[str, Any]

    @property
    def address(self) -> str:
        """`aws_db_instance.database`."""
        return f"{self.type}.{self.name}"

    def get(self, key: str) -> Any:
        """The argument; None also where it is written as null or empty."""
        value = self.data.get(key)
        return None if value in ("", [], {}) else value

    def literal(self, key: str) -> str:
        """The argument as text where it is a plain value that is known now, else empty."""
        value = self.data.get(key)
        if value is None or isinstance(value, (Mapping, list)) or "${" in str(value):
            return ""
        return str(value).lower() if isinstance(value, bool) else str(value)

    def blocks(self, key: str) -> list[Mapping[str, Any]]:
        """The blocks of a name: JSON has one as an object, several as a list."""
        return mappings(self.data.get(key))

    def document(self, key: str) -> list[Mapping[str, Any]]:
        """The statements of a policy that is written out as JSON; none of one that is not known now."""
        return [one for every in self.policies(key) for one in mappings(every.get("Statement"))]

    def policies(self, key: str) -> list[Mapping[str, Any]]:
        """The policy that is written out as JSON; none where it is not known now."""
        try:
            found: Any = json.loads(str(self.data.get(key)))
        except ValueError:
            return []
        return mappings(found)

    @property
    def lifecycle(self) -> Mapping[str, Any]:
        """The block `lifecycle`."""
        return next(iter(self.blocks("lifecycle")), {})

    @property
    def varies(self) -> bool:
        """Whether there may be none of it, or several: it excludes no other one of the same name."""
        return bool({"count", "for_each"} & set(self.data))

    def inner(self, *path: str) -> Any:
        """The argument of a block in a block; None where one of them is not there."""
        found: Any = self.data
        for key in path:
            found = next(iter(mappings(found)), {}).get(key)
        return found


@dataclass(frozen=True, slots=True)
class Stack:
    """All resources of one environment."""

    data: Mapping[str, Any]

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, of all types where none is given."""
        for kind, named in _items(self.data.get("resource")):
            if not types or kind in types:
                for name, data in _items(named):
                    yield from (Resource(kind, name, one) for one in mappings(data))

    def referred(self, value: Any) -> Resource | None:
        """The resource that `${aws_subnet.a.id}` is an attribute of, if it is one of this stack."""
        found = _REFERENCE.fullmatch(str(value))
        return None if found is None else next(self._named("resource", found[1], found[2]), None)

    def zone_name(self, zone_id: Any) -> str:
        """The name of the Route 53 zone that an id is of, which this stack makes or looks up; empty where nobody knows."""
        found = re.fullmatch(r"\$\{(data\.)?aws_route53_zone\.([\w-]+)\.(?:zone_)?id\}", str(zone_id))
        block = "data" if found and found[1] else "resource"
        zones = self._named(block, "aws_route53_zone", found[2]) if found else iter(())
        return next((one.literal("name") for one in zones), "")

    def listed(self, block: str) -> list[Mapping[str, Any]]:
        """The blocks that are lists: `moved`, `removed` and `import`."""
        return mappings(self.data.get(block))

    def statements(self, one: Resource, key: str) -> list[Mapping[str, Any]]:
        """The statements of a policy, as JSON has them, that is written out or made by a data source of this stack."""
        found = _DOCUMENT.fullmatch(str(one.data.get(key)))
        if found is None:
            return one.document(key)
        document = next(self._named("data", "aws_iam_policy_document", found[1]), None)
        if document is None or any(document.get(key) for key in _ELSEWHERE):
            return []
        return [_as_json(each) for each in document.blocks("statement")]

    def _named(self, block: str, kind: str, name: str) -> Iterator[Resource]:
        for one_kind, named in _items(self.data.get(block)):
            if one_kind == kind and isinstance(named, Mapping):
                yield from (Resource(kind, name, each) for each in mappings(cast("Any", named).get(name)))


def texts(value: Any) -> list[str]:
    """The texts of what JSON has as one text or as a list."""
    every = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [one for one in every if isinstance(one, str)]


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of what JSON has as one mapping or as a list."""
    every = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [one for one in every if isinstance(one, Mapping)]


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(cast("Mapping[str, Any]", value).items()) if isinstance(value, Mapping) else []


def _as_json(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """A statement of the data source, as the policy it becomes has it."""
    found: dict[str, Any] = {"Effect": statement.get("effect") or "Allow"}
    for key, name in _BLOCKS.items():
        rows = mappings(statement.get(key))
        if rows:
            found[name] = {str(row.get("type")): row.get("identifiers") for row in rows}
    if mappings(statement.get("condition")):
        found["Condition"] = {}
    return found | {name: statement[key] for key, name in _ARGUMENTS.items() if statement.get(key)}


_DOCUMENT: Final = re.compile(r"\$\{data\.aws_iam_policy_document\.([\w-]+)\.(?:minified_)?json\}")
_ELSEWHERE: Final = ("source_policy_documents", "override_policy_documents", "dynamic", "for_each", "count")
_BLOCKS: Final = {"principals": "Principal", "not_principals": "NotPrincipal"}
_ARGUMENTS: Final = {
    "sid": "Sid", "actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource",
}  # fmt: skip
_REFERENCE: Final = re.compile(r"\$\{(\w+)\.([\w-]+)\.\w+\}")
