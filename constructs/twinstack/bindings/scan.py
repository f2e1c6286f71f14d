"""Finds out which generated bindings a program uses, from its sources alone."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twinstack.bindings.wheels import KUBERNETES, PROVIDER


@dataclass(frozen=True, slots=True)
class Usage:
    """What a program imports of the generated bindings."""

    provider_modules: frozenset[str] = frozenset()
    """Submodules of the AWS provider: `db_instance`."""
    kubernetes_classes: frozenset[str] = frozenset()
    """Classes of `cdk8s_plus_27.k8s`: `KubeDeployment`."""
    whole_kubernetes: bool = False
    """Whether it uses cdk8s-plus in a way that does not tell which classes: the whole of it is kept then."""
    whole_provider: bool = False
    """The same for the AWS provider."""

    def __or__(self, other: Usage) -> Usage:
        return Usage(
            self.provider_modules | other.provider_modules,
            self.kubernetes_classes | other.kubernetes_classes,
            self.whole_kubernetes or other.whole_kubernetes,
            self.whole_provider or other.whole_provider,
        )


def python_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Every Python source under the folders, but for what no program imports: environments, outputs, tests."""
    for folder in folders:
        for parent, names, files in os.walk(folder):
            left_out = LEFT_OUT_ON_TOP | LEFT_OUT if Path(parent) == folder else LEFT_OUT
            names[:] = sorted(name for name in names if name not in left_out and not name.startswith("."))
            found = (Path(parent, file) for file in sorted(files) if file.endswith(".py"))
            yield from (file for file in found if file.is_file())  # no pipe: reading it would never end


def scan(files: Iterable[Path]) -> Usage:
    """What the files use. A file that is no Python is passed over: importing it will say so."""
    usage = Usage()
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        if PROVIDER in text or KUBERNETES in text:
            try:
                usage |= _scan_one(ast.parse(text))
            except (SyntaxError, ValueError):
                continue
    return usage


def _scan_one(tree: ast.Module) -> Usage:
    modules: set[str] = set()
    classes: set[str] = set()
    whole: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] in (PROVIDER, KUBERNETES):
                package, *inner = module.split(".")
                found = {alias.name for alias in names}
                if package == PROVIDER and not inner and "*" not in found:
                    modules |= found
                elif package == PROVIDER and inner:
                    modules.add(inner[0])
                elif inner == ["k8s"] and "*" not in found:
                    classes |= found
                elif inner or found != {"k8s"} or names[0].asname:
                    whole.add(package)
            case ast.Import(names=names):
                for package, *inner in (alias.name.split(".") for alias in names):
                    if package == PROVIDER and inner:
                        modules.add(inner[0])
                    elif package in (PROVIDER, KUBERNETES):
                        whole.add(package)
            case ast.Attribute(value=ast.Name(id="k8s"), attr=attribute):
                classes.add(attribute)
    return Usage(frozenset(modules), frozenset(classes), KUBERNETES in whole, PROVIDER in whole)


def imported_packages(files: Iterable[Path]) -> frozenset[str]:
    """The top-level names that the files import."""
    return frozenset(
        name for file in files for name in _IMPORT.findall(file.read_text(encoding="utf-8", errors="replace"))
    )


LEFT_OUT: Final = frozenset({"node_modules", "site-packages", "__pycache__"})
LEFT_OUT_ON_TOP: Final = frozenset({"imports", "cdktf.out", "dist", "tests", "constructs"})
"""Folders of a project that its program does not import from."""
_IMPORT: Final = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)
