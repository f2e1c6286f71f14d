"""What an edge becomes on AWS: the zone it lies in, who may write its records there, and what its kind needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure, Room, Statement, pin, policy_document
from twinstack.aws.identity import pod_role, pod_trust
from twinstack.edge.spec import EdgeSpec

if TYPE_CHECKING:
    from twinstack.edge.alb.firewall import Firewall


class Edge(Room[EdgeSpec]):
    """The AWS side of the way in.

    For a load balancer a certificate validated through DNS, and a firewall that the cluster's controller attaches; for nginx and
    Envoy cert-manager as an add-on. For each external-dns as an add-on, limited to the hosts' records.
    """

    def __init__(self, scope: Infrastructure[Any], spec: EdgeSpec, *, cluster: Extensible) -> None:
        super().__init__(scope, spec)
        self.zone: DataAwsRoute53Zone = pin(
            DataAwsRoute53Zone(self, "zone", name=spec.zone, private_zone=False), spec.key
        )
        self.zone_id: str = self.zone.zone_id
        self.zones: dict[str, str] = {spec.zone: self.zone_id, **dict(self._find_further_zones())}
        room = import_module(f"twinstack.edge.{spec.kind}.aws")
        self.side: Construct = room.Side(self, spec, stack=scope, cluster=cluster, zones=self.zones)
        if cluster.is_own:
            self._make_dns(cluster)
        for host in spec.hosts:
            if not host.redirect_to and not host.name.startswith("*."):
                name = f"{spec.key}_url" if host.is_first else f"{spec.key}_{host.key.replace('-', '_')}_url"
                scope.output(name, f"https://{host.name}", "Where the product answers")

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

    def _find_further_zones(self) -> Iterator[tuple[str, str]]:
        for name in self.spec.zones[1:]:
            address = name.replace(".", "_")
            zone = DataAwsRoute53Zone(self, f"zone-{name}", name=name, private_zone=False)
            yield name, pin(zone, f"{self.spec.key}_{address}").zone_id

    def _make_dns(self, cluster: Extensible) -> None:
        """external-dns, which may write the host's addresses and the notes by which it knows its own records.

        Source: external-dns 0.22, "The TXT registry", registry/mapper, provider/aws; read in November 2026.
        """
        spec = self.spec
        address = f"{spec.key}_external_dns"
        self.dns_role: IamRole = pod_role(
            self,
            "dns-role",
            address,
            name=spec.dns_role_name,
            description=f"external-dns of {cluster.literal_name}, for {spec.in_words} only",
            trust=pod_trust(self.context, cluster.cluster_name, EXTERNAL_DNS, EXTERNAL_DNS),
        )
        self.dns_policy: IamRolePolicy = pin(
            IamRolePolicy(
                self,
                "dns-policy",
                name="zone",
                role=self.dns_role.id,
                policy=policy_document(
                    [
                        *(
                            zone_records(zone_id, f"Records{index or ''}", _records(spec, zone), ("A", "AAAA", "TXT"))
                            for index, (zone, zone_id) in enumerate(self.zones.items())
                        ),
                        Statement(
                            "Zone",
                            ("route53:ListResourceRecordSets", "route53:ListTagsForResources"),
                            [f"arn:aws:route53:::hostedzone/{zone_id}" for zone_id in self.zones.values()],
                        ),
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
                "domainFilters": list(spec.zones),
                "policy": "sync",
                "registry": "txt",
                "sources": [spec.served.dns_source],
                "txtOwnerId": cluster.literal_name,
                # A percent sign before a brace is Terraform's own: it is written twice.
                **({"txtPrefix": "%%{record_type}-" + NOTE + "."} if _has_apex(spec) else {}),
            },
            roles={EXTERNAL_DNS: self.dns_role.arn},
            after=[self.dns_policy],
        )


def zone_records(zone_id: str, sid: str, names: Iterable[str], types: Sequence[str]) -> Statement:
    """Changes of records with these names and types in one zone; of any other record the zone refuses it.

    Names are lower-case, without a final dot, and a `*` is written by its code, as Route 53 compares them. Source: Amazon Route 53 Developer Guide,
    "Using IAM policy conditions for fine-grained access control", read in November 2026.
    """
    key = "route53:ChangeResourceRecordSets"
    return Statement(
        sid,
        (key,),
        [f"arn:aws:route53:::hostedzone/{zone_id}"],
        {
            "ForAllValues:StringEquals": {
                f"{key}NormalizedRecordNames": [name.replace("*", r"\052") for name in names],
                f"{key}RecordTypes": list(types),
                f"{key}Actions": ["CREATE", "UPSERT", "DELETE"],
            }
        },
    )


def _has_apex(spec: EdgeSpec) -> bool:
    """Whether one of the hosts is the zone itself: a note beside it, `a-{host}`, would lie outside the zone."""
    return any(host.is_apex for host in spec.hosts)


def _records(spec: EdgeSpec, zone: str) -> list[str]:
    """The hosts of one zone, and the notes about each: one for each type of record, `cname-` for aliases of versions before 0.22."""
    hosts = [host.name for host in spec.hosts if host.zone == zone]
    former = [host for host in spec.former_hosts if spec.zone_of(host) == zone]
    names = [*dict.fromkeys((*hosts, *former))]
    join = f"-{NOTE}." if _has_apex(spec) else "-"
    return [*names, *(f"{kind}{join}{host}" for host in names for kind in ("a", "aaaa", "cname"))]


EXTERNAL_DNS: Final = "external-dns"
"""The add-on, its namespace and its service account."""
NOTE: Final = "owner"
