"""What a network becomes on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint

from twinstack.aws import Infrastructure, Room, Statement, pin, policy_document, trust_policy
from twinstack.network.endpoints import InterfaceEndpoints
from twinstack.network.spec import FlowLogTraffic, NetworkSpec


class Network(Room[NetworkSpec]):
    """A VPC with three tiers over several zones, or the ids of one that exists.

    Public subnets hold load balancers and NAT gateways and give nobody a public address by themselves; private ones
    hold nodes and pods; the databases' have no way out at all. Nodes wait for `ways_out`, the routes of the private
    subnets and the endpoints, without which they could not join. Source: Amazon VPC User Guide, "Example: VPC with
    servers in private subnets and NAT".
    """

    def __init__(self, scope: Infrastructure[Any], spec: NetworkSpec) -> None:
        super().__init__(scope, spec)
        self.vpc: Vpc | None = None
        self.public_subnets: list[Subnet] = []
        self.private_subnets: list[Subnet] = []
        self.database_subnets: list[Subnet] = []
        self.nat_gateways: dict[str, NatGateway] = {}
        self.ways_out: list[ITerraformDependable] = []
        if spec.existing:
            self.vpc_id = spec.existing.vpc_id
            self.private_subnet_ids: Sequence[str] = spec.existing.private_subnet_ids
            self.database_subnet_ids: Sequence[str] = spec.existing.database_subnet_ids
            return
        self._make_vpc()
        self._make_public_tier()
        self._make_private_tier()
        self._make_database_tier()
        self._make_endpoints()
        self._make_flow_log()
        self.private_subnet_ids = [subnet.id for subnet in self.private_subnets]
        self.database_subnet_ids = [subnet.id for subnet in self.database_subnets]

    @property
    def resource(self) -> Vpc | None:
        """The VPC; None for one that exists."""
        return self.vpc

    def _make_vpc(self) -> None:
        self.vpc = pin(
            Vpc(
                self,
                "vpc",
                cidr_block=str(self.spec.cidr),
                enable_dns_hostnames=True,
                enable_dns_support=True,
                tags={"Name": self.spec.title_tag},
            ),
            self.spec.key,
        )
        self.vpc_id: str = self.vpc.id
        self.default_security_group: DefaultSecurityGroup = pin(
            DefaultSecurityGroup(
                self, "default-security-group", vpc_id=self.vpc_id, tags={"Name": f"{self.spec.title_tag}-closed"}
            ),
            self.spec.key,
        )

    def _make_public_tier(self) -> None:
        self.internet_gateway: InternetGateway = pin(
            InternetGateway(self, "internet-gateway", vpc_id=self.vpc_id, tags={"Name": self.spec.title_tag}),
            self.spec.key,
        )
        self.public_route_table: RouteTable = self._route_table("public")
        self._default_route("public", self.public_route_table, gateway_id=self.internet_gateway.id)
        self.public_subnets = self._subnets("public", self.spec.public_cidrs, {"kubernetes.io/role/elb": "1"})
        for letter, subnet in zip(self.spec.zones, self.public_subnets, strict=True):
            self._associate(f"public_{letter}", subnet, self.public_route_table)
            if letter in self.spec.nat_zones:
                self._nat_gateway(letter, subnet)

    def _make_private_tier(self) -> None:
        self.private_subnets = self._subnets(
            "private", self.spec.private_cidrs, {"kubernetes.io/role/internal-elb": "1"}
        )
        self.private_route_tables: list[RouteTable] = []
        for letter, subnet in zip(self.spec.zones, self.private_subnets, strict=True):
            table = self._route_table(f"private_{letter}")
            self.private_route_tables.append(table)
            self.ways_out.append(self._associate(f"private_{letter}", subnet, table))
            gateway = self.nat_gateways.get(letter) or next(iter(self.nat_gateways.values()), None)
            if gateway is not None:
                self.ways_out.append(self._default_route(f"private_{letter}", table, nat_gateway_id=gateway.id))

    def _make_database_tier(self) -> None:
        self.database_route_table: RouteTable = self._route_table("database")
        self.database_subnets = self._subnets("database", self.spec.database_cidrs, {})
        for letter, subnet in zip(self.spec.zones, self.database_subnets, strict=True):
            self._associate(f"database_{letter}", subnet, self.database_route_table)

    def _make_endpoints(self) -> None:
        self.s3_endpoint: VpcEndpoint = pin(
            VpcEndpoint(
                self,
                "s3-endpoint",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{self.context.region}.s3",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in self.private_route_tables],
                tags={"Name": f"{self.spec.title_tag}-s3"},
            ),
            f"{self.spec.key}_s3",
        )
        self.interface_endpoints: InterfaceEndpoints | None = None
        if self.spec.interface_endpoints:
            self.interface_endpoints = InterfaceEndpoints(self, self.spec, self.vpc_id, self.private_subnets)
            self.ways_out += [self.s3_endpoint, *self.interface_endpoints.ways_in]

    def _make_flow_log(self) -> None:
        name = f"/aws/vpc/{self.spec.aws_name}/flow-log"
        address = f"{self.spec.key}_flow_log"
        self.flow_log_group: CloudwatchLogGroup = self.stack.log_group(
            self, address, name, retention_days=self.spec.flow_log_retention_days
        )
        self.flow_log_role: IamRole = pin(
            IamRole(
                self,
                "flow-log-role",
                name=self.spec.aws_name_of("flow-log"),
                assume_role_policy=trust_policy(
                    "vpc-flow-logs.amazonaws.com",
                    conditions={"StringEquals": {"aws:SourceAccount": self.context.account}},
                ),
                tags={"Name": self.spec.aws_name_of("flow-log")},
            ),
            address,
        )
        arn = self.flow_log_group.arn
        # logs:DescribeLogGroups is about the account's list of groups: on one group's ARN it would grant nothing, and
        # delivery does not ask for it.
        write = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams")
        self.flow_log_policy: IamRolePolicy = pin(
            IamRolePolicy(
                self,
                "flow-log-policy",
                name="write",
                role=self.flow_log_role.id,
                policy=policy_document([Statement("Write", write, [arn, f"{arn}:log-stream:*"])]),
            ),
            address,
        )
        self.flow_log: FlowLog = pin(
            FlowLog(
                self,
                "flow-log",
                vpc_id=self.vpc_id,
                traffic_type=TRAFFIC[self.spec.flow_log_traffic],
                log_destination=arn,
                iam_role_arn=self.flow_log_role.arn,
                depends_on=[self.flow_log_policy],
                tags={"Name": self.spec.title_tag},
            ),
            self.spec.key,
        )

    def _subnets(self, tier: str, cidrs: Sequence[object], tags: dict[str, str]) -> list[Subnet]:
        return [
            pin(
                Subnet(
                    self,
                    f"{tier}-{letter}",
                    vpc_id=self.vpc_id,
                    availability_zone=zone,
                    cidr_block=str(cidr),
                    map_public_ip_on_launch=False,
                    tags={"Name": f"{self.spec.title_tag}-{tier}-{letter}", **tags},
                ),
                f"{self.spec.key}_{tier}_{letter}",
            )
            for letter, zone, cidr in zip(self.spec.zones, self.spec.zone_names, cidrs, strict=True)
        ]

    def _route_table(self, name: str) -> RouteTable:
        tags = {"Name": f"{self.spec.title_tag}-{name.replace('_', '-')}"}
        return pin(RouteTable(self, f"{name}-routes", vpc_id=self.vpc_id, tags=tags), f"{self.spec.key}_{name}")

    def _associate(self, name: str, subnet: Subnet, table: RouteTable) -> RouteTableAssociation:
        association = RouteTableAssociation(self, f"{name}-association", subnet_id=subnet.id, route_table_id=table.id)
        return pin(association, f"{self.spec.key}_{name}")

    def _default_route(
        self, name: str, table: RouteTable, *, gateway_id: str | None = None, nat_gateway_id: str | None = None
    ) -> Route:
        route = Route(
            self,
            f"{name}-default-route",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway_id,
            nat_gateway_id=nat_gateway_id,
        )
        return pin(route, f"{self.spec.key}_{name}")

    def _nat_gateway(self, letter: str, subnet: Subnet) -> None:
        address = f"{self.spec.key}_nat_{letter}"
        tags = {"Name": f"{self.spec.title_tag}-nat-{letter}"}
        ip = pin(Eip(self, f"nat-{letter}-ip", domain="vpc", depends_on=[self.internet_gateway], tags=tags), address)
        gateway = NatGateway(
            self,
            f"nat-{letter}",
            allocation_id=ip.id,
            subnet_id=subnet.id,
            depends_on=[self.internet_gateway],
            tags=tags,
        )
        self.nat_gateways[letter] = pin(gateway, address)


TRAFFIC: Final = {FlowLogTraffic.REJECTED: "REJECT", FlowLogTraffic.ACCEPTED: "ACCEPT", FlowLogTraffic.ALL: "ALL"}
