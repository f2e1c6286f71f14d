"""The cluster: whether it is reached and the right one, what it serves, and what may be done there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from twinstack.delivery.cluster_identity import KubeconfigCluster, require_cluster, update_command
from twinstack.delivery.examination.brought import brought
from twinstack.delivery.examination.check import Check, Finding, attempt, left_out
from twinstack.delivery.examination.elsewhere import TITLE as ELSEWHERE
from twinstack.delivery.examination.elsewhere import elsewhere, told
from twinstack.delivery.examination.examined import Examined
from twinstack.delivery.lease_object import lease_name
from twinstack.errors import MissingToolError, UsageError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer


def cluster(examined: Examined, kubeconfig: Path | None = None, context: str = "") -> Iterator[Check]:
    """Nothing is asked of a cluster that is not the environment's."""
    if not examined.manifests:
        return
    right = attempt(TITLES[0], lambda: [_identity(examined, kubeconfig, context)])
    yield from right
    if any(one.finding is Finding.FAILED for one in right):
        yield from left_out(TITLES[1:], "it takes the environment's cluster")
        return
    reached: list[Check] = []
    try:
        with _open(kubeconfig, context) as api:
            reached += attempt(TITLES[1], lambda: [_version(examined, api)])
            if all(one.finding is not Finding.FAILED for one in reached):
                yield from reached
                yield from attempt(TITLES[2], lambda: [_clock(api)])
                yield from attempt(TITLES[3], lambda: _kinds(examined, api))
                yield from attempt(TITLES[4], lambda: _rights(examined, api))
                yield from attempt(ELSEWHERE, lambda: chain(elsewhere(examined, api), told(examined, api)))
                return
    except MissingToolError as error:
        what, _, fix = str(error).partition(": ")
        reached.append(Check(TITLES[1], Finding.LEFT_OUT, what, fix))
    yield from reached
    yield from left_out(TITLES[2:], "the cluster is not reached")


def _open(kubeconfig: Path | None, context: str) -> ApiServer:
    try:
        from twinstack.api_server import ApiServer
    except ModuleNotFoundError as error:
        raise MissingToolError(f'{error.name} is not installed: pip install "twinstack[deliver]"') from error
    return ApiServer.from_kubeconfig(kubeconfig, context)


def _identity(examined: Examined, kubeconfig: Path | None, context: str) -> Check:
    try:
        reached = KubeconfigCluster.read(kubeconfig, context or None)
    except UsageError as error:
        if examined.cluster is None:
            raise
        what, _, fix = str(error).partition(": ")
        return Check(TITLES[0], Finding.FAILED, what, f"{fix}; here: {update_command(examined.cluster)}")
    if examined.cluster is None:
        return Check(
            TITLES[0], Finding.LEFT_OUT, f"the product names no cluster; {reached.server} is taken at its word"
        )
    return Check(TITLES[0], Finding.OK, f"{examined.cluster.name}: {require_cluster(examined.cluster, reached)}")


def _version(examined: Examined, api: ApiServer) -> Check:
    found = api.version()
    wanted = examined.kubernetes_version
    if wanted and minor(found) != minor(wanted):
        fix = (
            f"the manifests were made for {wanted}: deploy the infrastructure half, or change `version` of the cluster"
        )
        return Check(
            TITLES[1], Finding.WARNING, f"{api.url} answers; Kubernetes {found}, and the stack says {wanted}", fix
        )
    return Check(TITLES[1], Finding.OK, f"{api.url} answers; Kubernetes {found}")


def minor(version: str) -> str:
    """`1.36` of `v1.36.3-eks-1a2b3c4`."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return f"{found[1]}.{found[2]}" if found else version


def _clock(api: ApiServer) -> Check:
    seconds = abs((datetime.datetime.now(datetime.UTC) - api.server_time()).total_seconds())
    message = f"{seconds:.0f} s from the cluster's"
    fix = "set this machine's clock: AWS refuses what is signed five minutes off, and a lease runs by it"
    if seconds > LARGEST_SKEW_SECONDS:
        return Check(TITLES[2], Finding.FAILED, message, fix)
    if seconds > NOTED_SKEW_SECONDS:
        return Check(TITLES[2], Finding.WARNING, message, fix)
    return Check(TITLES[2], Finding.OK, message)


def _kinds(examined: Examined, api: ApiServer) -> Iterator[Check]:
    kinds = sorted({(manifest.api_version, manifest.kind) for manifest in examined.manifests})
    missing = [(version, kind) for version, kind in kinds if api.resource(version, kind) is None]
    for version, kind in missing:
        fix = next((by for group, by in BROUGHT_BY if version.startswith(group)), "install what defines it")
        yield Check(TITLES[3], Finding.FAILED, f"the cluster serves no {kind} of {version}", fix)
    if not missing:
        yield Check(TITLES[3], Finding.OK, f"all {len(kinds)} are served")
    yield from attempt(TITLES[3], lambda: brought(examined, api, TITLES[3]))
    if examined.has("HorizontalPodAutoscaler") and not api.serves("metrics.k8s.io/v1beta1", "pods"):
        yield Check(TITLES[3], Finding.WARNING, "no metrics: nothing is scaled", "install the add-on metrics-server")


def _rights(examined: Examined, api: ApiServer) -> Iterator[Check]:
    """What a release does in its own namespace has to be allowed; what lies outside it is an administrator's."""
    asked = [*_asked(examined, api)]

    def may(one: Right) -> bool:
        return api.may(one.verb, one.group, one.plural, one.namespace, name=one.name, subresource=one.subresource)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        refused = [one for one, allowed in zip(asked, pool.map(may, asked), strict=True) if not allowed]
    inside = [one for one in refused if one.namespace == examined.namespace and one.group != RBAC]
    outside = [one for one in refused if one not in inside]
    for words in _by_kind(inside):
        fix = "apply the product's Role once as an administrator, and name this role under `deployers` of the cluster"
        yield Check(TITLES[4], Finding.FAILED, f"in {examined.namespace} this user may not {words}", fix)
    for words in _by_kind(outside):
        fix = "let an administrator deploy this, when it changes"
        yield Check(TITLES[4], Finding.WARNING, f"what is an administrator's: this user may not {words}", fix)
    if not refused:
        yield Check(TITLES[4], Finding.OK, f"all {len(asked)} that a release takes")


class Right(NamedTuple):
    """A verb on a kind."""

    verb: str
    group: str
    plural: str
    namespace: str
    subresource: str = ""
    name: str = ""


def _asked(examined: Examined, api: ApiServer) -> Iterator[Right]:
    places: dict[tuple[str, str, str], None] = {}
    for manifest in examined.manifests:
        resource = api.resource(manifest.api_version, manifest.kind)
        if resource:
            places[manifest.identity.group, resource.plural, manifest.namespace] = None
    for group, plural, namespace in sorted(places):
        yield from (Right(verb, group, plural, namespace) for verb in CHANGE)
    here = examined.namespace
    yield from (Right(verb, group, plural, here) for group, plural, verbs in KEPT for verb in verbs)
    yield from (Right(verb, group, plural, here) for group, plural in WATCHED for verb in ("get", "list", "watch"))
    yield Right("get", "", "pods", here, "log")
    if examined.stack_id:
        lease = lease_name(examined.stack_id)
        yield from (Right(verb, LEASES[0], LEASES[1], here, name=lease) for verb in ("get", "update"))


def _by_kind(refused: Sequence[Right]) -> Iterator[str]:
    """`create, patch ingresses.networking.k8s.io`."""
    verbs: dict[str, list[str]] = {}
    for one in refused:
        plural = f"{one.plural}/{one.subresource}" if one.subresource else one.plural
        name = f"{plural}.{one.group}" if one.group else plural
        verbs.setdefault(f"{name}{f' in {one.namespace}' if one.namespace else ''}", []).append(one.verb)
    return (f"{', '.join(dict.fromkeys(found))} {name}" for name, found in verbs.items())


TITLES: Final = ("cluster", "API server", "clock", "kinds", "rights")
NOTED_SKEW_SECONDS: Final = 30
LARGEST_SKEW_SECONDS: Final = 300
"""AWS refuses a request signed more than five minutes off. Source: AWS IAM User Guide, "Signature Version 4", troubleshooting."""
BROUGHT_BY: Final = (
    (
        "secrets-store.csi.x-k8s.io",
        "install the EKS add-on aws-secrets-store-csi-driver-provider: the infrastructure half does",
    ),
    (
        "eks.amazonaws.com",
        "EKS Auto Mode brings it, its kinds for gateways once these are switched on (docs/edge.md): deploy the infrastructure half, or "
        "switch Auto Mode on",
    ),
    ("cert-manager.io", "install cert-manager, an EKS add-on too"),
    (
        "gateway.networking.k8s.io",
        "switch EKS's Gateway API definitions on (docs/edge.md), or install them with the gateway's controller",
    ),
    ("gateway.k8s.aws", "install the AWS Load Balancer Controller, 3.5 or later, with its definitions for gateways"),
    ("gateway.envoyproxy.io", "install Envoy Gateway"),
    ("monitoring.coreos.com", "install the Prometheus operator"),
    ("keda.sh", "install KEDA, or let `scale` follow cpu"),
    ("snapshot.storage.k8s.io", "install the EKS add-on snapshot-controller"),
    ("external-secrets.io", "install the External Secrets operator"),
    ("karpenter.sh", "install Karpenter, or use EKS Auto Mode"),
)
"""What brings the kinds of a group that no cluster has of itself."""
CHANGE: Final = ("get", "list", "watch", "create", "patch", "delete")
LEASES: Final = ("coordination.k8s.io", "leases")
KEPT: Final = (
    ("", "configmaps", ("get", "list", "create", "update", "delete")),
    (*LEASES, ("create",)),
)
"""What a release keeps beside its objects: its records, and its lock, whose other verbs are given by its name."""
WATCHED: Final = (("", "events"), ("", "pods"), ("apps", "replicasets"))
"""What tells how it goes."""
RBAC: Final = "rbac.authorization.k8s.io"
AT_ONCE: Final = 8
