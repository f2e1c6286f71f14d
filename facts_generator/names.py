"""Which of Terraform's types and arguments are which of CloudFormation's and of the APIs'.

By rule: `aws_sns_topic` is AWS::SNS::Topic and sns CreateTopic, `kms_key_id` is KmsKeyId. Where the provider calls a thing
otherwise the tables below say how; they are reviewed, and short.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final


def squash(name: str) -> str:
    """`backup_retention_period` and BackupRetentionPeriod are the same word."""
    return name.replace("_", "").replace("-", "").lower()


def find(name: str, known: Iterable[str]) -> str | None:
    """The member that an argument is, in the singular or the plural."""
    by_word = {squash(one): one for one in known}
    word = squash(name)
    for candidate in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies", f"{word}list", f"{word}configuration"):
        if candidate in by_word:
            return by_word[candidate]
    return by_word.get(word.removesuffix("s")) or by_word.get(word.removesuffix("configuration"))


def words_of_type(cloudformation: str) -> Iterable[str]:
    """The Terraform types, squashed, that a CloudFormation type may be by rule."""
    _, service, noun = cloudformation.split("::")
    word, kind = squash(service), squash(noun)
    for prefix in (word, *map(squash, SERVICES.get(service, ()))):
        yield prefix + kind
        if kind.startswith(prefix):
            yield kind


SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "ApiGatewayV2": ("apigatewayv2",),
    "AutoScaling": ("autoscaling_", ""),
    "ApplicationAutoScaling": ("appautoscaling_",),
    "CertificateManager": ("acm_",),
    "CloudWatch": ("cloudwatch_", "cloudwatch_metric_"),
    "EC2": ("",),
    "ECR": ("ecr_",),
    "ElasticLoadBalancing": (),
    "ElasticLoadBalancingV2": ("lb_", ""),
    "Events": ("cloudwatch_event_",),
    "KinesisFirehose": ("kinesis_firehose_",),
    "Logs": ("cloudwatch_log_", "cloudwatch_"),
    "OpenSearchService": ("opensearch_",),
    "RDS": ("", "rds_"),
    "StepFunctions": ("sfn_",),
    "Cognito": ("cognito_",),
    "EFS": ("efs_",),
    "Route53": ("route53_",),
    "SSM": ("ssm_",),
}
"""How the provider begins the names of a service's types, besides by the service's own name."""
TYPES: Final[dict[str, str]] = {
    "aws_db_instance": "AWS::RDS::DBInstance",
    "aws_default_security_group": "AWS::EC2::SecurityGroup",
    "aws_elasticache_cluster": "AWS::ElastiCache::CacheCluster",
    "aws_eks_node_group": "AWS::EKS::Nodegroup",
    "aws_flow_log": "AWS::EC2::FlowLog",
    "aws_iam_openid_connect_provider": "AWS::IAM::OIDCProvider",
    "aws_iam_policy": "AWS::IAM::ManagedPolicy",
    "aws_iam_role_policy": "AWS::IAM::RolePolicy",
    "aws_kinesis_stream": "AWS::Kinesis::Stream",
    "aws_lb": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "aws_rds_cluster": "AWS::RDS::DBCluster",
    "aws_rds_cluster_instance": "AWS::RDS::DBInstance",
    "aws_route53_record": "AWS::Route53::RecordSet",
    "aws_route53_zone": "AWS::Route53::HostedZone",
    "aws_sns_topic_subscription": "AWS::SNS::Subscription",
    "aws_vpc_security_group_egress_rule": "AWS::EC2::SecurityGroupEgress",
    "aws_vpc_security_group_ingress_rule": "AWS::EC2::SecurityGroupIngress",
    "aws_wafv2_ip_set": "AWS::WAFv2::IPSet",
    "aws_wafv2_web_acl": "AWS::WAFv2::WebACL",
    "aws_wafv2_web_acl_logging_configuration": "AWS::WAFv2::LoggingConfiguration",
    "aws_dynamodb_table": "AWS::DynamoDB::Table",
    "aws_lambda_function": "AWS::Lambda::Function",
    "aws_s3_bucket_lifecycle_configuration": "",
    "aws_s3_bucket_versioning": "",
    "aws_launch_template": "",
}
"""What the rule does not find, or finds wrongly; empty where CloudFormation has nothing of the same shape."""
OPERATIONS: Final[dict[str, tuple[str, ...]]] = {
    "aws_acm_certificate": ("acm", "RequestCertificate"),
    "aws_autoscaling_group": ("autoscaling", "CreateAutoScalingGroup"),
    "aws_cloudwatch_log_group": ("logs", "CreateLogGroup"),
    "aws_cloudwatch_metric_alarm": ("cloudwatch", "PutMetricAlarm"),
    "aws_db_instance": ("rds", "CreateDBInstance"),
    "aws_db_parameter_group": ("rds", "ModifyDBParameterGroup"),
    "aws_default_security_group": ("ec2", "AuthorizeSecurityGroupIngress"),
    "aws_ebs_volume": ("ec2", "CreateVolume"),
    "aws_ecs_service": ("ecs", "CreateService"),
    "aws_ecs_task_definition": ("ecs", "RegisterTaskDefinition"),
    "aws_ecr_repository": ("ecr", "CreateRepository"),
    "aws_efs_file_system": ("efs", "CreateFileSystem"),
    "aws_eip": ("ec2", "AllocateAddress"),
    "aws_eks_access_entry": ("eks", "CreateAccessEntry"),
    "aws_eks_access_policy_association": ("eks", "AssociateAccessPolicy"),
    "aws_eks_addon": ("eks", "CreateAddon"),
    "aws_eks_cluster": ("eks", "CreateCluster"),
    "aws_eks_node_group": ("eks", "CreateNodegroup"),
    "aws_eks_pod_identity_association": ("eks", "CreatePodIdentityAssociation"),
    "aws_elasticache_parameter_group": ("elasticache", "CreateCacheParameterGroup"),
    "aws_elasticache_replication_group": ("elasticache", "CreateReplicationGroup"),
    "aws_elasticache_cluster": ("elasticache", "CreateCacheCluster"),
    "aws_flow_log": ("ec2", "CreateFlowLogs"),
    "aws_iam_openid_connect_provider": ("iam", "CreateOpenIDConnectProvider"),
    "aws_iam_policy": ("iam", "CreatePolicy"),
    "aws_iam_role": ("iam", "CreateRole"),
    "aws_iam_role_policy": ("iam", "PutRolePolicy"),
    "aws_iam_role_policy_attachment": ("iam", "AttachRolePolicy"),
    "aws_iam_user": ("iam", "CreateUser"),
    "aws_instance": ("ec2", "RunInstances"),
    "aws_kinesis_stream": ("kinesis", "CreateStream"),
    "aws_kms_alias": ("kms", "CreateAlias"),
    "aws_kms_key": ("kms", "CreateKey"),
    "aws_lambda_function": ("lambda", "CreateFunction"),
    "aws_lambda_event_source_mapping": ("lambda", "CreateEventSourceMapping"),
    "aws_lambda_permission": ("lambda", "AddPermission"),
    "aws_launch_template": ("ec2", "CreateLaunchTemplate", "LaunchTemplateData"),
    "aws_lb": ("elbv2", "CreateLoadBalancer"),
    "aws_lb_listener": ("elbv2", "CreateListener"),
    "aws_lb_listener_rule": ("elbv2", "CreateRule"),
    "aws_lb_target_group": ("elbv2", "CreateTargetGroup"),
    "aws_nat_gateway": ("ec2", "CreateNatGateway"),
    "aws_prometheus_rule_group_namespace": ("amp", "CreateRuleGroupsNamespace"),
    "aws_prometheus_scraper": ("amp", "CreateScraper"),
    "aws_prometheus_workspace": ("amp", "CreateWorkspace"),
    "aws_rds_cluster": ("rds", "CreateDBCluster"),
    "aws_rds_cluster_instance": ("rds", "CreateDBInstance"),
    "aws_route53_record": ("route53", "ChangeResourceRecordSets", "ChangeBatch", "Changes", "ResourceRecordSet"),
    "aws_s3_bucket_lifecycle_configuration": ("s3", "PutBucketLifecycleConfiguration", "LifecycleConfiguration"),
    "aws_s3_bucket_ownership_controls": ("s3", "PutBucketOwnershipControls", "OwnershipControls"),
    "aws_s3_bucket_server_side_encryption_configuration": (
        "s3",
        "PutBucketEncryption",
        "ServerSideEncryptionConfiguration",
    ),
    "aws_s3_bucket_versioning": ("s3", "PutBucketVersioning"),
    "aws_secretsmanager_secret": ("secretsmanager", "CreateSecret"),
    "aws_secretsmanager_secret_version": ("secretsmanager", "PutSecretValue"),
    "aws_sfn_state_machine": ("stepfunctions", "CreateStateMachine"),
    "aws_sns_topic": ("sns", "CreateTopic"),
    "aws_sqs_queue": ("sqs", "CreateQueue"),
    "aws_subnet": ("ec2", "CreateSubnet"),
    "aws_vpc": ("ec2", "CreateVpc"),
    "aws_vpc_endpoint": ("ec2", "CreateVpcEndpoint"),
    "aws_wafv2_ip_set": ("wafv2", "CreateIPSet"),
    "aws_wafv2_web_acl": ("wafv2", "CreateWebACL"),
    "aws_wafv2_web_acl_logging_configuration": ("wafv2", "PutLoggingConfiguration", "LoggingConfiguration"),
    "aws_cognito_user_pool": ("cognito-idp", "CreateUserPool"),
    "aws_dynamodb_table": ("dynamodb", "CreateTable"),
    "aws_opensearch_domain": ("opensearch", "CreateDomain"),
    "aws_backup_plan": ("backup", "CreateBackupPlan", "BackupPlan"),
    "aws_ssm_parameter": ("ssm", "PutParameter"),
    "aws_elasticache_user": ("elasticache", "CreateUser"),
    "aws_db_proxy": ("rds", "CreateDBProxy"),
    "aws_scheduler_schedule": ("scheduler", "CreateSchedule"),
    "aws_batch_compute_environment": ("batch", "CreateComputeEnvironment"),
    "aws_batch_job_definition": ("batch", "RegisterJobDefinition"),
    "aws_cloudfront_distribution": ("cloudfront", "CreateDistribution", "DistributionConfig"),
}
"""The call that makes a thing, and the member of its input that the arguments are in, where they are in one."""
ARGUMENTS: Final[dict[str, dict[str, str]]] = {
    "aws_cloudwatch_log_group": {"name": "logGroupName", "kms_key_id": "kmsKeyId"},
    "aws_cloudwatch_metric_alarm": {"metric_query": "Metrics", "metric_query.metric": "MetricStat"},
    "aws_db_instance": {
        "identifier": "DBInstanceIdentifier", "username": "MasterUsername", "backup_window": "PreferredBackupWindow",
        "maintenance_window": "PreferredMaintenanceWindow", "instance_class": "DBInstanceClass",
    },
    "aws_elasticache_replication_group": {
        "node_type": "CacheNodeType", "maintenance_window": "PreferredMaintenanceWindow",
        "description": "ReplicationGroupDescription",
    },
    "aws_eks_addon": {"pod_identity_association": "podIdentityAssociations"},
    "aws_eks_cluster": {"enabled_cluster_log_types": "", "vpc_config": "resourcesVpcConfig"},
    "aws_iam_role": {"name": "RoleName", "assume_role_policy": "AssumeRolePolicyDocument"},
    "aws_iam_policy": {"name": "PolicyName", "policy": "PolicyDocument"},
    "aws_iam_role_policy": {"name": "PolicyName", "policy": "PolicyDocument", "role": "RoleName"},
    "aws_kms_alias": {"name": "AliasName"},
    "aws_s3_bucket_versioning": {"versioning_configuration": "VersioningConfiguration"},
    "aws_eip": {"domain": "Domain"},
    "aws_kms_key": {"deletion_window_in_days": "PendingWindowInDays"},
    "aws_lb": {"load_balancer_type": "Type", "internal": ""},
    "aws_lambda_function": {"function_name": "FunctionName", "role": "Role"},
}  # fmt: skip
"""An argument of another name than its member; empty for one whose member of the same name is something else."""
