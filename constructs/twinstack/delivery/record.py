"""What is remembered of one release: a small ConfigMap that says what became of it, and others that hold its manifests.

The first is written anew when it ends; the others are immutable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final

from twinstack.delivery.compression import packed, unpacked
from twinstack.delivery.manifest import Identity, JsonObject
from twinstack.delivery.ownership import KEEPS
from twinstack.labels import PART_OF, label_value


class Status(StrEnum):
    """What became of a release."""

    APPLYING = "applying"
    """It is being applied, or waited for."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """It failed, and what stood before was not returned to, or not whole."""
    RETURNED = "returned"
    """It failed, and what stood before was returned to."""
    SUPERSEDED = "superseded"
    """It gave way to a newer one while it was waited for."""
    INTERRUPTED = "interrupted"
    """Its client was killed, or somebody stopped it."""
    REMOVED = "removed"
    """It stood, and was taken out of the cluster with the whole product."""


@dataclass(frozen=True)
class Listed:
    """One object that a release lists."""

    api_version: str
    identity: Identity


@dataclass(frozen=True)
class Record:
    """What is remembered of one release. The manifests are read by `Records.manifests`."""

    number: int
    """Counts up by one with each release of the stack."""
    status: Status
    release: Mapping[str, Any]
    """What its `release.json` said: version, revision, who made it, without the list of files."""
    digest: str
    """Of what it wants of the cluster, not of files: two releases of one digest are the same to the cluster."""
    holder: str
    """As the Lease named the run that applied it."""
    applied_by: str
    """`ada@laptop`."""
    started_at: str
    """The server's time, in UTC, as ISO 8601 has it."""
    parts: tuple[str, ...]
    """The ConfigMaps that hold its manifests."""
    ended_at: str = ""
    reason: str = ""
    """Why it ended as it did; empty for one that succeeded."""
    again: int = 0
    """The number of the release that a rollback applied again; 0 for a release that is new."""
    returned_to: int = 0
    """The number of the release that stands after an automatic return; 0 where there was none."""
    namespace: str = ""
    """Where it lies."""
    inventory: tuple[Listed, ...] = ()
    """What it lists."""
    former: tuple[Listed, ...] = ()
    """What releases listed that are no longer remembered, and that may still be there."""
    resource_version: str = ""

    @property
    def version(self) -> str:
        """`1.5.0`."""
        return str(self.release.get("version", ""))

    @property
    def content_number(self) -> int:
        """The number under which its content was first released: a rollback's is an earlier one's."""
        return self.again or self.number

    def ended(self, status: Status, reason: str, ended_at: str, returned_to: int) -> Record:
        """As it is once it has ended."""
        return replace(self, status=status, reason=reason[:LONGEST_REASON], ended_at=ended_at, returned_to=returned_to)

    def to_object(self, stack: str, product: str) -> JsonObject:
        """The ConfigMap that says what became of it."""
        document = {key: held for key, held in asdict(self).items() if key not in _APART}
        metadata: JsonObject = {
            "name": head_name(stack, self.number),
            "namespace": self.namespace,
            "labels": _labels(stack, product, HEAD) | {STATUS: str(self.status)},
            **({"resourceVersion": self.resource_version} if self.resource_version else {}),
        }
        inventory = [[[one.api_version, *one.identity] for one in each] for each in (self.inventory, self.former)]
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": {DOCUMENT: json.dumps(document, sort_keys=True)},
            "binaryData": {INVENTORY: packed(json.dumps(inventory).encode())},
        }

    @classmethod
    def of_object(cls, data: JsonObject) -> Record | None:
        """What a ConfigMap says; None where it is not what this library wrote, by whatever hand."""
        try:
            document = json.loads(data["data"][DOCUMENT])
            inventory, former = json.loads(unpacked(data["binaryData"][INVENTORY]))
            known = {each.name for each in fields(cls)} - _APART
            values: dict[str, Any] = {key: held for key, held in document.items() if key in known}
            values |= {"status": Status(document["status"]), "parts": tuple(document["parts"])}
            return cls(
                **values,
                namespace=data["metadata"]["namespace"],
                inventory=tuple(Listed(one, Identity(*rest)) for one, *rest in inventory),
                former=tuple(Listed(one, Identity(*rest)) for one, *rest in former),
                resource_version=data["metadata"]["resourceVersion"],
            )
        except (KeyError, TypeError, ValueError):
            return None


def part_objects(record: Record, stack: str, product: str, held: Sequence[str]) -> list[JsonObject]:
    """The ConfigMaps that hold its manifests, which are in these pieces; immutable."""
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": record.namespace, "labels": _labels(stack, product, PART)},
            "immutable": True,
            "binaryData": {MANIFESTS: piece},
        }
        for name, piece in zip(record.parts, held, strict=True)
    ]


def head_name(stack: str, number: int) -> str:
    """`analytics-prod-release-12`."""
    return f"{stack}-release-{number}"


def part_name(stack: str, number: int, index: int) -> str:
    """`analytics-prod-release-12-manifests-1`."""
    return f"{head_name(stack, number)}-manifests-{index}"


def heads_of(stack: str) -> dict[str, str]:
    """The labels by which the records of a stack are found, without the manifests."""
    return {STACK: label_value(stack), KEEPS: HEAD}


def _labels(stack: str, product: str, keeps: str) -> dict[str, str]:
    """None of those that a release's own objects bear: nothing that looks for them finds a record."""
    return {STACK: label_value(stack), KEEPS: keeps, PART_OF: label_value(product)}


STACK: Final = "delivery.twinstack/stack"
STATUS: Final = "delivery.twinstack/status"
HEAD: Final = "record"
PART: Final = "manifests"
DOCUMENT: Final = "record.json"
INVENTORY: Final = "inventory.json.gz"
MANIFESTS: Final = "manifests.json.gz"
LONGEST_REASON: Final = 4000
_APART: Final = frozenset({"namespace", "inventory", "former", "resource_version"})
"""What stands elsewhere in the ConfigMap than in its document."""
