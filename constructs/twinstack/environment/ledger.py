"""What a half has built: nothing twice, nothing forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from twinstack.environment.spec import Half, Spec
from twinstack.errors import ConstructionError

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


class Ledger:
    """One half's list of the specs it has built."""

    def __init__(self, environment: Environment, half: Half) -> None:
        self.environment = environment
        self.half = half
        self._built: dict[str, str] = {}

    def enter(self, spec: Spec, kind: type) -> None:
        """Notes that a construct of this class builds `spec`.

        Raises ConstructionError for what is no spec or another class's, for a stranger, and for a second time.
        """
        construct = f"{self.half.module}.{kind.__name__}"
        wanted = spec_class(kind)
        if not isinstance(spec, wanted):
            raise ConstructionError(f"{construct} builds a {wanted.__name__}, and was given {self._described(spec)}")
        if self.environment.specs.get(spec.key) is not spec:
            raise ConstructionError(
                f"{construct}: this {type(spec).__name__} is no field of the environment this half is made for"
            )
        if spec.key in self._built:
            raise ConstructionError(
                f"{construct}: environment.{spec.key} was built before, as {self._built[spec.key]}: remove one of the two lines"
            )
        self._built[spec.key] = construct

    def has(self, spec: Spec) -> bool:
        """Whether this half has built it."""
        return spec.key in self._built

    def line_for(self, spec: Spec) -> str:
        """The line of a product that builds it."""
        kind = type(spec)
        module = f"{self.half.module}." if kind.__module__.startswith("twinstack.") else ""
        return f"{module}{kind.__name__.removesuffix('Spec')}(self, environment.{spec.key}, …)"

    def close(self) -> None:
        """Raises ConstructionError naming the line that is missing for each spec this half has to build."""
        missing = [
            f"environment.{key} is never built: add `{self.line_for(spec)}`"
            for key, spec in self.environment.specs.items()
            if self.half in spec.built_in and key not in self._built
        ]
        if missing:
            raise ConstructionError(
                f"{self.environment.stack_id}, {self.half} half:\n" + "\n".join(f"  {line}" for line in missing)
            )

    def _described(self, given: object) -> str:
        if not isinstance(given, Spec):
            return f"a {type(given).__name__}: name a field of the environment, `environment.…`"
        described = f"environment.{given.key}, a {type(given).__name__}"
        return f"{described}: write `{self.line_for(given)}`" if self.half in given.built_in else described


def spec_class(kind: type) -> type[Spec]:
    """The spec that a construct is of, as its class says: `class Postgres(Resource[PostgresSpec])`."""
    for base in kind.__mro__:
        for generic in vars(base).get("__orig_bases__", ()):
            for argument in get_args(generic):
                if isinstance(argument, type) and issubclass(argument, Spec):
                    return argument
    return Spec
