"""What a bucket becomes on AWS."""

from __future__ import annotations

from typing import Any

from tests.aws.documents import analytics, policy


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
    found = rules(exports__old_versions_days=12, exports__abandoned_uploads_days=3)
    assert list(found) == ["clean-up"]
    assert found["clean-up"]["noncurrent_version_expiration"] == [{"noncurrent_days": 12}]
    assert found["clean-up"]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 3}]
    assert found["clean-up"]["filter"] == [{}]


def test_objects_stay_unless_they_are_told_to_go() -> None:
    found = rules(exports__expire_days=30)
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
    statement = document.statements("backend")["ObjectKey"]
    assert statement["Resource"] == ["${aws_kms_key.exports.arn}"]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}


def test_writing_is_reading_putting_and_deleting_but_no_older_version() -> None:
    statements = analytics().statements("backend")
    assert statements["ListBucket"]["Resource"] == ["${aws_s3_bucket.exports.arn}"]
    assert statements["ReadObjects"]["Action"] == ["s3:GetObject"]
    assert statements["ReadObjects"]["Resource"] == ["${aws_s3_bucket.exports.arn}/*"]
    write = statements["WriteObjects"]
    assert "s3:DeleteObject" in write["Action"]
    assert not [action for action in write["Action"] if "Version" in action]
    assert "ObjectKey" not in statements
