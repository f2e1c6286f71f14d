"""What stands, and a next release that opens it and takes its protections off; beside each, changes that only look so."""

from __future__ import annotations

import json
from typing import Any, Final


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


READ: Final = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}
ANYBODY: Final = {**READ, "Principal": "*"}
TLS_ONLY: Final = {
    "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip
TRUST: Final = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
BLOCKED: Final = {
    "block_public_acls": True, "block_public_policy": True, "ignore_public_acls": True, "restrict_public_buckets": True,
}  # fmt: skip
GROUP: Final = "${aws_security_group.shop.id}"
ROLE: Final = "${aws_iam_role.shop.name}"
DATABASE: Final = {
    "engine": "postgres", "instance_class": "db.t4g.medium", "deletion_protection": True, "skip_final_snapshot": False,
    "final_snapshot_identifier": "shop-final", "backup_retention_period": 7, "publicly_accessible": False,
    "delete_automated_backups": False,
}  # fmt: skip
CLUSTER: Final = {"name": "shop", "role_arn": "arn:aws:iam::111122223333:role/shop", "deletion_protection": True}
OF_CLUSTER: Final = {"subnet_ids": ["subnet-1", "subnet-2"], "public_access_cidrs": ["203.0.113.0/24"]}
BEFORE: Final[dict[str, Any]] = {
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}}},
    "provider": {"aws": [{"region": "eu-central-1"}]},
    "resource": {
        "aws_cognito_user_pool": {"users": {"name": "shop", "deletion_protection": "ACTIVE"}},
        "aws_db_instance": {
            "public": {**DATABASE, "identifier": "public"},
            "unprotected": {**DATABASE, "identifier": "unprotected"},
            "no_snapshot": {**DATABASE, "identifier": "no-snapshot"},
            "no_backups": {**DATABASE, "identifier": "no-backups"},
            "tagged": {**DATABASE, "identifier": "tagged", "tags": {"team": "shop"}},
        },
        "aws_dynamodb_table": {
            "rows": {
                "name": "rows", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST", "attribute": [{"name": "id", "type": "S"}],
                "point_in_time_recovery": {"enabled": True},
            },
        },
        "aws_ecr_repository": {"images": {"name": "shop", "image_tag_mutability": "IMMUTABLE"}},
        "aws_eks_cluster": {
            "public": {**CLUSTER, "name": "public", "vpc_config": {**OF_CLUSTER, "endpoint_public_access": False}},
            "wider": {**CLUSTER, "name": "wider", "vpc_config": {**OF_CLUSTER, "endpoint_public_access": True}},
        },
        "aws_iam_role": {
            "shop": {"name": "shop", "assume_role_policy": policy(TRUST)},
            "trusting": {"name": "trusting", "assume_role_policy": policy(TRUST)},
            "unbound": {
                "name": "unbound", "assume_role_policy": policy(TRUST),
                "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
            },
        },
        "aws_iam_role_policy": {
            "wider": {"name": "wider", "role": ROLE, "policy": policy(READ)},
            "narrower": {"name": "narrower", "role": ROLE, "policy": policy(READ, {**READ, "Action": "s3:PutObject"})},
        },
        "aws_kms_key": {"key": {"description": "shop", "enable_key_rotation": True, "deletion_window_in_days": 30}},
        "aws_lb": {"inside": {"name": "inside", "internal": True, "subnets": ["subnet-1", "subnet-2"]}},
        "aws_s3_bucket": {
            "shop": {"bucket": "shop"},
            "other": {"bucket": "other", "force_destroy": False},
        },
        "aws_s3_bucket_policy": {"shop": {"bucket": "${aws_s3_bucket.shop.id}", "policy": policy(TLS_ONLY)}},
        "aws_s3_bucket_public_access_block": {
            "shop": {"bucket": "${aws_s3_bucket.shop.id}", **BLOCKED},
            "other": {"bucket": "${aws_s3_bucket.other.id}", **BLOCKED},
        },
        "aws_s3_bucket_versioning": {
            "shop": {"bucket": "${aws_s3_bucket.shop.id}", "versioning_configuration": {"status": "Enabled"}},
        },
        "aws_secretsmanager_secret": {"token": {"name": "token", "recovery_window_in_days": 30}},
        "aws_security_group": {
            "shop": {"name": "shop", "vpc_id": "vpc-1"},
            "inline": {"name": "inline", "vpc_id": "vpc-1", "ingress": [{
                "from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"], "description": "",
                "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": False,
            }]},
        },
        "aws_vpc_security_group_ingress_rule": {
            "wider": {
                "security_group_id": GROUP, "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_ipv4": "10.0.0.0/16",
            },
            "narrower": {
                "security_group_id": GROUP, "ip_protocol": "tcp", "from_port": 6379, "to_port": 6379, "cidr_ipv4": "10.0.0.0/16",
            },
        },
    },
}  # fmt: skip
"""What stands."""


def _after() -> dict[str, Any]:
    stack = json.loads(json.dumps(BEFORE))
    found = stack["resource"]
    found["aws_cognito_user_pool"]["users"]["deletion_protection"] = "INACTIVE"
    databases = found["aws_db_instance"]
    databases["public"]["publicly_accessible"] = True
    databases["unprotected"]["deletion_protection"] = False
    databases["no_snapshot"]["skip_final_snapshot"] = True
    databases["no_backups"]["delete_automated_backups"] = True
    databases["tagged"]["tags"] = {"team": "other"}
    found["aws_dynamodb_table"]["rows"]["point_in_time_recovery"]["enabled"] = False
    found["aws_ecr_repository"]["images"]["image_tag_mutability"] = "MUTABLE"
    clusters = found["aws_eks_cluster"]
    clusters["public"]["vpc_config"]["endpoint_public_access"] = True
    clusters["wider"]["vpc_config"]["public_access_cidrs"] = ["203.0.113.0/24", "0.0.0.0/0"]
    roles = found["aws_iam_role"]
    roles["trusting"]["assume_role_policy"] = policy(
        TRUST, {**TRUST, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
    )
    del roles["unbound"]["permissions_boundary"]
    found["aws_iam_role_policy"]["wider"]["policy"] = policy({**READ, "Action": "s3:*"})
    found["aws_iam_role_policy"]["narrower"]["policy"] = policy(READ)
    attached = {"role": ROLE, "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    found["aws_iam_role"]["new"] = {"name": "new", "assume_role_policy": policy(TRUST)}
    found["aws_iam_role_policy_attachment"] = {
        "given": attached, "of_a_new_role": {**attached, "role": "${aws_iam_role.new.name}"},
    }  # fmt: skip
    found["aws_kms_key"]["key"] |= {"enable_key_rotation": False}
    found["aws_lb"]["inside"]["internal"] = False
    found["aws_s3_bucket"]["other"]["force_destroy"] = True
    found["aws_s3_bucket_policy"]["shop"]["policy"] = policy(TLS_ONLY, ANYBODY)
    found["aws_s3_bucket_public_access_block"]["shop"]["block_public_policy"] = False
    del found["aws_s3_bucket_public_access_block"]["other"]
    found["aws_s3_bucket_versioning"]["shop"]["versioning_configuration"]["status"] = "Suspended"
    found["aws_secretsmanager_secret"]["token"]["recovery_window_in_days"] = 0
    found["aws_security_group"]["inline"]["ingress"][0]["cidr_blocks"] = ["10.0.0.0/8", "0.0.0.0/0"]
    found["aws_security_group"]["new"] = {"name": "new", "vpc_id": "vpc-1"}
    rules = found["aws_vpc_security_group_ingress_rule"]
    rules["wider"]["cidr_ipv4"] = "0.0.0.0/0"
    rules["narrower"]["cidr_ipv4"] = "10.0.7.0/24"
    rules["added"] = {**rules["wider"], "from_port": 22, "to_port": 22}
    rules["of_a_new_group"] = {**rules["added"], "security_group_id": "${aws_security_group.new.id}"}
    return stack  # type: ignore[no-any-return]


AFTER: Final = _after()
"""The next release."""
