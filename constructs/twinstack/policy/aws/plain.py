"""A rule over secrets that stand in the output, and so in the plan and in the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from twinstack.environment.spec import Half
from twinstack.layers.secrets_in_text import by_shape, is_harmless
from twinstack.policy.aws.stack import Resource, Stack, mappings
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "secret-in-plain-text",
    "A secret in plain text",
    "use the write-only argument (`_wo`) with an ephemeral value, or a reference to Secrets Manager",
)
def secret_in_plain_text(stack: Stack) -> Iterator[Fault]:
    """Whoever may read the repository, a plan or the state has it, and it stays in all of them when it is changed."""
    for one in stack.of():
        for key in PASSWORDS.get(one.type, ()):
            if one.literal(key) and not is_harmless(one.literal(key)):
                yield Fault(one.address, key, "a literal value", f"{key}_wo, or no literal")
        for path, value in _values(one):
            found = by_shape(value) if "${" not in value else None
            if found is not None and not found.may_be_public:
                yield Fault(one.address, path, found.what, "a reference")


def _values(one: Resource) -> Iterator[tuple[str, str]]:
    """The texts that a program is given."""
    for key in TEXTS.get(one.type, ()):
        yield key, one.literal(key)
    for block in one.blocks("environment"):
        for variables in mappings(block.get("variables")):
            yield from ((f"environment.variables.{name}", str(value)) for name, value in variables.items())


PASSWORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_db_instance": ("password",),
    "aws_docdb_cluster": ("master_password",),
    "aws_elasticache_replication_group": ("auth_token",),
    "aws_rds_cluster": ("master_password",),
    "aws_redshift_cluster": ("master_password",),
    "aws_secretsmanager_secret_version": ("secret_string",),
}
TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_instance": ("user_data",),
    "aws_launch_template": ("user_data",),
    "aws_ssm_parameter": ("value", "insecure_value"),
}
