"""What a bucket becomes on AWS."""

from __future__ import annotations

from typing import Any

from tests.aws.documents import analytics, policy
from twinstack.bucket import BucketSpec
from twinstack.bucket.aws import RIGHTS
from twinstack.environment import Access


def test_the_required_bucket() -> None:
    document = analytics()
    bucket = document.find("aws_s3_bucket")["exports"]
    assert bucket["bucket"] == "shadower-analytics-exports"
    assert bucket["tags"] == {"Name": "Analytics Exports"}
    versioning = document.find("aws_s3_bucket_versioning")["exports"]
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    encryption = document.find("aws_s3_bucket_server_side_encryption_configuration")["exports"]
    assert encryption["rule"] == [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
    assert "exports" not in document.find("aws_kms_key")
    assert document.outputs()["exports_bucket"] == "shadower-analytics-exports"


def test_production_keeps_it() -> None:
    bucket = analytics().find("aws_s3_bucket")["exports"]
    assert bucket["lifecycle"] == {"prevent_destroy": True}
    assert bucket["force_destroy"] is False
    assert "lifecycle" not in analytics("dev").find("aws_s3_bucket")["exports"]


def test_nobody_outside_reads_it() -> None:
    document = analytics()
    block = document.find("aws_s3_bucket_public_access_block")["exports"]
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block[name] is True for name in names)
    ownership = document.find("aws_s3_bucket_ownership_controls")["exports"]
    assert ownership["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_it_is_not_read_without_tls() -> None:
    resource = analytics().find("aws_s3_bucket_policy")["exports"]
    (statement,) = policy(resource["policy"])
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == ["${aws_s3_bucket.exports.arn}", "${aws_s3_bucket.exports.arn}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert resource["depends_on"] == ["aws_s3_bucket_public_access_block.exports"]


def rules(**changes: Any) -> dict[str, dict[str, Any]]:
    lifecycle = analytics("dev", **changes).find("aws_s3_bucket_lifecycle_configuration")["exports"]
    assert lifecycle["depends_on"] == ["aws_s3_bucket_versioning.exports"]
    return {one["id"]: one for one in lifecycle["rule"]}


def test_older_versions_and_abandoned_uploads_go() -> None:
    found = rules(exports__old_versions_days=12, exports__abandoned_uploads_days=3, exports__expire_days=None)
    assert list(found) == ["clean-up"]
    assert found["clean-up"]["expiration"] == [{"expired_object_delete_marker": True}]
    assert found["clean-up"]["noncurrent_version_expiration"] == [{"noncurrent_days": 12}]
    assert found["clean-up"]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 3}]
    assert found["clean-up"]["filter"] == [{}]


def test_exports_go_after_a_month_and_other_objects_when_they_are_told_to() -> None:
    found = rules()
    assert list(found) == ["clean-up", "expire"]
    assert found["expire"]["expiration"] == [{"days": 30}]


def test_versioning_can_be_suspended() -> None:
    versioning = analytics("dev", exports__versioned=False).find("aws_s3_bucket_versioning")["exports"]
    assert versioning["versioning_configuration"] == {"status": "Suspended"}


def test_a_key_of_its_own_is_used_and_granted_through_s3_only() -> None:
    document = analytics(exports__encryption="aws:kms")
    encryption = document.find("aws_s3_bucket_server_side_encryption_configuration")["exports"]
    assert encryption["rule"] == [
        {
            "apply_server_side_encryption_by_default": {
                "kms_master_key_id": "${aws_kms_key.exports.arn}",
                "sse_algorithm": "aws:kms",
            },
            "bucket_key_enabled": True,
        }
    ]
    reads, writes = document.statements("backend")["ReadObjectsKey"], document.statements("worker")["WriteObjectsKey"]
    for statement in (reads, writes):
        assert statement["Resource"] == ["${aws_kms_key.exports.arn}"]
        assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    assert reads["Action"] == ["kms:Decrypt"]
    assert writes["Action"] == ["kms:GenerateDataKey", "kms:Decrypt"], "S3 decrypts the parts to put them together"


def s3_actions(workload: str) -> list[tuple[str, list[str]]]:
    return [
        (resource, one["Action"])
        for one in analytics().statements(workload).values()
        for resource in one["Resource"]
        if "aws_s3_bucket." in resource
    ]


def test_the_backend_may_read_and_the_worker_write_and_neither_more() -> None:
    """The one signs addresses to read, the other uploads: S3 is asked for nothing else by the service's code."""
    assert s3_actions("backend") == [("${aws_s3_bucket.exports.arn}/*", ["s3:GetObject"])]
    assert s3_actions("worker") == [("${aws_s3_bucket.exports.arn}/*", ["s3:PutObject", "s3:AbortMultipartUpload"])]


def test_each_access_is_one_right_and_none_reaches_an_older_version_or_all() -> None:
    assert set(RIGHTS) == set(BucketSpec.access_levels)
    actions = [action for right in RIGHTS.values() for action in right.actions]
    assert len(actions) == len(set(actions))
    assert not [action for action in actions if "Version" in action or "*" in action]
    assert RIGHTS[Access.LIST].actions == ("s3:ListBucket",)
    assert RIGHTS[Access.DELETE].actions == ("s3:DeleteObject",)
