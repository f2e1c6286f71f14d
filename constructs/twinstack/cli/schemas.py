"""`twinstack schemas environments`: the JSON Schemas by which editors complete and check the layers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from twinstack.cli.render import emit
from twinstack.environment.schema import layer_schema
from twinstack.product import FOLDER, Product


def write_environment_schemas(product: Product[Any]) -> None:
    """Writes environments/base.schema.json and environments/environment.schema.json beside the layers."""
    for file, text in environment_schemas(product).items():
        file.write_text(text, encoding="utf-8")
        emit([(str(file.relative_to(product.root)), "cyan")])


def environment_schemas(product: Product[Any]) -> Mapping[Path, str]:
    """Each file and what it has to hold."""
    folder = product.root / FOLDER
    return {folder / name: _text(layer_schema(product.environment, base=base)) for name, base in _FILES.items()}


def _text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_FILES: Final = {"base.schema.json": True, "environment.schema.json": False}
