"""What an edge that the Gateway API describes needs on AWS: what a load balancer does, or what Envoy's certificates do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure
from twinstack.edge.alb.aws import Side as LoadBalancer
from twinstack.edge.alb.firewall import Firewall
from twinstack.edge.alb.spec import Controller
from twinstack.edge.nginx.aws import Side as CertManager
from twinstack.edge.spec import EdgeSpec


class Side(Construct):
    """Served by AWS: the certificates and the firewall, as for an Ingress. Served by Envoy: cert-manager."""

    def __init__(
        self,
        scope: Construct,
        spec: EdgeSpec,
        *,
        stack: Infrastructure[Any],
        cluster: Extensible,
        zones: Mapping[str, str],
    ) -> None:
        super().__init__(scope, "gateway")
        kind = CertManager if spec.controller is Controller.ENVOY else LoadBalancer
        self.server: CertManager | LoadBalancer = kind(self, spec, stack=stack, cluster=cluster, zones=zones)
        self.certificate: AcmCertificate | None = getattr(self.server, "certificate", None)
        self.firewall: Firewall | None = getattr(self.server, "firewall", None)
