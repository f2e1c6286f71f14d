"""Each limit of the table, at it and one over; and that a stack over one is not written."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from stacks import product
from tests.aws.documents import analytics
from twinstack.cli.synth import report_quotas
from twinstack.environment.spec import Half
from twinstack.errors import ConstructionError
from twinstack.quotas import advice, inspect
from twinstack.quotas.capacity import Capacity
from twinstack.quotas.counting import (
    Characters,
    CharactersTogether,
    Children,
    Everything,
    Items,
    Names,
    Tags,
    TagText,
)
from twinstack.quotas.document import LONGEST_ID, LONGEST_PREFIX, Document
from twinstack.quotas.limits import LIMITS, OF_AN_ACCOUNT, Limit
from twinstack.synthesis import TERRAFORM_FILE, TERRAFORM_FOLDER, write

Blocks = dict[str, Any]


def of(type_: str, *blocks: Blocks) -> Blocks:
    return {"resource": {type_: {f"n{index}": block for index, block in enumerate(blocks)}}}


def nested(path: tuple[str, ...], value: Any) -> Blocks:
    head, *rest = path
    return {head: nested(tuple(rest), value) if rest else value}


def rules(units: int) -> list[Blocks]:
    """Rules that cost so much: address ranges, one unit each."""
    return [{"statement": {"ip_set_reference_statement": {"arn": "x"}}} for _ in range(units)]


def stack(counting: Any, number: int) -> Blocks:
    """A stack that has exactly so much of what is counted."""
    match counting:
        case Characters(type_, argument):
            return of(type_, {argument: "x " * number})
        case CharactersTogether(type_, argument, belongs):
            half = number // 2
            role = "${aws_iam_role.one.id}"
            return of(type_, {argument: "x" * half, belongs: role}, {argument: "x" * (number - half), belongs: role})
        case Items(type_, path):
            return of(type_, nested(path, ["x"] * number))
        case Children(types, belongs, only):
            one = {belongs: "${aws_vpc.one.id}", **(dict([only]) if only else {})}
            return of(types[0], *[one] * number)
        case Names(type_, argument):
            return of(type_, {argument: "x" * number})
        case Tags():
            half = {f"a{index}": "" for index in range(number - 1)}
            default = {"default_tags": [{"tags": {"Product": "shop"}}]}
            return {**of("aws_vpc", {"tags": half}), "provider": {"aws": [default]}}
        case TagText(of_keys=True):
            return of("aws_vpc", {"tags": {"x" * number: ""}})
        case TagText():
            return of("aws_vpc", {"tags": {"Name": "x" * number}})
        case Capacity():
            return of("aws_wafv2_web_acl", {"rule": rules(number)})
        case Everything(type_):
            return of(type_, *[{}] * number)
    raise AssertionError(counting)


def shown(limit: Limit) -> str:
    return f"{limit.code} {limit.what} {getattr(limit.counting, 'type', '')}".replace("  ", " ")


@pytest.mark.parametrize("limit", LIMITS, ids=shown)
def test_at_the_limit_is_right_and_one_more_is_not(limit: Limit) -> None:
    at, over = Document(stack(limit.counting, limit.most)), Document(stack(limit.counting, limit.most + 1))
    assert [number for _, number in limit.counting(at)] == [limit.most]
    assert [number for _, number in limit.counting(over)] == [limit.most + 1]
    if limit.is_default:
        inspect(over.blocks, "shop-live")
        said = f"{limit.most + 1:,} {limit.what}, of shop-live"
        assert said not in [problem.given for problem in advice({"shop-live": at.blocks})]
        assert said in [problem.given for problem in advice({"shop-live": over.blocks})]
        return
    inspect(at.blocks, "shop-live")
    with pytest.raises(ConstructionError) as caught:
        inspect(over.blocks, "shop-live")
    head, line, *_ = str(caught.value).splitlines()
    assert head == "shop-live, infrastructure half:"
    assert f"{limit.most + 1:,} {limit.what}, and AWS takes {limit.most:,}: {limit.fix}" in line
    assert line.startswith(f"  {limit.code}: aws_")


@pytest.mark.parametrize("limit", OF_AN_ACCOUNT, ids=shown)
def test_what_environments_of_one_account_and_region_share_is_summed(limit: Limit) -> None:
    def lying_in(account: str, number: int) -> Blocks:
        provider = {"aws": [{"allowed_account_ids": [account], "region": "us-west-2"}]}
        return {**stack(limit.counting, number), "provider": provider}

    assert advice({"one": lying_in("1", limit.most), "two": lying_in("2", limit.most)}) == []
    (warning,) = advice({"one": lying_in("1", limit.most), "two": lying_in("1", 1)})
    assert warning.warning
    assert warning.path == "account 1, us-west-2"
    assert warning.given == f"{limit.most + 1} {limit.what}, of one, two"


def test_everything_that_is_too_much_is_said_at_once() -> None:
    blocks = of("aws_iam_role", {"name": "x" * 65, "description": "x" * 1001})
    with pytest.raises(ConstructionError) as caught:
        inspect(blocks, "shop-live")
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]] == ["TW763", "TW763"]


def test_a_reference_counts_as_what_stands_for_it_or_as_the_longest_that_may() -> None:
    provider = {"aws": [{"region": "ap-southeast-2", "allowed_account_ids": ["123456789012"]}]}
    resources = {
        "aws_secretsmanager_secret": {"named": {"name": "acme/shop/database"}},
        "aws_kms_key": {"one": {}},
        "aws_s3_bucket": {"files": {"bucket": "acme-shop-files"}},
        "aws_elasticache_replication_group": {"cache": {"replication_group_id": "acme-shop-cache"}},
    }
    document = Document({"provider": provider, "resource": resources})
    for reference, real in {
        "aws_secretsmanager_secret.named.arn": "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:acme/shop/database-a1B2c3",
        "aws_kms_key.one.arn": "arn:aws:kms:ap-southeast-2:123456789012:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
        "aws_s3_bucket.files.arn": "arn:aws:s3:::acme-shop-files",
    }.items():
        assert len(document.longest(f"${{{reference}}}")) == len(real)
    cache = "${aws_elasticache_replication_group.cache.arn}"
    assert len(document.longest(cache)) == LONGEST_PREFIX + len("acme-shop-cache")
    assert len(document.longest("${aws_secretsmanager_secret.unknown.arn}")) == LONGEST_PREFIX + LONGEST_ID
    assert len(document.longest("${aws_security_group.one.id}")) == LONGEST_ID
    assert document.longest(f"[{cache}]")[0] == "["


def of_statement(**statement: Any) -> Blocks:
    return of("aws_wafv2_web_acl", {"rule": [{"statement": statement}]})


def both(blocks: Blocks) -> tuple[int, int]:
    """What it costs at least, and at most."""
    document = Document(blocks)
    ((_, least),), ((_, most),) = Capacity(at_least=True)(document), Capacity(at_least=False)(document)
    return least, most


URI: Final = {"uri_path": {}}
LOWER: Final = {"priority": 0, "type": "LOWERCASE"}
NONE: Final = {"priority": 0, "type": "NONE"}
STATEMENTS: Final[list[tuple[str, Blocks, int]]] = [
    ("geo_match_statement", {"country_codes": ["DE"]}, 1),
    ("asn_match_statement", {"asn_list": [64496]}, 1),
    ("label_match_statement", {"key": "a", "scope": "LABEL"}, 1),
    ("ip_set_reference_statement", {"arn": "x"}, 1),
    ("ip_set_reference_statement", {"arn": "x", "ip_set_forwarded_ip_config": {"position": "FIRST"}}, 1),
    ("ip_set_reference_statement", {"arn": "x", "ip_set_forwarded_ip_config": {"position": "ANY"}}, 5),
    ("size_constraint_statement", {"field_to_match": URI, "text_transformation": [NONE]}, 1 + 10),
    ("regex_match_statement", {"field_to_match": URI, "text_transformation": [NONE]}, 3 + 10),
    ("regex_pattern_set_reference_statement", {"field_to_match": URI, "text_transformation": [NONE]}, 25 + 10),
    ("byte_match_statement", {"positional_constraint": "STARTS_WITH", "text_transformation": [NONE]}, 2 + 10),
    ("byte_match_statement", {"positional_constraint": "CONTAINS", "text_transformation": [NONE, LOWER]}, 10 + 20),
    (
        "sqli_match_statement",
        {"field_to_match": {"all_query_arguments": {}}, "text_transformation": [NONE]},
        20 + 10 + 10,
    ),
    ("sqli_match_statement", {"field_to_match": {"json_body": {}}, "sensitivity_level": "HIGH"}, 2 * 30),
    ("xss_match_statement", {"field_to_match": [{"body": {}}], "text_transformation": [NONE]}, 40 + 10),
    ("rate_based_statement", {"limit": 100}, 2),
    ("rate_based_statement", {"limit": 100, "custom_key": [{"uri_path": {}}, {"ip": {}}]}, 2 + 60),
    ("not_statement", {"statement": [{"geo_match_statement": {}}]}, 1),
    ("managed_rule_group_statement", {"name": "AWSManagedRulesSQLiRuleSet"}, 200),
    (
        "managed_rule_group_statement",
        {"name": "AWSManagedRulesCommonRuleSet", "scope_down_statement": {"geo_match_statement": {}}},
        700 + 1,
    ),
]


@pytest.mark.parametrize(("kind", "inner", "units"), STATEMENTS)
def test_a_statement_costs_what_aws_publishes(kind: str, inner: Blocks, units: int) -> None:
    assert both(of_statement(**{kind: inner})) == (units, units)


def test_what_is_not_known_counts_nothing_before_it_refuses_and_the_dearest_before_it_warns() -> None:
    assert both(of_statement(managed_rule_group_statement={"name": "AWSManagedRulesOfTomorrow"})) == (0, 700)
    assert both(of_statement(statement_of_tomorrow={})) == (0, 40)


def test_a_transformation_of_one_component_counts_once_before_it_refuses() -> None:
    one = {"regex_match_statement": {"field_to_match": URI, "text_transformation": [LOWER]}}
    assert both(of_statement(or_statement={"statement": [one, one]})) == (3 + 3 + 10, 3 + 3 + 20)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_analytics_is_far_from_every_limit(name: str) -> None:
    blocks = analytics(name).blocks
    inspect(blocks, name)
    assert advice({name: blocks}) == []


def test_a_synth_says_what_an_account_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    provider = {"aws": [{"allowed_account_ids": ["1"], "region": "us-west-2"}]}
    for name in ("analytics-dev", "analytics-staging"):
        file = tmp_path / TERRAFORM_FOLDER / "stacks" / name / TERRAFORM_FILE
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({**of("aws_eip", {}, {}, {}), "provider": provider}))
    elsewhere: Any = SimpleNamespace(root=tmp_path)
    loaded = product.load_all(["dev", "staging"])
    report_quotas(elsewhere, loaded, Half.WORKLOADS)
    assert capsys.readouterr() == ("", "")
    report_quotas(elsewhere, loaded, None)
    out, err = capsys.readouterr()
    assert out == ""
    assert "warning TW351: more than AWS gives without asking" in err
    assert "6 Elastic IP addresses of a region, of analytics-dev, analytics-staging" in err


def test_a_stack_that_aws_would_refuse_is_not_written(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinstack.environment.tags.MOST", 60)  # so that it loads
    loaded = product.load_all(["dev"], set={"tags": {f"tag-{index}": "x" for index in range(48)}})
    with pytest.raises(ConstructionError, match=r"TW344: .* has 52 tags of a resource"):
        write(product, loaded, {Half.INFRASTRUCTURE: tmp_path}, (Half.INFRASTRUCTURE,))
    assert not list(tmp_path.rglob("*.json"))
