"""Endpoints inside the network for AWS services, where nothing leads to their public addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from twinstack.aws import Room, pin
from twinstack.network.spec import NetworkSpec
from twinstack.network.way_out import GLOBAL


class InterfaceEndpoints(Construct):
    """One interface endpoint for each service, in every private subnet, under the service's public name.

    The private subnets are admitted on 443, and nobody else: nodes and pods have their addresses there, in Auto Mode and
    in managed groups alike. Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint".
    """

    def __init__(self, scope: Room[Any], spec: NetworkSpec, vpc_id: str, subnets: Sequence[Subnet]) -> None:
        super().__init__(scope, "interface-endpoints")
        address = f"{spec.key}_endpoints"
        name = spec.aws_name_of("endpoints")
        # A group's description takes ASCII alone, a title does not.
        inside = spec.title_tag if spec.title_tag.isascii() else spec.aws_name
        self.security_group: SecurityGroup = pin(
            SecurityGroup(
                self,
                "security-group",
                name=name,
                description=f"AWS services inside {inside}",
                vpc_id=vpc_id,
                tags={"Name": name},
            ),
            address,
        )
        self.rules: list[VpcSecurityGroupIngressRule] = [
            pin(
                VpcSecurityGroupIngressRule(
                    self,
                    f"from-{letter}",
                    security_group_id=self.security_group.id,
                    description=f"Private subnet {letter}",
                    ip_protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                    cidr_ipv4=str(cidr),
                    tags={"Name": f"{name}-{letter}"},
                ),
                f"{address}_{letter}",
            )
            for letter, cidr in zip(spec.zones, spec.private_cidrs, strict=True)
        ]
        self.endpoints: dict[str, VpcEndpoint] = {
            service: pin(
                VpcEndpoint(
                    self,
                    service,
                    vpc_id=vpc_id,
                    service_name=_name_of(service, spec.context.region),
                    service_region=GLOBAL.get(service),
                    vpc_endpoint_type="Interface",
                    subnet_ids=[subnet.id for subnet in subnets],
                    security_group_ids=[self.security_group.id],
                    private_dns_enabled=True,
                    tags={"Name": f"{spec.title_tag}-{service}"},
                ),
                f"{spec.key}_{service.replace('.', '_').replace('-', '_')}",
            )
            for service in spec.interface_endpoints
        }

    @property
    def ways_in(self) -> Iterator[ITerraformDependable]:
        """What must exist before anybody calls a service here."""
        yield from self.rules
        yield from self.endpoints.values()


def _name_of(service: str, region: str) -> str:
    return f"com.amazonaws.{service}" if service in GLOBAL else f"com.amazonaws.{region}.{service}"


HTTPS = 443
