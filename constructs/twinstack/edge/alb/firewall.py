"""The web application firewall before a load balancer that the cluster makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclCustomResponseBody,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from twinstack.aws import Infrastructure, pin
from twinstack.edge.alb.lists import FirewallList, ListAction
from twinstack.edge.alb.spec import Alb
from twinstack.edge.alb.statements import MAINTENANCE, AddressList, address_lists, counted, not_admitted
from twinstack.edge.maintenance import STATUS
from twinstack.edge.rate_limit import TOO_MANY, RateLimit
from twinstack.edge.spec import EdgeSpec


class Firewall(Construct):
    """A web ACL with the rate limits, the lists of addresses and AWS's own, and the log of what it blocked or counted.

    Nothing here attaches it: the Ingress names it, and the controller puts it before the load balancer when it makes one.
    Sources: AWS WAF Developer Guide, "Rate-based rule statement", "AWS Managed Rules rule groups list", "Web ACL traffic
    log filtering"; read in November 2026.
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, stack: Infrastructure[Any]) -> None:
        super().__init__(scope, "firewall")
        alb = Alb(spec)
        name = alb.firewall_name
        self.lists: dict[str, Wafv2IpSet] = {one.name: self._make_list(spec, one) for one in address_lists(spec)}
        self.web_acl: Wafv2WebAcl = pin(
            Wafv2WebAcl(
                self,
                "web-acl",
                name=name,
                # AWS takes 256 characters, and a host may have 253.
                description=f"{spec.host[:128]}: rate limits of one address, and what AWS knows to be bad",
                scope="REGIONAL",
                default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
                custom_response_body=list(_answers(spec)),
                visibility_config=Wafv2WebAclVisibilityConfig(
                    cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
                ),
                tags={"Name": name},
            ),
            spec.key,
        )
        self.web_acl.add_override(
            "rule", [{**rule, "priority": priority} for priority, rule in enumerate(_rules(spec, self.lists))]
        )
        self.log_group: CloudwatchLogGroup = stack.log_group(
            self, spec.key, f"aws-waf-logs-{name}", retention_days=spec.firewall.log_retention_days
        )
        self.logging: Wafv2WebAclLoggingConfiguration = pin(self._make_logging(), spec.key)

    @property
    def resource(self) -> Wafv2WebAcl:
        return self.web_acl

    def _make_list(self, spec: EdgeSpec, one: AddressList) -> Wafv2IpSet:
        """The rule lets go of it before it is destroyed, which is the order of what is replaced first.

        Its name says the kind of addresses: a list of the other kind would be another, and stand beside it.
        """
        name = f"{spec.aws_name}-{one.name}-{VERSION}"
        return pin(
            Wafv2IpSet(
                self,
                one.name,
                name=name,
                description=one.description,
                scope="REGIONAL",
                ip_address_version=VERSION,
                addresses=[str(block) for block in one.addresses],
                tags={"Name": name},
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            ),
            f"{spec.key}_{one.name.replace('-', '_')}",
        )

    def _make_logging(self) -> Wafv2WebAclLoggingConfiguration:
        return Wafv2WebAclLoggingConfiguration(
            self,
            "logging",
            resource_arn=self.web_acl.arn,
            log_destination_configs=[self.log_group.arn],
            logging_filter=Wafv2WebAclLoggingConfigurationLoggingFilter(
                default_behavior="DROP",
                filter=[
                    Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
                        behavior="KEEP",
                        requirement="MEETS_ANY",
                        condition=[
                            Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
                                action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(
                                    action=action
                                )
                            )
                            for action in LOGGED
                        ],
                    )
                ],
            ),
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in ("authorization", "cookie")
            ],
        )


def _answers(spec: EdgeSpec) -> Iterator[Wafv2WebAclCustomResponseBody]:
    yield Wafv2WebAclCustomResponseBody(key=ANSWER, content=TOO_MANY, content_type="APPLICATION_JSON")
    if spec.maintenance.active:
        yield Wafv2WebAclCustomResponseBody(
            key=MAINTENANCE, content=spec.maintenance.text, content_type=spec.maintenance.content_type.aws_name
        )


def _rules(spec: EdgeSpec, lists: Mapping[str, Wafv2IpSet]) -> Iterator[dict[str, Any]]:
    for one in address_lists(spec):
        yield _list_rule(spec, one, lists[one.name].arn)
    for host in spec.hosts:
        if host.routes and host.rate_limited:
            name = "rate-limit" if host.is_first else f"rate-limit-{host.key}"
            yield _rate_rule(name, spec.rate_limit, counted(spec, host))
    yield _rate_rule("total-rate-limit", spec.total_rate_limit)
    yield from map(_managed_rule, spec.firewall.lists)


def _list_rule(spec: EdgeSpec, one: AddressList, arn: str) -> dict[str, Any]:
    """Who is not on a list is refused, or told when to come back."""
    response: dict[str, Any] = {}
    if one.name == MAINTENANCE:
        response = {
            "custom_response": {
                "response_code": STATUS,
                "custom_response_body_key": MAINTENANCE,
                "response_header": [{"name": "Retry-After", "value": str(spec.maintenance.retry_after_seconds)}],
            }
        }
    return {
        "name": one.name,
        "action": {"block": response},
        "statement": not_admitted(spec, one, arn),
        "visibility_config": _visibility(one.name),
    }


def _rate_rule(name: str, limit: RateLimit, scope: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "action": {
            "block": {
                "custom_response": {
                    "response_code": 429,
                    "custom_response_body_key": ANSWER,
                    "response_header": [{"name": "Retry-After", "value": str(limit.window_seconds)}],
                }
            }
        },
        "statement": {
            "rate_based_statement": {
                "limit": limit.requests,
                "evaluation_window_sec": limit.window_seconds,
                "aggregate_key_type": "IP",
                **({"scope_down_statement": scope} if scope else {}),
            }
        },
        "visibility_config": _visibility(name),
    }


def _managed_rule(one: FirewallList) -> dict[str, Any]:
    name = one.list.aws_name
    overrides = [{"name": rule, "action_to_use": {"count": {}}} for rule in one.counted]
    return {
        "name": name,
        "override_action": {"count": {}} if one.action is ListAction.COUNT else {"none": {}},
        "statement": {
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": name,
                **({"rule_action_override": overrides} if overrides else {}),
            }
        },
        "visibility_config": _visibility(name),
    }


def _visibility(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}


ANSWER: Final = "too-many-requests"
LOGGED: Final = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
"""The last are single rules that only count. Source: AWS WAF API Reference, ActionCondition."""
VERSION: Final = "IPV4"
