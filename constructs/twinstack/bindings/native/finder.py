"""Puts this engine in the place of the installed wheels: `import cdktf` gives what stands in for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from twinstack.bindings.native import tree
from twinstack.bindings.native.classes import finder
from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.guard import guarded
from twinstack.bindings.native.interfaces import IAspect, IValidation, decorator
from twinstack.bindings.native.kubernetes import charts, names, objects, patches
from twinstack.bindings.native.tables.store import Tables, tables
from twinstack.bindings.native.terraform import (
    app,
    aspects,
    attributes,
    backend,
    element,
    functions,
    output,
    resource,
    stack,
    tokenization,
)
from twinstack.bindings.native.tokens import Resolvable
from twinstack.bindings.native.unsupported import meant, refuse
from twinstack.bindings.wheels import KUBERNETES, PROVIDER
from twinstack.bindings.wheels import PACKAGES as WHEELS


class Finder:
    """Asked first for a module: it makes those that stand in for the wheels."""

    def __init__(self, tables: Tables, folders: Mapping[str, Path]) -> None:
        self._tables, self._folders = tables, folders

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        del path, target
        package = name.partition(".")[0]
        if name == f"{package}.{ASSEMBLY}" and package not in WHEELS:  # what every package of jsii's imports first
            refuse(f"the package {package}", of=package)
        if package not in WHEELS and package != JSII:
            return None
        if name == package:
            return ModuleSpec(name, self, is_package=True)  # ty: ignore[invalid-argument-type]
        if name in self._tables:
            return ModuleSpec(name, self)  # ty: ignore[invalid-argument-type]
        return None if package == PROVIDER else refuse(f"the module {name}")

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        del spec
        return None

    @guarded
    def exec_module(self, module: ModuleType) -> None:
        """Fills a module with what is made here, and with what makes the rest when it is named."""
        name = module.__name__
        package, *inner = name.split(".")
        if package in self._folders:  # where a program would find it, were it not for this engine
            module.__file__ = str(self._folders[package].joinpath(*inner, "__init__.py"))
        if name == JSII:
            vars(module).update(implements=decorator)
        if name in PACKAGES or name == JSII:
            module.__getattr__ = self._refuse_of(name)  # ty: ignore[invalid-assignment]
            return
        table = self._tables.module(name)
        made = ENGINES.get(name, {})
        for class_name, kind in made.items():
            entry = table.get(class_name)
            if entry is not None and entry[0] == "class" and issubclass(kind, EngineObject):
                kind._members |= frozenset(entry[1])  # a class stands for its interface as well
            if kind is functions.Fn:
                functions.Fn._functions = table[class_name][2]
        vars(module).update(made)
        module.__getattr__ = finder(name, table)  # ty: ignore[invalid-assignment]

    def _refuse_of(self, package: str) -> Callable[[str], type]:
        """The `__getattr__` of a package, of which there is nothing but the modules in it."""

        def find(name: str) -> Any:
            if name.startswith("__") or f"{package}.{name}" in self._tables or package == PROVIDER:
                raise meant(AttributeError(f"module {package!r} has no attribute {name!r}"))
            return refuse(f"{package}.{name}")

        return guarded(find)


def _named(*kinds: type) -> dict[str, type]:
    return {kind.__name__: kind for kind in kinds}


JSII: Final = "jsii"
ASSEMBLY: Final = "_jsii"
PACKAGES: Final = frozenset({PROVIDER, KUBERNETES})
ENGINES: Final[Mapping[str, Mapping[str, type]]] = {
    "constructs": {
        **_named(tree.Construct, tree.Node, tree.ConstructOrder),
        "IConstruct": tree.Construct,
        "IValidation": IValidation,
    },
    "cdktf": {
        **_named(app.App, app.Testing, stack.TerraformStack, element.TerraformElement),
        **_named(resource.TerraformResource, resource.TerraformDataSource, resource.TerraformProvider),
        **_named(output.TerraformOutput, output.TerraformVariable, output.TerraformLocal),
        **_named(*backend.BACKENDS, attributes.ComplexObject, attributes.ComplexList),
        **_named(tokenization.Token, tokenization.Tokenization),
        **_named(tokenization.StringConcat, tokenization.DefaultTokenResolver),
        **_named(aspects.Aspects, functions.Fn, functions.Op),
        "IAspect": IAspect,
        "ITerraformDependable": element.TerraformElement,
        "IResolvable": Resolvable,
    },
    "cdk8s": {
        **_named(charts.App, charts.Chart, charts.Testing, objects.ApiObject, patches.JsonPatch, names.Names),
        "ApiObjectMetadataDefinition": objects.Metadata,
    },
}


def install(folders: Mapping[str, Path]) -> None:
    """Puts the finder before all others. `folders` are those of the wheels that are installed."""
    sys.meta_path.insert(0, Finder(tables(), folders))


def is_installed() -> bool:
    """Whether this process runs on this engine."""
    return any(isinstance(one, Finder) for one in sys.meta_path)
