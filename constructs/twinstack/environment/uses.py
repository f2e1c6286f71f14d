"""One entry of `uses`: what a workload links to, with which access, and under which names it wants what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import Field

from twinstack.environment.links import VARIABLE_NAME, Access
from twinstack.environment.model import Model
from twinstack.environment.quantities import VariableName

Names: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""For each part of a connection the variables that carry it."""
PartName = Annotated[str, Field(min_length=1)]


class LinkOptions(Model):
    """What a link says beyond its resource: `{database: {access: admin, variables: {host: DB_HOST}}}`."""

    access: Access | None = None
    """How much the link may do; the resource's first level unless given."""
    variables: dict[PartName, VariableName | tuple[VariableName, ...]] = Field(default_factory=dict)
    """The variables that carry the parts of the connection, `{url: [REDIS_URL, CELERY_BROKER_URL], host: REDIS_HOST}`: one
    name, a list of them, or `[]` for none. A part that is not named here keeps what it has without: a resource's own
    variable (`url` of a database) its name, the others none. What a variable of a resource is called otherwise it is called
    here by its own name."""


class Use(NamedTuple):
    """One entry of `uses` as written: the resource's key, the access if one was named, and the names it asks for."""

    key: str
    access: str | None
    names: Names = ()

    @classmethod
    def read(cls, raw: Any) -> Use | None:
        """`database`, `{exports: write}` or `{database: {access: admin, variables: {host: DB_HOST}}}`; None for anything
        else. Whether a name can be one of a variable is another question: `wrong_names`.
        """
        match raw:
            case str():
                return cls(raw, None)
            case Mapping() if len(raw) == 1 and isinstance(key := next(iter(raw)), str):
                return cls._said(key, raw[key])
            case _:
                return None

    @classmethod
    def _said(cls, key: str, said: Any) -> Use | None:
        match said:
            case str():
                return cls(key, said)
            case LinkOptions():
                return cls(key, said.access, tuple((part, _listed(names)) for part, names in said.variables.items()))
            case Mapping() if said and said.keys() <= LinkOptions.__pydantic_fields__.keys():
                access, variables = said.get("access"), said.get("variables", {})
                if not isinstance(access, str | None) or not isinstance(variables, Mapping):
                    return None
                if not all(isinstance(part, str) and _is_listed(names) for part, names in variables.items()):
                    return None
                return cls(key, access, tuple((part, _listed(names)) for part, names in variables.items()))
            case _:
                return None

    @property
    def wrong_names(self) -> Iterator[str]:
        """Those that no variable can have."""
        return (name for _, names in self.names for name in names if not VARIABLE_NAME.fullmatch(name))

    def written(self, access: str | None) -> str | dict[str, Any]:
        """As it stands in a layer, with this access in place of its own."""
        if self.names:
            said: dict[str, Any] = {"variables": {part: list(names) for part, names in self.names}}
            return {self.key: {"access": access, **said} if access else said}
        return {self.key: access} if access else self.key


def _is_listed(names: Any) -> bool:
    return isinstance(names, str) or (isinstance(names, list | tuple) and all(isinstance(name, str) for name in names))


def _listed(names: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
