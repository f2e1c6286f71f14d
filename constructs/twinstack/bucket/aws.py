"""What a bucket becomes on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA, S3BucketVersioningVersioningConfiguration

from twinstack.aws import Infrastructure, Key, Resource, Statement, keep, pin, resource_policy
from twinstack.bucket.ageing import lifecycle_rules
from twinstack.bucket.spec import BucketEncryption, BucketSpec
from twinstack.environment import Access, Link
from twinstack.policy.accepted import Accepted


class Right(NamedTuple):
    """What one access level of a bucket allows."""

    sid: str
    actions: tuple[str, ...]
    key_uses: tuple[str, ...] = ()
    of_objects: bool = True


RIGHTS: Final = {
    Access.READ: Right("ReadObjects", ("s3:GetObject",), ("kms:Decrypt",)),
    Access.WRITE: Right(
        "WriteObjects", ("s3:PutObject", "s3:AbortMultipartUpload"), ("kms:GenerateDataKey", "kms:Decrypt")
    ),
    Access.LIST: Right("ListObjects", ("s3:ListBucket",), of_objects=False),
    Access.DELETE: Right("DeleteObjects", ("s3:DeleteObject",)),
}


class Bucket(Resource[BucketSpec]):
    """A bucket that nobody but its links can read: no public access, TLS only, owner enforced, encrypted."""

    def __init__(self, scope: Infrastructure[Any], spec: BucketSpec) -> None:
        super().__init__(scope, spec)
        self.key: Key | None = (
            Key(self, spec.key, spec.bucket_name, context=self.context, purpose=f"Objects of {spec.bucket_name}")
            if spec.encryption is BucketEncryption.KMS
            else None
        )
        self.bucket: S3Bucket = pin(
            S3Bucket(
                self,
                "bucket",
                bucket=spec.bucket_name,
                force_destroy=False,
                tags={"Name": spec.title_tag},
                lifecycle=keep(self.context),
            ),
            spec.key,
        )
        self.arn: str = self.bucket.arn
        self._id = self.bucket.id
        self._make_private()
        self._make_durable()
        self.cors: S3BucketCorsConfiguration | None = self._open_to_pages() if spec.cors else None
        scope.output(f"{spec.key}_bucket", spec.bucket_name, "The bucket's name")

    @property
    def resource(self) -> S3Bucket:
        return self.bucket

    def grant(self, link: Link) -> Sequence[Statement]:
        """Exactly the one right that the link asks for, and of a KMS key what that right needs.

        To write in parts takes `kms:Decrypt` too: S3 decrypts the parts to put them together. No right reaches an older
        version. Source: Amazon S3 API Reference, "CreateMultipartUpload", "Permissions", read in November 2026.
        """
        right = RIGHTS[link.access]
        statements = [Statement(right.sid, right.actions, [f"{self.arn}/*" if right.of_objects else self.arn])]
        if self.key and right.key_uses:
            via = {"StringEquals": {"kms:ViaService": f"s3.{self.context.region}.amazonaws.com"}}
            statements.append(Statement(f"{right.sid}Key", right.key_uses, [self.key.arn], via))
        return statements

    def _make_private(self) -> None:
        key = self.spec.key
        self.public_access_block: S3BucketPublicAccessBlock = pin(
            S3BucketPublicAccessBlock(
                self,
                "public-access-block",
                bucket=self._id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            key,
        )
        self.ownership_controls: S3BucketOwnershipControls = pin(
            S3BucketOwnershipControls(
                self,
                "ownership-controls",
                bucket=self._id,
                rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
            ),
            key,
        )
        self.policy: S3BucketPolicy = pin(
            S3BucketPolicy(
                self,
                "policy",
                bucket=self._id,
                policy=resource_policy(
                    [
                        {
                            "Sid": "TlsOnly",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": [self.arn, f"{self.arn}/*"],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ]
                ),
                depends_on=[self.public_access_block],
            ),
            key,
        )
        encryption = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm=self.spec.encryption, kms_master_key_id=self.key.arn if self.key else None
        )
        self.encryption: S3BucketServerSideEncryptionConfigurationA = pin(
            S3BucketServerSideEncryptionConfigurationA(
                self,
                "encryption",
                bucket=self._id,
                rule=[
                    S3BucketServerSideEncryptionConfigurationRuleA(
                        apply_server_side_encryption_by_default=encryption,
                        bucket_key_enabled=True if self.key else None,
                    )
                ],
            ),
            key,
        )

    def _make_durable(self) -> None:
        spec = self.spec
        self.versioning: S3BucketVersioningA = pin(
            S3BucketVersioningA(
                self,
                "versioning",
                bucket=self._id,
                versioning_configuration=S3BucketVersioningVersioningConfiguration(
                    status="Enabled" if spec.versioned else "Suspended"
                ),
            ),
            spec.key,
        )
        self.lifecycle: S3BucketLifecycleConfiguration = pin(
            S3BucketLifecycleConfiguration(
                self, "lifecycle", bucket=self._id, rule=list(lifecycle_rules(spec)), depends_on=[self.versioning]
            ),
            spec.key,
        )

    def _open_to_pages(self) -> S3BucketCorsConfiguration:
        rules = [
            S3BucketCorsConfigurationCorsRule(
                id=name,
                allowed_origins=list(rule.origins),
                allowed_methods=list(rule.methods),
                allowed_headers=list(rule.headers) or None,
                expose_headers=list(rule.expose_headers) or None,
                max_age_seconds=rule.max_age_seconds,
            )
            for name, rule in self.spec.cors.items()
        ]
        return pin(S3BucketCorsConfiguration(self, "cors", bucket=self._id, cors_rule=rules), self.spec.key)


ACCEPTED = (
    Accepted(
        "CKV_AWS_145",
        "aws_s3_bucket",
        "With AES256 S3 itself holds the key; `encryption: aws:kms` gives the bucket one of its own.",
    ),
    Accepted(
        "CKV_AWS_18",
        "aws_s3_bucket",
        "Access logs need a second bucket that outlives this one; object-level CloudTrail events, an account's own decision, record more.",
    ),
    Accepted(
        "CKV_AWS_144",
        "aws_s3_bucket",
        "Older versions are kept; a copy in another region is a decision of its own, worth its price for few buckets.",
    ),
    Accepted("CKV2_AWS_62", "aws_s3_bucket", "Nothing reacts to new objects: a notification would have no receiver."),
)
