"""Declarations are written and taken out line by line: comments stay, and the rest of the file as it was."""

from __future__ import annotations

import json

import pytest

from tests.state.output import declared
from twinstack.errors import UsageError
from twinstack.state.edited import HEAD, with_entries, without_entries
from twinstack.state.known_state import addresses_in

TEXT = """\
# ours
adopt:
  # of the old account
  aws_s3_bucket.files: acme-files
  aws_vpc.network: "vpc-12345678" # by hand
removed:
  - aws_sqs_queue.jobs

stateful:
  - aws_s3_bucket.files
"""


def test_a_new_file_says_what_it_is() -> None:
    text = with_entries("", "adopt", {'aws_s3_bucket.each["a"]': "acme-a"})
    assert text == f'{HEAD}\nadopt:\n  \'aws_s3_bucket.each["a"]\': "acme-a"\n'
    assert declared(text).adopt == {'aws_s3_bucket.each["a"]': "acme-a"}


def test_entries_get_behind_those_of_their_section() -> None:
    text = with_entries(TEXT, "adopt", {"aws_kms_key.files": "x", "aws_s3_bucket.files": "other"})
    assert declared(text).adopt == {
        "aws_vpc.network": "vpc-12345678",
        "aws_kms_key.files": "x",
        "aws_s3_bucket.files": "other",
    }
    assert {"# ours", "  # of the old account"} < {*text.splitlines()}
    text = with_entries(TEXT, "stateful", ["aws_vpc.network"])
    assert declared(text).stateful == ["aws_s3_bucket.files", "aws_vpc.network"]
    text = with_entries(TEXT, "moved", {"aws_vpc.a": "aws_vpc.b"})
    assert text.startswith(TEXT)
    assert declared(text).moved == {"aws_vpc.a": "aws_vpc.b"}
    assert declared(with_entries("adopt:\n", "adopt", {"aws_vpc.a": "x"})).adopt == {"aws_vpc.a": "x"}


def test_a_section_without_entries_goes() -> None:
    text = without_entries(TEXT, "removed", ["aws_sqs_queue.jobs"])
    assert "removed" not in text
    assert declared(text).adopt == declared(TEXT).adopt
    assert without_entries(TEXT, "removed", ["aws_sqs_queue.other"]) == TEXT


@pytest.mark.parametrize("text", ["adopt: {aws_vpc.a: x}\n", "adopt: {aws_vpc.a: x, aws_vpc.b: y}\n"])
def test_what_does_not_stand_in_lines_of_its_own_is_left_alone(text: str) -> None:
    with pytest.raises(UsageError, match="give each its line"):
        with_entries(text, "adopt", {"aws_vpc.c": "z"})
    with pytest.raises(UsageError, match="give each its line"):
        without_entries(text, "adopt", ["aws_vpc.a"])


def test_a_state_says_what_it_holds_in_both_of_its_forms() -> None:
    pulled = {
        "version": 4,
        "resources": [
            {"mode": "managed", "type": "aws_vpc", "name": "a", "instances": [{}]},
            {"mode": "data", "type": "aws_vpc", "name": "read", "instances": [{}]},
            {"mode": "managed", "type": "aws_subnet", "name": "z", "instances": [{"index_key": 0}, {"index_key": "b"}]},
            {"module": "module.m", "mode": "managed", "type": "aws_vpc", "name": "c", "instances": [{}]},
        ],
    }
    wanted = {"aws_vpc.a", "aws_subnet.z[0]", 'aws_subnet.z["b"]', "module.m.aws_vpc.c"}
    assert addresses_in(json.dumps(pulled), "state") == wanted
    shown = {
        "format_version": "1.0",
        "values": {
            "root_module": {
                "resources": [
                    {"mode": "managed", "address": "aws_vpc.a"},
                    {"mode": "data", "address": "data.aws_vpc.r"},
                ],
                "child_modules": [{"resources": [{"mode": "managed", "address": "module.m.aws_vpc.c"}]}],
            }
        },
    }
    assert addresses_in(json.dumps(shown), "state") == {"aws_vpc.a", "module.m.aws_vpc.c"}
    assert addresses_in('{"format_version": "1.0"}', "state") == set(), "an empty one"
    for text in ("", "[]", "{}", '{"format_version": "1.2", "planned_values": {}}'):
        with pytest.raises(UsageError, match="state is no"):
            addresses_in(text, "state")
