"""Which spec a thing of the output is made of: that is where what is found in it is acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from twinstack.policy.aws.stack import Stack
from twinstack.policy.kubernetes.objects import Object, mapping, text

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


def owners_of(
    environment: Environment, document: Mapping[str, Any], manifests: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """The key of the spec by what a rule calls it: `aws_db_instance.database`, `Deployment analytics/backend`."""
    found = {**specs_of_resources(document), **specs_of_objects(manifests)}
    return {subject: key for subject, key in found.items() if key in environment.specs}


def specs_of_resources(document: Mapping[str, Any]) -> dict[str, str]:
    """By address: the first part of its place in the tree."""
    return {
        one.address: path.split("/")[1]
        for one in Stack(document).of()
        if "/" in (path := text(one.data, "//", "metadata", "path"))
    }


def specs_of_objects(manifests: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By kind, namespace and name: as its label says."""
    return {
        Object(one, 0).title: text(mapping(one, "metadata", "labels"), "app.kubernetes.io/component")
        for one in manifests
    }
