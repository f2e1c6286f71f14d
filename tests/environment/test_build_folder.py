"""A folder outside of the product is built from only where somebody said that it is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

OUTSIDE = ["..", "../web", "../../../../etc", "web/../../etc", "./../web"]


def with_build(base: str, folder: str, more: str = "") -> str:
    return base.replace(
        "  image: registry.example/web\n  port", f"  image: registry.example/web\n  build: {folder}\n{more}  port"
    )


@pytest.mark.parametrize("folder", OUTSIDE)
def test_a_folder_outside_of_the_product_is_warned_of(accept: Callable[..., Any], base: str, folder: str) -> None:
    warnings = accept(base=with_build(base, folder)).warnings
    assert [(each.code, each.path, each.given) for each in warnings] == [("TW771", "web.build", folder)]


@pytest.mark.parametrize("folder", OUTSIDE)
def test_one_that_is_meant_is_acknowledged(accept: Callable[..., Any], base: str, folder: str) -> None:
    reason = '  acknowledge: {TW771: "one repository holds both"}\n'
    assert accept(base=with_build(base, folder, reason)).warnings == ()


@pytest.mark.parametrize("folder", ["web", "services/web", "..web", "web/..", "a/../b", "...", "."])
def test_a_folder_of_the_product_is_not(accept: Callable[..., Any], base: str, folder: str) -> None:
    assert accept(base=with_build(base, folder)).warnings == ()
