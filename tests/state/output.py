"""A small output, and declarations about it, without a synthesis."""

from __future__ import annotations

from typing import Any

from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.document import parse
from twinstack.state.blocks import with_blocks
from twinstack.state.declared import Declared, declared_in

PLACE = {"account": "111122223333", "region": "eu-central-1"}
OUTPUT: dict[str, Any] = {
    "data": {"aws_s3_bucket": {"logs": {"bucket": "acme-logs"}}},
    "moved": [{"from": "aws_kms_key.old", "to": "aws_kms_key.files"}],
    "resource": {
        "aws_acm_certificate_validation": {"edge": {}},
        "aws_db_instance": {"database": {"identifier": "acme-database"}},
        "aws_kms_key": {"files": {}},
        "aws_s3_bucket": {
            "files": {"bucket": "acme-files"},
            "each": {"bucket": "acme-${each.key}", "for_each": {"a": 1, "b": 2}},
        },
        "aws_secretsmanager_secret": {"url": {"name": "acme/url"}},
        "aws_secretsmanager_secret_version": {"url_v1": {}},
        "aws_security_group": {"database": {"name": "acme-database"}},
        "aws_subnet": {"zone": {"count": 2}},
    },
}


def declared(text: str) -> Declared:
    """What a file of this text declares."""
    return declared_in(parse(text, "environments/state/prod.yaml"))


def told(text: str, output: dict[str, Any] = OUTPUT) -> dict[str, Any]:
    """The output with the blocks of these declarations."""
    return with_blocks(output, declared(text), **PLACE)


def problems(text: str, output: dict[str, Any] = OUTPUT) -> list[Problem]:
    """What is wrong with these declarations."""
    try:
        told(text, output)
    except ConfigurationError as error:
        return [*error.problems]
    return []
