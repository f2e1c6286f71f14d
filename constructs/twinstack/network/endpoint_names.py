"""Which names endpoints of AWS services have: their last parts, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from twinstack.environment.model import Finding
from twinstack.facts.actions import services
from twinstack.facts.value import nearest_of

if TYPE_CHECKING:
    from twinstack.network.spec import NetworkSpec


def check_endpoints(spec: NetworkSpec) -> Iterator[Finding]:
    """A warning for each name that no service was known to have; for those of rights, where the network makes them."""
    for index, name in enumerate(spec.endpoints):
        if not is_known(name):
            yield _unknown(name, ("endpoints", index), name)
    asked = {
        name: f"{name}, for {other.key}"
        for other in spec.environment.specs.values()
        for name in other.aws_services
        if name in spec.interface_endpoints and name not in spec.endpoints and name not in ENDPOINTS
    }
    for name, given in asked.items():
        yield _unknown(name, ("nat",), given)


def is_known(name: str) -> bool:
    """Most are called as the service's actions are."""
    return name in ENDPOINTS or name in services()


def _unknown(name: str, place: tuple[str | int, ...], given: str) -> Finding:
    near = nearest_of(name, sorted({*ENDPOINTS, *services()} - {name}))
    return Finding(
        "TW750",
        "an endpoint that AWS is not known to have",
        place,
        given,
        "what `aws ec2 describe-vpc-endpoint-services` lists in the region",
        f"did you mean `{near}`?" if near else "look there; the apply fails where there is none",
        warning=True,
        acknowledgeable=True,
    )


ENDPOINTS: Final = frozenset(
    {
        "access-analyzer", "account", "acm", "acm-pca", "airflow.api", "airflow.env", "airflow.ops", "apigateway", "appconfig",
        "appconfigdata", "application-autoscaling", "application-signals", "appmesh", "appmesh-envoy-management",
        "apprunner", "apprunner.requests", "appstream.api", "appsync-api", "aps", "aps-workspaces", "athena", "autoscaling",
        "autoscaling-plans", "backup", "batch", "bedrock", "bedrock-agent", "bedrock-agent-runtime", "bedrock-agentcore",
        "bedrock-agentcore.gateway", "bedrock-runtime", "cassandra", "cloudcontrolapi", "clouddirectory", "cloudformation",
        "cloudhsmv2", "cloudtrail", "codeartifact.api", "codeartifact.repositories", "codebuild", "codecommit",
        "codeconnections.api", "codedeploy", "codedeploy-commands-secure", "codepipeline", "cognito-identity", "cognito-idp",
        "comprehend", "comprehendmedical", "config", "data-servicediscovery", "databrew", "dataexchange", "datasync",
        "dms", "dynamodb", "dynamodb-streams", "ebs", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "ecs", "ecs-agent",
        "ecs-telemetry", "eks", "eks-auth", "elasticache", "elasticbeanstalk", "elasticbeanstalk-health", "elasticfilesystem",
        "elasticloadbalancing", "elasticmapreduce", "email", "email-smtp", "events", "evidently", "execute-api", "firehose",
        "fis", "forecast", "forecastquery", "fsx", "git-codecommit", "glue", "grafana", "grafana-workspace", "guardduty",
        "guardduty-data", "healthlake", "imagebuilder", "inspector2", "iot.data", "iot.credentials", "iotsitewise.api",
        "iotsitewise.data", "kendra", "kinesis-firehose", "kinesis-streams", "kms", "lakeformation", "lambda", "license-manager",
        "logs", "m2", "macie2", "memory-db", "mgn", "monitoring", "neptune-graph", "network-firewall", "organizations",
        "payment-cryptography.controlplane", "payment-cryptography.dataplane", "personalize", "personalize-events",
        "personalize-runtime", "pinpoint", "pipes", "pipes-data", "polly", "profile", "qldb.session", "rds", "rds-data",
        "redshift", "redshift-data", "rekognition", "resource-groups", "robomaker", "route53", "route53resolver", "s3",
        "s3-global.accesspoint", "s3-outposts", "s3tables", "sagemaker.api", "sagemaker.featurestore-runtime",
        "sagemaker.metrics", "sagemaker.runtime", "scheduler", "secretsmanager", "securityhub", "servicecatalog",
        "servicediscovery", "sns", "sqs", "ssm", "ssm-contacts", "ssm-incidents", "ssmmessages", "states", "storagegateway",
        "streaming-rekognition", "sts", "swf", "sync-states", "synthetics", "textract", "timestream-influxdb", "transcribe",
        "transcribestreaming", "transfer", "transfer.server", "translate", "verifiedpermissions", "vpc-lattice", "workspaces",
        "xray",
    }
)  # fmt: skip
"""Source: AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink". Written by hand in November 2026, not to the
last of them: a name that is not here, and no service's either, is warned about and never refused."""
