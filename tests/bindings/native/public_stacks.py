"""Stacks of the shapes that public cdktf programs in Python have, written anew: a network, an API, a site, a cluster."""

from __future__ import annotations

import json
from typing import Any

import cdktf
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.api_gateway_deployment import ApiGatewayDeployment
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionOrigin,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
    CloudfrontDistributionViewerCertificate,
)
from cdktf_cdktf_provider_aws.data_aws_availability_zones import DataAwsAvailabilityZones
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementPrincipals,
)
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
from cdktf_cdktf_provider_aws.eks_cluster import EksCluster
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroup, EksNodeGroupScalingConfig
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction, LambdaFunctionEnvironment
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route_table import RouteTable, RouteTableRoute
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.security_group import SecurityGroup, SecurityGroupIngress
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct


def role_for(scope: Any, id_: str, service: str) -> IamRole:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Action": "sts:AssumeRole", "Principal": {"Service": service}, "Effect": "Allow"}],
    }
    return IamRole(scope, id_, name=id_, assume_role_policy=json.dumps(trust))


class Network(cdktf.TerraformStack):
    """A network over two zones, with a database in it."""

    def __init__(self, scope: Construct, id_: str, **options: Any) -> None:
        super().__init__(scope, id_)
        region = options.get("region", "eu-west-1")
        AwsProvider(self, "aws", region=region, default_tags=[{"tags": {"CostCenter": "x"}}])
        self.vpc = Vpc(self, "vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags={"Name": f"{id_}-vpc"})
        zones = DataAwsAvailabilityZones(self, "zones", state="available")
        gateway = InternetGateway(self, "igw", vpc_id=self.vpc.id)
        table = RouteTable(
            self, "public", vpc_id=self.vpc.id, route=[RouteTableRoute(cidr_block="0.0.0.0/0", gateway_id=gateway.id)]
        )
        self.subnets = []
        for index in range(2):
            subnet = Subnet(
                self,
                f"subnet_{index}",
                vpc_id=self.vpc.id,
                cidr_block=f"10.0.{index}.0/24",
                availability_zone=cdktf.Fn.element(zones.names, index),
                map_public_ip_on_launch=index == 0,
            )
            RouteTableAssociation(self, f"association_{index}", subnet_id=subnet.id, route_table_id=table.id)
            self.subnets.append(subnet)
        group = SecurityGroup(
            self,
            "db",
            vpc_id=self.vpc.id,
            ingress=[
                SecurityGroupIngress(from_port=port, to_port=port, protocol="tcp", cidr_blocks=["10.0.0.0/16"])
                for port in (5432, 6432)
            ],
            egress=[],
        )
        subnets = DbSubnetGroup(self, "subnets", subnet_ids=[one.id for one in self.subnets])
        database = DbInstance(
            self,
            "database",
            engine="postgres",
            instance_class="db.t3.micro",
            allocated_storage=20,
            manage_master_user_password=True,
            vpc_security_group_ids=[group.id],
            db_subnet_group_name=subnets.name,
            skip_final_snapshot=True,
        )
        cdktf.TerraformOutput(self, "endpoint", value=database.endpoint)
        cdktf.TerraformOutput(self, "vpc_id", value=self.vpc.id, description="of the network", sensitive=False)


def network(app: Any) -> None:
    Network(app, "network")


class Function(Construct):
    """A function with its role."""

    def __init__(self, scope: Construct, id_: str, *, table: DynamodbTable) -> None:
        super().__init__(scope, id_)
        role = role_for(self, f"{id_}-role", "lambda.amazonaws.com")
        statement = {"Effect": "Allow", "Action": ["dynamodb:*Item"], "Resource": [table.arn, f"{table.arn}/index/*"]}
        IamRolePolicy(self, "policy", role=role.name, policy=json.dumps({"Statement": [statement]}))
        self.function = LambdaFunction(
            self,
            "function",
            function_name=id_,
            role=role.arn,
            handler="main.handler",
            runtime="python3.12",
            filename="function.zip",
            source_code_hash=cdktf.Fn.filebase64sha256("function.zip"),
            environment=LambdaFunctionEnvironment(variables={"TABLE_NAME": table.name, "stage": "prod"}),
        )


def serverless(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "serverless")
    cdktf.S3Backend(stack, bucket="states", key="serverless.tfstate", region="eu-west-1", encrypt=True)
    AwsProvider(stack, "aws", region="eu-west-1", default_tags=[AwsProviderDefaultTags(tags={"Environment": "prod"})])
    table = DynamodbTable(
        stack,
        "table",
        name="items",
        hash_key="id",
        billing_mode="PAY_PER_REQUEST",
        attribute=[{"name": "id", "type": "S"}],
    )
    made = Function(stack, "items", table=table).function
    api = ApiGatewayRestApi(stack, "api", name="items-api")
    items = ApiGatewayResource(
        stack, "items-resource", rest_api_id=api.id, parent_id=api.root_resource_id, path_part="items"
    )
    method = ApiGatewayMethod(
        stack, "get", rest_api_id=api.id, resource_id=items.id, http_method="GET", authorization="NONE"
    )
    integration = ApiGatewayIntegration(
        stack,
        "integration",
        rest_api_id=api.id,
        resource_id=items.id,
        http_method=method.http_method,
        integration_http_method="POST",
        type="AWS_PROXY",
        uri=made.invoke_arn,
    )
    ApiGatewayDeployment(
        stack,
        "deployment",
        rest_api_id=api.id,
        triggers={"redeployment": cdktf.Fn.sha1(cdktf.Fn.jsonencode({"resources": [items.id, method.id]}))},
        lifecycle=cdktf.TerraformResourceLifecycle(create_before_destroy=True),
        depends_on=[integration],
    )
    LambdaPermission(
        stack,
        "permission",
        action="lambda:InvokeFunction",
        function_name=made.function_name,
        principal="apigateway.amazonaws.com",
        source_arn=f"{api.execution_arn}/*/*",
    )
    cdktf.TerraformOutput(stack, "url", value=f"https://{api.id}.execute-api.eu-west-1.amazonaws.com/prod/items")


def site(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "site")
    AwsProvider(stack, "aws", region="eu-west-1")
    global_ = AwsProvider(stack, "global", region="us-east-1", alias="global")
    bucket = S3Bucket(stack, "bucket", bucket="www.example.com", force_destroy=True)
    certificate = AcmCertificate(
        stack,
        "certificate",
        domain_name="www.example.com",
        validation_method="DNS",
        provider=global_,
        lifecycle={"create_before_destroy": True},
    )
    option = certificate.domain_validation_options.get(0)
    Route53Record(
        stack,
        "validation",
        zone_id="Z1",
        name=option.resource_record_name,
        type=option.resource_record_type,
        records=[option.resource_record_value],
        ttl=60,
    )
    distribution = CloudfrontDistribution(
        stack,
        "distribution",
        enabled=True,
        aliases=["www.example.com"],
        origin=[CloudfrontDistributionOrigin(domain_name=bucket.bucket_regional_domain_name, origin_id="bucket")],
        default_cache_behavior=CloudfrontDistributionDefaultCacheBehavior(
            allowed_methods=["GET", "HEAD"],
            cached_methods=["GET", "HEAD"],
            target_origin_id="bucket",
            viewer_protocol_policy="redirect-to-https",
        ),
        restrictions=CloudfrontDistributionRestrictions(
            geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(restriction_type="none", locations=[])
        ),
        viewer_certificate=CloudfrontDistributionViewerCertificate(
            acm_certificate_arn=certificate.arn, ssl_support_method="sni-only"
        ),
    )
    target = Route53RecordAlias(
        name=distribution.domain_name, zone_id=distribution.hosted_zone_id, evaluate_target_health=False
    )
    Route53Record(stack, "www", zone_id="Z1", name="www.example.com", type="A", alias=target)
    reader = DataAwsIamPolicyDocument(
        stack,
        "reader",
        statement=[
            DataAwsIamPolicyDocumentStatement(
                actions=["s3:GetObject"],
                resources=[f"{bucket.arn}/*"],
                principals=[DataAwsIamPolicyDocumentStatementPrincipals(type="AWS", identifiers=["*"])],
            )
        ],
    )
    cdktf.TerraformOutput(stack, "policy", value=reader.json)


def cluster(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "cluster")
    AwsProvider(stack, "aws", region="eu-west-1")
    account = DataAwsCallerIdentity(stack, "current")
    role, nodes = (
        role_for(stack, "cluster-role", "eks.amazonaws.com"),
        role_for(stack, "node-role", "ec2.amazonaws.com"),
    )
    attached = [
        IamRolePolicyAttachment(
            stack, f"attachment-{name}", role=nodes.name, policy_arn=f"arn:aws:iam::aws:policy/{name}"
        )
        for name in ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy")
    ]
    made = EksCluster(
        stack,
        "eks",
        name="one",
        role_arn=role.arn,
        vpc_config={"subnet_ids": ["subnet-1"], "endpoint_public_access": False},
    )
    EksNodeGroup(
        stack,
        "nodes",
        cluster_name=made.name,
        node_role_arn=nodes.arn,
        subnet_ids=["subnet-1"],
        scaling_config=EksNodeGroupScalingConfig(desired_size=2, max_size=3, min_size=1),
        depends_on=attached,
        lifecycle=cdktf.TerraformResourceLifecycle(ignore_changes=["scaling_config[0].desired_size"]),
    )
    authority = made.certificate_authority.get(0).data
    issuer = cdktf.Fn.replace(made.identity.get(0).oidc.get(0).issuer, "https://", "")
    cdktf.TerraformOutput(stack, "authority", value=cdktf.Fn.base64decode(authority), sensitive=True)
    cdktf.TerraformOutput(stack, "provider", value=f"arn:aws:iam::{account.account_id}:oidc-provider/{issuer}")
    cdktf.TerraformOutput(stack, "id", value=cdktf.Token.as_string(made.id))
