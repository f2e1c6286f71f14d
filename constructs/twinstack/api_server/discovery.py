"""What kinds an API server serves: asked of itself, group by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from twinstack.api_server.places import Resource

Read = Callable[[str], Mapping[str, Any]]
"""What a path of the server says."""


def served(read: Read, api_version: str) -> dict[str, Resource]:
    """The kinds of one version of a group, and where each is found."""
    return {kind: place for kind, place, _ in _entries(read, api_version)}


def namespaced(read: Read) -> Iterator[tuple[str, str]]:
    """Every kind whose objects lie in namespaces and can be listed, in the version that the server prefers.

    Source: Kubernetes documentation, "Kubernetes API Concepts: API Discovery".
    """
    versions = ["v1", *(group["preferredVersion"]["groupVersion"] for group in read("/apis")["groups"])]
    for api_version in versions:
        for kind, place, verbs in _entries(read, api_version):
            if place.namespaced and {"list", "create"} <= verbs:
                yield api_version, kind


def _entries(read: Read, api_version: str) -> Iterator[tuple[str, Resource, frozenset[str]]]:
    prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    for entry in read(prefix)["resources"]:
        if "/" not in entry["name"]:
            place = Resource(prefix, entry["name"], entry["namespaced"])
            yield entry["kind"], place, frozenset(entry.get("verbs") or ())
