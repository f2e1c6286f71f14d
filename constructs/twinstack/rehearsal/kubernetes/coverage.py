"""Which definitions of custom resources the manifests need, where each comes from, and which the cluster will lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from twinstack.api_server import ApiServer
from twinstack.errors import Problem
from twinstack.rehearsal.kubernetes.definitions import Definition, built_in
from twinstack.rehearsal.kubernetes.manifests import Manifest


@dataclass(slots=True)
class Coverage:
    """What was found of the custom kinds that some manifests use."""

    used: dict[str, Definition] = field(default_factory=dict)
    """The definitions to install, by name."""
    problems: list[Problem] = field(default_factory=list)
    lacking: set[tuple[str, str]] = field(default_factory=set)
    """The API version and kind of what no definition covers; its objects need not be tried."""

    def given(self) -> list[str]:
        """The names of those that were given."""
        return sorted(name for name, one in self.used.items() if one.location)

    def built_in(self) -> list[str]:
        """The names of those that are built in."""
        return sorted(name for name, one in self.used.items() if not one.location)

    def is_built_in(self, manifest: Manifest) -> bool:
        """Whether this object is checked by a built-in definition, which knows only the fields that the library writes."""
        group = manifest.api_version.rpartition("/")[0]
        return any(
            one.location is None and (one.group, one.kind) == (group, manifest.kind) for one in self.used.values()
        )

    def sources(self) -> dict[str, str]:
        """Where each definition was read: its file, or `built in`."""
        return {name: str(one.location) if one.location else "built in" for name, one in sorted(self.used.items())}


def cover(manifests: Sequence[Manifest], given: Iterable[Definition], own_groups: frozenset[str]) -> Coverage:
    """Finds the definition of each custom kind: what was given comes first, what is built in second.

    `own_groups` are the API groups that the server serves by itself. Yields an error for each kind that nothing covers
    or whose given definition does not serve the version (TW923), and a warning where definitions were given and the
    kind is not among them (TW924): the cluster may lack it. EKS publishes no definitions of `eks.amazonaws.com`, so no
    folder of a project's files can have them.
    """
    coverage = Coverage()
    cluster = {(one.group, one.kind): one for one in given}
    brought = set(_brought(manifests))
    first: dict[tuple[str, str], Manifest] = {}
    for manifest in manifests:
        first.setdefault((manifest.api_version, manifest.kind), manifest)
    for (api_version, kind), manifest in first.items():
        group, _, version = api_version.rpartition("/")
        # A definition's group has a dot: what has none is of Kubernetes itself, of whatever age.
        if "." not in group or group in own_groups or (group, kind, version) in brought:
            continue
        found = cluster.get((group, kind))
        ours = built_in(api_version, kind) if found is None else None
        one = found or ours
        if one is None or version not in one.served:
            coverage.lacking.add((api_version, kind))
            coverage.problems.append(_lacking(manifest, group, found))
            continue
        coverage.used[one.name] = one
        if ours and cluster and group != EKS_GROUP:
            coverage.problems.append(
                manifest.problem(
                    "TW924",
                    "the definitions given have none of this kind, so the cluster may lack it",
                    given=f"{kind} in {api_version}, checked against the built-in definition",
                    fix=f"add {one.name} to the folder; where the cluster has none, install what brings it",
                    warning=True,
                )
            )
    return coverage


def own_groups(api: ApiServer) -> frozenset[str]:
    """The API groups that the server serves by itself, those of definitions in it left out."""
    definitions = api.objects("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    return frozenset(api.groups()) - {one["spec"]["group"] for one in definitions}


def _lacking(manifest: Manifest, group: str, found: Definition | None) -> Problem:
    if found is not None:
        return manifest.problem(
            "TW923",
            "the cluster's definition of this kind does not serve this version",
            given=manifest.api_version,
            allowed=", ".join(f"{group}/{version}" for version in found.served),
            fix="write the version that the cluster serves, or bring the cluster's controller up to date",
        )
    return manifest.problem(
        "TW923",
        "no definition of this kind is given or built in: a cluster without it refuses the object",
        given=f"{manifest.kind} in {manifest.api_version}",
        fix=(
            "EKS publishes none of its own: give what `kubectl get crd -o yaml` prints on a cluster with Auto Mode"
            if group == EKS_GROUP
            else "correct apiVersion and kind, or give the definition by --definitions, and install it before the deploy"
        ),
    )


def _brought(manifests: Iterable[Manifest]) -> Iterator[tuple[str, str, str]]:
    """The group, kind and version of each definition that is itself among the manifests."""
    for manifest in manifests:
        if manifest.kind != "CustomResourceDefinition":
            continue
        one = Definition(manifest.data)
        try:
            yield from [(one.group, one.kind, version) for version in one.served]
        except (KeyError, TypeError, AttributeError):
            continue  # The API server says what is wrong with it.


EKS_GROUP: Final = "eks.amazonaws.com"
