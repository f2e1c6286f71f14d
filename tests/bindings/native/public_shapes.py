"""Programs of the shapes that public cdktf and cdk8s programs in Python have, written anew: what each writes, as one text.

Seen in hashicorp/terraform-cdk (examples/python), cdk8s-team/cdk8s-examples, and stacks for networks, serverless APIs, web
sites, clusters and many regions that people have put on GitHub.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk8s
import cdktf
import jsii
from cdktf_cdktf_provider_aws.ecs_service import EcsService, EcsServiceLoadBalancer, EcsServiceNetworkConfiguration
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.instance import Instance
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

from tests.bindings.native.public_charts import WORKLOADS
from tests.bindings.native.public_stacks import Network, cluster, network, serverless, site


@dataclass
class Settings:
    environment: str
    region: str
    instances: int = 1


class Regional(cdktf.TerraformStack):
    def __init__(self, scope: Construct, id_: str, settings: Settings) -> None:
        super().__init__(scope, id_)
        AwsProvider(self, "AWS", region=settings.region, profile="default")
        servers = [
            Instance(
                self,
                f"server-{index}",
                ami="ami-1",
                instance_type="t3.micro",
                tags={"environment": settings.environment, "Name": f"server-{index}"},
            )
            for index in range(settings.instances)
        ]
        cdktf.TerraformOutput(self, "addresses", value=[one.private_ip for one in servers])


def many_regions(app: Any) -> None:
    for environment in ("dev", "prod"):
        for region in ("eu-west-1", "us-east-1"):
            Regional(
                app, f"app-{environment}-{region}", Settings(environment, region, 2 if environment == "prod" else 1)
            )


def containers(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "containers")
    AwsProvider(stack, "aws", region="eu-west-1")
    image = cdktf.TerraformVariable(stack, "image", type="string", default="nginx:1", description="what is run")
    group = LbTargetGroup(stack, "group", port=80, protocol="HTTP", target_type="ip", health_check={"path": "/health"})
    balancer = Lb(stack, "lb", load_balancer_type="application", internal=False, subnets=["subnet-1", "subnet-2"])
    action = LbListenerDefaultAction(type="forward", target_group_arn=group.arn)
    listener = LbListener(stack, "listener", load_balancer_arn=balancer.arn, port=80, default_action=[action])
    definition = {
        "name": "web",
        "image": image.string_value,
        "portMappings": [{"containerPort": 80}],
        "essential": True,
    }
    task = EcsTaskDefinition(
        stack,
        "task",
        family="web",
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=cdktf.Fn.jsonencode([definition]),
    )
    EcsService(
        stack,
        "service",
        name="web",
        task_definition=task.arn,
        desired_count=2,
        launch_type="FARGATE",
        network_configuration=EcsServiceNetworkConfiguration(subnets=["subnet-1"], assign_public_ip=True),
        load_balancer=[EcsServiceLoadBalancer(target_group_arn=group.arn, container_name="web", container_port=80)],
        depends_on=[listener],
    )


@jsii.implements(cdktf.IAspect)
class Tagging:
    """Gives tags to whatever takes some."""

    def __init__(self, tags: dict[str, str]) -> None:
        self.tags = tags

    def visit(self, node: Any) -> None:
        if hasattr(node, "tags") and hasattr(node, "tags_input"):
            node.tags = {**self.tags, **(node.tags_input or {})}


def tagged(app: Any) -> None:
    stack = Network(app, "tagged", region="us-east-1")
    Instance(stack, "server", ami="ami-1", instance_type="t3.micro")
    cdktf.Aspects.of(stack).add(Tagging({"createdBy": "cdktf"}))


def escape_hatches(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "hatches")
    AwsProvider(stack, "aws", region="us-east-1")
    ports = cdktf.TerraformVariable(stack, "ports", type="list", default=[22, 80, 443])
    group = SecurityGroup(stack, "group", name="one", egress=[{"description": "all", "protocol": "-1"}])
    content = {"from_port": "${ingress.value}", "to_port": "${ingress.value}", "protocol": "-1"}
    group.add_override("dynamic.ingress", {"for_each": ports.list_value, "content": content})
    topic = SnsTopic(stack, "Topic", display_name="will be another")
    topic.add_override("display_name", "my-topic")
    topic.add_override("provisioner", [{"local-exec": {"command": f"echo {topic.arn}"}}])
    stack.add_override("terraform.backend", {"remote": {"organization": "one", "workspaces": {"name": "two"}}})
    stack.add_override("terraform.required_version", ">= 1.5")


def values(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "values")
    names = cdktf.TerraformVariable(stack, "names", type="list(string)", default=["a", "b"], nullable=False)
    local = cdktf.TerraformLocal(stack, "common", {"Service": "one", "owner": names.list_value})
    cdktf.TerraformOutput(stack, "first", value=cdktf.Fn.element(names.list_value, 0))
    cdktf.TerraformOutput(stack, "joined", value=cdktf.Fn.join("-", names.list_value))
    cdktf.TerraformOutput(stack, "sum", value=cdktf.Op.add(cdktf.Fn.length_of(names.list_value), 1))
    cdktf.TerraformOutput(stack, "local", value=local.fqn, static_id=True)
    cdktf.TerraformOutput(stack, "text", value=f"Hello ${{var.names[0]}} of {local.as_string}")


def between_stacks(app: Any) -> None:
    source = Network(app, "source")
    target = cdktf.TerraformStack(app, "target")
    AwsProvider(target, "aws", region="eu-west-1")
    Instance(target, "server", ami="ami-1", instance_type="t3.micro", subnet_id=source.subnets[0].id)


def iterated(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "iterated")
    AwsProvider(stack, "aws", region="eu-west-1")
    each = cdktf.TerraformIterator.from_list(["one", "two"])
    S3Bucket(stack, "bucket", for_each=each, bucket=cdktf.Token.as_string(each.value))


def moved(app: Any) -> None:
    stack = cdktf.TerraformStack(app, "moved")
    AwsProvider(stack, "aws", region="eu-west-1")
    S3Bucket(stack, "old", bucket="one").move_to("target")
    S3Bucket(stack, "new", bucket="one").add_move_target("target")


INFRASTRUCTURE = (
    *(network, serverless, site, cluster, many_regions, containers, tagged, escape_hatches, values),
    *(between_stacks, iterated, moved),
)
LEFT_TO_NODE = {"between_stacks", "iterated", "moved", "ordered"}


def written(name: str, *, whole: bool = False) -> str:
    """What the program of a name writes. Of charts it is their manifests, or, as a whole, the files of `App.synth`."""
    build = next(one for one in (*INFRASTRUCTURE, *WORKLOADS) if one.__name__ == name)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TERRAFORM_BINARY_NAME"] = "true"  # asked for its version where something is moved
        app: Any = (cdktf if build in INFRASTRUCTURE else cdk8s).App(outdir=folder)
        made = build(app)
        if build in WORKLOADS and not whole:
            return json.dumps(cdk8s.Testing.synth(made), indent=1)
        app.synth()
        files = sorted(one for one in Path(folder).rglob("*") if one.is_file())
        return "".join(f"{one.relative_to(folder)}\n{one.read_text(encoding='utf-8')}" for one in files)


SHAPES: dict[str, Callable[[], str]] = {
    **{f"shape {one.__name__}": (lambda name=one.__name__: written(name)) for one in (*INFRASTRUCTURE, *WORKLOADS)},
    **{f"whole {one.__name__}": (lambda name=one.__name__: written(name, whole=True)) for one in WORKLOADS},
}
