"""The numbered databases of one cache, for programs that keep a queue and a cache apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from twinstack.environment.links import SecretValue, Variable
from twinstack.environment.model import Finding

if TYPE_CHECKING:
    from twinstack.redis.spec import RedisSpec

DatabaseName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
DatabaseNumber = Annotated[int, Field(ge=0, le=15)]
OWN: Final = 0
"""The database of the resource's own variable."""


def own_variable(spec: RedisSpec) -> str:
    """The variable that leads to database 0."""
    return spec.variable or f"{spec.key.upper()}_URL"


def others(spec: RedisSpec) -> Mapping[str, int]:
    """Those that have a variable of their own."""
    names = {name: number for name, number in spec.databases.items() if number != OWN}
    return {name: number for name, number in names.items() if _variable(name) != own_variable(spec)}


def url_of(spec: RedisSpec, name: str) -> SecretValue:
    """The whole connection URL of one of them."""
    return replace(spec.url, name=spec.context.secret_name(spec.key, f"{name.replace('_', '-')}-url"))


def variables(spec: RedisSpec) -> Iterator[Variable]:
    """`CACHE_URL` of `cache`."""
    for name in others(spec):
        yield Variable(_variable(name), secret=url_of(spec, name), part=f"{name}_url")


def check_databases(spec: RedisSpec) -> Iterator[Finding]:
    """A finding for each number that two names have: what one of them empties would be gone for the other."""
    times = Counter(spec.databases.values())
    for name, number in spec.databases.items():
        if times[number] > 1:
            yield Finding(
                "TW730",
                "two names for one database",
                ("databases", name),
                given=f"{name}: {number}, as {', '.join(sorted(one for one, at in spec.databases.items() if at == number and one != name))}",
                allowed="a number of its own for each, 0 to 15",
                fix="give it another number; one database has other names by `variables` of a link",
            )


def check_variables(spec: RedisSpec) -> Iterator[Finding]:
    """A finding for a name whose variable is the resource's own, which leads to database 0."""
    for name, number in spec.databases.items():
        if number != OWN and _variable(name) == own_variable(spec):
            yield Finding(
                "TW730",
                "two databases for one variable",
                ("databases", name),
                given=f"{name}: {number}, whose variable would be {_variable(name)}",
                allowed=f"another name: {_variable(name)} leads to database 0",
                fix="rename it, or set `variable` to another name",
            )


def _variable(name: str) -> str:
    return f"{name.upper()}_URL"
