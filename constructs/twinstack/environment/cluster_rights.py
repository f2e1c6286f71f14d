"""What a workload's pods may ask of the cluster's API server, with a token that nobody else's pods have.

Sources: Kubernetes, "Using RBAC Authorization" and "Role Based Access Control Good Practices" (what gives more than it
says), read in November 2026.
"""

from collections.abc import Iterator, Sequence, Set
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.cluster_kinds import is_known_group, kinds_called, likely
from twinstack.environment.model import Finding, Model


class Verb(StrEnum):
    """What may be done. None that gives rights, or other people's: `escalate`, `bind`, `impersonate`; nor all at once."""

    GET = "get"
    LIST = "list"
    WATCH = "watch"
    CREATE = "create"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"
    DELETE_COLLECTION = "deletecollection"


KindName = Annotated[
    str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*(/[a-z]+)?$", max_length=100, examples=["pods", "pods/log"])
]
ObjectName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9:._-]*[A-Za-z0-9])?$", max_length=253, examples=["leader"])
]
GroupName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", examples=["argoproj.io"])]


class ClusterRight(Model):
    """Some verbs on some kinds of objects: of the product's namespace, or of the whole cluster where the kinds are its."""

    kinds: Annotated[tuple[KindName, ...], Field(min_length=1)]
    """The kinds by their plural, `pods`, `deployments`, or a part of one, `pods/log`."""
    verbs: Annotated[tuple[Verb, ...], Field(min_length=1)]
    """What may be done to them."""
    names: tuple[ObjectName, ...] = ()
    """The objects that alone it may be done to; all unless given."""
    api_group: GroupName | None = None
    """The group of kinds that a definition brings, `argoproj.io`. Of Kubernetes' own kinds it is known."""
    cluster_wide: bool = False
    """Whether they are kinds of the whole cluster: nodes, namespaces, volumes. What lies in namespaces is reached in the
    product's own alone."""

    @property
    def resources(self) -> dict[str, list[str]]:
        """The kinds by their group."""
        found: dict[str, list[str]] = {}
        for kind in dict.fromkeys(self.kinds):
            known = kinds_called(kind.partition("/")[0], self.api_group)
            group = self.api_group if self.api_group is not None else known[0].group if known else ""
            found.setdefault(group, []).append(kind)
        return found

    def rules(self) -> Iterator[Finding]:
        for index, kind in enumerate(self.kinds):
            yield from self._check_kind(index, kind)
        nameless = [verb for verb in self.verbs if verb in _WITHOUT_NAME]
        if self.names and nameless:
            yield Finding(
                "TW635",
                "names beside a verb that knows none",
                ("verbs", self.verbs.index(nameless[0])),
                given=f"{nameless[0]} of {', '.join(self.names)}",
                allowed="get, list, watch, update, patch and delete of objects by name: when one is created the name is not known yet",
                fix=f"give `{nameless[0]}` in an entry of its own without `names`",
            )

    def _check_kind(self, index: int, kind: str) -> Iterator[Finding]:
        plural, _, part = kind.partition("/")
        known = kinds_called(plural, self.api_group)
        if not known and (self.api_group is None or is_known_group(self.api_group)):
            meant = likely(plural)
            yield Finding(
                "TW633",
                "a kind that is none of Kubernetes' own",
                ("kinds", index),
                given=kind if self.api_group is None else f"{kind} in {self.api_group}",
                allowed="a plural such as pods, configmaps or deployments; of what a definition brings, with its `api_group`",
                fix=f"write {meant}" if meant else "give the `api_group` of its definition",
            )
        elif known and part and part not in known[0].parts:
            yield Finding(
                "TW633",
                "a kind that is none of Kubernetes' own",
                ("kinds", index),
                given=kind,
                allowed=", ".join([plural, *(f"{plural}/{one}" for one in sorted(known[0].parts))]),
                fix="write one of these",
            )
        elif known and known[0].namespaced == self.cluster_wide:
            yield Finding(
                "TW634",
                "a kind of the whole cluster"
                if not self.cluster_wide
                else "a kind of namespaces, for the whole cluster",
                ("kinds", index),
                given=kind,
                allowed="`cluster_wide: true` beside it, in an entry of its own"
                if not self.cluster_wide
                else "the product's namespace: what is in others is other people's",
                fix="put it into an entry with `cluster_wide: true`"
                if not self.cluster_wide
                else "put it into an entry without `cluster_wide`",
            )

    def reach_further(self) -> Iterator[tuple[int, str]]:
        """Kinds by which one comes to more than to these objects, each with what."""
        for index, kind in enumerate(self.kinds):
            if self.api_group is not None and not kinds_called(kind.partition("/")[0], self.api_group):
                continue
            verbs = set(self.verbs)
            if kind == "secrets" and not self.names and verbs & _READING:
                yield index, "every Secret of the namespace is read"
            for kinds, reason in _ALWAYS.items():
                if kind in kinds.split():
                    yield index, reason
            for kinds, reason in _WRITTEN.items():
                if kind in kinds.split() and verbs & _WRITING:
                    yield index, reason
            if self.cluster_wide and "/" not in kind and verbs - _READING:
                yield index, "what belongs to everybody in the cluster is changed"


def check_rights(rights: Sequence[ClusterRight]) -> Iterator[Finding]:
    """A finding for each kind by which pods come to more than it says: let pass with a reason alone."""
    for place, right in enumerate(rights):
        for index, reason in right.reach_further():
            yield Finding(
                "TW636",
                "rights that give more than they say",
                ("cluster_rights", place, "kinds", index),
                given=f"{', '.join(right.verbs)} of {right.kinds[index]}: {reason}",
                allowed="what the program needs, by `names` where there are some",
                fix="name the objects, or leave it out",
                acknowledgeable=True,
            )


_READING: Final[Set[str]] = frozenset({Verb.GET, Verb.LIST, Verb.WATCH})
_WRITING: Final[Set[str]] = frozenset({Verb.CREATE, Verb.UPDATE, Verb.PATCH})
_WITHOUT_NAME: Final[Set[str]] = frozenset({Verb.CREATE, Verb.DELETE_COLLECTION})
_ALWAYS: Final = {
    "pods/exec pods/attach pods/ephemeralcontainers": "other pods are entered, with all that they have",
    "pods/portforward pods/proxy services/proxy": "pods are reached past the network policies",
    "serviceaccounts/token": "one becomes another service account",
    "nodes/proxy": "every pod of every node is entered",
}
_WRITTEN: Final = {
    "pods replicationcontrollers podtemplates deployments replicasets statefulsets daemonsets jobs cronjobs": (
        "a pod that it writes may run as any service account of the namespace, and mount every Secret"
    ),
    "networkpolicies": "ways are opened that no link has",
}
