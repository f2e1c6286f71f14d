"""What an edge becomes on AWS: its certificate, its firewall, and who may write its DNS record."""

from __future__ import annotations

from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.route53_record import Route53Record

from twinstack.aws import Extensible, Infrastructure, Room, Statement, pin, policy_document
from twinstack.aws.identity import pod_trust
from twinstack.edge.firewall import Firewall
from twinstack.edge.spec import EdgeKind, EdgeSpec


class Edge(Room[EdgeSpec]):
    """The AWS side of the way in.

    `alb`: a certificate validated through DNS, and a firewall that finds the load balancer by its tag once the cluster
    has made it. `nginx`: cert-manager as an add-on. Both: external-dns as an add-on, limited to the zone.
    """

    def __init__(self, scope: Infrastructure[Any], spec: EdgeSpec, *, cluster: Extensible) -> None:
        super().__init__(scope, spec)
        self.zone: DataAwsRoute53Zone = pin(
            DataAwsRoute53Zone(self, "zone", name=spec.zone, private_zone=False), spec.key
        )
        self.zone_id: str = self.zone.zone_id
        self.certificate: AcmCertificate | None = None
        self.firewall: Firewall | None = None
        if spec.kind is EdgeKind.ALB:
            if spec.certificate_arn is None:
                self.certificate = self._make_certificate()
            self.firewall = Firewall(self, spec, stack=scope)
        if cluster.is_own:
            self._make_addons(cluster)
        scope.output(f"{spec.key}_url", f"https://{spec.host}", "Where the product answers")

    @property
    def resource(self) -> AcmCertificate | None:
        return self.certificate

    def _make_certificate(self) -> AcmCertificate:
        """One name, one validation record. A new certificate is made before the old one goes, since the load balancer holds it."""
        key = self.spec.key
        certificate = pin(
            AcmCertificate(
                self,
                "certificate",
                domain_name=self.spec.host,
                validation_method="DNS",
                tags={"Name": self.spec.host},
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            ),
            key,
        )
        option = f"tolist(aws_acm_certificate.{key}.domain_validation_options)[0]"
        self.validation_record: Route53Record = pin(
            Route53Record(
                self,
                "validation-record",
                zone_id=self.zone_id,
                name=f"${{{option}.resource_record_name}}",
                type=f"${{{option}.resource_record_type}}",
                records=[f"${{{option}.resource_record_value}}"],
                ttl=60,
                allow_overwrite=True,
            ),
            f"{key}_validation",
        )
        self.validation: AcmCertificateValidation = pin(
            AcmCertificateValidation(
                self,
                "validation",
                certificate_arn=certificate.arn,
                validation_record_fqdns=[self.validation_record.fqdn],
            ),
            key,
        )
        return certificate

    def _make_addons(self, cluster: Extensible) -> None:
        if self.spec.kind is EdgeKind.NGINX:
            cluster.addon("cert-manager")
        name = self.context.aws_name(EXTERNAL_DNS)
        address = f"{self.spec.key}_external_dns"
        self.dns_role: IamRole = pin(
            IamRole(
                self,
                "dns-role",
                name=name,
                description=f"external-dns of {cluster.literal_name}, for {self.spec.zone} only",
                assume_role_policy=pod_trust(self.context, cluster.cluster_name, EXTERNAL_DNS, EXTERNAL_DNS),
                tags={"Name": name},
            ),
            address,
        )
        zone = f"arn:aws:route53:::hostedzone/{self.zone_id}"
        records = ("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", "route53:ListTagsForResources")
        self.dns_policy: IamRolePolicy = pin(
            IamRolePolicy(
                self,
                "dns-policy",
                name="zone",
                role=self.dns_role.id,
                policy=policy_document(
                    [
                        Statement("Records", records, [zone]),
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
                "domainFilters": [self.spec.zone],
                "policy": "sync",
                "registry": "txt",
                "sources": ["ingress"],
                "txtOwnerId": cluster.literal_name,
            },
            roles={EXTERNAL_DNS: self.dns_role.arn},
            after=[self.dns_policy],
        )


EXTERNAL_DNS = "external-dns"
