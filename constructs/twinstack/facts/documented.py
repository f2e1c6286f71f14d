"""What the models do not say, or have wrong, and AWS's own documentation does: by hand, each with its page, read in
November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twinstack.facts.value import ValueFact

RDS: Final = "Amazon RDS API Reference, CreateDBInstance"
ELASTICACHE: Final = "Amazon ElastiCache API Reference, CreateReplicationGroup"
S3: Final = "Amazon S3 User Guide, "
EC2: Final = "Amazon EC2 API Reference, "
EKS: Final = "Amazon EKS API Reference, "
KUBERNETES: Final = "Kubernetes, Object Names and IDs"


def _values(source: str, *values: str, grows: bool = False) -> ValueFact:
    return ValueFact(source, values=values, grows=grows)


def _range(source: str, least: float | None, most: float | None) -> ValueFact:
    return ValueFact(source, least=least, most=most)


def _text(source: str, pattern: str, words: str, longest: int | None = None, shortest: int = 1) -> ValueFact:
    return ValueFact(source, pattern=pattern, words=words, longest=longest, shortest=shortest)


def _name(source: str, longest: int = 255) -> ValueFact:
    """What RDS and ElastiCache call things by."""
    words = "letters, digits and single hyphens, a letter first and no hyphen last"
    return _text(source, r"[A-Za-z](?!.*--)[A-Za-z0-9-]*(?<!-)", words, longest)


def _daily(source: str) -> ValueFact:
    return _text(source, r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", "hh:mm-hh:mm in UTC, `03:00-04:00`")


def _weekly(source: str) -> ValueFact:
    moment = r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
    return _text(source, f"(?i:{moment}-{moment})", "ddd:hh:mm-ddd:hh:mm in UTC, `sun:04:00-sun:05:00`")


_CIDR: Final = r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})"
_SUBNET: Final = _text(
    "Amazon VPC User Guide, VPC CIDR blocks", rf"{_CIDR}/(1[6-9]|2[0-8])", "an IPv4 network from /16 to /28"
)
_NETWORK: Final = _text(
    EC2 + "IpRange", rf"{_CIDR}/(3[0-2]|[12]?\d)", "an IPv4 network in CIDR notation, 203.0.113.0/24"
)
_PROTOCOL: Final = _text(
    EC2 + "IpPermission, IpProtocol",
    r"(?i:tcp|udp|icmp|icmpv6)|-1|25[0-5]|2[0-4]\d|1?\d?\d",
    "tcp, udp, icmp, icmpv6, -1 for all, or a protocol's number",
)
_ENGINES_OF_RDS: Final = (
    "custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2", "custom-oracle-se2-cdb", "custom-sqlserver-dev",
    "custom-sqlserver-ee", "custom-sqlserver-se", "custom-sqlserver-web", "db2-ae", "db2-se", "mariadb", "mysql",
    "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb", "postgres", "sqlserver-dev-ee", "sqlserver-ee",
    "sqlserver-ex", "sqlserver-se", "sqlserver-web",
)  # fmt: skip
_LIFECYCLE: Final = (
    "open-source-rds-extended-support", "open-source-rds-extended-support-disabled",
)  # fmt: skip
_AUTHORITIES: Final = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
_CONFLICTS: Final = EKS + "CreateAddon, resolveConflicts; the provider has PRESERVE for updates alone"
_BUCKET: Final = _text(
    S3 + "General purpose bucket naming rules",
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)"
    r"[a-z0-9][a-z0-9.-]*[a-z0-9]",
    "lower-case letters, digits, dots and hyphens, a letter or digit first and last, none of S3's own beginnings and endings",
    63,
    3,
)
_DNS_LABEL: Final = _text(
    KUBERNETES, r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", "lower-case letters, digits and hyphens, not at the ends", 63
)
_POSITIVE: Final = _range(S3 + "Lifecycle configuration elements", 1, 2147483647)
_DAYS: Final = _range("Amazon S3 API Reference, Transition, Days, as botocore 1.44.8 has it", 0, 2147483647)
_BYTES: Final = _range(S3 + "Lifecycle configuration elements", 0, None)
_HEADERS: Final = _text(
    S3 + "Elements of a CORS configuration", r"[^*\s]*\*?[^*\s]*", "the name of a header, with one star at most"
)
_PORT: Final = _range("Amazon ElastiCache API Reference: a TCP port", 1, 65535)
_LOAD_BALANCER: Final = _text(
    "Elastic Load Balancing API Reference, CreateLoadBalancer, Name",
    r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?",
    "letters, digits and hyphens, none at the ends, and no internal- first",
    32,
)
_DIMENSION: Final = ValueFact("Amazon CloudWatch API Reference, Dimension", shortest=1, longest=1024)
_STATISTIC: Final = _text(
    "Amazon CloudWatch User Guide, CloudWatch statistics definitions",
    r"SampleCount|Sum|Average|Minimum|Maximum|IQM|(p|tm|tc|ts|wm)(100|\d{1,2}(\.\d{1,10})?)|(PR|TM|TC|TS|WM)\([^()]+\)",
    "SampleCount, Sum, Average, Minimum, Maximum, a percentile `p99`, or a trimmed statistic `TM(10%:90%)`",
)
_SECURITY_GROUP: Final = r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]*"

DOCUMENTED: Final[Mapping[str, Mapping[str, ValueFact]]] = {
    "aws_cloudwatch_dashboard": {
        "dashboard_name": _text(
            "Amazon CloudWatch API Reference, PutDashboard, DashboardName", r"[A-Za-z0-9_-]+",
            "letters, digits, hyphens and underscores", 255),
    },
    "aws_cloudwatch_metric_alarm": {
        "dimensions.*": _DIMENSION,
        "metric_query.id": _text(
            "Amazon CloudWatch API Reference, MetricDataQuery, Id", r"[a-z][A-Za-z0-9_]*",
            "letters, digits and underscores, a lower-case letter first", 255),
        "metric_query.metric.dimensions.*": _DIMENSION,
        "metric_query.metric.metric_name": ValueFact("Amazon CloudWatch API Reference, Metric", shortest=1, longest=255),
        "metric_query.metric.namespace": _text(
            "Amazon CloudWatch API Reference, Metric, Namespace", r"[^:].*", "a namespace, no colon first", 255),
        "metric_query.metric.stat": _STATISTIC,
    },
    "aws_db_instance": {
        "allocated_storage": _range(f"{RDS}, AllocatedStorage: the least and the most of any engine and storage", 5, 65536),
        "backup_retention_period": _range(f"{RDS}, BackupRetentionPeriod", 0, 35),
        "backup_window": _daily(f"{RDS}, PreferredBackupWindow"),
        "blue_green_update.enabled": _values("the provider's page on the type, Low-Downtime Updates", "true", "false"),
        "ca_cert_identifier": _values(
            "Amazon RDS User Guide, Using SSL/TLS to encrypt a connection, certificate authorities", *_AUTHORITIES, grows=True
        ),
        "db_name": _text(f"{RDS}, DBName", r"[A-Za-z_][A-Za-z0-9_$#]*", "a letter first, letters, digits and underscores", 64),
        "engine": _values(f"{RDS}, Engine", *_ENGINES_OF_RDS, grows=True),
        "engine_lifecycle_support": _values(f"{RDS}, EngineLifecycleSupport", *_LIFECYCLE),
        "enabled_cloudwatch_logs_exports": _values(
            f"{RDS}, EnableCloudwatchLogsExports, of all engines", "agent", "alert", "audit", "diag.log", "error", "general",
            "iam-db-auth-error", "listener", "notify.log", "oemagent", "postgresql", "slowquery", "trace", "upgrade",
        ),
        "identifier": _name(f"{RDS}, DBInstanceIdentifier", 63),
        "iops": _range(f"{RDS}, Iops: 0 is sent as a value and refused", 1000, 256000),
        "license_model": _values(
            f"{RDS}, LicenseModel", "bring-your-own-license", "general-public-license", "license-included",
            "marketplace-license", "postgresql-license",
        ),
        "maintenance_window": _weekly(f"{RDS}, PreferredMaintenanceWindow"),
        "max_allocated_storage": _range("the provider's page on aws_db_instance: 0 turns it off", 0, 65536),
        "monitoring_interval": _values(f"{RDS}, MonitoringInterval", "0", "1", "5", "10", "15", "30", "60"),
        "network_type": _values(f"{RDS}, NetworkType", "IPV4", "DUAL"),
        "performance_insights_retention_period": _values(
            f"{RDS}, PerformanceInsightsRetentionPeriod", "7", *(str(31 * months) for months in range(1, 24)), "731"
        ),
        "port": _range(f"{RDS}, Port", 1150, 65535),
        "replica_mode": _values(f"{RDS}ReadReplica, ReplicaMode", "mounted", "open-read-only"),
        "storage_throughput": _range(f"{RDS}, StorageThroughput, of gp3", 125, 4000),
        "storage_type": _values(f"{RDS}, StorageType", "standard", "gp2", "gp3", "io1", "io2"),
        "username": _text(
            f"{RDS}, MasterUsername; reserved are what PostgreSQL, MySQL and RDS keep for themselves",
            r"(?!(?i:rdsadmin|rds_superuser|rdsrepladmin|rds_replication|public)$)(?!(?i:pg_))[A-Za-z][A-Za-z0-9_]*",
            "letters, digits and underscores, a letter first, no name that the engine or RDS reserves",
            63,
        ),
    },
    "aws_rds_cluster": {
        "backup_retention_period": _range("Amazon RDS API Reference, CreateDBCluster, BackupRetentionPeriod", 1, 35),
        "cluster_identifier": _name("Amazon RDS API Reference, CreateDBCluster, DBClusterIdentifier", 63),
        "engine": _values(
            "Amazon RDS API Reference, CreateDBCluster, Engine", "aurora-mysql", "aurora-postgresql", "mysql", "neptune",
            "postgres",
        ),
        "engine_mode": _values("Amazon RDS API Reference, CreateDBCluster, EngineMode", "global", "multimaster",
                               "parallelquery", "provisioned", "serverless"),
        "preferred_backup_window": _daily("Amazon RDS API Reference, CreateDBCluster"),
        "preferred_maintenance_window": _weekly("Amazon RDS API Reference, CreateDBCluster"),
    },
    "aws_db_parameter_group": {"name": _name("Amazon RDS API Reference, CreateDBParameterGroup, DBParameterGroupName")},
    "aws_db_subnet_group": {
        "name": _text("Amazon RDS API Reference, CreateDBSubnetGroup, DBSubnetGroupName",
                      r"(?!(?i:default)$)[a-z0-9 ._-]+", "lower-case letters, digits, dots, underscores, hyphens, not `default`", 255),
    },
    "aws_eks_access_entry": {
        "kubernetes_groups": _text(
            "Amazon EKS User Guide, Creating access entries: none that Kubernetes or EKS reserve",
            r"(?!system:|eks:|aws:|amazon:|iam:).+", "a group that does not begin with system:, eks:, aws:, amazon: or iam:"),
        "type": _values(EKS + "CreateAccessEntry, type", "STANDARD", "FARGATE_LINUX", "EC2_LINUX", "EC2_WINDOWS", "EC2",
                        "HYBRID_LINUX", "HYPERPOD_LINUX", grows=True),
    },
    "aws_eks_access_policy_association": {
        "policy_arn": _text(
            "Amazon EKS User Guide, Review access policy permissions",
            r"arn:aws[a-z-]*:eks::aws:cluster-access-policy/Amazon[A-Za-z0-9]+Policy",
            "the ARN of one of EKS's access policies, `arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy`"),
    },
    "aws_eks_addon": {
        "addon_version": _text(
            EKS + "CreateAddon, addonVersion, as DescribeAddonVersions gives them", r"v\d+(\.\d+)+([-+.][A-Za-z0-9.+-]+)?",
            "a version, `v1.20.1-eksbuild.1`"),
        "pod_identity_association.service_account": _DNS_LABEL,
        "resolve_conflicts_on_create": _values(_CONFLICTS, "NONE", "OVERWRITE"),
        "resolve_conflicts_on_update": _values(_CONFLICTS, "NONE", "OVERWRITE", "PRESERVE"),
    },
    "aws_eks_cluster": {
        "compute_config.node_pools": _values(EKS + "ComputeConfigRequest, nodePools", "general-purpose", "system"),
        "enabled_cluster_log_types": _values(
            EKS + "LogSetup, types", "api", "audit", "authenticator", "controllerManager", "scheduler"),
        "encryption_config.resources": _values(EKS + "EncryptionConfig, resources", "secrets"),
        "vpc_config.public_access_cidrs": _text(
            EKS + "VpcConfigRequest, publicAccessCidrs: IPv6 too, of clusters with IPv6 addresses",
            rf"{_NETWORK.pattern}|(?=[^/]*:)[0-9A-Fa-f:]+/(12[0-8]|1[01]\d|\d?\d)",
            "a network in CIDR notation, 203.0.113.0/24 or 2001:db8::/32"),
        "kubernetes_network_config.service_ipv4_cidr": _text(
            EKS + "KubernetesNetworkConfigRequest, serviceIpv4Cidr",
            r"(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}(\.\d{1,3})?/(1[2-9]|2[0-4])",
            "a network from /12 to /24 in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
    },
    "aws_eks_pod_identity_association": {
        "namespace": _DNS_LABEL,
        "service_account": _text(KUBERNETES, r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "a DNS subdomain in lower case", 253),
    },
    "aws_elasticache_parameter_group": {
        "name": _name("Amazon ElastiCache API Reference, CreateCacheParameterGroup, CacheParameterGroupName"),
    },
    "aws_elasticache_subnet_group": {
        "name": _name("Amazon ElastiCache API Reference, CreateCacheSubnetGroup, CacheSubnetGroupName"),
    },
    "aws_elasticache_replication_group": {
        "at_rest_encryption_enabled": _values(ELASTICACHE, "true", "false"),
        "auth_token_update_strategy": _values(
            "Amazon ElastiCache API Reference, ModifyReplicationGroup, AuthTokenUpdateStrategy", "SET", "ROTATE", "DELETE"),
        "auto_minor_version_upgrade": _values(ELASTICACHE, "true", "false"),
        "engine": _values(f"{ELASTICACHE}, Engine", "redis", "valkey"),
        "maintenance_window": _weekly(f"{ELASTICACHE}, PreferredMaintenanceWindow"),
        "num_cache_clusters": _range(f"{ELASTICACHE}, NumCacheClusters", 1, 6),
        "port": _PORT,
        "replicas_per_node_group": _range(f"{ELASTICACHE}, ReplicasPerNodeGroup", 0, 5),
        "replication_group_id": _name(f"{ELASTICACHE}, ReplicationGroupId", 40),
        "snapshot_retention_limit": _range("Amazon ElastiCache User Guide, Scheduling automatic backups", 0, 35),
        "snapshot_window": _daily(f"{ELASTICACHE}, SnapshotWindow"),
    },
    "aws_elasticache_cluster": {
        "engine": _values("Amazon ElastiCache API Reference, CreateCacheCluster, Engine", "memcached", "redis", "valkey"),
        "snapshot_retention_limit": _range("Amazon ElastiCache User Guide, Scheduling automatic backups", 0, 35),
        "port": _PORT,
    },
    "aws_flow_log": {
        "max_aggregation_interval": _values(EC2 + "CreateFlowLogs, MaxAggregationInterval", "60", "600"),
    },
    "aws_kms_key": {
        "customer_master_key_spec": _values(
            "AWS KMS API Reference, CreateKey, KeySpec, which the provider sends this as", "ECC_NIST_EDWARDS25519", "ECC_NIST_P256",
            "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "ML_DSA_44",
            "ML_DSA_65", "ML_DSA_87", "RSA_2048", "RSA_3072", "RSA_4096", "SM2", "SYMMETRIC_DEFAULT", grows=True,
        ),
    },
    "aws_lambda_function": {"timeout": _range("AWS Lambda Developer Guide, Lambda quotas", 1, 900)},
    "aws_launch_template": {
        "name": _text(EC2 + "CreateLaunchTemplate, LaunchTemplateName", r"[a-zA-Z0-9()./_-]+", "letters, digits and ().-/_", 128, 3),
    },
    "aws_lb": {"name": _LOAD_BALANCER},
    "aws_alb": {"name": _LOAD_BALANCER},
    "aws_route": {"destination_cidr_block": _NETWORK},
    "aws_route53_record": {"ttl": _range("Amazon Route 53 API Reference, ResourceRecordSet, TTL", 0, 2147483647)},
    "aws_s3_bucket": {"bucket": _BUCKET},
    "aws_s3_bucket_cors_configuration": {
        "cors_rule.allowed_headers": _HEADERS,
        "cors_rule.allowed_methods": _values(S3 + "Elements of a CORS configuration", "GET", "PUT", "POST", "DELETE", "HEAD"),
        "cors_rule.allowed_origins": _text(
            S3 + "Elements of a CORS configuration", r"[^*]*\*?[^*]*", "an origin, with one star at most, `https://*.example.org`"),
        "cors_rule.expose_headers": _text(
            S3 + "Elements of a CORS configuration", r"[^*\s]+", "the name of a header, without a star"),
        "cors_rule.id": ValueFact("Amazon S3 API Reference, CORSRule, ID", longest=255),
        "cors_rule.max_age_seconds": _range("Amazon S3 API Reference, CORSRule, MaxAgeSeconds", 0, 2147483647),
    },
    "aws_s3_bucket_lifecycle_configuration": {
        "rule.abort_incomplete_multipart_upload.days_after_initiation": _POSITIVE,
        "rule.expiration.days": _range("the provider's page on the type: 0 beside expired_object_delete_marker", 0, 2147483647),
        "rule.id": ValueFact("Amazon S3 API Reference, LifecycleRule, ID", longest=255),
        "rule.filter.object_size_greater_than": _BYTES,
        "rule.filter.object_size_less_than": _BYTES,
        "rule.noncurrent_version_expiration.newer_noncurrent_versions": _range(
            "Amazon S3 API Reference, NoncurrentVersionExpiration, NewerNoncurrentVersions", 0, 100),
        "rule.noncurrent_version_expiration.noncurrent_days": _POSITIVE,
        "rule.noncurrent_version_transition.noncurrent_days": _DAYS,
        "rule.transition.days": _DAYS,
    },
    "aws_efs_backup_policy": {
        "backup_policy.status": _values("Amazon EFS API Reference, BackupPolicy", "ENABLED", "DISABLED"),
    },
    "aws_s3_bucket_versioning": {
        "versioning_configuration.status": _values("the provider's page on the type", "Enabled", "Suspended", "Disabled"),
    },
    "aws_secretsmanager_secret": {
        "recovery_window_in_days": _values(
            "AWS Secrets Manager API Reference, DeleteSecret, RecoveryWindowInDays; 0 is the provider's for at once",
            "0", *map(str, range(7, 31))),
    },
    "aws_security_group": {
        "description": _text(EC2 + "CreateSecurityGroup", _SECURITY_GROUP, "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*", 255),
        "name": _text(EC2 + "CreateSecurityGroup", rf"(?!sg-){_SECURITY_GROUP}", "what is allowed in it, and no sg- first", 255),
    },
    "aws_sns_topic": {
        "name": _text(
            "Amazon SNS API Reference, CreateTopic, Name", r"[A-Za-z0-9_-]+(\.fifo)?",
            "letters, digits, hyphens and underscores, and .fifo last of one that keeps the order", 256),
    },
    "aws_sns_topic_subscription": {
        "protocol": _values(
            "Amazon SNS API Reference, Subscribe, Protocol", "application", "email", "email-json", "firehose", "http", "https",
            "lambda", "sms", "sqs"),
    },
    "aws_sqs_queue": {
        "delay_seconds": _range("Amazon SQS API Reference, CreateQueue, DelaySeconds", 0, 900),
        "max_message_size": _range("Amazon SQS API Reference, CreateQueue, MaximumMessageSize", 1024, 1048576),
        "message_retention_seconds": _range("Amazon SQS API Reference, CreateQueue, MessageRetentionPeriod", 60, 1209600),
        "receive_wait_time_seconds": _range("Amazon SQS API Reference, CreateQueue, ReceiveMessageWaitTimeSeconds", 0, 20),
        "visibility_timeout_seconds": _range("Amazon SQS API Reference, CreateQueue, VisibilityTimeout", 0, 43200),
        "kms_data_key_reuse_period_seconds": _range("Amazon SQS API Reference, CreateQueue", 60, 86400),
    },
    "aws_subnet": {"cidr_block": _SUBNET},
    "aws_vpc": {"cidr_block": _SUBNET},
    "aws_vpc_endpoint": {
        "service_name": _text(
            "AWS PrivateLink Guide, AWS services that integrate",
            r"(com|cn\.com)\.amazonaws\.[a-z0-9.-]+|aws\.[a-z0-9.-]+", "the whole name of a service, `com.amazonaws.us-west-2.s3`"),
    },
    "aws_vpc_security_group_ingress_rule": {
        "cidr_ipv4": _NETWORK,
        "description": _text(EC2 + "IpRange, Description", _SECURITY_GROUP, "letters, digits, spaces and ._-:/()#,@[]+=;{}!$*", 255),
        "from_port": _range(EC2 + "IpPermission, FromPort", -1, 65535),
        "ip_protocol": _PROTOCOL,
        "to_port": _range(EC2 + "IpPermission, ToPort", -1, 65535),
    },
    "aws_vpc_security_group_egress_rule": {
        "cidr_ipv4": _NETWORK,
        "description": _text(EC2 + "IpRange, Description", _SECURITY_GROUP, "letters, digits, spaces and ._-:/()#,@[]+=;{}!$*", 255),
        "from_port": _range(EC2 + "IpPermission, FromPort", -1, 65535),
        "ip_protocol": _PROTOCOL,
        "to_port": _range(EC2 + "IpPermission, ToPort", -1, 65535),
    },
    "aws_wafv2_web_acl": {
        "custom_response_body.content_type": _values(
            "AWS WAF API Reference, CustomResponseBody, ContentType", "TEXT_PLAIN", "TEXT_HTML", "APPLICATION_JSON"),
        "custom_response_body.key": _text("AWS WAF API Reference, CustomResponseBody", r"[\w-]+", "letters, digits, - and _", 128),
        "custom_response_body.content": ValueFact("AWS WAF API Reference, CustomResponseBody, Content", shortest=1, longest=10240),
        "rule.statement.rate_based_statement.limit": _range(
            "AWS WAF Developer Guide, Rate-based rule high-level settings", 10, 2000000000),
        "rule.statement.rate_based_statement.evaluation_window_sec": _values(
            "AWS WAF API Reference, RateBasedStatement, EvaluationWindowSec", "60", "120", "300", "600"),
    },
}  # fmt: skip
"""By type and path. A fact here stands in place of the data's."""
