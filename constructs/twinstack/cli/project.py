"""Finds the product that a command is about: `[tool.twinstack] product` in pyproject.toml."""

from __future__ import annotations

import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from twinstack.cli.ownership import require_trusted
from twinstack.errors import UsageError
from twinstack.product import BASE, FOLDER, Product


def find_product(start: Path | None = None) -> Product[Any]:
    """The product of the folder `start` (the current one), or of the nearest folder above it.

    Raises UsageError where no pyproject.toml names one, and where what is named is no product.
    """
    return load_product(*find_reference(start))


def find_product_with_engine() -> Product[Any]:
    """As `find_product`, for commands that make the halves: the engine starts while the product is read."""
    from twinstack.bindings import activate

    reference, folder = find_reference()
    activate(folder)
    return load_product(reference, folder)


def find_reference(start: Path | None = None) -> tuple[str, Path]:
    """What pyproject.toml names, `stacks:product`, and the folder it stands in.

    Raises UsageError where none does, and where the code that it names is a stranger's.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        file = folder / "pyproject.toml"
        reference = _reference(file)
        if reference is not None:
            module = folder / reference.partition(":")[0].partition(".")[0]
            code = (module, module / "__init__.py", module.with_suffix(".py"))
            require_trusted(folder, [file, *(each for each in code if each.exists())])
            return reference, folder
    raise UsageError(
        f"no product is named in {here} or above it: write `{_EXAMPLE}` under `[{_SECTION}]` in pyproject.toml"
    )


def _reference(file: Path) -> str | None:
    if not file.is_file():
        return None
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
    here: Any = document
    for part in (*_SECTION.split("."), "product"):
        here = here.get(part) if isinstance(here, dict) else None
    if here is None:
        return None
    module, _, name = here.partition(":") if isinstance(here, str) else ("", "", "")
    if not module or not name:
        raise UsageError(
            f"{file}: `product` under `[{_SECTION}]` is {here!r}: write `{_EXAMPLE}`, a module and a name in it"
        )
    return here


def load_product(reference: str, folder: Path) -> Product[Any]:
    """The product that `module:name` means, with `folder` on the path. Raises UsageError where there is none."""
    # The script `twinstack` starts without the current folder on the path; `python -m twinstack` only with that one.
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    module_name, _, name = reference.partition(":")
    where = f'{folder / "pyproject.toml"}: product = "{reference}"'
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise UsageError(f"{where}: there is no module {error.name} in {folder}") from error
    product = getattr(module, name, None)
    if not isinstance(product, Product):
        raise UsageError(f"{where}: {module_name}.{name} is {'missing' if product is None else 'no Product'}")
    folder = product.root / FOLDER
    if not product.environments and not any(folder.glob("*.yml")):  # what ends in .yml is refused by name
        raise UsageError(
            f"{folder}: there is no environment beside {BASE}.yaml: write one, dev.yaml, with `account:` and what differs"
        )
    return product


_SECTION: Final = "tool.twinstack"
_EXAMPLE: Final = 'product = "stacks:product"'
