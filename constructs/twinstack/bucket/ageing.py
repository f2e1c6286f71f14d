"""The lifecycle rules of a bucket on AWS: those that every bucket has, and those by prefix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleFilterAnd,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionTransition,
    S3BucketLifecycleConfigurationRuleTransition,
)

from twinstack.bucket.lifecycle import LifecycleRule
from twinstack.bucket.spec import BucketSpec


def lifecycle_rules(spec: BucketSpec) -> Iterator[S3BucketLifecycleConfigurationRule]:
    """Each rule of the bucket, its own first."""
    everything = [S3BucketLifecycleConfigurationRuleFilter()]
    yield S3BucketLifecycleConfigurationRule(
        id="clean-up",
        status="Enabled",
        filter=everything,
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=spec.abandoned_uploads_days
            )
        ],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=spec.old_versions_days)
        ],
        # What a deletion leaves behind once its older versions are gone. Days and this cannot stand in one rule.
        # Source: Amazon S3 API Reference, "LifecycleExpiration", read in November 2026.
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
    )
    if spec.expire_days:
        yield S3BucketLifecycleConfigurationRule(
            id="expire",
            status="Enabled",
            filter=everything,
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=spec.expire_days)],
        )
    for name, rule in spec.lifecycle.items():
        yield _of_prefix(name, rule)


def _of_prefix(name: str, rule: LifecycleRule) -> S3BucketLifecycleConfigurationRule:
    transitions = [S3BucketLifecycleConfigurationRuleTransition(**block) for block in rule.transition_blocks or ()]
    of_old_versions = [
        S3BucketLifecycleConfigurationRuleNoncurrentVersionTransition(**block)
        for block in rule.old_version_transition_blocks or ()
    ]
    expiration = [S3BucketLifecycleConfigurationRuleExpiration(days=rule.expire_days)] if rule.expire_days else None
    old_versions = (
        [
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                noncurrent_days=rule.old_versions_days, newer_noncurrent_versions=rule.old_versions_kept
            )
        ]
        if rule.old_versions_days
        else None
    )
    uploads = (
        [
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=rule.abandoned_uploads_days
            )
        ]
        if rule.abandoned_uploads_days
        else None
    )
    return S3BucketLifecycleConfigurationRule(
        id=name,
        status="Enabled",
        filter=[_filter(rule)],
        transition=transitions or None,
        expiration=expiration,
        noncurrent_version_transition=of_old_versions or None,
        noncurrent_version_expiration=old_versions,
        abort_incomplete_multipart_upload=uploads,
    )


def _filter(rule: LifecycleRule) -> S3BucketLifecycleConfigurationRuleFilter:
    """Several conditions stand in an `and`, one stands alone: S3 takes it in no other form."""
    conditions: dict[str, Any] = {
        "prefix": rule.prefix or None,
        "object_size_greater_than": rule.larger_than_bytes,
        "object_size_less_than": rule.smaller_than_bytes,
    }
    said = {name: value for name, value in conditions.items() if value is not None}
    if len(said) > 1:
        return S3BucketLifecycleConfigurationRuleFilter(and_=[S3BucketLifecycleConfigurationRuleFilterAnd(**said)])
    return S3BucketLifecycleConfigurationRuleFilter(**said)
