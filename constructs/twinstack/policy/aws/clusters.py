"""Rules over EKS: what has to come together, and who is let in twice.

Source: Amazon EKS User Guide and API reference: "Create an EKS Auto Mode Cluster", "Grant IAM users access to Kubernetes with EKS
access entries", CreateCluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.facts.processors import is_arm
from twinstack.policy.aws.stack import Resource, Stack, mappings, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "auto-mode-halfway",
    "A part of Auto Mode without the others",
    "enable compute_config, elastic_load_balancing and block_storage together, and let access entries in",
    severity="error",
)
def auto_mode_halfway(stack: Stack) -> Iterator[Fault]:
    """EKS refuses a cluster of which it is to keep the nodes and not the load balancers or the volumes, or that knows no
    access entries.
    """
    for one in stack.of("aws_eks_cluster"):
        parts = {".".join(path): one.inner(*path) for path in AUTO}
        known = not any("${" in str(value) for value in parts.values())
        on = [name for name, value in parts.items() if _is_true(value)]
        off = [name for name in parts if name not in on]
        if known and on and off:
            yield Fault(one.address, off[0], f"not enabled, and {on[0]} is", "all three, or none")
        if on and mode_of(one) == "CONFIG_MAP":
            yield Fault(one.address, "access_config.authentication_mode", "CONFIG_MAP", "API or API_AND_CONFIG_MAP")


@RULES(
    "image-of-another-processor",
    "Nodes whose image is for another processor",
    "let ami_type follow the instance types",
    severity="error",
)
def image_of_another_processor(stack: Stack) -> Iterator[Fault]:
    """EKS refuses a node group whose image is for arm64 and whose machines are not, or the other way round."""
    for one in stack.of("aws_eks_node_group"):
        image = one.literal("ami_type")
        for machine in (
            texts(one.get("instance_types")) if image not in ("", "CUSTOM") and "WINDOWS" not in image else ()
        ):
            if "${" not in machine and is_arm(machine) is not ("ARM" in image):
                yield Fault(one.address, "ami_type", f"{image}, with {machine}", "an image for the machine's processor")


@RULES(
    "nodes-without-network",
    "Nodes of a cluster without what gives them a network",
    "add the add-ons vpc-cni and kube-proxy, and let them not wait for the nodes",
)
def nodes_without_network(stack: Stack) -> Iterator[Fault]:
    """Nodes never become ready where a cluster was made without its own add-ons and nobody brings them, or where they come after
    the nodes, which Terraform waits for.
    """
    for nodes in stack.of("aws_eks_node_group"):
        cluster = stack.referred(nodes.get("cluster_name"))
        if cluster is None or cluster.literal("bootstrap_self_managed_addons") != "false" or is_auto(cluster):
            continue
        addons = [one for one in stack.of("aws_eks_addon") if stack.referred(one.get("cluster_name")) == cluster]
        for name in ("vpc-cni", "kube-proxy"):
            found = [one for one in addons if one.literal("addon_name") == name]
            if not found and not any("${" in str(one.get("addon_name")) for one in addons):
                yield Fault(nodes.address, "", f"no add-on {name}", f"an aws_eks_addon {name}")
            for one in found:
                if nodes.address in texts(one.data.get("depends_on")):
                    yield Fault(one.address, "depends_on", nodes.address, f"{nodes.address} after {name}")


@RULES(
    "creator-twice",
    "An access entry for whoever makes the cluster, who has one",
    "set bootstrap_cluster_creator_admin_permissions to false, and name every administrator",
    severity="error",
)
def creator_twice(stack: Stack) -> Iterator[Fault]:
    """EKS makes an entry for the creator unless it is told not to, and refuses a second one. Of a role that is named, it is
    not known whether it is the creator.
    """
    for entry in stack.of("aws_eks_access_entry"):
        cluster = stack.referred(entry.get("cluster_name"))
        principal = str(entry.get("principal_arn"))
        if cluster is None or stack.referred(principal) is not None or entry.literal("type") not in ("", "STANDARD"):
            continue
        flag = cluster.inner("access_config", "bootstrap_cluster_creator_admin_permissions")
        if mode_of(cluster) != "CONFIG_MAP" and (flag is None or _is_true(flag)):
            is_caller = bool(CALLER.fullmatch(principal)) or principal in _assumed(stack)
            said = f"{principal}, and the creator has one"
            yield Fault(entry.address, "principal_arn", said, "who is not the creator", doubtful=not is_caller)


@RULES(
    "entry-outlives-role", "An access entry that outlives its role", "refer to the role, `${aws_iam_role.nodes.arn}`"
)
def entry_outlives_role(stack: Stack) -> Iterator[Fault]:
    """An entry is bound to the role that there was. One of the same name that is made later is another, so that its nodes cannot join
    though the entry is there: it is made anew only where it refers to the role.
    """
    roles = {one.literal("name"): one for one in stack.of("aws_iam_role") if one.literal("name")}
    for entry in stack.of("aws_eks_access_entry"):
        named = ROLE_ARN.search(str(entry.get("principal_arn")))
        role = roles.get(named[1].rpartition("/")[2]) if named else None
        triggers = str(entry.lifecycle.get("replace_triggered_by"))
        if role is not None and role.address not in triggers:
            yield Fault(entry.address, "principal_arn", str(entry.get("principal_arn")), f"${{{role.address}.arn}}")


def is_auto(cluster: Resource) -> bool:
    """Whether EKS keeps the cluster's nodes."""
    return _is_true(cluster.inner("compute_config", "enabled"))


def mode_of(cluster: Resource) -> str:
    """How a cluster knows whom to let in; what EKS does unless it is told."""
    return str(cluster.inner("access_config", "authentication_mode") or "CONFIG_MAP")


def _assumed(stack: Stack) -> list[str]:
    providers = [one for row in mappings(stack.data.get("provider")) for one in mappings(row.get("aws"))]
    return [str(role.get("role_arn")) for one in providers for role in mappings(one.get("assume_role"))]


def _is_true(value: Any) -> bool:
    return value is True or value == "true"


AUTO: Final = (
    ("compute_config", "enabled"),
    ("kubernetes_network_config", "elastic_load_balancing", "enabled"),
    ("storage_config", "block_storage", "enabled"),
)
CALLER: Final = re.compile(
    r"\$\{data\.(?:aws_caller_identity\.[\w-]+\.arn|aws_iam_session_context\.[\w-]+\.issuer_arn)\}"
)
ROLE_ARN: Final = re.compile(r":role/([\w+=,.@/-]+)$")
