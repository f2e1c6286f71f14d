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
        return _mappings(self.data.get(key))

    def document(self, key: str) -> list[Mapping[str, Any]]:
        """The statements of a policy that is written out as JSON; none of one that is not known now."""
        try:
            found: Any = json.loads(str(self.data.get(key)))
        except ValueError:
            return []
        return [one for every in _mappings(found) for one in _mappings(every.get("Statement"))]


@dataclass(frozen=True, slots=True)
class Stack:
    """All resources of one environment."""

    data: Mapping[str, Any]

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, of all types where none is given."""
        for kind, named in self.data.get("resource", {}).items():
            if not types or kind in types:
                for name, data in named.items():
                    yield Resource(kind, name, data)

    def referred(self, value: Any) -> Resource | None:
        """The resource that `${aws_subnet.a.id}` is an attribute of, if it is one of this stack."""
        found = _REFERENCE.fullmatch(str(value))
        if found is None:
            return None
        data = self.data.get("resource", {}).get(found[1], {}).get(found[2])
        return None if data is None else Resource(found[1], found[2], data)


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    every = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [one for one in every if isinstance(one, Mapping)]


_REFERENCE: Final = re.compile(r"\$\{(\w+)\.([\w-]+)\.\w+\}")
