"""One cdk.tf.json as Terraform means it: its resources by address, what they are told to do, and what their references say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from twinstack.environment.content import digest

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Stack:
    """A parsed cdk.tf.json. What has another form than Terraform's JSON has is nothing."""

    document: Block
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Addresses that are called otherwise in what it is compared with: its references are read so."""
    fresh: Collection[str] = ()
    """The addresses whose results only the apply will tell: those that are made anew."""

    @cached_property
    def resources(self) -> Mapping[str, Block]:
        """The arguments of each managed resource, by address."""
        return self._addresses("resource", "")

    @cached_property
    def data(self) -> Mapping[str, Block]:
        """The arguments of each data source: `data.aws_route53_zone.edge`."""
        return self._addresses("data", "data.")

    @cached_property
    def ephemeral(self) -> Mapping[str, Block]:
        """The arguments of each ephemeral block."""
        return self._addresses("ephemeral", "ephemeral.")

    @cached_property
    def moved(self) -> Mapping[str, str]:
        """Former address: new one, through all the blocks that follow one another."""
        pairs = {str(one.get("from")): str(one.get("to")) for one in blocks(self.document.get("moved"))}
        return {former: _end(former, pairs) for former in pairs}

    @cached_property
    def removed(self) -> Mapping[str, bool]:
        """The addresses that it lets go, and whether they are destroyed."""
        found: dict[str, bool] = {}
        for one in blocks(self.document.get("removed")):
            lifecycle = next(iter(blocks(one.get("lifecycle"))), {})
            found[str(one.get("from"))] = lifecycle.get("destroy", True) is not False
        return found

    @cached_property
    def imported(self) -> Mapping[str, str]:
        """The addresses that it takes over, and by which id."""
        return {str(one.get("to")): str(one.get("id", "")) for one in blocks(self.document.get("import"))}

    def lifecycle(self, address: str) -> Block:
        """What its `lifecycle` block says; empty where there is none."""
        return next(iter(blocks(self.resources.get(address, {}).get("lifecycle"))), {})

    def resolved(self, value: Any) -> Any:
        """A value with each reference in it replaced by what it says: the literal that stands there, or, of a result, its
        full name, so that two values are alike if and only if they will be. `shown` makes it readable again.
        """
        return self._resolved(value, frozenset())

    def _addresses(self, kind: str, prefix: str) -> dict[str, Block]:
        found: dict[str, Block] = {}
        for type_name, named in _mapping(self.document.get(kind)).items():
            for name, arguments in _mapping(named).items():
                first = arguments[0] if isinstance(arguments, list) and len(arguments) == 1 else arguments
                found[f"{prefix}{type_name}.{name}"] = _mapping(first)
        return found

    def _resolved(self, value: Any, above: frozenset[str]) -> Any:
        if isinstance(value, Mapping):
            return {name: self._resolved(one, above) for name, one in value.items()}
        if isinstance(value, list):
            return [self._resolved(one, above) for one in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        if whole := _WHOLE.fullmatch(value):
            return self._meaning(whole[1], whole[2], above)
        return _EXPRESSION.sub(lambda found: self._expression(found[0], above), value)

    def _expression(self, expression: str, above: frozenset[str]) -> str:
        """One `${…}` inside of a text."""
        if whole := _WHOLE.fullmatch(expression):
            meaning = self._meaning(whole[1], whole[2], above)
            if not isinstance(meaning, str) or _RESULT not in meaning:
                return str(meaning)
        return _REFERENCE.sub(self._inside(above), expression)

    def _inside(self, above: frozenset[str]) -> Callable[[re.Match[str]], str]:
        def replaced(found: re.Match[str]) -> str:
            meaning = self._meaning(found[1], found[2], above)
            return meaning if isinstance(meaning, str) and _RESULT in meaning else json.dumps(meaning)

        return replaced

    def _meaning(self, address: str, attribute: str, above: frozenset[str]) -> Any:
        """What `address.attribute` says."""
        name = f"{address}.{attribute}"
        if name in above:
            return f"{_RESULT}{name}"
        inside = above | {name}
        if address in {"var", "local"}:
            return self._named(address, attribute, inside)
        arguments = self.resources.get(address)
        if arguments is not None:
            written = arguments.get(attribute)
            if _is_literal(written):
                return self._resolved(written, inside)
            mark = _AFTER if address in self.fresh else ""
            return f"{_RESULT}{self.renamed.get(address, address)}{mark}.{attribute}"
        beside = self.data.get(address, self.ephemeral.get(address))
        if beside is None:
            return f"{_RESULT}{name}"
        asked = {one: said for one, said in self._resolved(beside, inside).items() if one != "//"}
        later = "".join(f"{_RESULT}{one}{_AFTER}" for one in sources(asked))
        return f"{_RESULT}{name}{_ASKED}{digest(asked)}{later}{_END_OF_ASKED}"

    def _named(self, kind: str, name: str, above: frozenset[str]) -> Any:
        if kind == "local":
            said = next((one[name] for one in blocks(self.document.get("locals")) if name in one), None)
        else:
            said = _mapping(_mapping(self.document.get("variable")).get(name)).get("default")
        return f"{_RESULT}{kind}.{name}" if said is None else self._resolved(said, above)


def sources(resolved: Any) -> list[str]:
    """The addresses of what is made anew and is referred to in a resolved value, also by way of others."""
    return [*dict.fromkeys(_FRESH.findall(json.dumps(resolved)))]


def shown(resolved: Any) -> Any:
    """A resolved value for people: results by their names."""
    if isinstance(resolved, Mapping):
        return {name: shown(one) for name, one in resolved.items()}
    if isinstance(resolved, list):
        return [shown(one) for one in resolved]
    return _MARKS.sub("", resolved) if isinstance(resolved, str) else resolved


def blocks(found: Any) -> list[Block]:
    """The blocks under one name, of which Terraform's JSON writes a single one also without a list."""
    if isinstance(found, Mapping):
        return [found]
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _mapping(found: Any) -> Block:
    return found if isinstance(found, Mapping) else {}


def _is_literal(found: Any) -> bool:
    """Whether it is said there, and not in a block, which may have results in it."""
    scalar = isinstance(found, str | int | float)
    return scalar or (isinstance(found, list) and all(isinstance(one, str | int | float) for one in found))


def _end(address: str, pairs: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while address in pairs and address not in seen:
        seen.add(address)
        address = pairs[address]
    return address


_RESULT: Final = "\x00"
"""Stands before the name of a result, which no literal has in it."""
_AFTER: Final = "\x01"
"""Stands behind the address of what is made anew."""
_ASKED: Final = "\x02"
"""Stands before what a data source is asked, by which its results are told apart."""
_END_OF_ASKED: Final = "\x03"
_MARKS: Final = re.compile(rf"{_ASKED}[^{_END_OF_ASKED}]*{_END_OF_ASKED}|[{_RESULT}{_AFTER}]")
_FRESH: Final = re.compile(r"\\u0000([\w.-]+)\\+u0001")
_NAME: Final = r"((?:data\.|ephemeral\.)?[a-z][a-z0-9_]*\.[A-Za-z_][\w-]*|var|local)\.([A-Za-z_][\w-]*)"
_REFERENCE: Final = re.compile(rf"(?<![\w.\"-]){_NAME}")
_WHOLE: Final = re.compile(rf"\$\{{{_NAME}\}}")
_EXPRESSION: Final = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
