"""Custom resources: kinds that the cluster learns from a CustomResourceDefinition, and cdk8s has no class for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk8s import ApiObject, ApiObjectMetadata, JsonPatch
from constructs import Construct


def custom_object(
    scope: Construct,
    id_: str,
    *,
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None,
    labels: Mapping[str, str],
    spec: Mapping[str, Any],
    annotations: Mapping[str, str] | None = None,
) -> ApiObject:
    """One custom resource. No namespace: an object of the whole cluster.

    The `spec` comes by a patch, because the class takes in Python what every object has and nothing else.
    """
    custom = ApiObject(
        scope,
        id_,
        api_version=api_version,
        kind=kind,
        metadata=ApiObjectMetadata(name=name, namespace=namespace, labels=labels, annotations=annotations),
    )
    custom.add_json_patch(JsonPatch.add("/spec", spec))
    return custom
