"""What a state bucket has to be like, setting by setting: how each is read, when it is right, and how it is put right.

Sources: HashiCorp, "Backend Type: s3", which recommends versions (looked up on 2026-11-28); the shapes of the calls are those
of botocore's model of S3. The rest is Amazon S3 User Guide, "Security best practices for Amazon S3" and "Lifecycle
configuration elements", which were not looked up again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a bucket. What somebody added to it beside ours is kept."""

    name: str
    wanted: str
    """What it should be, for people."""
    api: str
    """The end of the names of its two calls: `get_bucket_versioning`, `put_bucket_versioning`."""
    absent: str
    """The error code by which S3 says that there is none."""
    is_right: Callable[[Found, str], bool]
    put: Callable[[Found, str], dict[str, Any]]
    """The arguments of the call that puts it right, from what was found and the bucket's name."""


def _is_versioned(found: Found, bucket: str) -> bool:
    del bucket
    return found.get("Status") == "Enabled"


def _version(found: Found, bucket: str) -> dict[str, Any]:
    del found, bucket
    return {"VersioningConfiguration": {"Status": "Enabled"}}


def _is_encrypted(found: Found, bucket: str) -> bool:
    """With S3's own key, or a stronger one that somebody has chosen."""
    del bucket
    rules = found.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    return any(rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules)


def _encrypt(found: Found, bucket: str) -> dict[str, Any]:
    del found, bucket
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def _is_closed(found: Found, bucket: str) -> bool:
    del bucket
    return found.get("PublicAccessBlockConfiguration") == CLOSED


def _close(found: Found, bucket: str) -> dict[str, Any]:
    del found, bucket
    return {"PublicAccessBlockConfiguration": dict(CLOSED)}


def _is_owned(found: Found, bucket: str) -> bool:
    del bucket
    rules = found.get("OwnershipControls", {}).get("Rules", ())
    return [rule["ObjectOwnership"] for rule in rules] == [OWNED]


def _own(found: Found, bucket: str) -> dict[str, Any]:
    del found, bucket
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": OWNED}]}}


def _is_tls_only(found: Found, bucket: str) -> bool:
    return _tls_only(bucket) in _statements(found)


def _refuse_plain(found: Found, bucket: str) -> dict[str, Any]:
    wanted = _tls_only(bucket)
    others = [one for one in _statements(found) if one.get("Sid") != wanted["Sid"]]
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [*others, wanted]})}


def _statements(found: Found) -> Sequence[Mapping[str, Any]]:
    statements = json.loads(found.get("Policy", "{}")).get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _tls_only(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _keeps_enough(found: Found, bucket: str) -> bool:
    del bucket
    mine = next((rule for rule in found.get("Rules", ()) if rule.get("ID") == OLD_STATES["ID"]), {})
    return all(mine.get(name) == value for name, value in OLD_STATES.items())


def _keep(found: Found, bucket: str) -> dict[str, Any]:
    del bucket
    others = [rule for rule in found.get("Rules", ()) if rule.get("ID") != OLD_STATES["ID"]]
    return {"LifecycleConfiguration": {"Rules": [*others, dict(OLD_STATES)]}}


CLOSED: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
OWNED: Final = "BucketOwnerEnforced"
KEPT_DAYS: Final = 365
OLD_STATES: Final[Mapping[str, Any]] = {
    "ID": "twinstack-old-states",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
"""Each apply leaves a state behind, and each lock two versions. The one in use never expires; the others are kept for a
year from the day on which they were replaced."""
SETTINGS: Final = (
    Setting("versions", "kept: a state that was overwritten can be had back", "bucket_versioning", "", _is_versioned, _version),
    Setting("encryption", "on", "bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError", _is_encrypted, _encrypt),
    Setting("public access", "blocked, in all four ways", "public_access_block", "NoSuchPublicAccessBlockConfiguration", _is_closed, _close),
    Setting("ownership", "the bucket's owner, without ACLs", "bucket_ownership_controls", "OwnershipControlsNotFoundError", _is_owned, _own),
    Setting("transport", "TLS only", "bucket_policy", "NoSuchBucketPolicy", _is_tls_only, _refuse_plain),
    Setting(
        "old states", f"kept for {KEPT_DAYS} days after they were replaced", "bucket_lifecycle_configuration",
        "NoSuchLifecycleConfiguration", _keeps_enough, _keep,
    ),
)  # fmt: skip
"""In the order in which they are put right: closed before anything lies in it."""
