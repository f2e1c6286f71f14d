"""What was synthesized, as pictures read it: one stack with who each resource belongs to, and Kubernetes' objects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.policy.aws.stack import Resource, Stack
from twinstack.policy.kubernetes.objects import Objects
from twinstack.policy.owners import specs_of_resources


@dataclass(frozen=True)
class Made:
    """One environment's outputs; a half that the product does not have is empty."""

    document: Mapping[str, Any]
    manifests: Sequence[Any]

    @classmethod
    def read(cls, stack: Path, manifests: Path) -> Made:
        """From the folder with cdk.tf.json and the folder with the manifests, as far as they are there."""
        document = json.loads((stack / "cdk.tf.json").read_bytes()) if stack.is_dir() else {}
        files = sorted(manifests.glob("*.yaml"))
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return cls(document, [one for file in files for one in yaml.load_all(file.read_bytes(), loader)])

    @cached_property
    def objects(self) -> Objects:
        """The manifests."""
        return Objects.of_documents(self.manifests)

    @cached_property
    def resources(self) -> Sequence[Resource]:
        """All resources, as Terraform has them."""
        return list(Stack(self.document).of())

    def of_type(self, *types: str) -> list[Resource]:
        """The resources of these types."""
        return [one for one in self.resources if one.type in types]

    def owner_of(self, one: Resource) -> str:
        """The construct right below the stack that made it: the field of the environment, as a rule."""
        return self._owners.get(one.address, one.name)

    def owned_by(self, owner: str) -> list[Resource]:
        """What one construct made."""
        return [one for one in self.resources if self.owner_of(one) == owner]

    def named(self, reference: Any) -> Resource | None:
        """The resource that an argument refers to, whatever stands around that: `${aws_s3_bucket.exports.arn}/*`."""
        return self._by_address.get(address_in(reference))

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        return specs_of_resources(self.document)

    @cached_property
    def _by_address(self) -> Mapping[str, Resource]:
        return {one.address: one for one in self.resources}


def address_in(reference: Any) -> str:
    """The address of the first resource that a text refers to; empty without one."""
    found = _REFERENCE.search(reference) if isinstance(reference, str) else None
    return found[1] if found else ""


_REFERENCE: Final = re.compile(r"\$\{(?:data\.)?([a-z0-9_]+\.[A-Za-z0-9_-]+)[.\[}]")
