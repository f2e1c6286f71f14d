"""Which variable is a connection to which service, and which part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from twinstack.starting.reading.compose import Service


@dataclass(frozen=True, slots=True)
class Connection:
    """A variable that carries a part of the connection to a service."""

    service: str
    variable: str
    part: str
    """Empty where nothing of it is delivered."""
    reason: str = ""
    """What is not as it was."""
    database: int = 0
    """The number of a cache's database that it leads to."""


def connection_of(
    variable: str, text: str, targets: Mapping[str, Service], own: str, prefixes: Mapping[str, str]
) -> Connection | None:
    """What a variable says of another service, by its name as a host; None for anything else. `prefixes` has what stands before
    `HOST` in the variable that names a service, so that `PASSWORD` behind the same belongs to it.
    """
    if found := _URL.fullmatch(text):
        name = found["host"]
        if name not in targets or name == own:
            return None
        return _by_url(variable, found, targets[name])
    name, _, port = text.partition(":")
    if name not in targets or name == own or (port and not port.isdigit()):
        return _of_bucket(variable, text, targets) or _of_database(variable, text, targets, prefixes)
    kind = targets[name].kind
    if kind == "bucket":
        return Connection(name, variable, "", _ENDPOINT)
    if port:
        return Connection(name, variable, "", "a link has the address and the port apart, or as a URL")
    if prefix_of_host(variable) is None:
        return None
    return Connection(name, variable, "host")


def prefix_of_host(variable: str) -> str | None:
    """`DB_` of `DB_HOST`; None for what is called otherwise."""
    found = re.fullmatch(r"(.*?)(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)", variable.upper())
    return found[1] if found else None


def named_in(text: str, services: Iterable[str]) -> str | None:
    """The service that a text names as a host, anywhere in it."""
    for name in services:
        quoted = re.escape(name)
        if text == name or re.search(rf"(?<![\w.-]){quoted}:\d|(?://|@){quoted}(?=[:/?,]|$)", text):
            return name
    return None


def _by_url(variable: str, found: re.Match[str], target: Service) -> Connection:
    scheme, path = found["scheme"], found["path"] or ""
    match target.kind:
        case "postgres":
            driver = "" if scheme in {"postgres", "postgresql"} else f"it begins with postgresql://, not {scheme}://"
            query = "its parameters are the link's own" if "?" in path else ""
            return Connection(target.name, variable, "url", driver or query)
        case "redis":
            number, _, query = path.strip("/").partition("?")
            reason = "its parameters are the link's own" if query else ""
            if number.isdecimal() and int(number) <= MOST_DATABASES:
                return Connection(target.name, variable, "url", reason, int(number))
            return Connection(
                target.name, variable, "url", f"it leads to database 0, not {number}" if number else reason
            )
        case "bucket":
            return Connection(target.name, variable, "", _ENDPOINT)
    if path.strip("/"):
        return Connection(target.name, variable, "url", f"it leads to the service itself, without the path {path}")
    return Connection(target.name, variable, "url")


def _of_bucket(variable: str, text: str, targets: Mapping[str, Service]) -> Connection | None:
    """The name of a bucket, and the keys to it, where there is one store of buckets."""
    stores = [name for name, one in targets.items() if one.kind == "bucket"]
    name = variable.upper()
    if len(stores) != 1:
        return None
    if re.search(r"(?:^|_)BUCKET(?:_NAME)?$", name) and text:
        return Connection(stores[0], variable, "name", f"the bucket is called by the environment, not {text}")
    if re.search(
        r"^(?:AWS|S3|MINIO)_(?:.*_)?(?:ACCESS_KEY(?:_ID)?|SECRET(?:_ACCESS)?_KEY|SECRET|ROOT_USER|ROOT_PASSWORD)$", name
    ):
        return Connection(stores[0], variable, "", "pods have a role of AWS, and no keys")
    return None


def _of_database(
    variable: str, text: str, targets: Mapping[str, Service], prefixes: Mapping[str, str]
) -> Connection | None:
    """User, password, name and port beside a host, or where there is one database that the variable can be about."""
    found = _PART.fullmatch(variable.upper())
    if not found:
        return None
    part, before = _PARTS[re.sub("(?<=SSL)_|_(?=CERT)", "", found["part"])], found["before"]
    name = prefixes.get(before)
    if name is None and before.rstrip("_") in _USUAL:
        wanted = "redis" if before.rstrip("_") in {"REDIS", "CACHE", "VALKEY"} else "postgres"
        names = [one.name for one in targets.values() if one.kind == wanted]
        name = names[0] if len(names) == 1 else None
    if name is None or targets[name].kind not in {"postgres", "redis"}:
        return None
    if targets[name].kind == "redis" and part not in {"port", "password"}:
        return None
    if part == "port" and not text.isdigit():
        return None
    is_tls = part.startswith("ssl")
    return Connection(
        name, variable, part, "the database's certificate is verified, by the link's own value" if is_tls else ""
    )


MOST_DATABASES: Final = 15
_ENDPOINT: Final = "the bucket is S3 itself: without an endpoint of its own"
_URL: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/]*@)?(?P<host>[A-Za-z0-9_.-]+)(?::[^/]*)?(?P<path>[/?].*)?"
)
_PART: Final = re.compile(
    r"(?P<before>.*?)(?P<part>PORT|USERNAME|USER|PASSWORD|PASS|NAME|DATABASE|DB|SSL_?MODE|SSL_?ROOT_?CERT)"
)
_USUAL: Final = frozenset({"DB", "DATABASE", "POSTGRES", "POSTGRESQL", "PG", "SQL", "REDIS", "CACHE", "VALKEY"})
_PARTS: Final = {
    "PORT": "port", "USER": "user", "USERNAME": "user", "PASSWORD": "password", "PASS": "password",
    "NAME": "name", "DB": "name", "DATABASE": "name", "SSLMODE": "sslmode", "SSLROOTCERT": "sslrootcert",
}  # fmt: skip
