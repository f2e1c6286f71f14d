"""Where a stack keeps its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

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


class S3Backend(Backend):
    """The state in a bucket."""

    _type = "s3"


class LocalBackend(Backend):
    """The state in a file."""

    _type = "local"


class AzurermBackend(Backend):
    """The state in a container of Azure's."""

    _type = "azurerm"


class ConsulBackend(Backend):
    """The state in Consul."""

    _type = "consul"


class GcsBackend(Backend):
    """The state in a bucket of Google's."""

    _type = "gcs"


class HttpBackend(Backend):
    """The state at an address."""

    _type = "http"


class PgBackend(Backend):
    """The state in PostgreSQL."""

    _type = "pg"
