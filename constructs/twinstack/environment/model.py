"""The frozen models an environment is made of, and how they say what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from twinstack.errors import UsageError


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found on a model. `path` is relative to the model (`("scale", "min")`).

    With `acknowledgeable`, `acknowledge: {CODE: reason}` on the spec lets it pass.
    """

    code: str
    message: str
    path: tuple[str | int, ...] = ()
    given: str = ""
    allowed: str = ""
    fix: str = ""
    warning: bool = False
    acknowledgeable: bool = False


class Model(BaseModel):
    """A frozen piece of an environment. Unknown keys are refused; so is changing a copy of it.

    A variation is one more layer, `product.load("prod", set={"database.multi_az": False})`, so that
    every value keeps the place it came from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def rules(self) -> Iterator[Finding]:
        """What two or more fields of this model must agree on. Needs no other model."""
        yield from ()

    @model_validator(mode="after")
    def _obey_rules(self) -> Self:
        findings = tuple(self.rules())
        if findings:
            raise PydanticCustomError(RULE_ERROR, "{text}", {"text": findings[0].message, "findings": findings})
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> NoReturn:
        """Refused: a changed copy would have passed no rule and would have no provenance."""
        raise UsageError(
            f"{type(self).__name__} is immutable and is not copied: load a variation with one more layer, "
            'for example product.load("prod", set={"database.multi_az": False})'
        )


RULE_ERROR = "twinstack_rule"
