"""What a release wants of one object in the cluster, and by what it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

JsonObject = dict[str, Any]


class Identity(NamedTuple):
    """By what an object is known to the cluster. The version of its API is no part of it."""

    group: str
    """Empty for the core."""
    kind: str
    namespace: str
    """Empty for what belongs to the whole cluster."""
    name: str

    def __str__(self) -> str:
        """`Deployment analytics/analytics-backend`, as people are told of it."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def identity_of(data: Mapping[str, Any]) -> Identity:
    """By what the cluster knows an object, one that is wanted or one that it sent."""
    metadata = data["metadata"]
    group = data["apiVersion"].rpartition("/")[0]
    return Identity(group, data["kind"], metadata.get("namespace", ""), metadata["name"])


@dataclass(frozen=True)
class Manifest:
    """One object of a release, as its file says it."""

    data: Mapping[str, Any]
    file: str = ""
    """The file it stands in, for messages; empty for one that comes from a record."""

    @cached_property
    def identity(self) -> Identity:
        """By what the cluster knows it."""
        return identity_of(self.data)

    @property
    def api_version(self) -> str:
        """`apps/v1`, as it is written."""
        version: str = self.data["apiVersion"]
        return version

    @property
    def kind(self) -> str:
        """Its kind, `Deployment`."""
        return self.identity.kind

    @property
    def name(self) -> str:
        """Its name."""
        return self.identity.name

    @property
    def namespace(self) -> str:
        """Its namespace; empty for what belongs to the whole cluster."""
        return self.identity.namespace
