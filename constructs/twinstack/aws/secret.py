"""Secrets whose values never pass through Python, a plan, or the state.

The order is crash-safe: a password is made up, written to its own secret, and read back from there by everything that
needs it. Whatever fails in between, the next apply reads the same password.

Each version of a value that is kept is a Terraform resource of its own, with a staging label of its own (`v2`), because
to Terraform another version of a write-only value is another object: as one resource the old version would lose its
label, which old pods read it by, before the new one exists. Three versions are kept. One that is no longer kept is
forgotten by Terraform, not destroyed: the provider takes off every label that the state has of a version it destroys,
Terraform hands it the state from before its last look, with AWSPREVIOUS where that was, and AWS refuses to take off a
label that has moved on. What is forgotten keeps its label until a later version takes it, and AWS then lets go of it.

A version whose endpoint changed is destroyed first and written again after, the current one last: with
`create_before_destroy` the new object would take the label, and the provider could not take it off the old one.

Sources: Terraform, "Write-only arguments" and "Ephemeral resources"; AWS Secrets Manager API Reference, "PutSecretValue"
and "UpdateSecretVersionStage"; hashicorp/terraform-provider-aws, internal/service/secretsmanager/secret_version.go,
commit 0042e8e, all read on 2026-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
        self.stack = stack
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
        self.versions: dict[int, SecretsmanagerSecretVersion] = {}

    @property
    def resource(self) -> SecretsmanagerSecret:
        return self.secret

    def write(
        self,
        expression: str | Callable[[int], str],
        *,
        again_with: Sequence[str] | Callable[[int], Sequence[str]] = (),
    ) -> SecretsmanagerSecretVersion:
        """Writes a value that Terraform knows only while it runs, at each version that is kept, and returns the current.

        `expression` is one for all versions, or what gives each version's. A version is written once, and anew when one
        of the references `again_with` changes (one list for all versions, or what gives each version's), since a write-only value
        itself is never compared: attributes of constructs, or their addresses as text. Raises ConstructionError for anything else.
        """
        for value in self.value.left:
            self.stack.forget(f"aws_secretsmanager_secret_version.{version_address(self.address, value.version)}")
        for value in self.value.kept:
            is_current = value == self.value
            again = again_with if isinstance(again_with, Sequence) else again_with(value.version)
            triggers = [self._reference(one) for one in again]
            written = SecretsmanagerSecretVersion(
                self,
                f"version-{value.version}",
                secret_id=self.secret.id,
                secret_string_wo=expression if isinstance(expression, str) else expression(value.version),
                secret_string_wo_version=value.version,
                version_stages=[*([CURRENT] if is_current else []), value.label],
                depends_on=list(self.versions.values())[-1:] or None,
                lifecycle=TerraformResourceLifecycle(
                    # AWS gives AWSCURRENT to a secret's first version, and takes it off one that has a successor.
                    ignore_changes=None if is_current else ["version_stages"],
                    replace_triggered_by=triggers or None,
                )
                if triggers or not is_current
                else None,
            )
            self.versions[value.version] = pin(written, version_address(self.address, value.version))
        current = self.versions[self.value.version]
        # Where it stood before versions had addresses of their own.
        current.move_from_id(f"aws_secretsmanager_secret_version.{self.address}")
        return current

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

        def made_up(version: int) -> str:
            entries = (
                f"{name} = {random_password(stack, version_address(f'{address}_{name}', version), length)}"
                for name in names
            )
            return f"${{jsonencode({{ {', '.join(entries)} }})}}"

        self.write(made_up)
        for version in value.kept:
            read = version_address(address, version.version)
            stack.add_override(
                f"ephemeral.aws_secretsmanager_secret_version.{read}",
                {
                    "secret_id": f"${{aws_secretsmanager_secret_version.{read}.secret_id}}",
                    "version_id": f"${{aws_secretsmanager_secret_version.{read}.version_id}}",
                },
            )

    def read(self, name: str, version: int | None = None) -> str:
        """The expression of one password, for a write-only argument; without `${}`, to stand in a larger text.

        The current one unless another kept version is asked for.
        """
        address = version_address(self.address, version or self.value.version)
        return f'jsondecode(ephemeral.aws_secretsmanager_secret_version.{address}.secret_string)["{name}"]'


class ConnectionSecret(Secret):
    """The whole URL of a connection, or its parts as JSON, published for the links that deliver it.

    `url` is the expression of either, with the password and the address in it, or what gives that of each version; `shape`
    is the same for people, without either. It is written anew when the `endpoint`, one attribute of one resource, or the shape
    changes; versions may lead to several (`endpoint` by version).
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
        url: str | Callable[[int], str],
        endpoint: str | Callable[[int], str],
    ) -> None:
        super().__init__(scope, address, value, stack=stack, key=key, description=shape)
        said = f"aws_secretsmanager_secret.{address}.description"
        self.write(url, again_with=lambda version: (endpoint if isinstance(endpoint, str) else endpoint(version), said))
        stack.publish(self)


def random_password(stack: Infrastructure[Any], address: str, length: int) -> str:
    """The expression of a password that is made up anew in each run, without `${}`: for what is written once."""
    stack.add_override(
        f"ephemeral.aws_secretsmanager_random_password.{address}",
        {"password_length": length, "exclude_punctuation": True},
    )
    return f"ephemeral.aws_secretsmanager_random_password.{address}.random_password"


def version_address(address: str, version: int) -> str:
    """`database_url_v2`: a version of a secret has an address of its own, so that its successor does not replace it."""
    return f"{address}_v{version}"


CURRENT: Final = "AWSCURRENT"
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
