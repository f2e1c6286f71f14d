"""What a release asks of its cluster by name and does not bring itself: drivers of volumes, and classes of the whole cluster.

In a cluster of the product's own the infrastructure half brings them; in another team's, its owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from twinstack.delivery.examination.check import Check, Finding, looked_for
from twinstack.delivery.fields import value
from twinstack.delivery.manifest import Identity
from twinstack.delivery.references import pod_template

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.examination.examined import Examined
    from twinstack.delivery.manifest import Manifest


class Asked(NamedTuple):
    """An object of the whole cluster, by its name."""

    api_version: str
    kind: str
    name: str


def brought(examined: Examined, api: ApiServer, title: str) -> Iterator[Check]:
    """One line for each that is not there. Kinds that the cluster does not serve are named elsewhere."""
    for asked, readers in sorted(asked_of_the_cluster(examined).items()):
        api_version, kind, name = asked
        what = f"the {WORDS.get(kind, kind)} {name}"
        if api.resource(api_version, kind) is None:
            continue
        found = looked_for(title, what, api, api_version, kind, name)
        if isinstance(found, Check):
            yield found
        elif found is None:
            fix = FIXES.get(name) or FIXES.get(kind) or "ask whoever keeps the cluster to make it"
            comes = any(one["addon_name"] in fix for one in examined.add_ons)
            message = f"{what} is missing{' yet' if comes else ''}: {readers[0]} needs it{_more(readers)}"
            yield Check(title, Finding.WARNING if comes else Finding.FAILED, message, fix)


def asked_of_the_cluster(examined: Examined) -> dict[Asked, list[str]]:
    """What manifests name, but for what they make themselves, with who names it."""
    made = {one.identity for one in examined.manifests}
    found: dict[Asked, list[str]] = {}
    for one in examined.manifests:
        for asked in _asked(one):
            group = asked.api_version.rpartition("/")[0]
            if Identity(group, asked.kind, "", asked.name) not in made:
                found.setdefault(asked, []).append(str(one.identity))
    return found


def _asked(one: Manifest) -> Iterator[Asked]:
    data, spec = one.data, value(one.data, "spec")
    if one.kind == "StorageClass":
        # What EKS Auto Mode runs outside of the cluster shows in it by its kinds alone.
        driver = str(data.get("provisioner", ""))
        yield (
            Asked("apiextensions.k8s.io/v1", "CustomResourceDefinition", AUTO_MODE)
            if driver == AUTO_MODES_DRIVER
            else _driver(driver)
        )
    elif one.kind == "SecretProviderClass":
        yield _driver(SECRETS_DRIVER)
    elif one.kind in _CLASSES:
        api_version, kind, field = _CLASSES[one.kind]
        yield from _named(api_version, kind, value(spec, field))
    elif one.kind == "StatefulSet":
        for claim in value(spec, "volumeClaimTemplates") or ():
            yield from _named("storage.k8s.io/v1", "StorageClass", value(claim, "spec", "storageClassName"))
    issuer = value(data, "metadata", "annotations", "cert-manager.io/cluster-issuer")
    yield from _named("cert-manager.io/v1", "ClusterIssuer", issuer)
    if one.kind == "Certificate" and value(spec, "issuerRef", "kind") == "ClusterIssuer":
        yield from _named("cert-manager.io/v1", "ClusterIssuer", value(spec, "issuerRef", "name"))
    priority = value(pod_template(data) or {}, "spec", "priorityClassName")
    yield from _named("scheduling.k8s.io/v1", "PriorityClass", priority)


def _driver(name: str) -> Asked:
    return Asked("storage.k8s.io/v1", "CSIDriver", name)


def _named(api_version: str, kind: str, name: Any) -> Iterator[Asked]:
    if name:
        yield Asked(api_version, kind, str(name))


def _more(readers: list[str]) -> str:
    return f", and {len(readers) - 1} more" if len(readers) > 1 else ""


SECRETS_DRIVER: Final = "secrets-store.csi.k8s.io"
AUTO_MODES_DRIVER: Final = "ebs.csi.eks.amazonaws.com"
AUTO_MODE: Final = "nodeclasses.eks.amazonaws.com"
_CLASSES: Final = {
    "PersistentVolumeClaim": ("storage.k8s.io/v1", "StorageClass", "storageClassName"),
    "Ingress": ("networking.k8s.io/v1", "IngressClass", "ingressClassName"),
    "Gateway": ("gateway.networking.k8s.io/v1", "GatewayClass", "gatewayClassName"),
}
WORDS: Final = {"CSIDriver": "driver", "CustomResourceDefinition": "definition"}
FIXES: Final = {
    SECRETS_DRIVER: "install the EKS add-on aws-secrets-store-csi-driver-provider: the infrastructure half does",
    "efs.csi.aws.com": "install the EKS add-on aws-efs-csi-driver: the infrastructure half does, in a cluster of its own",
    "ebs.csi.aws.com": "install the EKS add-on aws-ebs-csi-driver: the infrastructure half does, in a cluster of its own",
    AUTO_MODE: "switch EKS Auto Mode on, which makes these disks: the infrastructure half does, in a cluster of its own",
    "IngressClass": "install the controller that brings it, or name a class that is there",
    "GatewayClass": "install the controller that brings it, or name a class that is there",
    "ClusterIssuer": "make it, or name one that is there",
}
"""What brings it, by its name, or else by its kind."""
