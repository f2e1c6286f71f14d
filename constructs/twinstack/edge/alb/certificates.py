"""The certificates of a load balancer: the hosts' own, and those of the hosts it had before."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from twinstack.aws import pin
from twinstack.edge.certificate import address_of
from twinstack.edge.spec import EdgeSpec


class Certificates(Construct):
    """One certificate for each host or wildcard, validated through DNS, and one for each former host.

    A load balancer holds its certificate until the manifests are applied, which comes after Terraform, and ACM deletes
    none that is held: Terraform tries for twenty minutes and fails. So each certificate has an address of its own, by its
    host, and a former host's stays until it is taken off the list in a later release. The controller chooses among
    them by the hosts of the Ingress, so a former one is held no longer once the manifests are applied. Sources:
    terraform-provider-aws 6.69, internal/service/acm/certificate.go; AWS Load Balancer Controller, "Certificate
    Discovery".
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, zones: Mapping[str, str]) -> None:
        super().__init__(scope, "certificates")
        self.spec = spec
        self.former: dict[str, AcmCertificate] = {host: self._make(host) for host in spec.former_hosts}
        self.certificate: AcmCertificate | None = None
        self.further: dict[str, AcmCertificate] = {}
        self.validation_records: dict[str, Route53Record] = {}
        self.validations: dict[str, AcmCertificateValidation] = {}
        for one in () if spec.certificate_arn else spec.certificates_made:
            name = one.names[0]
            certificate = self._make(name)
            self._validate(certificate, name, zones[one.zone], is_first=one.host.is_first)
            if one.host.is_first:
                self.certificate = certificate
            else:
                self.further[name] = certificate
        # Formerly the only certificate stood at an address without its host: it is that of the host before this one.
        before = self.former[spec.former_hosts[-1]] if spec.former_hosts else self.certificate
        if before:
            before.move_from_id(f"aws_acm_certificate.{spec.key}")

    def _make(self, host: str) -> AcmCertificate:
        return pin(
            AcmCertificate(
                self,
                host,
                domain_name=host,
                validation_method="DNS",
                tags={"Name": host.replace("*", "any")},
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            ),
            f"{self.spec.key}_{address_of(host)}",
        )

    def _validate(self, certificate: AcmCertificate, name: str, zone_id: str, *, is_first: bool) -> None:
        """One name, one validation record; a wildcard and the name that it lies under have the same one."""
        key = self.spec.key
        bare = name.removeprefix("*.")
        if bare not in self.validation_records:
            option = f"tolist({certificate.fqn}.domain_validation_options)[0]"
            self.validation_records[bare] = pin(
                Route53Record(
                    self,
                    "validation-record" if is_first else f"validation-record-{bare}",
                    zone_id=zone_id,
                    name=f"${{{option}.resource_record_name}}",
                    type=f"${{{option}.resource_record_type}}",
                    records=[f"${{{option}.resource_record_value}}"],
                    ttl=60,
                    allow_overwrite=True,
                ),
                f"{key}_validation" if is_first else f"{key}_{address_of(bare)}_validation",
            )
        self.validations[name] = pin(
            AcmCertificateValidation(
                self,
                "validation" if is_first else f"validation-{name}",
                certificate_arn=certificate.arn,
                validation_record_fqdns=[self.validation_records[bare].fqdn],
            ),
            key if is_first else f"{key}_{address_of(name)}",
        )
