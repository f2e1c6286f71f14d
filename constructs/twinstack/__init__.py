"""twinstack: one typed environment object becomes Terraform JSON for AWS and Kubernetes YAML that agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinstack.app import main
    from twinstack.product import Product

__all__ = ["Product", "main"]


def __getattr__(name: str) -> Any:
    """Each name is imported when it is asked for: a command that is just starting must hear of Ctrl-C."""
    if name == "main":
        from twinstack.app import main

        return main
    if name == "Product":
        from twinstack.product import Product

        return Product
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
