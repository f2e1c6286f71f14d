"""What a bucket is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.bucket import BucketSpec
from twinstack.environment import Access, Environment, Reach, Variable
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
files: {}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    files: BucketSpec


def load(layer: str = "", base: str = BASE) -> BucketSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.files


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_the_defaults_keep_what_was_overwritten() -> None:
    spec = load()
    assert (spec.encryption, spec.versioned, spec.old_versions_days) == ("AES256", True, 90)
    assert (spec.expire_days, spec.abandoned_uploads_days) == (None, 7)


def test_a_link_is_offered_the_name_and_reads_unless_it_asks_for_more() -> None:
    spec = load()
    assert spec.access_levels == (Access.READ, Access.WRITE, Access.LIST, Access.DELETE)
    offer = spec.offer(Access.READ)
    assert offer.variables == (Variable("FILES_BUCKET", "acme-shop-files-live"),)
    assert (offer.reach, offer.port) == (Reach.AWS_API, 443)
    assert load(base=TOP + "files: {variable: EXPORTS}\n").offer(Access.WRITE).variables[0].name == "EXPORTS"


def test_the_title_is_the_name_tag() -> None:
    assert load().title_tag == "acme-shop-files-live"
    assert load("files: {title: All Files}").title_tag == "All Files"


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "files: {encryption: KMS}",
            problem(
                "TW104",
                "the value does not fit",
                "files.encryption",
                '"KMS" (text)',
                "AES256 or aws:kms",
                "did you mean `aws:kms`?",
            ),
        ),
        (
            "files: {old_versions_days: 0}",
            problem(
                "TW104",
                "the value does not fit",
                "files.old_versions_days",
                "0",
                "a whole number, 1 or more",
                "raise it to 1 or more",
            ),
        ),
        (
            "files: {name: Files}",
            problem(
                "TW302",
                "the S3 bucket name has characters that are not accepted",
                "files.name",
                "acme-shop-Files-live",
                "lower-case letters, digits and hyphens, no hyphen first or last",
                "set `name` to a part that fits",
            ),
        ),
    ],
)
def test_what_s3_would_refuse_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


def test_production_keeps_older_versions() -> None:
    (found,) = refused("protected: true\nfiles: {versioned: false}")
    assert (found.code, found.path, found.given, found.allowed) == (
        "TW402",
        "files.versioned",
        "versioned: false",
        "true",
    )
