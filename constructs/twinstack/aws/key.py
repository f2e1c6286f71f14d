"""A KMS key with its alias and rotation."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from twinstack.aws.address import pin
from twinstack.aws.policy import Conditions, key_policy
from twinstack.environment.context import Context


class Key(Construct):
    """A symmetric key for one purpose: rotated yearly, deleted after seven days at the earliest, in production after thirty.

    Losing a key loses what it encrypts, so in a protected environment Terraform refuses to destroy it.
    """

    def __init__(
        self,
        scope: Construct,
        owner: str,
        name: str,
        *,
        context: Context,
        purpose: str,
        users: tuple[tuple[str, Conditions], ...] = (),
    ) -> None:
        super().__init__(scope, "key")
        self.address = owner
        self.key: KmsKey = pin(
            KmsKey(
                self,
                "key",
                description=purpose,
                enable_key_rotation=True,
                deletion_window_in_days=30 if context.protected else 7,
                policy=key_policy(context.account, users),
                tags={"Name": name},
                lifecycle=keep(context),
            ),
            owner,
        )
        self.alias: KmsAlias = pin(KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=self.key.key_id), owner)
        self.arn: str = self.key.arn

    @property
    def resource(self) -> KmsKey:
        return self.key


def keep(context: Context) -> TerraformResourceLifecycle | None:
    """`prevent_destroy` in a protected environment: for everything that holds what cannot be made again."""
    return TerraformResourceLifecycle(prevent_destroy=True) if context.protected else None
