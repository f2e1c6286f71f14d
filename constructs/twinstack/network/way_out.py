"""What a network without a way to the internet needs instead, and what cannot work in it.

Sources, looked up on 2026-11-28: Amazon EKS User Guide, "Deploy private clusters with limited internet access" and "Access
Amazon EKS using AWS PrivateLink"; AWS PrivateLink Guide, "Cross-region enabled AWS services".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from twinstack.environment.links import Link, Reach
from twinstack.environment.model import Finding
from twinstack.environment.placement import ClusterPlan

if TYPE_CHECKING:
    from twinstack.network.spec import NetworkSpec


def needed_services(spec: NetworkSpec) -> Iterator[str]:
    """What nodes, add-ons and pods call, by the last part of each endpoint's name."""
    environment = spec.environment
    cluster = environment.find(ClusterPlan)
    if cluster is not None:
        yield from OF_EVERY_CLUSTER
        if not cluster.is_auto:
            yield from OF_MANAGED_NODES
    if any(variable.secret for workload in environment.workloads for variable in environment.variables_of(workload)):
        yield "secretsmanager"
    for other in environment.specs.values():
        yield from other.aws_services


def without_way_out(spec: NetworkSpec) -> Iterator[Finding]:
    """Findings for what asks for the internet where no gateway leads to it."""
    yield from _images(spec)
    for other in spec.environment.specs.values():
        for field, reason in other.internet_reasons():
            yield Finding(
                "TW317",
                "nothing leads to the internet, which this needs",
                ("nat",),
                given=f"nat: none, with {other.key}.{field}: {reason}",
                allowed="single or per_zone; or nothing that needs the internet",
                fix=f"set `nat: single`, or change {other.key}.{field}",
            )
    unknown = {link.resource.key: link.resource for link in spec.environment.links if _calls_unknown(link)}
    for resource in unknown.values():
        yield Finding(
            "TW318",
            "no endpoint is known for this AWS service",
            ("nat",),
            given=f"nat: none, with {resource.key} ({type(resource).__name__}), whose pods call an AWS API",
            allowed="single or per_zone; or a resource type that names its service",
            fix=f"set `nat: single`, or let {type(resource).__name__}.aws_services say it, as ('sqs',)",
        )


def _images(spec: NetworkSpec) -> Iterator[Finding]:
    environment = spec.environment
    registry = re.compile(rf"[0-9]{{12}}\.dkr\.ecr\.{re.escape(spec.context.region)}\.amazonaws\.com/.+")
    images = {workload.image for workload in environment.workloads}
    images |= {workload.headroom.image for workload in environment.workloads if workload.headroom}
    images |= {link.offer.preparation.image for link in environment.links if link.offer.preparation}
    outside = sorted(image for image in images if not registry.fullmatch(image))
    if outside:
        yield Finding(
            "TW314",
            "nodes without a way out cannot fetch these images",
            ("nat",),
            given=f"nat: none, with {', '.join(outside)}",
            allowed=f"single or per_zone; or images in ECR of {spec.context.region}, which an endpoint serves",
            fix="copy them to ECR, or set `nat: single`",
        )


def _calls_unknown(link: Link) -> bool:
    return link.offer.reach is Reach.AWS_API and not link.resource.aws_services


OF_EVERY_CLUSTER: Final = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts")
"""Nodes join and get their addresses (`ec2`, `eks`, `sts`), fetch images (`ecr`, whose layers come through S3's gateway),
pods get their roles (`eks-auth`), load balancers find their targets, logs leave. KMS is called by the services that
encrypt, not from here; a session on a node would want `ssm`, `ssmmessages` and `ec2messages` as well."""
OF_MANAGED_NODES: Final = ("autoscaling",)
"""An autoscaler in the cluster asks for it; in Auto Mode EKS scales from outside."""
GATEWAY: Final = "s3"
"""Reached through a gateway endpoint, which costs nothing and which every network has."""
GLOBAL: Final = {"route53": "us-east-1"}
"""Services whose one endpoint name carries no region, and the region that it is in.

Route 53 is `com.amazonaws.route53` (AWS PrivateLink Guide, "Cross-region enabled AWS services"), and its API answers for the
whole partition as route53.amazonaws.com, signed for us-east-1 (botocore 1.44.8). Both looked up on 2026-11-28. The EKS User
Guide was still seen to say that it has no endpoint; whether private DNS covers that name from another region is said
nowhere: try it before you rely on it."""
