"""The web application firewall before a load balancer that the cluster makes."""

from __future__ import annotations

from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_lbs import DataAwsLbs
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from twinstack.aws import Infrastructure, pin
from twinstack.edge.spec import EdgeSpec


class Firewall(Construct):
    """A web ACL with the rate limit and AWS's lists, its log, and its place before the load balancer.

    The load balancer is the cluster's: it is found by a tag whose value is a literal, so that the first plan, when there
    is none, is possible; the first apply after it exists attaches the firewall, and until then the service's own limiter
    holds. Sources: AWS WAF Developer Guide, "Rate-based rule statement", "AWS Managed Rules rule groups list".
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, stack: Infrastructure[Any]) -> None:
        super().__init__(scope, "firewall")
        name = spec.aws_name
        self.web_acl: Wafv2WebAcl = pin(
            Wafv2WebAcl(
                self,
                "web-acl",
                name=name,
                description=f"{spec.host}: {spec.rate_limit.requests} requests in {spec.rate_limit.window_seconds} s of one address",
                scope="REGIONAL",
                default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
                visibility_config=Wafv2WebAclVisibilityConfig(
                    cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
                ),
                tags={"Name": name},
            ),
            spec.key,
        )
        self.web_acl.add_override(
            "rule", [_rate_rule(spec), *(_managed_rule(index, group) for index, group in enumerate(LISTS, 1))]
        )
        arn = self.web_acl.arn
        self.log_group: CloudwatchLogGroup = stack.log_group(
            self, spec.key, f"aws-waf-logs-{name}", retention_days=LOG_RETENTION_DAYS
        )
        self.logging: Wafv2WebAclLoggingConfiguration = pin(
            Wafv2WebAclLoggingConfiguration(
                self,
                "logging",
                resource_arn=arn,
                log_destination_configs=[self.log_group.arn],
                redacted_fields=[
                    Wafv2WebAclLoggingConfigurationRedactedFields(
                        single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                    )
                    for header in ("authorization", "cookie")
                ],
            ),
            spec.key,
        )
        self.load_balancers: DataAwsLbs = pin(
            DataAwsLbs(self, "load-balancers", tags={spec.TAG: spec.environment.stack_id}), spec.key
        )
        self.association: Wafv2WebAclAssociation = pin(
            Wafv2WebAclAssociation(self, "association", resource_arn="${each.value}", web_acl_arn=arn), spec.key
        )
        self.association.add_override("for_each", f"${{toset(data.aws_lbs.{spec.key}.arns)}}")

    @property
    def resource(self) -> Wafv2WebAcl:
        return self.web_acl


def _rate_rule(spec: EdgeSpec) -> dict[str, Any]:
    limit = spec.rate_limit
    return {
        "name": "rate-limit",
        "priority": 0,
        "action": {
            "block": {
                "custom_response": {
                    "response_code": 429,
                    "response_header": [{"name": "Retry-After", "value": str(limit.window_seconds)}],
                }
            }
        },
        "statement": {
            "rate_based_statement": {
                "limit": limit.requests,
                "evaluation_window_sec": limit.window_seconds,
                "aggregate_key_type": "IP",
            }
        },
        "visibility_config": _visibility("rate-limit"),
    }


def _managed_rule(priority: int, group: str) -> dict[str, Any]:
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": {"vendor_name": "AWS", "name": group}},
        "visibility_config": _visibility(group),
    }


def _visibility(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}


LISTS = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
"""Addresses and inputs that AWS knows to be bad. Neither looks at ordinary request bodies, so exports pass."""
LOG_RETENTION_DAYS = 365
