"""Rights in the cluster and in AWS that are about nothing that there is.

Source: Kubernetes 1.36, the resources that its API server serves, by group; Kubernetes documentation, "Using RBAC Authorization".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Final

from twinstack.environment.cluster_kinds import all_kinds
from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Data, Object, Objects, mappings, text, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("right-to-nothing", "a right to something that there is not", "correct the name, and the group it is in")
def right_to_nothing(objects: Objects) -> Iterator[Fault]:
    """A rule about a resource that its group does not have, or a verb that nobody asks with: taken, and it grants nothing."""
    for one in objects.of("Role", "ClusterRole"):
        for index, rule in enumerate(mappings(one.data, "rules")):
            yield from _of_rule(one, rule, f"rules[{index}]")


@RULES(
    "role-is-none", "a role of AWS that is none", "write the role's ARN, or leave it to an association of Pod Identity"
)
def role_is_none(objects: Objects) -> Iterator[Fault]:
    """A service account whose role is no ARN of one: its pods get no credentials, and say so only when they ask."""
    for one in objects.of("ServiceAccount"):
        role = text(one.annotations, _ROLE)
        if role and not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", role):
            yield one.fault(f"metadata.annotations.{_ROLE}", role, "arn:aws:iam::ACCOUNT:role/NAME")


def _of_rule(one: Object, rule: Data, path: str) -> Iterator[Fault]:
    groups = texts(rule, "apiGroups")
    if not texts(rule, "resources") or not set(groups) <= RESOURCES.keys():
        return
    known = {name for group in groups for name in RESOURCES[group]}
    for name in texts(rule, "resources"):
        whole, _, part = name.partition("/")
        if whole != "*" and (
            whole not in known or (part and part != "*" and part not in PARTS.get(whole, _USUAL_PARTS))
        ):
            where = next(
                (f"it is in {group or 'the core group'}" for group in RESOURCES if whole in RESOURCES[group]), ""
            )
            yield one.fault(f"{path}.resources", name, where or _near(whole, known))
    for verb in texts(rule, "verbs"):
        if verb not in VERBS:
            yield one.fault(f"{path}.verbs", verb, ", ".join(VERBS[:-1]))


def _near(name: str, known: set[str]) -> str:
    plural = {f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies"} & known
    return ", ".join(sorted(plural)) or f"one of {', '.join(sorted(known))}"


_ROLE: Final = "eks.amazonaws.com/role-arn"
VERBS: Final = (
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate",
    "use", "approve", "sign", "attest", "*",
)  # fmt: skip
_MORE: Final = {
    "": {"bindings", "componentstatuses"},
    "coordination.k8s.io": {"leasecandidates"},
    "storage.k8s.io": {"volumeattributesclasses"},
}
"""What some servers have besides."""
_MORE_PARTS: Final = {"nodes": {"spec", "checkpoint"}}
_GROUPS: Final = (
    "", "apps", "autoscaling", "batch", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "networking.k8s.io",
    "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
)  # fmt: skip
RESOURCES: Final[Mapping[str, Set[str]]] = {
    group: {one.plural for one in all_kinds() if one.group == group} | _MORE.get(group, set()) for group in _GROUPS
}
"""By group, what the API server serves. Of other groups nothing is said."""
_USUAL_PARTS: Final = frozenset({"scale", "status"})
PARTS: Final[Mapping[str, Set[str]]] = {
    one.plural: one.parts | _MORE_PARTS.get(one.plural, set())
    for one in all_kinds()
    if not one.group and one.parts - _USUAL_PARTS
}
"""What belongs to one and is asked for by a path of its own, `pods/log`; of the others `scale` and `status`."""
