"""The frozen models an environment is made of, and how they say what is wrong with them."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, NoReturn, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

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


@dataclass(frozen=True, slots=True)
class NotInForce:
    """Why a field means nothing as things are: another one, `because_of`, has it so."""

    because_of: str
    reason: str


def missing(field: str, allowed: str) -> Finding:
    """A finding for a field that only what is made anew needs: with `existing` it would say nothing."""
    return Finding(
        "TW107",
        "a value is missing",
        (field,),
        "nothing",
        allowed,
        f"add `{field}`, or name what exists under `existing`",
    )


class Model(BaseModel):
    """A frozen piece of an environment. Unknown keys are refused; so is changing a copy of it.

    A variation is one more layer, `product.load("prod", set={"database.multi_az": False})`, so that
    every value keeps the place it came from.

    Its file imports no `annotations` from `__future__`: pydantic would compile each one of its text, again for every class
    that inherits it.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    """Built when it first judges a value: an environment judges all that is in it at once, and its models never by themselves."""

    fixed_arguments: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """What its construct always writes of a resource type beside what its fields write (`Writes`), where that decides what AWS
    takes of them: `{"aws_db_instance": {"engine": "postgres"}}`."""

    def arguments_beside(self) -> Mapping[str, Mapping[str, Any]]:
        """The same with what this one works out: `fixed_arguments` unless a class has more to say."""
        return self.fixed_arguments

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With the text below each field as its description: it is read from the source when somebody asks for a schema,
        and not by every run, which shows none.
        """
        from twinstack.environment.descriptions import described

        schema = handler(core_schema)
        described(cls, handler.resolve_ref_schema(schema))
        return schema

    def not_in_force(self) -> Mapping[str, NotInForce]:
        """Its fields that nothing is made of as things are: `nat` of a network that exists. Whoever writes one of them where the
        field that has it so is written, or later, is warned, and `explain` says it.
        """
        return {}

    def rules(self) -> Iterator[Finding]:
        """What two or more fields of this model must agree on. Needs no other model."""
        yield from ()

    def findings(self) -> Iterator[Finding]:
        """The rules' findings on this model and on every model in it, with their paths from here."""
        yield from self.rules()
        for name in type(self).__pydantic_fields__:
            yield from _findings_in(getattr(self, name), (name,))

    @model_validator(mode="after")
    def _obey_rules(self, info: ValidationInfo) -> Self:
        findings = () if info.context is WITHOUT_RULES else tuple(self.rules())
        if findings:
            raise PydanticCustomError(RULE_ERROR, "{text}", {"text": findings[0].message, "findings": findings})
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> NoReturn:  # noqa: ARG002  pydantic's
        """Refused: a changed copy would have passed no rule and would have no provenance."""
        raise UsageError(
            f"{type(self).__name__} is immutable and is not copied: load a variation with one more layer, "
            'for example product.load("prod", set={"database.multi_az": False})'
        )


def refuse_hidden_members(kind: type[Model]) -> None:
    """Raises UsageError for a field that hides a member of a base class; for use before pydantic looks at the fields,
    which would only warn.
    """
    for field, annotation in inspect.get_annotations(kind).items():
        if "ClassVar" in str(annotation):
            continue
        owner = next((base for base in kind.__mro__[1:] if field in vars(base)), None)
        if owner is None:
            continue
        if issubclass(owner, Model) and field in owner.__class_vars__:
            raise UsageError(
                f"{kind.__name__}.{field} is what every {kind.__name__} has in common, and no field: write `{field}: ClassVar = …`"
            )
        raise UsageError(f"{kind.__name__}.{field} hides a member of {owner.__name__}: give the field another name")


def _findings_in(value: Any, path: tuple[str | int, ...]) -> Iterator[Finding]:
    match value:
        case Model():
            yield from (replace(finding, path=(*path, *finding.path)) for finding in value.findings())
        case Mapping():
            for key, inner in value.items():
                yield from _findings_in(inner, (*path, key))
        case tuple():
            for index, inner in enumerate(value):
                yield from _findings_in(inner, (*path, index))


RULE_ERROR: Final = "twinstack_rule"
WITHOUT_RULES: Final = object()
"""A validation context: fields alone are judged. For the loader, which goes on looking after a first mistake."""
