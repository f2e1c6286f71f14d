"""The file of declarations: what may stand in it, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.state.output import declared, problems
from twinstack.errors import ConfigurationError
from twinstack.state.declared import ADDRESS, file_of, pairs_in, read_declared

WHOLE = """\
adopt:
  aws_s3_bucket.files: acme-files
moved:
  aws_db_instance.db: aws_db_instance.database
removed:
  - aws_s3_bucket.old
stateful:
"""


def test_a_file_is_read_with_the_line_of_each_declaration(tmp_path: Path) -> None:
    file = tmp_path / file_of("prod")
    file.parent.mkdir(parents=True)
    file.write_text(WHOLE)
    found = read_declared(tmp_path, "prod")
    assert (found.adopt, found.removed, found.stateful) == (
        {"aws_s3_bucket.files": "acme-files"},
        ["aws_s3_bucket.old"],
        [],
    )
    assert str(found.where("moved", "aws_db_instance.db")) == "environments/state/prod.yaml:4"
    assert str(found.where("removed", "aws_s3_bucket.old")) == "environments/state/prod.yaml:6"
    assert not found.is_empty


def test_without_a_file_nothing_is_declared(tmp_path: Path) -> None:
    assert read_declared(tmp_path, "prod").is_empty
    assert declared("").is_empty


def test_a_link_out_of_the_product_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(WHOLE)
    product = tmp_path / "product"
    (product / file_of("prod")).parent.mkdir(parents=True)
    (product / file_of("prod")).symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(ConfigurationError, match="TW112"):
        read_declared(product, "prod")


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("adopts: {}", "unknown key", "did you mean `adopt`?"),
        ("adopt: [aws_s3_bucket.files]", "not what stands here", "write one in each line"),
        ("removed: {aws_s3_bucket.files: x}", "not what stands here", "write one in each line"),
        ("adopt: {data.aws_s3_bucket.logs: acme-logs}", "no address of a resource", "a data source is only read"),
        ("adopt: {files: acme-files}", "no address of a resource", "copy it from a plan"),
        ("adopt: {aws_vpc.network: 12}", "no id", "in quotes"),
        ("adopt: {aws_vpc.network: }", "no id", "write the id itself"),
        ('adopt: {aws_vpc.network: "vpc-${var.id}"}', "no id", "write the id itself"),
        ("moved: {aws_vpc.network: network}", "no address of a resource", "copy it from a plan"),
        ("removed: [aws_vpc.a, aws_vpc.a]", "the address stands twice", "keep one"),
        ("stateful: [1]", "no address of a resource", "copy it from a plan"),
    ],
)
def test_what_is_no_declaration_is_said_with_its_line(text: str, message: str, fix: str) -> None:
    (problem,) = problems(f"# first\n{text}\n")
    assert (problem.code, problem.message) == ("TW993", message)
    assert fix in problem.fix
    assert problem.location is not None
    assert problem.location.line == 2


def test_an_address_twice_is_yaml_s_own_mistake() -> None:
    (problem,) = problems("adopt:\n  aws_vpc.a: vpc-12345678\n  aws_vpc.a: vpc-87654321\n")
    assert problem.code == "TW102"


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("aws_s3_bucket.files", True),
        ("aws_subnet.zone[0]", True),
        ('aws_s3_bucket.each["a"]', True),
        ('module.network["a"].aws_vpc.this', True),
        ("data.aws_s3_bucket.logs", False),
        ("aws_s3_bucket", False),
        ("aws_s3_bucket.files.id", False),
        ("aws_s3_bucket.files[a]", False),
    ],
)
def test_an_address_names_a_managed_resource_or_one_instance(address: str, fits: bool) -> None:
    assert bool(ADDRESS.fullmatch(address)) is fits


def test_pairs_are_lines_of_address_and_id() -> None:
    pairs = pairs_in("# by hand\naws_s3_bucket.files: acme-files\n", "pairs.yaml")
    assert pairs.adopt == {"aws_s3_bucket.files": "acme-files"}
    assert str(pairs.where("adopt", "aws_s3_bucket.files")) == "pairs.yaml:2"
