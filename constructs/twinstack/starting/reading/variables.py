"""Sorts the variables of a Compose file's services: links, secrets, settings, and each service's own.

A value that may be a secret is never taken over: its variable becomes a provided secret, whose place is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from twinstack.environment.spec import NAME_VARIABLE
from twinstack.environment.text import check_text
from twinstack.layers.document import Path_
from twinstack.layers.secrets_in_text import by_name, may_be_secret
from twinstack.regular_file import read_regular
from twinstack.starting.kind import find_kind
from twinstack.starting.reading.connections import Connection, connection_of, named_in, prefix_of_host
from twinstack.starting.reading.env_file import entries, raw_entries
from twinstack.starting.reading.interpolation import Text
from twinstack.starting.reading.reading import Reading, Thing
from twinstack.starting.reading.scalars import Plain, by_compose
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
    reason: str = ""
    """Why it is not certain which text a container is given."""


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
            taken = {*own, *(name for (name, _), keys in secret.items() if one.key in keys)}
            self._link(one, thing, connections, taken)
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
        if found := self._connection(one, given):
            if found.part:
                connections.setdefault(found.service, []).append(self._of_its_database(found))
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

    def _connection(self, one: Service, given: Given) -> Connection | None:
        if given.text is not None:
            found = connection_of(given.name, given.text.text, self.targets, one.name, self.prefixes)
            if found or given.text.is_known:
                return found
        for name in (name for name in one.data.get("depends_on") or () if name in self.resources):
            if given.name in {_usual(self.resources[name]), *_URLS.get(self.resources[name].kind, ())}:
                return Connection(
                    name, given.name, "url", "only a machine knows its value: the link's own is put there"
                )
        return None

    def _of_its_database(self, found: Connection) -> Connection:
        """A numbered database of a cache is called by the first variable that leads to it."""
        if not found.database:
            return found
        base = self.reading.by_key[self.targets[found.service].key].base
        names: dict[str, int] = base.setdefault("databases", {})
        name = next((name for name, number in names.items() if number == found.database), None)
        if name is None:
            name = re.sub(r"[^a-z0-9]+", "_", found.variable.lower().removesuffix("_url"))[:31].strip("_")
            names[name] = found.database
        return replace(found, part=f"{name}_url")

    def _leave_out(self, given: Given, reason: str) -> None:
        self.reading.leave_out(self.source.line(given.path), given.path, reason, _shown(given))

    def _given(self, one: Service) -> Iterator[Given]:
        """Those of its files, then its own, which win."""
        found = {given.name: given for given in self._of_files(one)}
        environment = one.data.get("environment")
        pairs: dict[str, tuple[Any, Path_]] = {}
        if isinstance(environment, list):
            for index, line in enumerate(environment):
                name, separator, value = str(line).partition("=")
                pairs[name] = (value if separator else None, (*one.path, "environment", index))
        elif isinstance(environment, Mapping):
            pairs = {name: (value, (*one.path, "environment", name)) for name, value in environment.items()}
        for name, (value, path) in pairs.items():
            found[name] = self._own(name, value, path)
        for given in found.values():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", given.name):
                self._leave_out(given, "no name of a variable")
            elif given.reason:
                self._leave_out(given, given.reason)
            elif given.text and (wrong := next(check_text(given.text.text, ()), None)):
                self._leave_out(given, f"{wrong.message}: {wrong.given}")
            else:
                yield given

    def _own(self, name: str, value: Any, path: Path_) -> Given:
        if not isinstance(value, Plain):
            return Given(name, None if value is None else self.text(value, path), path)
        given = by_compose(value)
        if given is None:
            return Given(name, None, path, reason="Compose reads a date, and hands on another text: put it in quotes")
        return Given(name, Text(given) if given != value else self.text(value, path), path)

    def _of_files(self, one: Service) -> Iterator[Given]:
        given = one.data.get("env_file")
        for index, entry in enumerate(given if isinstance(given, list) else [given] if given else []):
            path = (*one.path, "env_file", index)
            said = entry if isinstance(entry, Mapping) else {"path": entry}
            name = self.text(said.get("path"), path).text
            try:
                text = read_regular(self.source.path.parent / name, LARGEST_BYTES).decode("utf-8-sig")
                found = [*(raw_entries if said.get("format") == "raw" else entries)(text)]
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                if isinstance(error, UnicodeDecodeError):
                    reason = "no text in UTF-8"
                why = f"it cannot be read ({reason}), so its variables are not known"
                self.reading.leave_out(self.source.line(path), path, why, name)
                continue
            for each in found:
                yield Given(each.name, each.text, path, name, each.reason)

    def _link(self, one: Service, thing: Thing, connections: Mapping[str, list[Connection]], taken: Set[str]) -> None:
        depends = one.data.get("depends_on")
        named = [*connections, *(name for name in (depends or ()) if name in self.resources)]
        for name in dict.fromkeys(named):
            target = self.targets[name]
            parts: dict[str, list[str]] = {}
            for connection in connections.get(name, ()):
                parts.setdefault(connection.part, []).append(connection.variable)
            main = "name" if target.kind == "bucket" else "url"
            if main not in parts and ((parts and find_kind(target.kind).spec is not None) or _usual(target) in taken):
                parts = {main: [], **parts}
            thing.uses.append(self._use(one, target, parts, main))

    def _use(self, one: Service, target: Service, parts: Mapping[str, list[str]], main: str) -> str:
        access = (
            "admin" if one.kind == "job" and target.kind == "postgres" else "write" if target.kind == "bucket" else ""
        )
        if target.kind == "bucket":
            reason = "which rights it needs is not said: `write` is written, `read`, `list` and `delete` are others"
            self.reading.leave_out(self.source.line(one.path), one.path, reason, target.key)
        if parts in ({}, {main: [_usual(target)]}):
            return f"{target.key}: {access}" if access else target.key
        names = ", ".join(f"{part}: {_names(variables)}" for part, variables in parts.items())
        said = f"access: {access}, " if access else ""
        return f"{target.key}: {{{said}variables: {{{names}}}}}"


def _usual(target: Service) -> str:
    """The variable of a link that names none."""
    return f"{target.key.upper()}_{'BUCKET' if target.kind == 'bucket' else 'URL'}"


def _shown(given: Given) -> str:
    """Which variable it is, where its place does not say so."""
    return f"{given.name} in {given.file}" if given.file else given.name if isinstance(given.path[-1], int) else ""


def _names(variables: list[str]) -> str:
    return variables[0] if len(variables) == 1 else f"[{', '.join(variables)}]"


_URLS: Final[Mapping[str, Set[str]]] = {
    "postgres": {"DATABASE_URL", "POSTGRES_URL", "POSTGRESQL_URL", "DB_URL"},
    "redis": {"REDIS_URL", "VALKEY_URL", "CACHE_URL"},
}
"""What programs are used to call a connection, so that the name says enough where no value does."""
LARGEST_BYTES: Final = 1 << 20
_SOMETHING: Final = "x9Kq2LmZ7pTw4R"
"""A value that is neither a switch nor a number, to ask what a name alone says."""
