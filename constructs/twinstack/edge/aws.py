"""What an edge becomes on AWS: the zone it lies in, who may write its records there, and what its kind needs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure, Room, Statement, pin, policy_document
from twinstack.aws.identity import pod_trust
from twinstack.edge.spec import EdgeSpec

if TYPE_CHECKING:
    from twinstack.edge.alb.firewall import Firewall


class Edge(Room[EdgeSpec]):
    """The AWS side of the way in.

    `alb`: a certificate validated through DNS, and a firewall that the cluster's controller attaches. `nginx`: cert-manager
    as an add-on. Both: external-dns as an add-on, limited to the host's records.
    """

    def __init__(self, scope: Infrastructure[Any], spec: EdgeSpec, *, cluster: Extensible) -> None:
        super().__init__(scope, spec)
        self.zone: DataAwsRoute53Zone = pin(
            DataAwsRoute53Zone(self, "zone", name=spec.zone, private_zone=False), spec.key
        )
        self.zone_id: str = self.zone.zone_id
        room = import_module(f"twinstack.edge.{spec.kind}.aws")
        self.side: Construct = room.Side(self, spec, stack=scope, cluster=cluster, zone_id=self.zone_id)
        if cluster.is_own:
            self._make_dns(cluster)
        scope.output(f"{spec.key}_url", f"https://{spec.host}", "Where the product answers")

    @property
    def certificate(self) -> AcmCertificate | None:
        """The certificate of an `alb`, unless one was given."""
        return getattr(self.side, "certificate", None)

    @property
    def firewall(self) -> Firewall | None:
        """The firewall of an `alb`."""
        return getattr(self.side, "firewall", None)

    @property
    def resource(self) -> AcmCertificate | None:
        return self.certificate

    def _make_dns(self, cluster: Extensible) -> None:
        """external-dns, which may write the host's addresses and the notes by which it knows its own records.

        Source: external-dns 0.22, "The TXT registry", registry/mapper, provider/aws; read in November 2026.
        """
        spec = self.spec
        name = spec.dns_role_name
        address = f"{spec.key}_external_dns"
        self.dns_role: IamRole = pin(
            IamRole(
                self,
                "dns-role",
                name=name,
                description=f"external-dns of {cluster.literal_name}, for {spec.host} only",
                assume_role_policy=pod_trust(self.context, cluster.cluster_name, EXTERNAL_DNS, EXTERNAL_DNS),
                tags={"Name": name},
            ),
            address,
        )
        zone = f"arn:aws:route53:::hostedzone/{self.zone_id}"
        hosts = [spec.host, *spec.former_hosts]
        self.dns_policy: IamRolePolicy = pin(
            IamRolePolicy(
                self,
                "dns-policy",
                name="zone",
                role=self.dns_role.id,
                policy=policy_document(
                    [
                        zone_records(
                            self.zone_id,
                            "Records",
                            [*hosts, *(note for host in hosts for note in _notes(spec, host))],
                            ("A", "AAAA", "TXT"),
                        ),
                        Statement("Zone", ("route53:ListResourceRecordSets", "route53:ListTagsForResources"), [zone]),
                        # AWS knows no resource for this action: it lists the account's zones, names and ids only.
                        Statement("FindZone", ("route53:ListHostedZones",), ["*"]),
                    ]
                ),
            ),
            address,
        )
        cluster.addon(
            EXTERNAL_DNS,
            {
                "domainFilters": [spec.zone],
                "policy": "sync",
                "registry": "txt",
                "sources": ["ingress"],
                "txtOwnerId": cluster.literal_name,
                # A percent sign before a brace is Terraform's own: it is written twice.
                **({"txtPrefix": "%%{record_type}-" + NOTE + "."} if _is_apex(spec) else {}),
            },
            roles={EXTERNAL_DNS: self.dns_role.arn},
            after=[self.dns_policy],
        )


def zone_records(zone_id: str, sid: str, names: Sequence[str], types: Sequence[str]) -> Statement:
    """Changes of records with these names and types in one zone; of any other record the zone refuses it.

    Names are lower-case and without a final dot, as Route 53 compares them. Source: Amazon Route 53 Developer Guide,
    "Using IAM policy conditions for fine-grained access control", read in November 2026.
    """
    key = "route53:ChangeResourceRecordSets"
    return Statement(
        sid,
        (key,),
        [f"arn:aws:route53:::hostedzone/{zone_id}"],
        {
            "ForAllValues:StringEquals": {
                f"{key}NormalizedRecordNames": list(names),
                f"{key}RecordTypes": list(types),
                f"{key}Actions": ["CREATE", "UPSERT", "DELETE"],
            }
        },
    )


def _is_apex(spec: EdgeSpec) -> bool:
    """Whether the host is the zone itself: a note beside it, `a-{host}`, would lie outside the zone."""
    return spec.host == spec.zone


def _notes(spec: EdgeSpec, host: str) -> list[str]:
    """The names of the notes about one host: one for each type of record, `cname-` for aliases of versions before 0.22."""
    join = f"-{NOTE}." if _is_apex(spec) else "-"
    return [f"{kind}{join}{host}" for kind in ("a", "aaaa", "cname")]


EXTERNAL_DNS: Final = "external-dns"
"""The add-on, its namespace and its service account."""
NOTE: Final = "owner"
