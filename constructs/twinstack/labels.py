"""The labels and annotations by which an object says whose it is: written by the workloads half, read by whoever judges,
delivers or rehearses its output.

Source: Kubernetes, "Recommended Labels".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

LONGEST_LABEL: Final = 63
INSTANCE: Final = "app.kubernetes.io/instance"
MANAGED_BY: Final = "app.kubernetes.io/managed-by"
COMPONENT: Final = "app.kubernetes.io/component"
PART_OF: Final = "app.kubernetes.io/part-of"
OWNER: Final = "twinstack"
"""What `MANAGED_BY` says of all that is made here."""
PODS_MADE_BY: Final = "twinstack/pods-made-by"
"""An annotation of a NetworkPolicy whose pods a controller makes later, and which: no template in the manifests has their
labels.
"""

KEPT_ELSEWHERE: Final = "twinstack/kept-elsewhere"
"""An annotation of pods: the Secrets and ConfigMaps that they need and that somebody else keeps, `Secret payments, ConfigMap ca`."""


ASKED_OF_NODES: Final = "twinstack/asked-of-nodes"
"""An annotation of pods: the labels that they ask of nodes, and that the cluster was found to have, or is said to."""

TOLD_BY: Final = "twinstack/told-by-terraform"
"""An annotation of a ConfigMap: the keys that it gets from Terraform's outputs, `file-system-id=media_file_system_id`."""
TELLS: Final = "twinstack-told"
"""The field manager of what such a key says: none of the release's own, so that no release takes it away."""


def listed(annotations: Mapping[str, Any] | None, name: str) -> frozenset[str]:
    """What an annotation lists, one beside the other."""
    return frozenset(str((annotations or {}).get(name, "")).split(", ")) - {""}


def kept_elsewhere(annotations: Mapping[str, Any] | None) -> frozenset[str]:
    """What the pods with these annotations need of others, each as `Secret payments`."""
    return listed(annotations, KEPT_ELSEWHERE)


def label_value(text: str) -> str:
    """The text as a label can hold it: at most 63 characters, a letter or digit first and last."""
    return _EDGES.sub("", _EDGES.sub("", text)[:LONGEST_LABEL])


_EDGES: Final = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9]+$")
