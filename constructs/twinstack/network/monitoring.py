"""What is watched of a network: its ways out. Source: Amazon VPC User Guide, "Monitor NAT gateways with Amazon CloudWatch"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.monitoring import Alert, Measured, Monitoring, Severity, Statistic

if TYPE_CHECKING:
    from twinstack.network.spec import NetworkSpec


def monitoring(spec: NetworkSpec) -> Monitoring:
    """Connections that a NAT gateway had no port left for; nothing where there is none."""
    gateways = tuple({"NatGatewayId": f"${{aws_nat_gateway.{spec.key}_nat_{letter}.id}}"} for letter in spec.nat_zones)
    if not gateways:
        return Monitoring()
    return Monitoring(
        (
            Alert(
                "NatOutOfPorts",
                "",
                5,
                Severity.CRITICAL,
                f"connections from {spec.key} to the internet fail for want of ports",
                "One address has 55,000 connections to one destination: look for a client that opens one for each request, or "
                "use `nat: per_zone`.",
                Measured("AWS/NATGateway", "ErrorPortAllocation", gateways, Statistic.SUM, 0),
            ),
        )
    )
