"""Made-up values: of the right type, and of the shape that AWS would give them where that can be told from the name.

They are the same at every run: made from the type and the name of what they belong to. That a value has a plausible
shape matters where it goes on into a URL, a policy or an output.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from twinstack.rehearsal.schema_provider.schema import Type
from twinstack.rehearsal.schema_provider.wire import is_typed, is_unknown


@dataclass(frozen=True, slots=True)
class Account:
    """Where a provider is configured to work: account, region, and the tags it gives to everything."""

    account: str
    region: str
    default_tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, Any]) -> Account:
        """Read the provider block. The account is the one that is allowed, where the block names it."""
        allowed = configuration.get("allowed_account_ids") or []
        tags: dict[str, str] = {}
        for block in configuration.get("default_tags") or []:
            tags.update(block.get("tags") or {})
        region = configuration.get("region")
        return cls(
            account=next((one for one in allowed if isinstance(one, str)), ANYWHERE.account),
            region=region if isinstance(region, str) else ANYWHERE.region,
            default_tags=tags,
        )


@dataclass(frozen=True, slots=True)
class Inventor:
    """Makes up the values of one object: `type_name` with the arguments `known`; `serial` tells twins apart.

    `chosen` are values that are not made up, by type and argument (see `Cloud`).
    """

    type_name: str
    known: Mapping[str, Any]
    account: Account
    serial: int = 0
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the object is called: its own name argument, or a part of its hash."""
        given = (self.known.get(argument) for argument in _NAMES)
        return next((one for one in given if isinstance(one, str) and one), self._hash[:12])

    @property
    def arn(self) -> str:
        """The object's Amazon Resource Name."""
        template = _ARNS.get(self.type_name)
        if template is None:
            _, service, *kind = self.type_name.split("_")
            template = f"{service}:{{region}}:{{account}}:{'-'.join(kind) or service}/{{name}}"
        return "arn:aws:" + self._format(template)

    def fill(self, value: Any, type_: Type, name: str = "") -> Any:
        """The value, with something made up wherever it is not known."""
        if is_unknown(value):
            return self.invent(type_, name)
        if value is None or isinstance(type_, str):
            return value
        if is_typed(value):
            return [value[0], self.fill(value[1], type_, name)]
        kind, inner = type_
        if kind == "object":
            return {member: self.fill(value.get(member), inner[member], member) for member in inner}
        if kind == "map":
            return {key: self.fill(item, inner, name) for key, item in value.items()}
        return [self.fill(item, inner, name) for item in value]

    def invent(self, type_: Type, name: str) -> Any:
        """A value of this type for the argument or result `name`. Collections hold one item: the first may be asked for."""
        if isinstance(type_, str):
            return self._scalar(type_, name)
        kind, inner = type_
        if kind == "object":
            return {member: self.invent(member_type, member) for member, member_type in inner.items()}
        if kind == "map":
            return {}
        return [self.invent(inner, name)]

    def _scalar(self, kind: str, name: str) -> Any:
        if kind == "string":
            return self._text(name)
        if kind == "number":
            return _PORTS.get(self.type_name, 1) if name == "port" else 1
        if kind == "bool":
            return False
        return [b'"string"', self._text(name)]

    def _text(self, name: str) -> str:
        if f"{self.type_name}.{name}" in self.chosen:
            return self.chosen[f"{self.type_name}.{name}"]
        if name == "id" and self.type_name in _ID_PREFIXES:
            return f"{_ID_PREFIXES[self.type_name]}-{self._hash[:17]}"
        if name == "arn" or (name == "id" and self.type_name in _ARN_IS_ID):
            return self.arn
        template = _TEXTS.get(f"{self.type_name}.{name}") or _TEXTS.get(name)
        if template is None:
            template = next((text for ending, text in _ENDINGS.items() if name.endswith(ending)), "{word}-{hash8}")
        return self._format(template, word=name.replace("_", "-"))

    @property
    def _hash(self) -> str:
        texts = sorted(f"{key}={value}" for key, value in self.known.items() if isinstance(value, str | int | dict))
        return hashlib.sha256("\n".join((self.type_name, str(self.serial), *texts)).encode()).hexdigest()

    def _format(self, template: str, word: str = "") -> str:
        digest = self._hash
        return template.format(
            name=self.name,
            word=word,
            region=self.account.region,
            account=self.account.account,
            hash8=digest[:8],
            hash12=digest[:12],
            hash17=digest[:17],
            HASH21=digest[:21].upper(),
            HASH32=digest[:32].upper(),
            uuid=uuid.UUID(digest[:32]),
            base64=base64.b64encode(digest.encode()).decode(),
            port=self.known.get("port") or _PORTS.get(self.type_name, 443),
        )


ANYWHERE: Final = Account("123456789012", "us-east-1")
"""Where a provider works whose block does not say it."""
_NAMES: Final = (
    "name",
    "identifier",
    "bucket",
    "replication_group_id",
    "cluster_identifier",
    "cluster_name",
    "function_name",
    "domain_name",
    "domain",
    "family",
    "alias",
    "role",
)
_PORTS: Final = {"aws_db_instance": 5432, "aws_rds_cluster": 5432, "aws_elasticache_replication_group": 6379}
_ID_PREFIXES: Final = {
    "aws_vpc": "vpc",
    "aws_subnet": "subnet",
    "aws_security_group": "sg",
    "aws_default_security_group": "sg",
    "aws_security_group_rule": "sgrule",
    "aws_vpc_security_group_ingress_rule": "sgr",
    "aws_vpc_security_group_egress_rule": "sgr",
    "aws_internet_gateway": "igw",
    "aws_egress_only_internet_gateway": "eigw",
    "aws_nat_gateway": "nat",
    "aws_eip": "eipalloc",
    "aws_route": "r",
    "aws_route_table": "rtb",
    "aws_default_route_table": "rtb",
    "aws_route_table_association": "rtbassoc",
    "aws_network_acl": "acl",
    "aws_vpc_endpoint": "vpce",
    "aws_flow_log": "fl",
    "aws_launch_template": "lt",
    "aws_instance": "i",
    "aws_ami": "ami",
    "aws_network_interface": "eni",
    "aws_ebs_volume": "vol",
    "aws_efs_file_system": "fs",
    "aws_efs_mount_target": "fsmt",
    "aws_prometheus_workspace": "ws",
    "aws_prometheus_scraper": "s",
    "aws_eks_pod_identity_association": "a",
}
_ARN_IS_ID: Final = frozenset(
    {
        "aws_acm_certificate",
        "aws_alb",
        "aws_lb",
        "aws_lb_listener",
        "aws_lb_listener_rule",
        "aws_lb_target_group",
        "aws_iam_openid_connect_provider",
        "aws_iam_policy",
        "aws_secretsmanager_secret",
        "aws_sns_topic",
        "aws_sns_topic_subscription",
    }
)
_LOAD_BALANCING: Final = "elasticloadbalancing:{region}:{account}:"
_ARNS: Final = {
    "aws_acm_certificate": "acm:{region}:{account}:certificate/{uuid}",
    "aws_alb": _LOAD_BALANCING + "loadbalancer/app/{name}/{hash17}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "aws_db_instance": "rds:{region}:{account}:db:{name}",
    "aws_db_parameter_group": "rds:{region}:{account}:pg:{name}",
    "aws_db_subnet_group": "rds:{region}:{account}:subgrp:{name}",
    "aws_eks_cluster": "eks:{region}:{account}:cluster/{name}",
    "aws_elasticache_parameter_group": "elasticache:{region}:{account}:parametergroup:{name}",
    "aws_elasticache_replication_group": "elasticache:{region}:{account}:replicationgroup:{name}",
    "aws_elasticache_subnet_group": "elasticache:{region}:{account}:subnetgroup:{name}",
    "aws_efs_file_system": "elasticfilesystem:{region}:{account}:file-system/fs-{hash17}",
    "aws_iam_openid_connect_provider": "iam::{account}:oidc-provider/{hash12}",
    "aws_iam_policy": "iam::{account}:policy/{name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{uuid}",
    "aws_lb": _LOAD_BALANCING + "loadbalancer/app/{name}/{hash17}",
    "aws_lb_listener": _LOAD_BALANCING + "listener/app/{name}/{hash17}",
    "aws_lb_listener_rule": _LOAD_BALANCING + "listener-rule/app/{name}/{hash17}",
    "aws_lb_target_group": _LOAD_BALANCING + "targetgroup/{name}/{hash17}",
    "aws_prometheus_workspace": "aps:{region}:{account}:workspace/ws-{hash17}",
    "aws_prometheus_scraper": "aps:{region}:{account}:scraper/s-{hash17}",
    "aws_route53_zone": "route53:::hostedzone/Z{HASH21}",
    "aws_s3_bucket": "s3:::{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}-{hash8}",
    "aws_security_group": "ec2:{region}:{account}:security-group/sg-{hash17}",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
    "aws_subnet": "ec2:{region}:{account}:subnet/subnet-{hash17}",
    "aws_vpc": "ec2:{region}:{account}:vpc/vpc-{hash17}",
    "aws_wafv2_ip_set": "wafv2:{region}:{account}:regional/ipset/{name}/{uuid}",
    "aws_wafv2_web_acl": "wafv2:{region}:{account}:regional/webacl/{name}/{uuid}",
}
_CACHE: Final = "{name}.{hash8}.ng.0001.{region}.cache.amazonaws.com"
_TEXTS: Final = {
    "account_id": "{account}",
    "availability_zone": "{region}a",
    "aws_db_instance.address": "{name}.{hash12}.{region}.rds.amazonaws.com",
    "aws_db_instance.endpoint": "{name}.{hash12}.{region}.rds.amazonaws.com:{port}",
    "aws_eks_cluster.data": "{base64}",
    "aws_eks_cluster.endpoint": "https://{HASH32}.gr7.{region}.eks.amazonaws.com",
    "aws_eks_cluster.issuer": "https://oidc.eks.{region}.amazonaws.com/id/{HASH32}",
    "aws_elasticache_replication_group.configuration_endpoint_address": "clustercfg." + _CACHE,
    "aws_elasticache_replication_group.primary_endpoint_address": "master." + _CACHE,
    "aws_elasticache_replication_group.reader_endpoint_address": "replica." + _CACHE,
    "aws_kms_key.id": "{uuid}",
    "aws_lb.dns_name": "{name}-{hash8}.{region}.elb.amazonaws.com",
    "aws_prometheus_workspace.prometheus_endpoint": "https://aps-workspaces.{region}.amazonaws.com/workspaces/ws-{hash17}/",
    "aws_route53_zone.id": "Z{HASH21}",
    "aws_s3_bucket.bucket_domain_name": "{name}.s3.amazonaws.com",
    "aws_s3_bucket.bucket_regional_domain_name": "{name}.s3.{region}.amazonaws.com",
    "aws_sqs_queue.id": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "aws_sqs_queue.url": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "aws_wafv2_ip_set.id": "{uuid}",
    "aws_wafv2_web_acl.id": "{uuid}",
    "bucket_region": "{region}",
    "hosted_zone_id": "Z{HASH21}",
    "id": "{name}",
    "identifier": "{hash17}",
    "key_id": "{uuid}",
    "name": "{name}",
    "name_servers": "ns-1.awsdns-{hash8}.org",
    "owner_id": "{account}",
    "policy": "{{}}",
    "region": "{region}",
    "resource_record_type": "CNAME",
    "status": "ACTIVE",
    "version_id": "{uuid}",
    "zone_id": "Z{HASH21}",
}
_ENDINGS: Final = {
    "_arn": "arn:aws:rehearsal:{region}:{account}:{word}/{hash12}",
    "_arns": "arn:aws:rehearsal:{region}:{account}:{word}/{hash12}",
    "address": "{name}.{hash8}.{region}.amazonaws.com",
    "_date": "2026-01-01T00:00:00Z",
    "_at": "2026-01-01T00:00:00Z",
    "_time": "2026-01-01T00:00:00Z",
    "dns_name": "{name}.{hash8}.{region}.amazonaws.com",
    "domain_name": "{name}.{hash8}.{region}.amazonaws.com",
    "endpoint": "{name}.{hash8}.{region}.amazonaws.com",
    "fqdn": "{name}.{hash8}.{region}.amazonaws.com",
    "url": "https://{name}.{hash8}.{region}.amazonaws.com",
    "cidr": "10.0.0.0/16",
    "cidr_block": "10.0.0.0/16",
    "_ip": "10.0.0.10",
    "json": "{{}}",
    "vpc_id": "vpc-{hash17}",
    "subnet_id": "subnet-{hash17}",
    "subnet_ids": "subnet-{hash17}",
    "security_group_id": "sg-{hash17}",
    "security_group_ids": "sg-{hash17}",
    "route_table_id": "rtb-{hash17}",
    "network_interface_id": "eni-{hash17}",
    "allocation_id": "eipalloc-{hash17}",
}
