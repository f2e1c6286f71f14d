"""Where a stack keeps its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from twinstack.bindings.native.engine import engine_name
from twinstack.bindings.native.structs import given_to, path_below, struct_of
from twinstack.bindings.native.terraform.element import TerraformElement
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.values import require_words


class Backend(TerraformElement):
    """One of Terraform's backends; its arguments are those of its data type."""

    _type: ClassVar[str] = ""

    def __init__(self, scope: Construct, /, **given: Any) -> None:
        config = struct_of("cdktf", f"{engine_name(type(self))}Config")
        values = given_to(type(self), config, given, path_below(scope, "backend"))
        require_words([one for one in values.values() if isinstance(one, dict | list)], "a backend")
        super().__init__(scope, "backend")
        self._values = values

    def _place(self) -> Sequence[str]:
        return "terraform", "backend", self._type

    def _block(self) -> dict[str, Any]:
        return self._values


def _backend(type_: str) -> type[Backend]:
    return type(f"{type_.capitalize()}Backend", (Backend,), {"__module__": __name__, "_type": type_})


LocalBackend: Final = _backend("local")
BACKENDS: Final = (LocalBackend, *map(_backend, ("s3", "azurerm", "consul", "gcs", "http", "pg")))
"""Those whose name cdktf makes of their type: `S3Backend`."""
