"""Finds out which generated bindings a program uses, from its sources alone."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Usage:
    """What a program imports of the generated bindings."""

    provider_modules: frozenset[str] = frozenset()
    """Submodules of the AWS provider: `db_instance`."""
    kubernetes_classes: frozenset[str] = frozenset()
    """Classes of `cdk8s_plus_27.k8s`: `KubeDeployment`."""
    higher_classes: bool = False
    """Whether it uses more of cdk8s-plus than the `k8s` classes; the whole of it is kept then."""

    def __or__(self, other: Usage) -> Usage:
        return Usage(
            self.provider_modules | other.provider_modules,
            self.kubernetes_classes | other.kubernetes_classes,
            self.higher_classes or other.higher_classes,
        )


def python_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Every Python source under the folders, but for what no program imports: environments, outputs, tests."""
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if name not in LEFT_OUT and not name.startswith("."))
            yield from (Path(parent, file) for file in sorted(files) if file.endswith(".py"))


def scan(files: Iterable[Path]) -> Usage:
    """What the files use. A file that is no Python is passed over: importing it will say so."""
    usage = Usage()
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        if PROVIDER in text or KUBERNETES in text:
            try:
                usage |= _scan_one(ast.parse(text))
            except SyntaxError:
                continue
    return usage


def _scan_one(tree: ast.Module) -> Usage:
    modules: set[str] = set()
    classes: set[str] = set()
    higher = False
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module == PROVIDER:
                modules |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module)) if module.startswith(f"{PROVIDER}."):
                modules.add(module.split(".")[1])
            case ast.ImportFrom(module=str(module), names=names) if module == KUBERNETES:
                higher = higher or any(alias.name != "k8s" for alias in names)
            case ast.ImportFrom(module=str(module), names=names) if module == f"{KUBERNETES}.k8s":
                classes |= {alias.name for alias in names}
            case ast.Import(names=names):
                for alias in names:
                    parts = alias.name.split(".")
                    if parts[0] == PROVIDER and len(parts) > 1:
                        modules.add(parts[1])
                    higher = higher or (parts[0] == KUBERNETES and parts[1:2] != ["k8s"])
            case ast.Attribute(value=ast.Name(id="k8s"), attr=attribute):
                classes.add(attribute)
    return Usage(frozenset(modules), frozenset(classes), higher)


def imported_packages(files: Iterable[Path]) -> frozenset[str]:
    """The top-level names that the files import."""
    return frozenset(name for file in files for name in _IMPORT.findall(file.read_text(encoding="utf-8", errors="replace")))


PROVIDER: Final = "cdktf_cdktf_provider_aws"
KUBERNETES: Final = "cdk8s_plus_27"
LEFT_OUT: Final = frozenset({"node_modules", "imports", "cdktf.out", "dist", "tests", "site-packages", "__pycache__", "constructs"})
_IMPORT: Final = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)
