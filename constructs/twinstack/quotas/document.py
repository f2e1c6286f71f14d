"""The synthesized Terraform JSON of one stack, as the limits count it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """One stack."""

    blocks: Block

    def of(self, type_: str) -> Iterator[tuple[str, Block]]:
        """Each resource of a type, with its address."""
        for name, block in self.blocks.get("resource", {}).get(type_, {}).items():
            yield f"{type_}.{name}", block

    @property
    def everything(self) -> Iterator[tuple[str, Block]]:
        for type_ in self.blocks.get("resource", {}):
            yield from self.of(type_)

    @property
    def default_tags(self) -> dict[str, str]:
        """What the provider puts on everything that takes tags."""
        providers = self.blocks.get("provider", {}).get("aws", ())
        return {
            key: value
            for provider in providers
            for default in provider.get("default_tags", ())
            for key, value in default.get("tags", {}).items()
        }

    @property
    def account_and_region(self) -> tuple[str, str]:
        (provider, *_) = self.blocks.get("provider", {}).get("aws", ({},))
        return (provider.get("allowed_account_ids") or [""])[0], provider.get("region", "")

    def longest(self, text: str) -> str:
        """The text with each reference as long as what Terraform puts in its place, or may put there at most."""
        return _REFERENCE.sub(self._stand_in, text)

    def _stand_in(self, match: re.Match[str]) -> str:
        type_, name, attribute = match[1], match[2], match[3]
        block = self.blocks.get("resource", {}).get(type_, {}).get(name, {})
        own = next((block[key] for key in _NAMES if isinstance(block.get(key), str) and "${" not in block[key]), None)
        if attribute != "arn":
            return own if own and attribute in _NAMES else "x" * LONGEST_ID
        account, region = self.account_and_region
        if type_ in ARNS and (own is not None or "{name}" not in ARNS[type_]):
            return ARNS[type_].format(region=region, account=account, name=own)
        return "x" * (LONGEST_PREFIX + len(own if own is not None else "x" * LONGEST_ID))


def owner(reference: Any) -> str:
    """`${aws_iam_role.backend.id}` is `aws_iam_role.backend`; what is no reference is itself."""
    match = _REFERENCE.fullmatch(str(reference))
    return f"{match[1]}.{match[2]}" if match else str(reference)


_REFERENCE: Final = re.compile(r"\$\{(?:data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z_]+)[^{}]*\}")
_NAMES: Final = ("name", "bucket", "identifier", "replication_group_id")
LONGEST_ID: Final = 64
"""No id that AWS gives is longer: a KMS key's has 40 characters, a hosted zone's 32, a security group's 20."""
LONGEST_PREFIX: Final = len("arn:aws:elasticache:ap-southeast-99:123456789012:replicationgroup:")
ARNS: Final = {
    "aws_kms_key": f"arn:aws:kms:{{region}}:{{account}}:key/{'x' * 36}",
    "aws_s3_bucket": "arn:aws:s3:::{name}",
    "aws_secretsmanager_secret": f"arn:aws:secretsmanager:{{region}}:{{account}}:secret:{{name}}-{'x' * 6}",
}
"""What is as long as it ever is, of the types that most policies are about: counted too long, a role of many links would be
refused that AWS takes. Source: AWS Service Authorization Reference, "Resource types" of each service."""
