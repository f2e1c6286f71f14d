"""Declarations against an output: what becomes of those that fit, and what is said of each that does not."""

from __future__ import annotations

import copy

import pytest

from tests.state.output import OUTPUT, problems, told
from twinstack.state.blocks import stateful_in

KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = "arn:aws:secretsmanager:{}:{}:secret:acme/url-AbCdEf"


def test_what_fits_becomes_terraform_s_blocks_beside_those_of_the_stack() -> None:
    made = told(
        "adopt: {aws_s3_bucket.files: acme-files, 'aws_subnet.zone[1]': subnet-12345678, 'aws_s3_bucket.each[\"a\"]': acme-a}\n"
        "moved: {aws_db_instance.db: aws_db_instance.database}\nremoved: [aws_sqs_queue.jobs]\n"
    )
    assert made["import"] == [
        {"to": "aws_s3_bucket.files", "id": "acme-files"},
        {"to": "aws_subnet.zone[1]", "id": "subnet-12345678"},
        {"to": 'aws_s3_bucket.each["a"]', "id": "acme-a"},
    ]
    assert made["moved"] == [*OUTPUT["moved"], {"from": "aws_db_instance.db", "to": "aws_db_instance.database"}]
    assert made["removed"] == [{"from": "aws_sqs_queue.jobs", "lifecycle": {"destroy": False}}]
    assert made["resource"] is OUTPUT["resource"]


def test_nothing_declared_changes_nothing() -> None:
    assert told("") == OUTPUT
    assert told("stateful: [aws_db_instance.database]") == OUTPUT


def test_a_move_that_the_stack_makes_itself_is_made_once() -> None:
    assert told("moved: {aws_kms_key.old: aws_kms_key.files}") == OUTPUT


def test_a_move_may_go_by_way_of_a_former_name_and_to_an_instance() -> None:
    assert problems("moved: {aws_kms_key.older: aws_kms_key.old}") == []
    assert problems("moved: {aws_subnet.zone: 'aws_subnet.zone[0]'}") == []


def test_what_holds_data_is_frozen_without_what_is_made_anew_and_without_versions() -> None:
    assert stateful_in(OUTPUT) == [
        "aws_db_instance.database",
        "aws_kms_key.files",
        "aws_s3_bucket.each",
        "aws_s3_bucket.files",
        "aws_secretsmanager_secret.url",
        "aws_subnet.zone",
    ]


@pytest.mark.parametrize(
    ("text", "code", "given", "fix"),
    [
        ("adopt: {aws_s3_bucket.flies: acme-files}", "TW994", "aws_s3_bucket.flies", "did you mean `aws_s3_bucket.files`?"),
        ("adopt: {aws_subnet.zone: subnet-12345678}", "TW994", "aws_subnet.zone", "give the number of one"),
        ("adopt: {'aws_subnet.zone[2]': subnet-12345678}", "TW994", "aws_subnet.zone[2]", "give the number of one"),
        ("adopt: {'aws_s3_bucket.each[\"c\"]': acme-c}", "TW994", 'aws_s3_bucket.each["c"]', "give the key of one"),
        ("adopt: {'aws_s3_bucket.files[0]': acme-files}", "TW994", "aws_s3_bucket.files[0]", "leave the key out"),
        ("adopt: {module.vpc.aws_vpc.this: vpc-12345678}", "TW994", "module.vpc.aws_vpc.this", "correct the module"),
        ("adopt: {aws_acm_certificate_validation.edge: x}", "TW994", "aws_acm_certificate_validation.edge", "made anew"),
        ("adopt: {aws_kms_key.files: alias/acme}", "TW995", "alias/acme", "look it up"),
        (
            f"adopt: {{aws_secretsmanager_secret.url: '{SECRET.format('eu-central-1', '999999999999')}'}}",
            "TW995", "of account 999999999999", "this environment",
        ),
        (
            f"adopt: {{aws_secretsmanager_secret.url: '{SECRET.format('us-east-1', '111122223333')}'}}",
            "TW995", "of region us-east-1", "this environment",
        ),
        ("adopt: {aws_s3_bucket.files: old-files}", "TW996", "old-files", "`name`"),
        ("moved: {aws_s3_bucket.files: aws_s3_bucket.documents}", "TW997", "which is still made", "rename it in the stack"),
        ("moved: {aws_s3_bucket.old: aws_s3_bucket.flies}", "TW997", "not in the output", "`aws_s3_bucket.files`"),
        ("moved: {aws_s3_bucket.old: aws_db_instance.database}", "TW997", "aws_s3_bucket.old", "adopt the new one"),
        ("moved: {aws_kms_key.old: aws_kms_key.gone}", "TW997", "aws_kms_key.old to aws_kms_key.gone", "take the line out"),
        ("removed: [aws_s3_bucket.files]", "TW998", "aws_s3_bucket.files", "out of the stack first"),
        ("removed: ['aws_sqs_queue.jobs[0]']", "TW998", "aws_sqs_queue.jobs[0]", "leave the key out"),
        ("stateful: [aws_db_instance.gone]", "TW999", "aws_db_instance.gone", "moved: {aws_db_instance.gone: aws_db_instance.database}"),
        ("stateful: [aws_sqs_queue.jobs]", "TW999", "aws_sqs_queue.jobs", "removed: [aws_sqs_queue.jobs]"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(text: str, code: str, given: str, fix: str) -> None:
    found = [one for one in problems(text) if one.code == code and given in one.given]
    assert found, problems(text)
    assert any(fix in one.fix for one in found)
    assert all(one.location is not None and one.location.line == 1 for one in found)
    assert all(one.allowed for one in found)


def test_moves_in_a_ring_and_two_to_one_place_are_refused() -> None:
    ring = problems("moved: {aws_kms_key.a: aws_kms_key.b, aws_kms_key.b: aws_kms_key.a}")
    assert [one.code for one in ring] == ["TW997", "TW997"]
    assert all("leads back" in one.given for one in ring)
    (two,) = problems("moved: {aws_kms_key.a: aws_kms_key.files, aws_kms_key.b: aws_kms_key.files}")
    assert two.given == "aws_kms_key.b and aws_kms_key.a to aws_kms_key.files"


def test_one_thing_is_adopted_once() -> None:
    output = copy.deepcopy(OUTPUT)
    output["resource"]["aws_kms_key"]["other"] = {}
    (problem,) = problems(f"adopt: {{aws_kms_key.files: {KEY}, aws_kms_key.other: {KEY}}}", output)
    assert (problem.code, problem.message) == ("TW994", "one thing is adopted twice")


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = "adopt: {aws_kms_key.files: x}\nremoved: [aws_s3_bucket.files]\nstateful: [aws_sqs_queue.jobs]\n"
    assert [one.code for one in problems(text)] == ["TW995", "TW998", "TW999"]


@pytest.mark.parametrize(
    "word", ["moved: {aws_db_instance.db: aws_db_instance.database}", "removed: [aws_db_instance.db]"]
)
def test_what_holds_data_may_move_and_be_let_go(word: str) -> None:
    assert problems(f"stateful: [aws_db_instance.db]\n{word}\n") == []


def test_what_the_stack_itself_moves_needs_no_line() -> None:
    assert problems("stateful: [aws_kms_key.old]") == []
