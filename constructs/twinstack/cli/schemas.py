"""`twinstack schemas`: what editors check the layers by, and what the rehearsal knows of the AWS provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from twinstack.cli.files import put_files
from twinstack.cli.render import emit
from twinstack.layers.schema import layer_schema
from twinstack.product import FOLDER, Product


def write_environment_schemas(product: Product[Any]) -> None:
    """Writes environments/base.schema.json and environments/environment.schema.json beside the layers."""
    schemas = environment_schemas(product)
    put_files(schemas, product.root)
    for file in schemas:
        emit([(str(file.relative_to(product.root)), "cyan")])


def environment_schemas(product: Product[Any]) -> Mapping[Path, str]:
    """Each file and what it has to hold."""
    folder = product.root / FOLDER
    return {folder / name: _text(layer_schema(product.environment, base=base)) for name, base in _FILES.items()}


def write_provider_schema(wheel: Path, version: str) -> None:
    """Writes the schema that a bindings wheel carries to where the rehearsal looks for it.

    The archived bindings leave some things out; the newest known schema is asked for them. Raises UsageError for
    bindings of another version, and RehearsalError for modules that cannot be read.
    """
    from twinstack.rehearsal import schemas

    newest = schemas.VERSIONS[0]
    file = schemas.file_of(version)
    schema = schemas.extract(wheel, version, file, complement=None if version == newest else schemas.file_of(newest))
    emit([(f"{file.name}: {len(schema.names('resource'))} resources, {file.stat().st_size // _KIB} KiB", "cyan")])


def _text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_KIB: Final = 1024
_FILES: Final = {"base.schema.json": True, "environment.schema.json": False}
