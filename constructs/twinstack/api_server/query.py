"""What a request asks for beside its path: selectors of a list, the part of a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final


def selectors(labels: Mapping[str, str | None] | None, fields: Mapping[str, str] | None) -> dict[str, str]:
    """The parameters that choose objects by labels and fields, each of which must be equal; None: no such label."""
    given = {"labelSelector": labels, "fieldSelector": fields}
    return {
        key: ",".join(f"!{name}" if held is None else f"{name}={held}" for name, held in selected.items())
        for key, selected in given.items()
        if selected
    }


def log_path(namespace: str, pod: str) -> str:
    """Where a pod's log is read."""
    return f"/api/v1/namespaces/{namespace}/pods/{pod}/log"


def log_parameters(container: str, tail_lines: int | None) -> dict[str, str]:
    """The parameters that choose a container, and how much of its log."""
    given = {"container": container, "tailLines": "" if tail_lines is None else str(tail_lines)}
    return {key: held for key, held in given.items() if held}


def deletion(propagation: str, uid: str, resource_version: str) -> str:
    """What a deletion says: what becomes of what the object owns, and which object it has to be still."""
    held = {"uid": uid, "resourceVersion": resource_version}
    preconditions = {key: one for key, one in held.items() if one}
    return json.dumps({"propagationPolicy": propagation, "preconditions": preconditions})


def access_review(**attributes: str) -> str:
    """The body that asks whether one may do something."""
    wanted = {key: held for key, held in attributes.items() if held}
    kind = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    return json.dumps({**kind, "spec": {"resourceAttributes": wanted}})


ACCESS_REVIEWS: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
