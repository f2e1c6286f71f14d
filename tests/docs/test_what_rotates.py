"""docs/how-to/what-rotates.md names everything that holds a password, a key, a certificate or an identity."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from stacks import product
from twinstack.rehearsal.schemas import read
from twinstack.state.import_ids import FORMS

PAGE: Final = (Path(__file__).parents[2] / "docs" / "how-to" / "what-rotates.md").read_text(encoding="utf-8")
HOLDS: Final = re.compile(
    r"(?:^|_)(?:password|passwords|auth_token|private_key|secret_string|secret_binary|certificate_authority|client_id_list)(?:_wo)?$"
    r"|^(?:authentication_mode|enable_key_rotation|validation_method|service_account|principal_arn)$"
)
"""Arguments and attributes of AWS's provider that carry, or stand for, what somebody proves by who they are."""
OTHERWISE: Final = {
    "aws_eks_access_policy_association": "what a role may do, beside the entry that lets it in",
}


def test_each_type_that_holds_a_secret_or_an_identity_is_in_the_table() -> None:
    schema = read("6.69.1")
    made = {name: schema.block("resource", name) for name in {*FORMS} & {*schema.names("resource")}}
    holds = {name for name, one in made.items() if any(map(HOLDS.search, (*one.attributes, *one.blocks)))}
    named = set(re.findall(r"aws_[a-z0-9_]+", PAGE))
    assert holds - named - {*OTHERWISE} == set()
    assert {*OTHERWISE} <= holds
    assert named - {*FORMS} == {"aws_iam_user", "aws_iam_access_key"}


def test_one_layer_raises_all_that_has_a_number() -> None:
    raised = {
        "database.password_version": 2,
        "cache.password_version": 2,
        "credentials.generated.JWT_SECRET.version": 2,
        "integrations.provided.SENDGRID_API_KEY.version": 2,
    }
    before, after = (
        {one.key: one.secret for one in product.load("prod", set=layer).workloads if one.secret_variables}
        for layer in ({}, raised)
    )
    assert {*before} == {"backend", "worker", "scheduler", "migration", "database_exporter", "cache_exporter"}
    assert [key for key in before if before[key] == after[key]] == []
