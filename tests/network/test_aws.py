"""What a network becomes on AWS."""

from __future__ import annotations

import pytest

from tests.aws.documents import Document, analytics

EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
    "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
}


def default_routes(document: Document) -> dict[str, str]:
    """Where each route table sends what is for the internet."""
    routes = document.find("aws_route").values()
    assert all(one["destination_cidr_block"] == "0.0.0.0/0" for one in routes)
    return {one["route_table_id"]: one.get("nat_gateway_id") or one["gateway_id"] for one in routes}


def test_three_tiers_stand_in_three_zones_and_give_nobody_a_public_address() -> None:
    subnets = analytics().find("aws_subnet")
    assert {name: (one["availability_zone"], one["cidr_block"]) for name, one in subnets.items()} == {
        "network_private_a": ("us-west-2a", "10.40.0.0/19"),
        "network_private_b": ("us-west-2b", "10.40.32.0/19"),
        "network_private_c": ("us-west-2c", "10.40.64.0/19"),
        "network_public_a": ("us-west-2a", "10.40.128.0/22"),
        "network_public_b": ("us-west-2b", "10.40.132.0/22"),
        "network_public_c": ("us-west-2c", "10.40.136.0/22"),
        "network_database_a": ("us-west-2a", "10.40.160.0/22"),
        "network_database_b": ("us-west-2b", "10.40.164.0/22"),
        "network_database_c": ("us-west-2c", "10.40.168.0/22"),
    }
    assert not any(one["map_public_ip_on_launch"] for one in subnets.values())


def test_load_balancers_find_their_subnets_by_tag_and_databases_have_none() -> None:
    for name, subnet in analytics().find("aws_subnet").items():
        roles = {key for key in subnet["tags"] if key.startswith("kubernetes.io/")}
        tier = name.split("_")[1]
        expected = {
            "public": {"kubernetes.io/role/elb"},
            "private": {"kubernetes.io/role/internal-elb"},
            "database": set(),
        }
        assert roles == expected[tier], name


def test_the_network_resolves_names() -> None:
    vpc = analytics().find("aws_vpc")["network"]
    assert vpc["enable_dns_hostnames"] is True
    assert vpc["enable_dns_support"] is True


def test_production_has_a_way_out_in_each_zone_and_the_databases_have_none() -> None:
    document = analytics()
    assert default_routes(document) == {
        "${aws_route_table.network_public.id}": "${aws_internet_gateway.network.id}",
        **{f"${{aws_route_table.network_private_{z}.id}}": f"${{aws_nat_gateway.network_nat_{z}.id}}" for z in "abc"},
    }
    associations = document.find("aws_route_table_association")
    assert {associations[f"network_database_{zone}"]["route_table_id"] for zone in "abc"} == {
        "${aws_route_table.network_database.id}"
    }
    for zone in "abc":
        gateway = document.find("aws_nat_gateway")[f"network_nat_{zone}"]
        assert gateway["subnet_id"] == f"${{aws_subnet.network_public_{zone}.id}}"
        assert gateway["allocation_id"] == f"${{aws_eip.network_nat_{zone}.id}}"
        assert gateway["depends_on"] == ["aws_internet_gateway.network"]


def test_a_single_gateway_serves_all_zones() -> None:
    document = analytics("staging")
    assert list(document.find("aws_nat_gateway")) == ["network_nat_a"]
    assert list(document.find("aws_eip")) == ["network_nat_a"]
    routes = default_routes(document)
    for zone in "abc":
        assert routes[f"${{aws_route_table.network_private_{zone}.id}}"] == "${aws_nat_gateway.network_nat_a.id}"


@pytest.mark.parametrize(("zones", "gateways"), [(["a", "b"], 2), (["a", "b", "c", "d"], 4)])
def test_zones_are_as_many_as_are_named(zones: list[str], gateways: int) -> None:
    document = analytics(network__zones=zones)
    assert len(document.find("aws_nat_gateway")) == gateways
    assert len(document.find("aws_subnet")) == 3 * len(zones)


def test_the_order_of_zones_moves_nothing() -> None:
    one, other = (analytics("staging", network__zones=zones) for zones in (["a", "b", "c"], ["c", "a", "b"]))
    for kind in ("aws_subnet", "aws_nat_gateway", "aws_route", "aws_route_table_association"):
        assert one.find(kind) == other.find(kind), kind


def test_a_zone_more_or_less_moves_no_other() -> None:
    fewer, more = (analytics(network__zones=zones).find("aws_subnet") for zones in (["a", "d"], ["a", "b", "d", "f"]))
    assert {name: more[name] for name in fewer} == fewer


def test_the_default_security_group_admits_nothing() -> None:
    group = analytics().find("aws_default_security_group")["network"]
    assert set(group) == {"vpc_id", "tags"}


def test_buckets_are_reached_without_the_internet() -> None:
    endpoint = analytics().find("aws_vpc_endpoint")["network_s3"]
    assert endpoint["service_name"] == "com.amazonaws.us-west-2.s3"
    assert endpoint["vpc_endpoint_type"] == "Gateway"
    assert endpoint["route_table_ids"] == [f"${{aws_route_table.network_private_{zone}.id}}" for zone in "abc"]


@pytest.mark.parametrize(("asked", "recorded"), [(None, "REJECT"), ("accepted", "ACCEPT"), ("all", "ALL")])
def test_what_is_refused_is_recorded_unless_more_is_asked_for(asked: str | None, recorded: str) -> None:
    document = analytics(network__flow_log_traffic=asked) if asked else analytics()
    assert document.find("aws_flow_log")["network"]["traffic_type"] == recorded


def test_the_record_goes_to_a_group_that_exists_before() -> None:
    document = analytics()
    log = document.find("aws_flow_log")["network"]
    assert log["log_destination"] == "${aws_cloudwatch_log_group.network_flow_log.arn}"
    assert log["depends_on"] == ["aws_iam_role_policy.network_flow_log"]
    group = document.find("aws_cloudwatch_log_group")["network_flow_log"]
    assert group["name"] == "/aws/vpc/shadower-analytics-network/flow-log"
    assert group["retention_in_days"] == 365
    assert analytics("dev").find("aws_cloudwatch_log_group")["network_flow_log"]["retention_in_days"] == 7


def test_flow_logs_may_write_to_their_group_only() -> None:
    document = analytics()
    arn = "${aws_cloudwatch_log_group.network_flow_log.arn}"
    (write,) = document.statements("network_flow_log").values()
    assert write["Resource"] == [arn, f"{arn}:log-stream:*"]
    assert write["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    trust = document.trust("network_flow_log")
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_an_existing_network_is_used_and_nothing_of_it_changed() -> None:
    document = analytics(network__existing=EXISTING)
    made = {"aws_vpc", "aws_subnet", "aws_route", "aws_route_table", "aws_nat_gateway", "aws_flow_log", "aws_eip"}
    assert not made & document.types.keys()
    assert "aws_default_security_group" not in document.types
    assert document.find("aws_security_group")["database"]["vpc_id"] == EXISTING["vpc_id"]
    assert document.find("aws_db_subnet_group")["database"]["subnet_ids"] == EXISTING["database_subnet_ids"]
    assert document.find("aws_elasticache_subnet_group")["cache"]["subnet_ids"] == EXISTING["database_subnet_ids"]
    assert document.find("aws_eks_cluster")["cluster"]["vpc_config"]["subnet_ids"] == EXISTING["private_subnet_ids"]
