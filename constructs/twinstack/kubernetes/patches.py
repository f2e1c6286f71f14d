"""JSON patches that arrive whole.

The classes of Kubernetes 1.27 apply the patches that they are given and then write the fields they know: a newer one
(`restartPolicy` of an init container, which makes it a sidecar) or a misspelt one is dropped without a word, and what is
left may mean something else. So the patches of every object are kept here, and applied to what the classes have written.
An API server refuses the misspelt ones. Source: cdk8s 2.70, `ApiObject.toJson` and the `toJson` of each generated class,
read in November 2026.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from cdk8s import ApiObject, Chart, JsonPatch

from twinstack.errors import ConstructionError

Given = tuple[ApiObject, Sequence[JsonPatch]]


class Patches:
    """What the objects of one chart are patched with, in the order in which it was said."""

    def __init__(self) -> None:
        self._given: list[Given] = []

    def keep(self, construct: ApiObject, patches: Sequence[JsonPatch]) -> None:
        """Notes them, to be applied once the object is written."""
        self._given.append((construct, patches))

    def applied_to(self, manifests: Sequence[Any]) -> list[Any]:
        """The manifests as patched. Raises ConstructionError for a patch that fits nowhere, and says whose it is."""
        places = {_identity(manifest): index for index, manifest in enumerate(manifests)}
        patched = list(manifests)
        for construct, patches in self._given:
            identity = (construct.api_version, construct.kind, construct.metadata.namespace, construct.name)
            index = places.get(identity)
            if index is None:
                raise _refused(construct, "it is not among the objects of its chart")
            try:
                patched[index] = JsonPatch.apply(patched[index], *patches)
            except RuntimeError as error:
                raise _refused(construct, next(iter(str(error).splitlines()), "").strip()) from error
        return patched


def _refused(construct: ApiObject, reason: str) -> ConstructionError:
    return ConstructionError(
        f"{construct.kind} {construct.name} cannot be rendered: {reason}: look at what is given to its "
        f"`add_json_patch(…)`: each path is one of the object as it is made ({construct.node.path})"
    )


def _identity(manifest: Mapping[str, Any]) -> tuple[str, str, str | None, str]:
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"]


def _keep_patches() -> None:
    """Leads every `add_json_patch` here, of an object that stands in a chart of ours."""
    original = ApiObject.add_json_patch

    @functools.wraps(original)
    def add_json_patch(self: ApiObject, *ops: JsonPatch) -> None:
        patches = getattr(Chart.of(self), "patches", None)
        if isinstance(patches, Patches):
            patches.keep(self, ops)
        else:
            original(self, *ops)

    ApiObject.add_json_patch = add_json_patch  # ty: ignore[invalid-assignment]


_keep_patches()
