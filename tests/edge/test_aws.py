"""What an edge becomes on AWS."""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any
from urllib.parse import unquote

import pytest

from tests.aws.documents import analytics

CERTIFICATE = "arn:aws:acm:us-west-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"


def test_the_certificate_is_made_and_validated_through_dns() -> None:
    document = analytics()
    (name,) = document.find("aws_acm_certificate")
    assert name == "edge_analytics_shadower_ai"
    certificate = document.find("aws_acm_certificate")[name]
    assert (certificate["domain_name"], certificate["validation_method"]) == ("analytics.shadower.ai", "DNS")
    assert certificate["lifecycle"] == {"create_before_destroy": True}
    record = document.find("aws_route53_record")["edge_validation"]
    option = f"tolist(aws_acm_certificate.{name}.domain_validation_options)[0]"
    assert record["name"] == f"${{{option}.resource_record_name}}"
    assert record["records"] == [f"${{{option}.resource_record_value}}"]
    assert record["zone_id"] == "${data.aws_route53_zone.edge.zone_id}"
    validation = document.find("aws_acm_certificate_validation")["edge"]
    assert validation["validation_record_fqdns"] == ["${aws_route53_record.edge_validation.fqdn}"]
    assert document.find("data.aws_route53_zone")["edge"] == {"name": "shadower.ai", "private_zone": False}


def test_each_environment_looks_for_a_zone_of_its_own_account() -> None:
    assert {name: analytics(name).find("data.aws_route53_zone")["edge"]["name"] for name in ("dev", "staging")} == {
        "dev": "dev.analytics.shadower.ai",
        "staging": "staging.analytics.shadower.ai",
    }


def test_a_given_certificate_is_not_made_again() -> None:
    document = analytics(edge__certificate_arn=CERTIFICATE)
    assert not {"aws_acm_certificate", "aws_acm_certificate_validation", "aws_route53_record"} & document.types.keys()
    assert "edge" in document.find("aws_wafv2_web_acl")


def rules(**changes: object) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in analytics(**changes).find("aws_wafv2_web_acl")["edge"]["rule"]}


def counted(path: str, **changes: object) -> bool:
    """Whether the smaller limit counts a request for this path, as the two patterns of the rule read it."""
    scope = rules(**changes)["rate-limit"]["statement"]["rate_based_statement"]["scope_down_statement"]
    raw, read = (one["regex_match_statement"] for one in scope["or_statement"]["statement"])
    assert [one["type"] for one in raw["text_transformation"]] == ["NONE"]
    assert [one["type"] for one in read["text_transformation"]] == ["URL_DECODE", "NORMALIZE_PATH"]
    assert raw["field_to_match"] == read["field_to_match"] == {"uri_path": {}}
    normal = posixpath.normpath("/" + unquote(path).lstrip("/"))
    return bool(re.search(raw["regex_string"], path) or re.search(read["regex_string"], normal))


def test_the_firewall_limits_one_address_and_says_when_to_come_back() -> None:
    acl = analytics().find("aws_wafv2_web_acl")["edge"]
    assert (acl["scope"], acl["default_action"]) == ("REGIONAL", {"allow": {}})
    limited, total = rules()["rate-limit"], rules()["total-rate-limit"]
    (body,) = acl["custom_response_body"]
    assert json.loads(body["content"])["error"]["code"] == "rate_limited"
    assert body["content_type"] == "APPLICATION_JSON"
    for rule in (limited, total):
        response = rule["action"]["block"]["custom_response"]
        assert response == {
            "response_code": 429,
            "custom_response_body_key": body["key"],
            "response_header": [{"name": "Retry-After", "value": "60"}],
        }
    statement = limited["statement"]["rate_based_statement"]
    assert (statement["limit"], statement["evaluation_window_sec"], statement["aggregate_key_type"]) == (100, 60, "IP")
    assert total["statement"] == {
        "rate_based_statement": {"limit": 2000, "evaluation_window_sec": 60, "aggregate_key_type": "IP"}
    }
    other = rules(edge__rate_limit={"requests": 500, "window_seconds": 300})["rate-limit"]
    statement = other["statement"]["rate_based_statement"]
    assert (statement["limit"], statement["evaluation_window_sec"]) == (500, 300)


@pytest.mark.parametrize(
    ("path", "is_counted"),
    [
        ("/api", True), ("/api/", True), ("/api/reports/1", True), ("/ws", True), ("/%61pi/x", True), ("//api/x", True),
        ("/x/../api/x", True), ("/api/../x", True), ("/", False), ("/apix", False), ("/_next/static/api.js", False),
    ],
)  # fmt: skip
def test_the_smaller_limit_counts_what_is_dear_however_it_is_written(path: str, *, is_counted: bool) -> None:
    assert counted(path) is is_counted


def test_other_paths_can_be_named() -> None:
    changes = {"edge__rate_limit": {"requests": 100, "paths": ["/api/v1.2"]}}
    assert counted("/api/v1.2/x", **changes)
    assert not counted("/api/v1x2/x", **changes)
    assert not counted("/api/x", **changes)
    everything = rules(edge__rate_limit={"requests": 100, "paths": ["/"]})["rate-limit"]
    assert "scope_down_statement" not in everything["statement"]["rate_based_statement"]


def test_what_people_write_is_counted_first_and_long_bodies_are_never_refused_for_their_length() -> None:
    found = {name: rule for name, rule in rules().items() if name.startswith("AWS")}
    assert {name: next(iter(rule["override_action"])) for name, rule in found.items()} == {
        "AWSManagedRulesAmazonIpReputationList": "none",
        "AWSManagedRulesKnownBadInputsRuleSet": "none",
        "AWSManagedRulesCommonRuleSet": "count",
        "AWSManagedRulesSQLiRuleSet": "count",
    }
    blocking = {"lists": [{"list": "CommonRuleSet", "count": ["NoUserAgent_HEADER"]}]}
    (common,) = (rule for name, rule in rules(edge__firewall=blocking).items() if name.startswith("AWS"))
    assert common["override_action"] == {"none": {}}
    assert common["statement"]["managed_rule_group_statement"]["rule_action_override"] == [
        {"name": name, "action_to_use": {"count": {}}} for name in ("SizeRestrictions_BODY", "NoUserAgent_HEADER")
    ]


def test_every_rule_of_the_firewall_has_a_priority_of_its_own_and_an_effect() -> None:
    rules = analytics().find("aws_wafv2_web_acl")["edge"]["rule"]
    assert [one["priority"] for one in rules] == list(range(len(rules)))
    for rule in rules:
        managed = "managed_rule_group_statement" in rule["statement"]
        assert ("override_action" in rule, "action" in rule) == (managed, not managed)


def test_the_firewall_is_attached_by_its_name_and_by_nobody_else() -> None:
    document = analytics("staging")
    assert not {"data.aws_lbs", "aws_wafv2_web_acl_association"} & document.types.keys()
    assert document.find("aws_wafv2_web_acl")["edge"]["name"] == "shadower-analytics-edge-staging"
    assert document.blocks["removed"] == [
        {"from": "aws_wafv2_web_acl_association.edge", "lifecycle": {"destroy": False}}
    ]


def test_only_what_was_refused_or_counted_is_logged() -> None:
    logging = analytics("dev").find("aws_wafv2_web_acl_logging_configuration")["edge"]
    keep = logging["logging_filter"]
    assert keep["default_behavior"] == "DROP"
    (kept,) = keep["filter"]
    assert (kept["behavior"], kept["requirement"]) == ("KEEP", "MEETS_ANY")
    actions = {one["action_condition"]["action"] for one in kept["condition"]}
    assert actions == {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"}
    assert analytics("dev").find("aws_cloudwatch_log_group")["edge"]["retention_in_days"] == 7


def test_what_the_firewall_logs_names_nobody() -> None:
    document = analytics()
    logging = document.find("aws_wafv2_web_acl_logging_configuration")["edge"]
    assert logging["log_destination_configs"] == ["${aws_cloudwatch_log_group.edge.arn}"]
    assert {one["single_header"]["name"] for one in logging["redacted_fields"]} == {"authorization", "cookie"}
    assert document.find("aws_cloudwatch_log_group")["edge"]["name"] == "aws-waf-logs-shadower-analytics-edge"


def test_external_dns_writes_the_hosts_records_alone() -> None:
    document = analytics(edge__former_hosts=["old.shadower.ai"])
    addon = document.addon("external-dns")
    assert addon["configuration_values"] == {
        "domainFilters": ["shadower.ai"],
        "policy": "sync",
        "registry": "txt",
        "sources": ["ingress"],
        "txtOwnerId": "shadower-analytics",
    }
    assert addon["depends_on"] == ["aws_iam_role_policy.edge_external_dns"]
    assert addon["pod_identity_association"] == [
        {"role_arn": "${aws_iam_role.edge_external_dns.arn}", "service_account": "external-dns"}
    ]
    statements = document.statements("edge_external_dns")
    zone = "arn:aws:route53:::hostedzone/${data.aws_route53_zone.edge.zone_id}"
    assert statements["Records"]["Resource"] == statements["Zone"]["Resource"] == [zone]
    (condition,) = statements["Records"]["Condition"].values()
    hosts = ("analytics.shadower.ai", "old.shadower.ai")
    key = "route53:ChangeResourceRecordSets"
    assert {name: sorted(values) for name, values in condition.items()} == {
        f"{key}NormalizedRecordNames": sorted(
            f"{note}{host}" for note in ("", "a-", "aaaa-", "cname-") for host in hosts
        ),
        f"{key}RecordTypes": ["A", "AAAA", "TXT"],
        f"{key}Actions": ["CREATE", "DELETE", "UPSERT"],
    }
    assert list(statements["Records"]["Condition"]) == ["ForAllValues:StringEquals"]
    assert key not in statements["Zone"]["Action"]
    assert statements["FindZone"]["Action"] == ["route53:ListHostedZones"]
    tags = document.trust("edge_external_dns")["Condition"]["StringEquals"]
    assert tags["aws:RequestTag/kubernetes-namespace"] == "external-dns"


def test_the_notes_about_a_host_that_is_its_zone_lie_in_the_zone() -> None:
    document = analytics("dev")
    # Terraform reads a percent sign before a brace as its own, unless there are two.
    assert document.addon("external-dns")["configuration_values"]["txtPrefix"] == "%%{record_type}-owner."
    (condition,) = document.statements("edge_external_dns")["Records"]["Condition"].values()
    host = "dev.analytics.shadower.ai"
    assert condition["route53:ChangeResourceRecordSetsNormalizedRecordNames"] == [
        host,
        *(f"{kind}-owner.{host}" for kind in ("a", "aaaa", "cname")),
    ]


def test_cert_manager_may_write_the_challenge_and_nothing_else() -> None:
    document = analytics(edge__kind="nginx", edge__acme={"solver": "dns01"})
    statements = document.statements("edge_cert_manager")
    (condition,) = statements["Challenge"]["Condition"].values()
    key = "route53:ChangeResourceRecordSets"
    assert condition[f"{key}NormalizedRecordNames"] == ["_acme-challenge.analytics.shadower.ai"]
    assert condition[f"{key}RecordTypes"] == ["TXT"]
    assert {name: one["Action"] for name, one in statements.items()} == {
        "Challenge": [key],
        "Wait": ["route53:GetChange"],
        "FindZone": ["route53:ListHostedZonesByName"],
    }
    assert (
        document.trust("edge_cert_manager")["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"]
        == "cert-manager"
    )
    assert document.addon("cert-manager")["pod_identity_association"] == [
        {"role_arn": "${aws_iam_role.edge_cert_manager.arn}", "service_account": "cert-manager"}
    ]
    assert "edge_cert_manager" not in analytics(edge__kind="nginx").find("aws_iam_role")


def test_nginx_has_its_certificate_from_the_cluster() -> None:
    document = analytics(edge__kind="nginx")
    assert not {"aws_acm_certificate", "aws_wafv2_web_acl", "aws_wafv2_web_acl_association"} & document.types.keys()
    assert "data.aws_lbs" not in document.types
    assert {"cert-manager", "external-dns"} <= document.addons()


def test_an_existing_clusters_owner_brings_its_add_ons() -> None:
    network = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "database_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
    }
    document = analytics(cluster__existing="shared", network__existing=network)
    assert "aws_eks_addon" not in document.types
    assert "edge_external_dns" not in document.find("aws_iam_role")
    assert {"aws_acm_certificate", "aws_wafv2_web_acl"} <= document.types.keys()


def test_it_tells_where_the_product_answers() -> None:
    assert analytics("dev").outputs()["edge_url"] == "https://dev.analytics.shadower.ai"


def test_the_firewalls_description_fits_beside_the_longest_host() -> None:
    host = ".".join(["h" * 50] * 4) + ".shadower.ai"
    acl = analytics(edge__host=host, edge__certificate_arn=CERTIFICATE).find("aws_wafv2_web_acl")["edge"]
    assert len(acl["description"]) <= 256
    assert acl["description"].startswith("hhh")


def test_what_an_older_release_made_is_the_certificate_of_the_host_before_this_one() -> None:
    """And not of one before that: it would be made anew under another name, and the old one is held."""
    hosts = ["first.shadower.ai", "second.shadower.ai"]
    moved = {one["from"]: one["to"] for one in analytics(edge__former_hosts=hosts).blocks["moved"]}
    assert moved["aws_acm_certificate.edge"] == "aws_acm_certificate.edge_second_shadower_ai"
