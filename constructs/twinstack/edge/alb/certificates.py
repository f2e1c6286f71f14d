"""The certificates of a load balancer: the host's own, and those of the hosts it had before."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from twinstack.aws import pin
from twinstack.edge.spec import EdgeSpec


class Certificates(Construct):
    """One certificate for the host, validated through DNS, and one for each former host.

    A load balancer holds its certificate until the manifests are applied, which comes after Terraform, and ACM deletes
    none that is held: Terraform tries for twenty minutes and fails. So each certificate has an address of its own, by its
    host, and a former host's stays until it is taken off the list in a later release. The controller chooses among
    them by the hosts of the Ingress, so a former one is held no longer once the manifests are applied. Sources:
    terraform-provider-aws 6.69, internal/service/acm/certificate.go; AWS Load Balancer Controller, "Certificate
    Discovery".
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, zone_id: str) -> None:
        super().__init__(scope, "certificates")
        self.spec = spec
        self.former: dict[str, AcmCertificate] = {host: self._make(host) for host in spec.former_hosts}
        self.certificate: AcmCertificate | None = None
        if spec.certificate_arn is None:
            self.certificate = self._make(spec.host)
            self._validate(self.certificate, zone_id)
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
                tags={"Name": host},
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            ),
            f"{self.spec.key}_{host.replace('.', '_')}",
        )

    def _validate(self, certificate: AcmCertificate, zone_id: str) -> None:
        """One name, one validation record."""
        key = self.spec.key
        option = f"tolist({certificate.fqn}.domain_validation_options)[0]"
        self.validation_record: Route53Record = pin(
            Route53Record(
                self,
                "validation-record",
                zone_id=zone_id,
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
