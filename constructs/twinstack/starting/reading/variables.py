"""Sorts the variables of a Compose file's services: links, secrets, settings, and each service's own.

A value that may be a secret is never taken over: its variable becomes a provided secret, whose place is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from twinstack.environment.spec import NAME_VARIABLE
from twinstack.layers.document import Path_
from twinstack.layers.secrets_in_text import by_name, may_be_secret
from twinstack.regular_file import read_regular
from twinstack.starting.kind import find_kind
from twinstack.starting.reading.connections import Connection, connection_of, named_in, prefix_of_host
from twinstack.starting.reading.interpolation import Text
from twinstack.starting.reading.reading import Reading, Thing
from twinstack.starting.reading.shares import share
from twinstack.starting.reading.source import Source

if TYPE_CHECKING:
    from twinstack.starting.reading.compose import Service

Reader = Callable[[Any, Path_], Text]


@dataclass(frozen=True, slots=True)
class Given:
    """One variable of a service: its text, and where it stands."""

    name: str
    text: Text | None
    """None: only the surroundings of a machine know it."""
    path: Path_
    file: str = ""
    """The env_file that it is from."""


class Variables:
    """The variables of all services, and what becomes of them."""

    def __init__(self, source: Source, reading: Reading, services: Mapping[str, Service], text: Reader) -> None:
        self.source = source
        self.reading = reading
        self.text = text
        self.all_names: list[str] = [name for name in source.data["services"] if isinstance(name, str)]
        self.services: dict[str, Service] = {
            name: one for name, one in services.items() if find_kind(one.kind).is_workload
        }
        self.resources: dict[str, Service] = {
            name: one for name, one in services.items() if not find_kind(one.kind).is_workload
        }
        self.targets: dict[str, Service] = {
            **self.resources,
            **{name: one for name, one in self.services.items() if one.kind == "web_service"},
        }

    def fill(self) -> None:
        """Gives every workload its links, and the product its settings and secrets."""
        plain: dict[str, dict[str, str]] = {}
        secret: dict[tuple[str, str], list[str]] = {}
        for one in self.services.values():
            thing = self.reading.by_key[one.key]
            connections: dict[str, list[Connection]] = {}
            own: dict[str, str] = {}
            variables = [*self._given(one)]
            self.prefixes: dict[str, str] = dict(self._prefixes(variables))
            for given in variables:
                self._sort(one, given, connections, own, secret)
            self._link(one, thing, connections)
            plain[one.key] = own
        share(self.reading, plain, secret)

    def _prefixes(self, variables: list[Given]) -> Iterator[tuple[str, str]]:
        for given in variables:
            prefix = prefix_of_host(given.name)
            if prefix and given.text is not None and given.text.text in self.targets:
                yield prefix, given.text.text

    def _sort(
        self,
        one: Service,
        given: Given,
        connections: dict[str, list[Connection]],
        own: dict[str, str],
        secret: dict[tuple[str, str], list[str]],
    ) -> None:
        if given.name == NAME_VARIABLE:
            self._leave_out(given, "twinstack sets it; `environment_value` says another value")
            return
        if given.text is not None and (found := self._connection(one, given.name, given.text.text)):
            if found.part:
                connections.setdefault(found.service, []).append(found)
            if found.reason:
                self._leave_out(given, found.reason)
            return
        text = given.text
        others = [name for name in self.all_names if name != one.name]
        if (
            text
            and text.is_known
            and not may_be_secret(given.name, text.text)
            and (named := named_in(text.text, others))
        ):
            is_left = named not in self.targets
            why = (
                "which is left out: say where it is"
                if is_left
                else "which has another address in a cluster: link to it"
            )
            self._leave_out(given, f"it names {named}, {why}")
            return
        if text and text.is_known and not may_be_secret(given.name, text.text) and not by_name(given.name, _SOMETHING):
            own[given.name] = text.text
            return
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,199}", given.name):
            self._leave_out(given, "a secret's variable is written in capitals, and this may be one")
            return
        origin = ",".join(text.unknown) or text.text if text else ""
        secret.setdefault((given.name, origin), []).append(one.key)

    def _connection(self, one: Service, variable: str, text: str) -> Connection | None:
        return connection_of(variable, text, self.targets, one.name, self.prefixes)

    def _leave_out(self, given: Given, reason: str) -> None:
        self.reading.leave_out(
            self.source.line(given.path), given.path, reason, f"in {given.file}" if given.file else ""
        )

    def _given(self, one: Service) -> Iterator[Given]:
        """Those of its files, then its own, which win."""
        found: dict[str, Given] = {}
        for index, entry in enumerate(self._files(one)):
            path = (*one.path, "env_file", index)
            for name, value in self._read_file(entry, path):
                found[name] = Given(name, Text(value) if value is not None else None, path, entry)
        environment = one.data.get("environment")
        pairs: dict[str, tuple[Any, Path_]] = {}
        if isinstance(environment, list):
            for index, line in enumerate(environment):
                name, separator, value = str(line).partition("=")
                pairs[name] = (value if separator else None, (*one.path, "environment", index))
        elif isinstance(environment, Mapping):
            pairs = {name: (value, (*one.path, "environment", name)) for name, value in environment.items()}
        for name, (value, path) in pairs.items():
            found[name] = Given(name, None if value is None else self.text(value, path), path)
        for given in found.values():
            if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", given.name):
                yield given
            else:
                self._leave_out(given, "no name of a variable")

    def _files(self, one: Service) -> Iterator[str]:
        given = one.data.get("env_file")
        for entry in given if isinstance(given, list) else [given] if given else []:
            name = entry.get("path", "") if isinstance(entry, Mapping) else entry
            yield self.text(name, (*one.path, "env_file")).text

    def _read_file(self, name: str, path: Path_) -> Iterator[tuple[str, str | None]]:
        try:
            lines = read_regular(self.source.path.parent / name, LARGEST_BYTES).decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "no text in UTF-8"
            self.reading.leave_out(
                self.source.line(path), path, f"it cannot be read ({reason}), so its variables are not known", name
            )
            return
        for line in lines:
            if found := _LINE.fullmatch(line):
                value = found["quoted"] or found["single"] or found["text"] or ""
                yield found["name"], value.strip() if found["sign"] else None

    def _link(self, one: Service, thing: Thing, connections: Mapping[str, list[Connection]]) -> None:
        depends = one.data.get("depends_on")
        named = [*connections, *(name for name in (depends or ()) if name in self.resources)]
        for name in dict.fromkeys(named):
            target = self.targets[name]
            parts: dict[str, list[str]] = {}
            for connection in connections.get(name, ()):
                parts.setdefault(connection.part, []).append(connection.variable)
            thing.uses.append(self._use(one, target, parts))

    def _use(self, one: Service, target: Service, parts: dict[str, list[str]]) -> str:
        access = (
            "admin" if one.kind == "job" and target.kind == "postgres" else "write" if target.kind == "bucket" else ""
        )
        if target.kind == "bucket":
            reason = "which rights it needs is not said: `write` is written, `read`, `list` and `delete` are others"
            self.reading.leave_out(self.source.line(one.path), one.path, reason, target.key)
        own = find_kind(target.kind).spec
        usual = f"{target.key.upper()}_{'BUCKET' if target.kind == 'bucket' else 'URL'}"
        main = "name" if target.kind == "bucket" else "url"
        if parts and main not in parts and own is not None:
            parts = {main: [], **parts}
        if parts in ({}, {main: [usual]}):
            return f"{target.key}: {access}" if access else target.key
        names = ", ".join(f"{part}: {_names(variables)}" for part, variables in parts.items())
        said = f"access: {access}, " if access else ""
        return f"{target.key}: {{{said}variables: {{{names}}}}}"


def _names(variables: list[str]) -> str:
    return variables[0] if len(variables) == 1 else f"[{', '.join(variables)}]"


LARGEST_BYTES: Final = 1 << 20
_SOMETHING: Final = "x9Kq2LmZ7pTw4R"
"""A value that is neither a switch nor a number, to ask what a name alone says."""
_LINE: Final = re.compile(
    r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*(?P<sign>=)?\s*"
    r"(?:\"(?P<quoted>[^\"]*)\"|'(?P<single>[^']*)'|(?P<text>(?:(?!\s#).)*))?(?:\s+#.*)?\s*"
)
