"""What builds a spec in one half, read from the room's source: importing it would start the engine."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from twinstack.environment.spec import Half, Spec
from twinstack.errors import UsageError


@dataclass(frozen=True, slots=True)
class Construct:
    """One construct class."""

    name: str
    """`Postgres`."""
    module: str
    """Where it is defined, `twinstack.postgres.aws`."""
    half: Half
    needs: tuple[str, ...]
    """The constructs it takes beside its spec, by keyword, each called after the kind it is: `network`."""

    @property
    def foundation(self) -> str | None:
        """The name that exports it, `aws` of `from twinstack import aws`; None for one from outside the library."""
        return self.half.module if self.module.startswith("twinstack.") else None


def find_construct(package: str, folder: Path, spec: type[Spec], half: Half) -> Construct:
    """The class in the room's `aws.py` or `kubernetes.py` whose constructor takes this spec.

    Raises UsageError where there is none.
    """
    file = folder / f"{half.module}.py"
    if file.is_file():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and (constructor := _constructor_of(node, spec.__name__)) is not None:
                return Construct(node.name, f"{package}.{half.module}", half, _required(constructor))
    raise UsageError(
        f"{spec.__name__} has to be built in the {half} half, but no class in {package}.{half.module} takes one: "
        f"its constructor is written `(self, scope, spec: {spec.__name__}, *, …)`"
    )


def _constructor_of(node: ast.ClassDef, spec: str) -> ast.FunctionDef | None:
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            third = member.args.args[2:3]
            if third and third[0].annotation is not None and ast.unparse(third[0].annotation).strip("'\"") == spec:
                return member
    return None


def _required(constructor: ast.FunctionDef) -> tuple[str, ...]:
    """The keyword arguments without a default."""
    arguments = zip(constructor.args.kwonlyargs, constructor.args.kw_defaults, strict=True)
    return tuple(argument.arg for argument, default in arguments if default is None)
