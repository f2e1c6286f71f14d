"""How a public name goes: it warns for a while, and says in which release it will be gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from typing_extensions import deprecated as marked

T = TypeVar("T", bound=Callable[..., object])


class TwinstackDeprecationWarning(FutureWarning):
    """A name that a coming release will not have. Python shows it by default: it is for whoever deploys."""


def deprecated(name: str, *, gone_in: str, instead: str) -> Callable[[T], T]:
    """Marks a function or class: calling it warns, and editors and type checkers strike it through.

    `gone_in` is the release in which it goes, `instead` what to write. A test of the library fails once that release
    is here and the name still is.
    """

    def mark(thing: T) -> T:
        ANNOUNCED[name] = gone_in
        text = f"{name} is deprecated and will be gone in twinstack {gone_in}: use {instead}"
        # A literal is asked for, so that editors can show it; a sentence with the release in it is none.
        return marked(text, category=TwinstackDeprecationWarning)(thing)  # ty: ignore[invalid-argument-type]

    return mark


def going(*, gone_in: str, instead: str) -> dict[str, Any]:
    """Marks a field of a spec, `Field(json_schema_extra=going(…))`: a layer that sets it gets a warning with its line."""
    return {"deprecated": True, "gone_in": gone_in, "instead": instead}


ANNOUNCED: dict[str, str] = {}
"""Every deprecated name that was loaded, with the release in which it goes."""
