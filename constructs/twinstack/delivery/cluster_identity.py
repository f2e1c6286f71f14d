"""Which cluster an environment's is, and whether a kubeconfig leads to that one.

What Terraform knows counts first: the endpoint of the cluster that it made or looked up. Where that is not to be had, the
kubeconfig's own words: the cluster's ARN, as `aws eks update-kubeconfig` names it, or the arguments by which its
credentials are fetched. Where nothing tells, nothing is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from twinstack.delivery.release import ClusterIdentity
from twinstack.errors import ConfigurationError, Problem
from twinstack.kubeconfig import read_access

if TYPE_CHECKING:
    from twinstack.delivery.infrastructure_plan import InfrastructurePlan


def planned_cluster(plan: InfrastructurePlan, *, account: str, region: str) -> ClusterIdentity | None:
    """The one cluster that a plan's state holds, or that it makes; None where there is none or more than one.

    Its endpoint is empty while it has not been made.
    """
    # What is there, and stays, knows its endpoint.
    going = {change.address for change in plan.changes if change.action.is_loss}
    staying = {address: values for address, values in plan.prior.items() if address not in going}
    return the_cluster({**plan.planned, **staying}, account=account, region=region)


def the_cluster(values: Mapping[str, Mapping[str, Any]], *, account: str, region: str) -> ClusterIdentity | None:
    """The one cluster among the values of resources and data sources, by address; None where it is none or not one."""
    named = {str(one["name"]): one for address, one in values.items() if _CLUSTER.search(address) and one.get("name")}
    if len(named) != 1:
        return None
    ((name, found),) = named.items()
    arn = f"arn:aws:eks:{region}:{account}:cluster/{name}"
    return ClusterIdentity(name, region, account, arn, str(found.get("endpoint") or ""))


@dataclass(frozen=True)
class KubeconfigCluster:
    """What a context of a kubeconfig leads to."""

    context: str
    name: str
    """The name of its cluster entry."""
    server: str
    arguments: tuple[str, ...] = ()
    """Those of the program that gives the credentials, `--cluster-name shadower-analytics`."""

    @classmethod
    def read(cls, kubeconfig: Path | None = None, context: str | None = None) -> Self:
        """The given or current context of the given file, of those in KUBECONFIG, or of `~/.kube/config`; as the client
        reads it that goes there. Raises UsageError where there is no file, no such context, or a broken one.
        """
        found = read_access(kubeconfig, context or "")
        arguments = (found.user.get("exec") or {}).get("args") or ()
        return cls(found.context, found.cluster_name, found.server, tuple(map(str, arguments)))

    def option(self, *names: str) -> str:
        """What follows one of these options among the arguments."""
        following = zip(self.arguments, self.arguments[1:], strict=False)
        plain = (value for option, value in following if option in names)
        joined = (one.partition("=")[2] for one in self.arguments if one.partition("=")[0] in names and "=" in one)
        return next(iter((*plain, *joined)), "")


def require_cluster(wanted: ClusterIdentity, reached: KubeconfigCluster) -> str:
    """How it was told that this is the environment's cluster, a phrase; raises ConfigurationError (TW978) where it is
    another one, or nothing tells.
    """
    if how := told(wanted, reached):
        return how
    raise ConfigurationError([_untold(wanted, reached)])


def told(wanted: ClusterIdentity, reached: KubeconfigCluster) -> str:
    """The same, and empty where nothing tells. Raises ConfigurationError (TW978) where it is another one."""
    if wanted.endpoint:
        if is_same_server(wanted.endpoint, reached.server):
            return "its endpoint is the one that Terraform knows"
        raise ConfigurationError([_other(wanted, reached, reached.server, wanted.endpoint)])
    if _ARN.fullmatch(reached.name):
        if reached.name == wanted.arn:
            return "the kubeconfig names it by its ARN"
        raise ConfigurationError([_other(wanted, reached, reached.name, wanted.arn)])
    name, region = reached.option("--cluster-name", "--cluster-id", "-i"), reached.option("--region")
    if name:
        if name == wanted.name and region in ("", wanted.region):
            return "the kubeconfig fetches credentials for it"
        given = f"credentials for {name}{f' in {region}' if region else ''}"
        raise ConfigurationError([_other(wanted, reached, given, f"{wanted.name} in {wanted.region}")])
    return ""


def _other(wanted: ClusterIdentity, reached: KubeconfigCluster, given: str, allowed: str) -> Problem:
    return Problem(
        "TW978",
        "the kubeconfig leads to another cluster than the environment's",
        f"context {reached.context}",
        given=given,
        allowed=allowed,
        fix=f"name the right context by --context, or make one: {update_command(wanted)}",
    )


def _untold(wanted: ClusterIdentity, reached: KubeconfigCluster) -> Problem:
    return Problem(
        "TW978",
        "nothing tells whether the kubeconfig leads to the environment's cluster",
        f"context {reached.context}",
        given=f"{reached.server or 'no server'}, called {reached.name or 'nothing'}",
        allowed="the endpoint that Terraform knows, the cluster's ARN as its name, or credentials fetched for it by name",
        fix=f"let AWS write it: {update_command(wanted)}",
    )


def update_command(wanted: ClusterIdentity) -> str:
    """What makes a kubeconfig that leads to this cluster."""
    return " ".join(("aws", *update_arguments(wanted)))


def update_arguments(wanted: ClusterIdentity) -> tuple[str, ...]:
    """The same, for the program `aws`."""
    return ("eks", "update-kubeconfig", "--region", wanted.region, "--name", wanted.name)


def is_same_server(one: str, other: str) -> bool:
    """Hosts know no case, and https has its port."""
    return _plain(one) == _plain(other)


def _plain(server: str) -> str:
    text = server.strip().rstrip("/").lower()
    return text.removesuffix(":443") if text.startswith("https://") else text


_CLUSTER: Final = re.compile(r"(^|\.)aws_eks_cluster\.[\w-]+(\[[^\]]*\])?$")
_ARN: Final = re.compile(r"arn:aws[\w-]*:eks:[\w-]+:\d{12}:cluster/.+")
