"""What an edge behind a load balancer needs on AWS: a certificate, and a firewall for the controller to attach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure
from twinstack.edge.alb.certificates import Certificates
from twinstack.edge.alb.firewall import Firewall
from twinstack.edge.spec import EdgeSpec


class Side(Construct):
    """The certificates and the firewall. The load balancer itself is the cluster's."""

    def __init__(
        self,
        scope: Construct,
        spec: EdgeSpec,
        *,
        stack: Infrastructure[Any],
        cluster: Extensible,
        zones: Mapping[str, str],
    ) -> None:
        super().__init__(scope, "alb")
        del cluster
        self.certificates: Certificates = Certificates(self, spec, zones=zones)
        self.certificate: AcmCertificate | None = self.certificates.certificate
        self.firewall: Firewall = Firewall(self, spec, stack=stack)
        stack.output(f"{spec.key}_firewall_arn", self.firewall.web_acl.arn, "What `firewall.arn` of a gateway is")
        # The association is the controller's now. What Terraform formerly made is forgotten, not undone: the load balancer
        # would stand open until the controller looks again, which may be hours.
        stack.forget(f"aws_wafv2_web_acl_association.{spec.key}")
