"""A bucket on Amazon S3."""

from twinstack.bucket.spec import BucketSpec

__all__ = ["BucketSpec"]
