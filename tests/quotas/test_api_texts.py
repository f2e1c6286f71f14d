"""Every text of a stack fits what AWS' own models say of the argument, also where people wrote as much as they may."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from tests.aws.documents import Document, analytics
from twinstack.environment.tags import LONGEST_TITLE, LONGEST_VALUE, MOST, MOST_OF_A_RESOURCE, PUNCTUATION
from twinstack.errors import ConstructionError
from twinstack.quotas import api_texts as api_texts_module
from twinstack.quotas import document as stacks
from twinstack.quotas import inspect
from twinstack.quotas.api_texts import ARGUMENTS, DOCUMENTED, FILE, TAGS, api_texts, read_models, refused_texts
from twinstack.secrets.spec import LONGEST_DESCRIPTION

UMLAUTS = "ÄÖÜ äöü ß 4711 " + PUNCTUATION
TITLE = (UMLAUTS * LONGEST_TITLE)[: LONGEST_TITLE - 1] + "x"
DESCRIPTION = ("Übergröße 'quoted' it's 100% & <more> " * 100)[: LONGEST_DESCRIPTION - 1] + "."
LONGEST_NAME = "X" * 200


@pytest.fixture(scope="module")
def full() -> Document:
    """Production with every free text at its limit."""
    titled = {f"{field}__title": TITLE for field in ("network", "cluster", "database", "cache", "exports", "edge")}
    return analytics(
        **titled,
        tags={f"Key {UMLAUTS} {index}": "ü" * LONGEST_VALUE for index in range(MOST - 5)},
        network__nat="single",
        network__acknowledge={"TW404": "the test wants endpoints"},
        network__endpoints=["kms", "elasticloadbalancing"],
        credentials__provided={LONGEST_NAME: {"description": DESCRIPTION}},
        database__parameters={"some.prefix": "Übergröße"},
    )


def test_every_text_at_its_limit_fits(full: Document) -> None:
    assert [*refused_texts(stacks.Document(full.blocks))] == []
    inspect(full.blocks, "analytics-prod")
    descriptions = [one["description"] for one in full.find("aws_secretsmanager_secret").values()]
    assert any(DESCRIPTION in each for each in descriptions)


def test_every_tag_at_its_limit_fits_each_service(full: Document) -> None:
    document = stacks.Document(full.blocks)
    tagged = [(address, block["tags"]) for address, block in document.everything if isinstance(block.get("tags"), dict)]
    assert max(len(tags) for _, tags in tagged) == MOST_OF_A_RESOURCE
    assert any(TITLE in str(tags.get("Name")) for _, tags in tagged)
    for keys, values in api_texts().tags.values():
        for address, tags in tagged:
            for key, value in {**document.default_tags, **tags}.items():
                assert "${" in value or (keys.refusal(key), values.refusal(value)) == ("", ""), (
                    f"{address} {key}: {value}"
                )


def test_every_row_is_of_an_argument_that_a_stack_has_and_the_rows_are_not_empty() -> None:
    data = api_texts()
    assert set(TAGS) == set(data.tags)
    assert len(data.arguments) > 15
    assert set(data.arguments) <= {*ARGUMENTS, *DOCUMENTED}
    blocks = analytics().blocks["resource"]
    used = {f"{type_}.{argument}" for type_, ones in blocks.items() for one in ones.values() for argument in one}
    assert len(used & set(data.arguments)) > 12


@pytest.mark.parametrize(
    ("type_", "argument", "text", "why"),
    [
        ("aws_iam_role", "description", "x" * 1001, "1,001 characters, and AWS takes 1,000"),
        ("aws_iam_role", "description", "“quoted”", "characters that AWS does not take"),
        ("aws_iam_role", "name", "a b", "characters that AWS does not take"),
        ("aws_security_group", "description", "Übergröße", "characters that AWS does not take"),
        ("aws_vpc_security_group_ingress_rule", "description", "a'b", "characters that AWS does not take"),
        ("aws_secretsmanager_secret", "description", "x" * 2049, "2,049 characters, and AWS takes 2,048"),
        ("aws_wafv2_web_acl", "description", "a & b", "characters that AWS does not take"),
        ("aws_kms_key", "description", "x" * 8193, "8,193 characters, and AWS takes 8,192"),
    ],
)
def test_a_text_that_aws_would_refuse_is_never_written(type_: str, argument: str, text: str, why: str) -> None:
    with pytest.raises(ConstructionError) as caught:
        inspect({"resource": {type_: {"one": {argument: text}}}}, "shop-live")
    assert f"TW763: {type_}.one.{argument} has {why}" in str(caught.value)


def test_the_rows_are_the_models_own() -> None:
    """A newer model that says otherwise is worth a look: `python -m twinstack.quotas.api_texts` writes it down."""
    written, model = json.loads((Path(api_texts_module.__file__).parent / FILE).read_text()), read_models()
    assert datetime.date.fromisoformat(written["read"])
    assert (written["arguments"], written["tags"]) == (model["arguments"], model["tags"])
