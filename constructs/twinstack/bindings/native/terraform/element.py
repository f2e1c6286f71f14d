"""What has an address within its stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from twinstack.bindings.native.terraform.addresses import unique_id
from twinstack.bindings.native.terraform.overrides import Overridable
from twinstack.bindings.native.tokens import Reference, as_text
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import meant, refuse
from twinstack.bindings.native.values import text


class Document(Overridable):
    """A construct that has a document of its own: a stack."""

    @staticmethod
    def of(construct: Construct) -> Document:
        """The stack that a construct is in."""
        for one in reversed(construct.node.scopes):
            if isinstance(one, Document):
                return one
        raise meant(
            RuntimeError(f"Error: No stack could be identified for the construct at path '{construct.node.path}'")
        )


class TerraformElement(Overridable):
    """Something with an address within its stack."""

    terraform_resource_type: ClassVar[str] = ""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self._cdktf_stack = Document.of(self)
        self._logical_id = self._known_id = ""
        self._is_referred_to = False

    @staticmethod
    def is_terraform_element(value: object) -> bool:
        return isinstance(value, TerraformElement)

    @property
    def cdktf_stack(self) -> Document:
        return self._cdktf_stack

    @property
    def friendly_unique_id(self) -> str:
        """What it was when it was first asked for: an override that comes later changes nothing (cdktf 0.21)."""
        if not self._known_id:
            self._known_id = self._logical_id or unique_id(self.node, self._cdktf_stack.node)
        return self._known_id

    @property
    def fqn(self) -> str:
        self._is_referred_to = True
        return as_text(self._reference)

    def override_logical_id(self, address: str) -> None:
        """Gives it this address. Refused once its fqn was asked for, which cdktf 0.21 takes for a mistake."""
        if self._is_referred_to:
            refuse(f"{self.node.path}: another address after its fqn was asked for")
        self._logical_id = text(address, "override_logical_id") or refuse("override_logical_id of nothing")

    @property
    def _address(self) -> str:
        """What Terraform calls it: `aws_kms_key.files`."""
        return f"{self.terraform_resource_type}.{self.friendly_unique_id}"

    @property
    def _reference(self) -> Reference:
        """To the whole of it."""
        return Reference(self._address, self._cdktf_stack)

    def _place(self) -> Sequence[str]:
        """The keys that lead to its block in the stack's output."""
        raise NotImplementedError

    def _block(self) -> dict[str, Any]:
        """What it is made of, with the tokens that a program put there."""
        raise NotImplementedError
