"""What an edge in the cluster needs on AWS: cert-manager, and for DNS-01 the right to one record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure, Statement, pin, policy_document
from twinstack.aws.identity import pod_role, pod_trust
from twinstack.edge.aws import zone_records
from twinstack.edge.issuer import CERT_MANAGER, Issued
from twinstack.edge.spec import EdgeSpec


class Side(Construct):
    """cert-manager as an add-on of a cluster that is ours. With DNS-01 it may write one TXT record, and nothing else.

    Source: cert-manager 1.21, "DNS01: Route53", "Set up an IAM policy"; what it calls was read in
    pkg/issuer/acme/dns/route53 of August 2026.
    """

    def __init__(
        self,
        scope: Construct,
        spec: EdgeSpec,
        *,
        stack: Infrastructure[Any],
        cluster: Extensible,
        zones: Mapping[str, str],
    ) -> None:
        super().__init__(scope, "nginx")
        del stack
        self.issuer_role: IamRole | None = None
        if not cluster.is_own:
            return
        issued = Issued(spec)
        if not issued.is_solved_in_dns:
            cluster.addon(CERT_MANAGER)
            return
        address = f"{spec.key}_cert_manager"
        self.issuer_role = pod_role(
            self,
            "issuer-role",
            address,
            name=issued.issuer_role_name,
            description=f"cert-manager of {cluster.literal_name}, for the challenge of {spec.in_words} only",
            trust=pod_trust(spec.context, cluster.cluster_name, CERT_MANAGER, CERT_MANAGER),
        )
        policy = pin(
            IamRolePolicy(
                self,
                "issuer-policy",
                name="challenge",
                role=self.issuer_role.id,
                policy=policy_document(
                    [
                        *_challenges(spec, zones),
                        # A change has an id that nobody knows before it is made.
                        Statement("Wait", ("route53:GetChange",), ["arn:aws:route53:::change/*"]),
                        # AWS knows no resource for this action: it lists the account's zones, names and ids only.
                        Statement("FindZone", ("route53:ListHostedZonesByName",), ["*"]),
                    ]
                ),
            ),
            address,
        )
        cluster.addon(CERT_MANAGER, roles={CERT_MANAGER: self.issuer_role.arn}, after=[policy])


def _challenges(spec: EdgeSpec, zones: Mapping[str, str]) -> Iterator[Statement]:
    """The one record of each host, in its own zone; a wildcard's is that of the name that it lies under."""
    for index, (zone, zone_id) in enumerate(zones.items()):
        names = [
            f"_acme-challenge.{name.removeprefix('*.')}"
            for one in spec.certificates_made
            for name in one.names
            if spec.zone_of(name) == zone
        ]
        if names:
            yield zone_records(zone_id, f"Challenge{index or ''}", dict.fromkeys(names), ["TXT"])
