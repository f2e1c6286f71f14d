"""The reference pages: one for each public package, whose docstrings the site shows."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from types import FunctionType
from typing import Any, Final

from docs_generator.fact_tables import fact_tables

PACKAGES: Final = {
    "twinstack": "the product, and the program that main.py runs",
    "twinstack.environment": "what an environment is made of: specs, links, offers, findings",
    "twinstack.aws": "the infrastructure half, and what a resource type of one's own needs there",
    "twinstack.kubernetes": "the workloads half, and what a workload type of one's own needs there",
    "twinstack.local": "what stands in for a resource on a developer's machine",
    "twinstack.testing": "assertions on both halves, and the check of a resource type",
    "twinstack.delivery": "releases: the words of what is planned, applied and waited for",
    "twinstack.changes": "how bad a change is",
    "twinstack.facts": "what AWS takes and offers, and what a change of an argument does",
    "twinstack.rehearsal": "real Terraform and a real API server, offline",
    "twinstack.api_server": "one client of a Kubernetes API server",
    "twinstack.quotas": "what AWS takes of a whole stack",
    "twinstack.policy": "rules over both halves, and what they or a scanner may find, with the reason",
    "twinstack.state": "the bucket of the Terraform state",
    "twinstack.errors": "every error that is raised on purpose",
    "twinstack.bindings": "the trimmed bindings; only for a program that starts the engine itself",
}
"""Each package, in the order of the navigation. Specs and their fields are on the rooms' pages."""


def reference_pages() -> Iterator[tuple[str, str]]:
    """The path of each page in docs/, and its text."""
    rows = [f"| [`{name}`]({_file(name)}) | {text} |" for name, text in PACKAGES.items()]
    yield "reference/index.md", f"{INDEX}\n\n" + "\n".join(["| package | what it holds |", "|---|---|", *rows]) + "\n"
    for name in PACKAGES:
        yield f"reference/{_file(name)}", _page(name)


def _page(package: str) -> str:
    module = importlib.import_module(package)
    names = public_names(module)
    rows = [f"| [`{name}`](#{_anchor(package, name)}) | {_summary(getattr(module, name), name)} |" for name in names]
    table = "\n".join(["| name | what it is |", "|---|---|", *rows])
    members = [f"::: {_anchor(package, name)}" for name in names]
    tables = [fact_tables()] if package == "twinstack.facts" else []
    return "\n\n".join([f"# {package}", WRITTEN, _described(module), table, *tables, *members]) + "\n"


def _described(module: Any) -> str:
    """The module's docstring; a drawing in it, which is indented, as a block of text."""
    text = inspect.getdoc(module) or ""
    return re.sub(
        r"((?:^ {4}.*\n?)+)", lambda found: f"```text\n{textwrap.dedent(found[0])}```\n", text, flags=re.MULTILINE
    )


def _anchor(package: str, name: str) -> str:
    """Its full name; of one that a module of the same name hides from whoever reads sources, the name in that module."""
    is_package = hasattr(importlib.import_module(package), "__path__")
    is_hidden = is_package and importlib.util.find_spec(f"{package}.{name}") is not None
    return f"{package}.{name}.{name}" if is_hidden else f"{package}.{name}"


def public_names(module: Any) -> list[str]:
    """What the module says is public; of one that says nothing, the classes that it defines."""
    listed: list[str] | None = getattr(module, "__all__", None)
    if listed is not None:
        return sorted(listed)
    return sorted(
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
    )


def _summary(value: Any, name: str) -> str:
    text = (inspect.getdoc(value) or "") if isinstance(value, type | FunctionType) else _said_below(value, name)
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def _said_below(value: Any, name: str) -> str:
    """What stands in the source below the assignment of a constant."""
    tree = ast.parse(inspect.getsource(sys.modules[type(value).__module__]))
    for statement, following in pairwise(tree.body):
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name:
            return str(ast.literal_eval(following.value)) if isinstance(following, ast.Expr) else ""
    return ""


def _file(package: str) -> str:
    return f"{package.rpartition('.')[2]}.md"


WRITTEN: Final = "<!-- Written by `make docs` from the code: change it there. -->"
INDEX: Final = f"""# Reference

{WRITTEN}

Every public name with its description, from the docstrings. A name that is not here is not promised. The fields of
specs are on the pages of the [rooms](../rooms/index.md), the codes of errors on [a page of their own](../errors.md)."""
