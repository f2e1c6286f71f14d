"""What an edge becomes on AWS."""

from __future__ import annotations

from tests.aws.documents import analytics

CERTIFICATE = "arn:aws:acm:us-west-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"


def test_the_certificate_is_made_and_validated_through_dns() -> None:
    document = analytics()
    certificate = document.find("aws_acm_certificate")["edge"]
    assert (certificate["domain_name"], certificate["validation_method"]) == ("analytics.shadower.ai", "DNS")
    assert certificate["lifecycle"] == {"create_before_destroy": True}
    record = document.find("aws_route53_record")["edge_validation"]
    option = "tolist(aws_acm_certificate.edge.domain_validation_options)[0]"
    assert record["name"] == f"${{{option}.resource_record_name}}"
    assert record["records"] == [f"${{{option}.resource_record_value}}"]
    assert record["zone_id"] == "${data.aws_route53_zone.edge.zone_id}"
    validation = document.find("aws_acm_certificate_validation")["edge"]
    assert validation["validation_record_fqdns"] == ["${aws_route53_record.edge_validation.fqdn}"]
    assert document.find("data.aws_route53_zone")["edge"] == {"name": "shadower.ai", "private_zone": False}


def test_a_given_certificate_is_not_made_again() -> None:
    document = analytics(edge__certificate_arn=CERTIFICATE)
    assert not {"aws_acm_certificate", "aws_acm_certificate_validation", "aws_route53_record"} & document.types.keys()
    assert "edge" in document.find("aws_wafv2_web_acl")


def test_the_firewall_limits_one_address_and_says_when_to_come_back() -> None:
    acl = analytics().find("aws_wafv2_web_acl")["edge"]
    assert (acl["scope"], acl["default_action"]) == ("REGIONAL", {"allow": {}})
    rate = acl["rule"][0]
    assert rate["statement"] == {
        "rate_based_statement": {"limit": 100, "evaluation_window_sec": 60, "aggregate_key_type": "IP"}
    }
    response = rate["action"]["block"]["custom_response"]
    assert response == {"response_code": 429, "response_header": [{"name": "Retry-After", "value": "60"}]}
    other = analytics(edge__rate_limit={"requests": 500, "window_seconds": 300}).find("aws_wafv2_web_acl")["edge"]
    statement = other["rule"][0]["statement"]["rate_based_statement"]
    assert (statement["limit"], statement["evaluation_window_sec"]) == (500, 300)


def test_every_rule_of_the_firewall_has_a_priority_of_its_own_and_an_effect() -> None:
    rules = analytics().find("aws_wafv2_web_acl")["edge"]["rule"]
    assert [one["priority"] for one in rules] == list(range(len(rules)))
    for rule in rules:
        managed = "managed_rule_group_statement" in rule["statement"]
        assert ("override_action" in rule, "action" in rule) == (managed, not managed)


def test_the_firewall_finds_the_load_balancer_by_a_tag_that_is_a_literal() -> None:
    document = analytics("staging")
    found = document.find("data.aws_lbs")["edge"]
    assert found == {"tags": {"twinstack:edge": "analytics-staging"}}
    association = document.find("aws_wafv2_web_acl_association")["edge"]
    assert association == {
        "for_each": "${toset(data.aws_lbs.edge.arns)}",
        "resource_arn": "${each.value}",
        "web_acl_arn": "${aws_wafv2_web_acl.edge.arn}",
    }


def test_what_the_firewall_logs_names_nobody() -> None:
    document = analytics()
    logging = document.find("aws_wafv2_web_acl_logging_configuration")["edge"]
    assert logging["log_destination_configs"] == ["${aws_cloudwatch_log_group.edge.arn}"]
    assert {one["single_header"]["name"] for one in logging["redacted_fields"]} == {"authorization", "cookie"}
    assert document.find("aws_cloudwatch_log_group")["edge"]["name"] == "aws-waf-logs-shadower-analytics-edge"


def test_external_dns_writes_to_the_zone_alone() -> None:
    document = analytics()
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
    assert statements["Records"]["Resource"] == [zone]
    assert statements["FindZone"]["Action"] == ["route53:ListHostedZones"]
    tags = document.trust("edge_external_dns")["Condition"]["StringEquals"]
    assert tags["aws:RequestTag/kubernetes-namespace"] == "external-dns"


def test_nginx_has_its_certificate_from_the_cluster() -> None:
    document = analytics(edge__kind="nginx")
    assert not {"aws_acm_certificate", "aws_wafv2_web_acl", "aws_wafv2_web_acl_association"} & document.types.keys()
    assert "data.aws_lbs" not in document.types
    assert {"cert-manager", "external-dns"} <= document.addons()


def test_an_existing_clusters_owner_brings_its_add_ons() -> None:
    document = analytics(cluster__existing="shared")
    assert "aws_eks_addon" not in document.types
    assert "edge_external_dns" not in document.find("aws_iam_role")
    assert {"aws_acm_certificate", "aws_wafv2_web_acl"} <= document.types.keys()


def test_it_tells_where_the_product_answers() -> None:
    assert analytics("dev").outputs()["edge_url"] == "https://dev.analytics.shadower.ai"
