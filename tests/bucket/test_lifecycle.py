"""What becomes of objects by what their keys begin with: the rules on AWS, and what S3 would refuse or charge for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.documents import analytics
from tests.bucket.test_spec import BASE, TODAY, Shop, problem, refused
from twinstack.errors import Problem
from twinstack.layers.load import Loaded, load_text


def rules(lifecycle: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    made = analytics("dev", exports__lifecycle=lifecycle, **more).find("aws_s3_bucket_lifecycle_configuration")
    return {one["id"]: one for one in made["exports"]["rule"]}


def test_a_rule_stands_beside_the_buckets_own_and_changes_none_of_them() -> None:
    before = rules({})
    after = rules({"reports": {"prefix": "reports/", "expire_days": 7}})
    assert list(after) == ["clean-up", "expire", "reports"]
    assert {name: after[name] for name in before} == before
    assert after["reports"] == {
        "id": "reports",
        "status": "Enabled",
        "filter": [{"prefix": "reports/"}],
        "expiration": [{"days": 7}],
    }


def test_everything_that_a_rule_can_say() -> None:
    (made,) = [
        one
        for one in rules(
            {
                "old": {
                    "prefix": "old/",
                    "larger_than_bytes": 1024,
                    "transitions": {"DEEP_ARCHIVE": 300, "STANDARD_IA": 30, "GLACIER": 90},
                    "expire_days": 3000,
                    "old_version_transitions": {"GLACIER_IR": 0},
                    "old_versions_days": 90,
                    "old_versions_kept": 3,
                }
            },
            exports__expire_days=None,
            exports__old_versions_days=180,
        ).values()
        if one["id"] == "old"
    ]
    assert made["filter"] == [{"and": [{"prefix": "old/", "object_size_greater_than": 1024}]}]
    assert made["transition"] == [
        {"days": 30, "storage_class": "STANDARD_IA"},
        {"days": 90, "storage_class": "GLACIER"},
        {"days": 300, "storage_class": "DEEP_ARCHIVE"},
    ]
    assert made["expiration"] == [{"days": 3000}]
    assert made["noncurrent_version_transition"] == [{"noncurrent_days": 0, "storage_class": "GLACIER_IR"}]
    assert made["noncurrent_version_expiration"] == [{"noncurrent_days": 90, "newer_noncurrent_versions": 3}]


def test_uploads_by_prefix_and_objects_of_a_size_alone() -> None:
    found = rules(
        {
            "uploads": {"prefix": "tmp/", "abandoned_uploads_days": 1},
            "small": {"smaller_than_bytes": 10, "expire_days": 1},
            "all": {"transitions": {"INTELLIGENT_TIERING": 0}},
        }
    )
    assert found["uploads"]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]
    assert found["small"]["filter"] == [{"object_size_less_than": 10}]
    assert found["all"]["filter"] == [{}]
    assert found["all"]["transition"] == [{"days": 0, "storage_class": "INTELLIGENT_TIERING"}]


def loaded(rule: str) -> Loaded[Shop]:
    return load_text(Shop, "live", {"base": BASE, "live": f"files: {{lifecycle: {{one: {{{rule}}}}}}}"}, TODAY)


def told(rule: str, bucket: str = "") -> list[Problem]:
    return list(refused(f"files: {{{bucket}lifecycle: {{one: {{{rule}}}}}}}"))


@pytest.mark.parametrize(
    ("rule", "bucket", "message", "path", "given", "fix"),
    [
        ("prefix: a/", "", "a lifecycle rule that does nothing", "", "none of transitions, expire_days, old_version_transitions, "
         "old_versions_days, old_versions_kept, abandoned_uploads_days", "say what becomes of the objects, or remove the rule"),
        ("expire_days: 1, larger_than_bytes: 9, smaller_than_bytes: 10", "", "no object is of such a size", ".larger_than_bytes",
         "larger than 9, smaller than 10", "change one of them"),
        ("abandoned_uploads_days: 1, larger_than_bytes: 9", "", "an unfinished upload has no size", ".abandoned_uploads_days",
         "1, beside a size of objects", "move it to a rule without sizes"),
        ("old_versions_kept: 3", "", "nothing says when the other older versions go", ".old_versions_kept",
         "3, without old_versions_days", "add old_versions_days, 1 for at once"),
        ("transitions: {GLACIER: 30, STANDARD_IA: 120}", "", "objects do not move back to a class", ".transitions.GLACIER",
         "STANDARD_IA after 120 days, GLACIER after 30", "let GLACIER come later than STANDARD_IA, or leave one out"),
        ("transitions: {STANDARD_IA: 30}, expire_days: 30", "", "objects end before they move", ".transitions.STANDARD_IA",
         "moved after 30 days, ended after 30", "lower it, or raise expire_days"),
        ("transitions: {STANDARD_IA: 60}", "expire_days: 50, ", "objects end before they move", ".transitions.STANDARD_IA",
         "moved after 60 days, ended after 50", "lower it, or raise expire_days"),
        ("expire_days: 60", "expire_days: 50, ", "the bucket's own rule comes first", ".expire_days",
         "60, and 50 for the whole bucket", "lower it; or raise the bucket's expire_days, with a rule for each prefix that goes sooner"),
        ("old_versions_days: 91", "", "the bucket's own rule comes first", ".old_versions_days",
         "91, and 90 for the whole bucket", "lower it; or raise the bucket's old_versions_days, with a rule for each prefix that goes sooner"),
    ],
)  # fmt: skip
def test_what_s3_refuses_or_what_never_happens_is_refused(
    rule: str, bucket: str, message: str, path: str, given: str, fix: str
) -> None:
    (found,) = told(rule, bucket)
    assert (found.code, found.message, found.path) == ("TW712", message, f"files.lifecycle.one{path}")
    assert (found.given, found.fix) == (given, fix)


@pytest.mark.parametrize(
    "rule", ["transitions: {STANDARD_IA: 29}", "old_version_transitions: {ONEZONE_IA: 1, GLACIER: 60}"]
)
def test_nothing_moves_within_its_first_month_to_what_is_for_seldom_used_objects(rule: str) -> None:
    (found,) = [one for one in told(rule) if not one.warning]
    assert (found.code, found.fix) == ("TW380", "write `30`, if that is what is meant")
    assert found.path.rpartition(".")[2] in rule


def test_the_buckets_own_rules_keep_their_names() -> None:
    (found,) = refused("files: {lifecycle: {expire: {expire_days: 3}}}")
    assert found == problem(
        "TW712", "a rule that the bucket has itself", "files.lifecycle.expire", "expire",
        "another name than clean-up and expire", "rename it",
    )  # fmt: skip


def test_a_class_that_does_not_exist_is_named_with_those_that_do() -> None:
    (found,) = told("transitions: {GLACIAL: 30}")
    classes = "STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER or DEEP_ARCHIVE"
    assert found == problem(
        "TW104", "the key does not fit", "files.lifecycle.one.transitions.GLACIAL", "GLACIAL", classes, "rename it"
    )


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("transitions: {STANDARD_IA: 30, GLACIER: 59}", "29 days in STANDARD_IA"),
        ("transitions: {GLACIER_IR: 10}, expire_days: 50", "40 days in GLACIER_IR"),
        ("old_version_transitions: {DEEP_ARCHIVE: 1}", "89 days in DEEP_ARCHIVE"),
    ],
)
def test_a_stay_that_is_charged_for_longer_than_it_lasts_is_told(rule: str, given: str) -> None:
    (warning,) = loaded(rule).warnings
    assert (warning.code, warning.given) == ("TW716", given)


@pytest.mark.parametrize(
    "rule",
    ["transitions: {STANDARD_IA: 30}", "transitions: {STANDARD_IA: 30, GLACIER: 60}, expire_days: 150", "transitions: {GLACIER: 0}",
     "transitions: {INTELLIGENT_TIERING: 0}, expire_days: 1", "old_versions_days: 90", "expire_days: 1"],
)  # fmt: skip
def test_what_s3_takes_is_taken_without_a_word(rule: str) -> None:
    assert loaded(rule).warnings == ()
