"""Reads a Compose file: its services become resources and workloads.

Source: Compose specification, read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twinstack.layers.document import Path_
from twinstack.starting.kind import find_kind
from twinstack.starting.names import refused
from twinstack.starting.reading.container import Container, of_celery_beat
from twinstack.starting.reading.images import Image, image_of, reason_of, resource_of
from twinstack.starting.reading.interpolation import Text, interpolated
from twinstack.starting.reading.reading import Reading, Thing
from twinstack.starting.reading.source import Source
from twinstack.starting.reading.variables import Variables


@dataclass(slots=True)
class Service:
    """One service, with what it extends."""

    name: str
    data: dict[str, Any]
    image: Image
    kind: str = ""
    key: str = ""

    @property
    def path(self) -> Path_:
        return ("services", self.name)


def read_compose(source: Source, product: str) -> Reading:
    """The services that are always started; everything else is left out with its reason."""
    return _ComposeFile(source, product).reading


class _ComposeFile:
    def __init__(self, source: Source, product: str) -> None:
        self.source = source
        self.product = product
        self.reading = Reading(source.document.file, "a Compose file")
        self._leave_out_top()
        self.services = {one.name: one for one in self._services()}
        self._name()
        self._read()

    def text(self, value: Any, path: Path_) -> Text:
        """A value with what its variables' defaults are. What cannot be read is a problem of the file."""
        if not isinstance(value, str):
            return Text("")
        try:
            return interpolated(value)
        except ValueError as error:
            self.source.wrong(
                "TW783",
                "a variable that Compose does not take",
                path,
                given=str(error),
                allowed="`$NAME`, `${NAME}` or `${NAME:-default}`, and `$$` for a dollar sign",
                fix="write `$$` where a dollar sign is meant",
            )
            return Text("")

    def _leave_out_top(self) -> None:
        for key in self.source.data:
            if key.startswith("x-") or key in {"services", "name", "version"}:
                continue
            if reason := _TOP.get(key, "not a key that is read"):
                names = self.source.data[key]
                given = ", ".join(names) if isinstance(names, Mapping) else ""
                self.reading.leave_out(self.source.line((key,)), (key,), reason, given)

    def _services(self) -> Iterator[Service]:
        services = self.source.data["services"]
        for name, data in services.items():
            path = ("services", name)
            if not isinstance(data, Mapping):
                self.source.wrong(
                    "TW785", "a service that says nothing", path, "no mapping", "`image:` or `build:`, and what else it needs",
                    "write it out, or remove it",
                )  # fmt: skip
                continue
            whole = self._extended(name, (name,))
            if profiles := whole.get("profiles"):
                given = ", ".join(map(str, profiles)) if isinstance(profiles, list) else str(profiles)
                self.reading.leave_out(
                    self.source.line(path), path, "started only when its profile is asked for", given
                )
                continue
            image = image_of(self.text(whole.get("image"), (*path, "image")).text)
            if (reason := reason_of(image)) and "build" not in whole:
                self.reading.leave_out(self.source.line(path), path, reason, image.repository)
                continue
            yield Service(name, whole, image, kind="" if "build" in whole else resource_of(image) or "")

    def _extended(self, name: str, seen: tuple[str, ...]) -> dict[str, Any]:
        """The service with what it extends beneath it."""
        services = self.source.data["services"]
        data = dict(services[name])
        extends = data.pop("extends", None)
        own = ("services", name)
        if extends is None:
            return self._put_upon({}, data, own)
        said = {"service": extends} if isinstance(extends, str) else extends if isinstance(extends, Mapping) else {}
        base = said.get("service", "")
        path = ("services", name, "extends")
        if "file" in said:
            self.source.wrong(
                "TW784", "a service that extends one of another file", path, str(said["file"]), "services of one file",
                "draft from the output of `docker compose config`, which has them all",
            )  # fmt: skip
            return data
        if base in seen or not isinstance(services.get(base), Mapping):
            self.source.wrong(
                "TW784",
                "a service that extends itself" if base in seen else "a service that extends one that is not there",
                path,
                given=str(base),
                allowed=", ".join(one for one in services if one not in seen)
                or "a service of this file that does not extend it",
                fix="name another service",
            )
            return data
        return self._put_upon(self._extended(base, (*seen, base)), data, own)

    def _put_upon(self, beneath: Mapping[str, Any], above: Mapping[str, Any], path: Path_) -> dict[str, Any]:
        """As Compose puts a service upon the one that it extends; what is tagged `!reset` is gone, and `!override` is all there is."""
        found = {key: value for key, value in beneath.items() if key not in _NOT_EXTENDED}
        for key, value in above.items():
            tag = self.source.document.tagged.get((*path, key))
            old = None if tag else found.get(key)
            if tag == "!reset":
                found.pop(key, None)
            elif key == "environment" and (old or isinstance(value, Mapping)):
                found[key] = self._put_upon(environment_of({key: old}), environment_of({key: value}), (*path, key))
            elif isinstance(value, Mapping):
                found[key] = self._put_upon(old if isinstance(old, Mapping) else {}, value, (*path, key))
            elif isinstance(old, list) and isinstance(value, list) and key not in _REPLACED:
                found[key] = [*old, *(one for one in value if one not in old)]
            else:
                found[key] = value
        return found

    def _name(self) -> None:
        """What each is, and the field that it becomes."""
        ends = {
            target
            for one in self.services.values()
            for target, condition in _conditions(one.data).items()
            if condition == "service_completed_successfully"
        }
        for one in self.services.values():
            one.kind = one.kind or self._workload_kind(one, is_job=one.name in ends)
        kinds = [one.kind for one in self.services.values()]
        taken = {"network", "cluster", "edge", "delivery", "settings", "credentials"}
        for one in self.services.values():
            kind = find_kind(one.kind)
            is_only = kind.is_resource and kinds.count(one.kind) == 1
            key = kind.starter.field if is_only else re.sub(r"[^a-z0-9]+", "_", one.name.lower()).strip("_")
            key = key if re.match("[a-z]", key) else f"service_{key}"
            while refused(key, kind.spec, taken):
                key = f"{key}_service"
            one.key = key
            taken.add(key)

    def _workload_kind(self, one: Service, *, is_job: bool) -> str:
        if is_job:
            return "job"
        container = Container(self.source, self.reading, one.path, one.data, self.text)
        if of_celery_beat(container.command_words):
            return "scheduler"
        return "web_service" if container.ports or self._is_asked(one) else "worker"

    def _is_asked(self, one: Service) -> bool:
        """Whether another service names an address of it, `http://api:8000`."""
        pattern = re.compile(rf"https?://{re.escape(one.name)}(?::\d+)?(?:/|$)")
        return any(
            pattern.search(value)
            for other in self.services.values()
            for value in _strings(other.data.get("environment"))
        )

    def _read(self) -> None:
        things = self.reading.things
        for one in self.services.values():
            thing = Thing(one.kind, one.key)
            if find_kind(one.kind).is_workload:
                Container(self.source, self.reading, one.path, one.data, self.text).fill(thing, one.image)
            else:
                self._fill_resource(one, thing)
            things.append(thing)
        Variables(self.source, self.reading, self.services, self.text).fill()
        things.sort(key=lambda thing: _ORDER.index(thing.kind) if thing.kind in _ORDER else len(_ORDER))

    def _fill_resource(self, one: Service, thing: Thing) -> None:
        if one.kind == "postgres":
            self._fill_postgres(one, thing)
        elif one.kind == "redis" and one.image.name == "valkey":
            thing.base |= {"engine": "valkey", "engine_version": "8.1"}
        for key in one.data:
            if key in {"volumes", "command", "secrets", "configs"}:
                reason = "AWS keeps its data" if key == "volumes" else "its settings are the resource's own fields"
                self.reading.leave_out(self.source.line((*one.path, key)), (*one.path, key), reason)

    def _fill_postgres(self, one: Service, thing: Thing) -> None:
        line = self.source.line((*one.path, "image"))
        if one.image.major in _POSTGRES_MAJORS:
            thing.base["engine_version"] = one.image.major
        else:
            self.reading.leave_out(
                line, (*one.path, "image"), "no major version that RDS has; the newest is written", one.image.tag
            )
        name = environment_of(one.data).get("POSTGRES_DB")
        text = self.text(name, (*one.path, "environment", "POSTGRES_DB"))
        if name and text.is_known and re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text.text):
            thing.base["database"] = text.text
        if one.image.name in {"postgis", "pgvector"}:
            self.reading.leave_out(
                line,
                (*one.path, "image"),
                "RDS has the extension: the migration creates it (CREATE EXTENSION)",
                one.image.name,
            )


def environment_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """`environment` as a mapping, also where it is a list of `NAME=value`; None for what the surroundings know."""
    given = data.get("environment")
    if isinstance(given, list):
        pairs = (str(one).partition("=") for one in given)
        return {name: value if separator else None for name, separator, value in pairs}
    return dict(given) if isinstance(given, Mapping) else {}


def _conditions(data: Mapping[str, Any]) -> dict[str, str]:
    depends = data.get("depends_on")
    if not isinstance(depends, Mapping):
        return {}
    return {name: str(one.get("condition", "")) for name, one in depends.items() if isinstance(one, Mapping)}


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for one in value.values():
                yield from _strings(one)
        case list():
            for one in value:
                yield from _strings(one)


_ORDER: Final = ("postgres", "redis", "bucket", "settings", "secrets")
"""Resources come first, and workloads as the file has them."""
_NOT_EXTENDED: Final = frozenset({"depends_on", "links", "volumes_from"})
_REPLACED: Final = frozenset({"command", "entrypoint", "test"})
_POSTGRES_MAJORS: Final = frozenset({"14", "15", "16", "17", "18"})
_TOP: Final = {
    "volumes": "kept by what stands in its service's place, a bucket, or a file system",
    "networks": "who may talk to whom follows from the links",
    "secrets": "files with secrets are variables here: see `provided`",
    "configs": "copy a file into the product and name it under `mounted_files`",
    "include": "other files are not read: draft from the output of `docker compose config`",
}
