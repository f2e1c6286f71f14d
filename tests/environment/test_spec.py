"""What the classes of specs refuse to be, when they are made."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from twinstack.environment import Access, ResourceSpec, Spec
from twinstack.errors import UsageError


def made(base: type[Spec], annotations: dict[str, Any], **members: Any) -> type[Spec]:
    return type("Mistaken", (base,), {"__annotations__": annotations, "__module__": __name__, **members})


@pytest.mark.parametrize("levels", [Access.READ, (), [Access.READ], ("read", "write"), "read", (Access.READ, None)])
def test_access_levels_are_a_tuple_of_at_least_one(levels: Any) -> None:
    with pytest.raises(UsageError, match=r"Mistaken\.access_levels is .*write a tuple of at least one Access"):
        made(ResourceSpec, {"access_levels": ClassVar[Any]}, access_levels=levels)


def test_what_a_class_has_in_common_is_no_field() -> None:
    with pytest.raises(
        UsageError, match=r"Mistaken\.access_levels is what every Mistaken has.*`access_levels: ClassVar"
    ):
        made(ResourceSpec, {"access_levels": tuple[Access, ...]}, access_levels=(Access.READ,))


@pytest.mark.parametrize("field", ["key", "links", "names", "offer", "environment"])
def test_a_field_that_hides_a_member_is_refused(field: str) -> None:
    with pytest.raises(
        UsageError, match=rf"Mistaken\.{field} hides a member of (Resource)?Spec: give the field another"
    ):
        made(ResourceSpec, {field: str})


def test_a_field_may_be_said_anew() -> None:
    assert made(ResourceSpec, {"title": str}, title="A title").__pydantic_fields__["title"].default == "A title"
