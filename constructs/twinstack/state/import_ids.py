"""What the AWS provider takes as the id of something that is imported, for each type that the rooms make.

Reviewed by hand, type by type, on 29 November 2026, against the sections "Import" of the provider's pages, as
@pulumi/aws 7.15.0 carries them along (npm). A type that is not listed is not judged: its own page has its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Form:
    """How the ids of one type look."""

    pattern: str
    """A regular expression of the whole id."""
    words: str
    """The same for people."""
    example: str
    argument: str = ""
    """The argument that such an id is the value of: another value there makes Terraform replace what it took over."""


def misfit(type_name: str, given: str) -> Form | None:
    """The form that an id misses; None where it fits, or the type is not known here."""
    form = FORMS.get(type_name)
    return None if form is None or re.fullmatch(form.pattern, given) else form


def strange_places(given: str, account: str, region: str) -> Iterator[str]:
    """What of the ARNs in an id is of another account or region than the environment's: `account 999999999999`."""
    for found_region, found_account in re.findall(r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):([0-9]{12}|aws|)", given):
        if found_account.isdigit() and found_account != account:
            yield f"account {found_account}"
        if found_region and found_region != region:
            yield f"region {found_region}"


def other_name(type_name: str, given: str, arguments: Mapping[str, Any]) -> str | None:
    """What the output calls a thing whose id is its name, where that is another name."""
    form = FORMS.get(type_name)
    written = arguments.get(form.argument) if form and form.argument else None
    return written if isinstance(written, str) and "${" not in written and written != given else None


def _prefixed(prefix: str, words: str) -> Form:
    return Form(rf"{prefix}-[0-9a-f]{{8,17}}", words, f"{prefix}-0123456789abcdef0")


def _named(argument: str, words: str, example: str, pattern: str = r"[A-Za-z0-9_.+=,@/#-]+") -> Form:
    return Form(pattern, words, example, argument)


_ARN: Final = r"arn:aws[a-z-]*"
_ACCOUNT: Final = r"[0-9]{12}"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME: Final = r"[A-Za-z0-9_.+=,@-]+"
_BUCKET: Final = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_SECRET: Final = rf"{_ARN}:secretsmanager:[a-z0-9-]+:{_ACCOUNT}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{{6}}"
_OWNED_BUCKET: Final = Form(rf"{_BUCKET}(,{_ACCOUNT})?", "the bucket's name", "acme-files")
_WORKSPACE: Final = Form(r"ws-[\w-]+", "the workspace's id", "ws-1234abcd-12ab-34cd-56ef-1234567890ab")
_TOPIC_ARN: Final = rf"{_ARN}:sns:[a-z0-9-]+:{_ACCOUNT}:[\w-]+(?:\.fifo)?"
_TOPIC: Final = Form(_TOPIC_ARN, "the topic's ARN", "arn:aws:sns:eu-central-1:111122223333:acme-alarms")
FORMS: Final[Mapping[str, Form]] = {
    "aws_acm_certificate": Form(
        rf"{_ARN}:acm:[a-z0-9-]+:{_ACCOUNT}:certificate/[\w-]+", "its ARN", f"arn:aws:acm:eu-central-1:111122223333:certificate/{'7e7a28d2-163f-4b8f-b9cd-822f96c08d6a'}"
    ),
    "aws_cloudwatch_dashboard": _named("dashboard_name", "its name", "acme", r"[A-Za-z0-9_-]+"),
    "aws_cloudwatch_log_group": _named("name", "its name", "/aws/eks/acme/cluster"),
    "aws_cloudwatch_metric_alarm": _named("alarm_name", "its name", "acme-database-cpu"),
    "aws_db_instance": _named("identifier", "its identifier", "acme-database", r"[A-Za-z][A-Za-z0-9-]{0,62}"),
    "aws_db_parameter_group": _named("name", "its name", "acme-postgres17"),
    "aws_db_subnet_group": _named("name", "its name", "acme-database"),
    "aws_default_security_group": _prefixed("sg", "the group's id"),
    "aws_efs_backup_policy": _prefixed("fs", "the file system's id"),
    "aws_efs_file_system": _prefixed("fs", "its id, not its creation token"),
    "aws_efs_file_system_policy": _prefixed("fs", "the file system's id"),
    "aws_efs_mount_target": _prefixed("fsmt", "its id"),
    "aws_eip": _prefixed("eipalloc", "its allocation id"),
    "aws_eks_access_entry": Form(rf"[\w-]+:{_ARN}:.+", "CLUSTER:PRINCIPAL_ARN", "acme:arn:aws:iam::111122223333:role/admin"),
    "aws_eks_access_policy_association": Form(
        rf"[\w-]+#{_ARN}:[^#]+#{_ARN}:[^#]+",
        "CLUSTER#PRINCIPAL_ARN#POLICY_ARN",
        "acme#arn:aws:iam::111122223333:role/admin#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    ),
    "aws_eks_addon": Form(r"[\w-]+:[\w-]+", "CLUSTER:ADDON", "acme:coredns"),
    "aws_eks_cluster": _named("name", "its name", "acme", r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}"),
    "aws_eks_node_group": Form(r"[\w-]+:[\w-]+", "CLUSTER:NODE_GROUP", "acme:workers"),
    "aws_eks_pod_identity_association": Form(r"[\w-]+,a-[a-z0-9]+", "CLUSTER,ASSOCIATION_ID", "acme,a-12345678"),
    "aws_elasticache_parameter_group": _named("name", "its name", "acme-redis7"),
    "aws_elasticache_replication_group": _named("replication_group_id", "its id", "acme-cache", r"[A-Za-z][A-Za-z0-9-]{0,39}"),
    "aws_elasticache_subnet_group": _named("name", "its name", "acme-cache"),
    "aws_flow_log": _prefixed("fl", "its id"),
    "aws_iam_openid_connect_provider": Form(
        rf"{_ARN}:iam::{_ACCOUNT}:oidc-provider/.+", "its ARN", "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    ),
    "aws_iam_policy": Form(rf"{_ARN}:iam::{_ACCOUNT}:policy/.+", "its ARN", "arn:aws:iam::111122223333:policy/acme"),
    "aws_iam_role": _named("name", "its name, without a path", "acme-web", _NAME),
    "aws_iam_role_policy": Form(rf"{_NAME}:{_NAME}", "ROLE:POLICY", "acme-web:files"),
    "aws_iam_role_policy_attachment": Form(
        rf"{_NAME}/{_ARN}:iam::({_ACCOUNT}|aws):policy/.+", "ROLE/POLICY_ARN", "acme-nodes/arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    ),
    "aws_internet_gateway": _prefixed("igw", "its id"),
    "aws_kms_alias": _named("name", "its name, with `alias/`", "alias/acme-files", r"alias/[A-Za-z0-9/_-]+"),
    "aws_kms_key": Form(rf"{_UUID}|mrk-[0-9a-f]{{32}}", "its id, not its ARN and not its alias", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    "aws_launch_template": _prefixed("lt", "its id"),
    "aws_nat_gateway": _prefixed("nat", "its id"),
    "aws_prometheus_alert_manager_definition": _WORKSPACE,
    "aws_prometheus_rule_group_namespace": Form(
        rf"{_ARN}:aps:[a-z0-9-]+:{_ACCOUNT}:rulegroupsnamespace/ws-[\w-]+/.+",
        "its ARN",
        "arn:aws:aps:eu-central-1:111122223333:rulegroupsnamespace/ws-1234abcd-12ab-34cd-56ef-1234567890ab/acme",
    ),
    "aws_prometheus_scraper": Form(r"s-[\w-]+", "its id", "s-1234abcd-12ab-34cd-56ef-1234567890ab"),
    "aws_prometheus_workspace": _WORKSPACE,
    "aws_route": Form(r"rtb-[0-9a-f]{8,17}_.+", "ROUTE_TABLE_DESTINATION", "rtb-0123456789abcdef0_0.0.0.0/0"),
    "aws_route53_record": Form(
        r"Z[A-Z0-9]+_[^_].*_(A|AAAA|CAA|CNAME|DS|HTTPS|MX|NAPTR|NS|PTR|SOA|SPF|SRV|SSHFP|SVCB|TLSA|TXT)(_.+)?|Z[A-Z0-9]+__.*_(CNAME|TXT|SRV|TLSA)(_.+)?",
        "ZONE_NAME_TYPE, or ZONE_NAME_TYPE_SET",
        "Z4KAPRWWNC7JR_shop.example.org_A",
    ),
    "aws_route_table": _prefixed("rtb", "its id"),
    "aws_route_table_association": Form(
        r"(subnet|igw|vgw)-[0-9a-f]{8,17}/rtb-[0-9a-f]{8,17}",
        "SUBNET/ROUTE_TABLE, not the association's own id",
        "subnet-0123456789abcdef0/rtb-0123456789abcdef0",
    ),
    "aws_s3_bucket": _named("bucket", "its name, not its ARN", "acme-files", _BUCKET),
    "aws_s3_bucket_cors_configuration": _OWNED_BUCKET,
    "aws_s3_bucket_lifecycle_configuration": _OWNED_BUCKET,
    "aws_s3_bucket_ownership_controls": Form(_BUCKET, "the bucket's name", "acme-files"),
    "aws_s3_bucket_policy": Form(_BUCKET, "the bucket's name", "acme-files"),
    "aws_s3_bucket_public_access_block": Form(_BUCKET, "the bucket's name", "acme-files"),
    "aws_s3_bucket_server_side_encryption_configuration": _OWNED_BUCKET,
    "aws_s3_bucket_versioning": _OWNED_BUCKET,
    "aws_secretsmanager_secret": Form(
        _SECRET, "its ARN, with the six letters at its end", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/url-AbCdEf"
    ),
    "aws_secretsmanager_secret_version": Form(
        rf"{_SECRET}\|[A-Za-z0-9-]+",
        "SECRET_ARN|VERSION_ID",
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/url-AbCdEf|1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    "aws_security_group": _prefixed("sg", "its id"),
    "aws_sns_topic": _TOPIC,
    "aws_sns_topic_policy": _TOPIC,
    "aws_sns_topic_subscription": Form(
        rf"{_TOPIC_ARN}:{_UUID}", "its ARN, which ends in an id", "arn:aws:sns:eu-central-1:111122223333:acme-alarms:1234abcd-12ab-34cd-56ef-1234567890ab"
    ),
    "aws_sqs_queue": Form(r"https://.+/.+/[\w-]+(\.fifo)?", "its URL", "https://sqs.eu-central-1.amazonaws.com/111122223333/acme-jobs"),
    "aws_subnet": _prefixed("subnet", "its id"),
    "aws_vpc": _prefixed("vpc", "its id"),
    "aws_vpc_endpoint": _prefixed("vpce", "its id"),
    "aws_vpc_security_group_egress_rule": _prefixed("sgr", "the rule's id"),
    "aws_vpc_security_group_ingress_rule": _prefixed("sgr", "the rule's id"),
    "aws_wafv2_ip_set": Form(rf"{_UUID}/[\w-]+/(REGIONAL|CLOUDFRONT)", "ID/NAME/SCOPE", "1234abcd-12ab-34cd-56ef-1234567890ab/acme/REGIONAL"),
    "aws_wafv2_web_acl": Form(rf"{_UUID}/[\w-]+/(REGIONAL|CLOUDFRONT)", "ID/NAME/SCOPE", "1234abcd-12ab-34cd-56ef-1234567890ab/acme/REGIONAL"),
    "aws_wafv2_web_acl_logging_configuration": Form(
        rf"{_ARN}:wafv2:[a-z0-9-]+:{_ACCOUNT}:(regional|global)/webacl/.+", "the ARN of the firewall",
        "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/acme/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
}  # fmt: skip
NEVER_IMPORTED: Final = frozenset({"aws_acm_certificate_validation"})
"""Types without a section "Import": they are nothing in AWS, and Terraform makes them anew."""
