"""How a limit counts: each way gives the addresses that it is about, each with its number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from twinstack.quotas.document import Document, owner


class Counting(Protocol):
    """One way to count."""

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of an argument, without white space, and with references at their longest."""

    type: str
    argument: str

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        for address, block in document.of(self.type):
            if isinstance(text := block.get(self.argument), str):
                yield address, _size(document, text)


@dataclass(frozen=True, slots=True)
class CharactersTogether:
    """The same, of all resources that belong to one: the policies of a role."""

    type: str
    argument: str
    belongs: str

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        sizes: Counter[str] = Counter()
        for _, block in document.of(self.type):
            sizes[owner(block.get(self.belongs))] += _size(document, block.get(self.argument, ""))
        yield from sizes.items()


@dataclass(frozen=True, slots=True)
class Items:
    """The entries of a list, however deep it lies, or of a block that may stand several times."""

    type: str
    path: tuple[str, ...]

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        for address, block in document.of(self.type):
            found = _at(block, self.path)
            if found is not None:
                yield address, len(found) if isinstance(found, list) else 1


@dataclass(frozen=True, slots=True)
class Children:
    """How many resources of these types belong to one other, where `only` says which of them."""

    types: tuple[str, ...]
    belongs: str
    only: tuple[str, str] | None = None

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        counts: Counter[str] = Counter()
        for type_ in self.types:
            for _, block in document.of(type_):
                if self.only is None or block.get(self.only[0], _GATEWAY) == self.only[1]:
                    counts[owner(block.get(self.belongs))] += 1
        yield from counts.items()


@dataclass(frozen=True, slots=True)
class Names:
    """The characters of a name."""

    type: str
    argument: str = "name"

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        for address, block in document.of(self.type):
            text = block.get(self.argument)
            if isinstance(text, str) and "${" not in text:
                yield address, len(text)


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of each resource, the provider's among them."""

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        default = document.default_tags
        for address, block in document.everything:
            if isinstance(block.get("tags"), Mapping):
                yield address, len({**default, **block["tags"]})


@dataclass(frozen=True, slots=True)
class TagText:
    """The longest key, or the longest value, of each resource's tags."""

    of_keys: bool

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        default = document.default_tags
        for address, block in document.everything:
            tags = {**default, **(block.get("tags") or {})} if isinstance(block.get("tags"), Mapping) else {}
            if tags:
                yield address, max(len(str(one)) for one in (tags if self.of_keys else tags.values()))


@dataclass(frozen=True, slots=True)
class Everything:
    """How many of one type the whole stack has."""

    type: str

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        found = list(document.of(self.type))
        if found:
            yield self.type, len(found)


def _size(document: Document, text: str) -> int:
    return len(re.sub(r"\s", "", document.longest(text)).encode())


def _at(block: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if isinstance(block, list):
            block = block[0] if block else None
        block = block.get(part) if isinstance(block, Mapping) else None
    return block


_GATEWAY: Final = "Gateway"
"""What a VPC endpoint is that does not say."""
