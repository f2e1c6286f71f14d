"""What a half has built: nothing twice, nothing forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    def enter(self, spec: Spec, construct: str) -> None:
        """Notes that `construct` builds `spec`. Raises ConstructionError for a stranger, and for a second time."""
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

    def close(self) -> None:
        """Raises ConstructionError naming the line that is missing for each spec this half has to build."""
        missing = [
            f"environment.{key} is never built: add `{self.half.module}.{type(spec).__name__.removesuffix('Spec')}(self, environment.{key}, …)`"
            for key, spec in self.environment.specs.items()
            if self.half in spec.built_in and key not in self._built
        ]
        if missing:
            raise ConstructionError(
                f"{self.environment.stack_id}, {self.half} half:\n" + "\n".join(f"  {line}" for line in missing)
            )
