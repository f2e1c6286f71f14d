"""Secrets whose values never pass through Python, a plan, or the state.

The order is crash-safe: a password is made up, written to its own secret, and read back from there by everything that
needs it. Whatever fails in between, the next apply reads the same password. Sources: Terraform, "Write-only arguments"
and "Ephemeral resources".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from cdktf import DefaultTokenResolver, StringConcat, TerraformResourceLifecycle, Tokenization
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from twinstack.aws.address import pin
from twinstack.aws.key import Key, keep
from twinstack.environment.links import SecretValue
from twinstack.errors import ConstructionError
from twinstack.policy.accepted import Accepted

if TYPE_CHECKING:
    from twinstack.aws.infrastructure import Infrastructure


PASSWORD_LENGTH: Final = 48
"""Letters and digits only: the password stands in a URL, and RDS refuses some punctuation."""


class Secret(Construct):
    """One secret in Secrets Manager, encrypted with its owner's key; its value, where Terraform writes it, write-only."""

    def __init__(
        self,
        scope: Construct,
        address: str,
        value: SecretValue,
        *,
        stack: Infrastructure[Any],
        key: Key,
        description: str,
    ) -> None:
        super().__init__(scope, f"secret-{address}")
        self.address = address
        self.value = value
        self.key = key
        self.secret: SecretsmanagerSecret = pin(
            SecretsmanagerSecret(
                self,
                "secret",
                name=value.name,
                description=description,
                kms_key_id=key.arn,
                recovery_window_in_days=RECOVERY_DAYS if stack.context.protected else 0,
                tags={"Name": value.name},
                lifecycle=keep(stack.context),
            ),
            address,
        )
        self.arn: str = self.secret.arn
        self.version: SecretsmanagerSecretVersion | None = None

    @property
    def resource(self) -> SecretsmanagerSecret:
        return self.secret

    def write(self, expression: str, *, again_with: Sequence[str] = ()) -> SecretsmanagerSecretVersion:
        """Writes a value that Terraform knows only while it runs.

        It is written when the version in YAML grows, and anew when one of the references `again_with` changes, since a
        write-only value itself is never compared: attributes of constructs, or their addresses as text. Raises
        ConstructionError for anything else.
        """
        triggers = [self._reference(one) for one in again_with]
        self.version = pin(
            SecretsmanagerSecretVersion(
                self,
                "version",
                secret_id=self.secret.id,
                secret_string_wo=expression,
                secret_string_wo_version=self.value.version,
                lifecycle=TerraformResourceLifecycle(replace_triggered_by=triggers) if triggers else None,
            ),
            self.address,
        )
        return self.version

    def _reference(self, given: str) -> str:
        """A reference as `replace_triggered_by` takes it, `aws_db_instance.database.address`, without `${}`."""
        text = given
        if "${" in given:
            resolver = DefaultTokenResolver(StringConcat())
            text = str(Tokenization.resolve(given, scope=self, resolver=resolver))  # ty: ignore[invalid-argument-type]
        bare = text[2:-1] if text.startswith("${") and text.endswith("}") else text
        if not REFERENCE.fullmatch(bare):
            raise ConstructionError(
                f"{self.node.path}: again_with has {text!r}: one attribute of one resource, for example "
                '"aws_db_instance.database.address"'
            )
        return bare


class Passwords(Secret):
    """Made-up passwords in a secret of their own, by name, and the expressions that read them back from it."""

    def __init__(
        self,
        scope: Construct,
        address: str,
        value: SecretValue,
        names: Sequence[str],
        *,
        stack: Infrastructure[Any],
        key: Key,
        description: str,
        length: int = PASSWORD_LENGTH,
    ) -> None:
        super().__init__(scope, address, value, stack=stack, key=key, description=description)
        for name in names:
            stack.add_override(
                f"ephemeral.aws_secretsmanager_random_password.{address}_{name}",
                {"password_length": length, "exclude_punctuation": True},
            )
        made_up = ", ".join(
            f"{name} = ephemeral.aws_secretsmanager_random_password.{address}_{name}.random_password" for name in names
        )
        self.write(f"${{jsonencode({{ {made_up} }})}}")
        stack.add_override(
            f"ephemeral.aws_secretsmanager_secret_version.{address}",
            {
                "secret_id": f"${{aws_secretsmanager_secret_version.{address}.secret_id}}",
                "version_id": f"${{aws_secretsmanager_secret_version.{address}.version_id}}",
            },
        )

    def read(self, name: str) -> str:
        """The expression of one password, for a write-only argument; without `${}`, to stand in a larger text."""
        return f'jsondecode(ephemeral.aws_secretsmanager_secret_version.{self.address}.secret_string)["{name}"]'


class ConnectionSecret(Secret):
    """The whole URL of a connection, published for the links that deliver it.

    `url` is the expression, with the password and the address in it; `shape` is the same for people, without either. It
    is written anew when the `endpoint`, one attribute of one resource, or the shape changes.
    """

    def __init__(
        self,
        scope: Construct,
        address: str,
        value: SecretValue,
        *,
        stack: Infrastructure[Any],
        key: Key,
        shape: str,
        url: str,
        endpoint: str,
    ) -> None:
        super().__init__(scope, address, value, stack=stack, key=key, description=shape)
        self.write(url, again_with=(endpoint, f"aws_secretsmanager_secret.{address}.description"))
        stack.publish(self)


REFERENCE: Final = re.compile(r"[a-z]\w*\.\w+(\.\w+|\[\w+\]|\[\"[^\"]+\"\])*")
RECOVERY_DAYS = 30
ACCEPTED = (
    Accepted(
        "CKV2_AWS_57",
        "aws_secretsmanager_secret",
        "Rotation is one number in YAML: the apply writes the new value into both halves at once, where a rotation function would leave "
        "running pods with the old one.",
    ),
)
