"""Terraform addresses that do not move: `aws_db_instance.database`, whatever the construct tree looks like."""

from __future__ import annotations

from typing import TypeVar

from cdktf import TerraformElement

T = TypeVar("T", bound=TerraformElement)


def pin(element: T, address: str) -> T:
    """Gives an element its whole logical id and returns it.

    cdktf would end the id with a hash of the construct path, so that moving a construct would destroy what it made. A
    pinned address changes only through a `moved` block, which `move_from_id` on the resource writes. Pin before anything
    refers to the element: a reference keeps the address that it was made with.
    """
    element.override_logical_id(address)
    return element
