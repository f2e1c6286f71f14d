"""What the rules of a web ACL cost in capacity units (WCUs).

Source: AWS WAF Developer Guide, "Using match rule statements in AWS WAF", the page of each statement, and "AWS Managed Rules
rule groups list", looked up on 2026-11-28. What a group costs in another version than its newest only AWS says
(DescribeManagedRuleGroup).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twinstack.quotas.document import Block, Document


@dataclass(frozen=True, slots=True)
class Capacity:
    """The units that a web ACL's rules cost, at least or at most.

    At least: what is not known counts nothing, and a transformation of one component counts once however often it stands,
    as AWS's own sums were seen to count it ("Calculate Web ACL Capacity Unit", mdleom.com, looked up on 2026-11-28). At
    most: what is not known counts as the dearest that is known, and each transformation counts.
    """

    at_least: bool

    def __call__(self, document: Document) -> Iterator[tuple[str, int]]:
        for address, block in document.of("aws_wafv2_web_acl"):
            transformed: set[str] = set()
            rules = block.get("rule") or []
            units = sum(self._units(rule.get("statement") or {}, transformed) for rule in rules)
            yield address, units + TRANSFORMATION_UNITS * len(transformed)

    def _units(self, statement: Block, transformed: set[str]) -> int:
        """What a statement costs with those that it holds, and without its transformations, which it adds to `transformed`."""
        units = 0
        for kind, inner in statement.items():
            units += self._own(kind, inner)
            component = inner.get("field_to_match")
            for index, one in enumerate(_list(inner.get("text_transformation"))):
                place = [] if self.at_least else [len(transformed), index]
                transformed.add(json.dumps([component, one.get("type"), *place], sort_keys=True))
            for nested in (*_list(inner.get("statement")), *_list(inner.get("scope_down_statement"))):
                units += self._units(nested, transformed)
        return units

    def _own(self, kind: str, inner: Block) -> int:
        match kind:
            case "and_statement" | "or_statement" | "not_statement":
                return 0
            case "managed_rule_group_statement":
                return MANAGED_UNITS.get(inner["name"], 0 if self.at_least else DEAREST_GROUP)
            case "rate_based_statement":
                return UNITS[kind] + CUSTOM_KEY_UNITS * len(_list(inner.get("custom_key")))
            case "ip_set_reference_statement":
                header = next(iter(_list(inner.get("ip_set_forwarded_ip_config"))), {})
                return UNITS[kind] + (ANY_POSITION_UNITS if header.get("position") == "ANY" else 0)
        if kind == "byte_match_statement" and inner.get("positional_constraint") in ANCHORED:
            base = ANCHORED_UNITS
        elif kind == "sqli_match_statement" and inner.get("sensitivity_level") == "HIGH":
            base = HIGH_SENSITIVITY_UNITS
        else:
            base = UNITS.get(kind, 0 if self.at_least else DEAREST_STATEMENT)
        component = next(iter(_list(inner.get("field_to_match"))), {})
        if "json_body" in component:
            base *= 2
        return base + (ALL_ARGUMENTS_UNITS if "all_query_arguments" in component else 0)


def _list(blocks: Any) -> list[Mapping[str, Any]]:
    """A block may stand alone, or in a list."""
    if blocks is None:
        return []
    return list(blocks) if isinstance(blocks, list | tuple) else [blocks]


UNITS: Final = {
    "asn_match_statement": 1,
    "byte_match_statement": 10,
    "geo_match_statement": 1,
    "ip_set_reference_statement": 1,
    "label_match_statement": 1,
    "rate_based_statement": 2,
    "regex_match_statement": 3,
    "regex_pattern_set_reference_statement": 25,
    "size_constraint_statement": 1,
    "sqli_match_statement": 20,
    "xss_match_statement": 40,
}
"""What each statement costs by itself."""
ANCHORED: Final = ("EXACTLY", "STARTS_WITH", "ENDS_WITH")
ANCHORED_UNITS: Final = 2
"""Of a string match that need not search."""
HIGH_SENSITIVITY_UNITS: Final = 30
CUSTOM_KEY_UNITS: Final = 30
"""For each key by which a rate-based statement counts, but the address alone."""
ANY_POSITION_UNITS: Final = 4
"""More, of a set that is compared with every address in a header."""
ALL_ARGUMENTS_UNITS: Final = 10
TRANSFORMATION_UNITS: Final = 10
DEAREST_STATEMENT: Final = 40
MANAGED_UNITS: Final = {
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesWordPressRuleSet": 100,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
}
DEAREST_GROUP: Final = 700
