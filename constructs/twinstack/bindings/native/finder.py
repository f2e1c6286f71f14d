"""Puts this engine in the place of the installed wheels: `import cdktf` gives what stands in for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

from twinstack.bindings.native import tree
from twinstack.bindings.native.classes import finder
from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.kubernetes import charts, objects, patches
from twinstack.bindings.native.tables.store import Tables
from twinstack.bindings.native.terraform import app, attributes, backend, element, output, resource, stack, tokenization
from twinstack.bindings.native.tokens import Resolvable
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.scan import KUBERNETES, PROVIDER


class Finder:
    """Asked first for a module: it makes those that stand in for the wheels."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        del path, target
        if name in PACKAGES or name in ENGINES:
            return ModuleSpec(name, self, is_package=True)  # ty: ignore[invalid-argument-type]
        if name in self._tables:
            return ModuleSpec(name, self)  # ty: ignore[invalid-argument-type]
        if name == "jsii" or name.partition(".")[0] in ENGINES or name.startswith(f"{KUBERNETES}."):
            refuse(f"the module {name}")
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        del spec
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Fills a module with what is made here, and with what makes the rest when it is named."""
        name = module.__name__
        if name in PACKAGES:
            module.__getattr__ = self._refuse_of(name)  # ty: ignore[invalid-assignment]
            return
        table = self._tables.module(name)
        made = ENGINES.get(name, {})
        for class_name, kind in made.items():
            entry = table.get(class_name)
            if entry is not None and entry[0] == "class" and issubclass(kind, EngineObject):
                kind._members = frozenset(entry[1])
        vars(module).update(made)
        module.__getattr__ = finder(name, table)  # ty: ignore[invalid-assignment]

    def _refuse_of(self, package: str) -> Callable[[str], type]:
        """The `__getattr__` of a package, of which there is nothing but the modules in it."""

        def find(name: str) -> Any:
            if name.startswith("__") or f"{package}.{name}" in self._tables or package == PROVIDER:
                raise AttributeError(f"module {package!r} has no attribute {name!r}")
            return refuse(f"{package}.{name}")

        return find


def _named(*kinds: type) -> dict[str, type]:
    return {kind.__name__: kind for kind in kinds}


PACKAGES: Final = frozenset({PROVIDER, KUBERNETES})
ENGINES: Final[Mapping[str, Mapping[str, type]]] = {
    "constructs": {
        **_named(tree.Construct, tree.Node, tree.ConstructOrder),
        "IConstruct": tree.Construct,
    },
    "cdktf": {
        **_named(app.App, app.Testing, stack.TerraformStack, element.TerraformElement),
        **_named(resource.TerraformResource, resource.TerraformDataSource, resource.TerraformProvider),
        **_named(output.TerraformOutput, output.TerraformVariable, output.TerraformLocal),
        **_named(backend.S3Backend, backend.LocalBackend, attributes.ComplexObject, attributes.ComplexList),
        **_named(tokenization.Token, tokenization.Tokenization),
        **_named(tokenization.StringConcat, tokenization.DefaultTokenResolver),
        "ITerraformDependable": element.TerraformElement,
        "IResolvable": Resolvable,
    },
    "cdk8s": {
        **_named(charts.App, charts.Chart, objects.ApiObject, patches.JsonPatch),
        "ApiObjectMetadataDefinition": objects.Metadata,
    },
}


def install(tables: Tables) -> None:
    """Puts the finder before all others. Raises BindingsError where a wheel is already loaded."""
    sys.meta_path.insert(0, Finder(tables))


def is_installed() -> bool:
    """Whether this process runs on this engine."""
    return any(isinstance(one, Finder) for one in sys.meta_path)
