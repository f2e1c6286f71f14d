"""Managed node groups: the alternative to Auto Mode."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from cdktf_cdktf_provider_aws.eks_node_group import (
    EksNodeGroup,
    EksNodeGroupLaunchTemplate,
    EksNodeGroupScalingConfig,
    EksNodeGroupTaint,
    EksNodeGroupUpdateConfig,
)
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateMetadataOptions,
)
from constructs import Construct

from twinstack.aws import pin
from twinstack.cluster.node_group import NodeGroup
from twinstack.cluster.roles import Role
from twinstack.cluster.spec import ClusterSpec


def make_node_groups(
    scope: Construct,
    spec: ClusterSpec,
    cluster_name: str,
    role: Role,
    subnet_ids: Sequence[str],
    after: Sequence[ITerraformDependable],
) -> list[ITerraformDependable]:
    """A group of nodes for each entry of `node_groups`, started once the network add-ons are there.

    Disks are encrypted and the instance metadata service wants a token. What cannot be changed (instance types, image,
    subnets) makes a new group before the old one goes, so its name ends in what AWS adds. Kubernetes' version is the
    cluster's, and the image is the newest that AWS recommends for it: a plan shows a newer one, and an apply replaces
    the nodes a quarter at a time, as their pods' disruption budgets let it. How many nodes run, a person may change.

    Sources: Amazon EKS User Guide, "Customize managed nodes with launch templates", "Update a managed node group" and
    "Retrieve recommended Amazon Linux AMI IDs"; Terraform AWS provider, "aws_eks_node_group".
    """
    return [
        _node_group(scope, spec, name, group, cluster_name, role, subnet_ids, after)
        for name, group in spec.node_groups.items()
    ]


def _node_group(
    scope: Construct,
    spec: ClusterSpec,
    name: str,
    group: NodeGroup,
    cluster_name: str,
    role: Role,
    subnet_ids: Sequence[str],
    after: Sequence[ITerraformDependable],
) -> EksNodeGroup:
    address = f"{spec.key}_{name.replace('-', '_')}"
    full_name = spec.aws_name_of(name)
    template = pin(
        LaunchTemplate(
            scope,
            f"{name}-template",
            name=full_name,
            block_device_mappings=[
                LaunchTemplateBlockDeviceMappings(
                    device_name="/dev/xvda",
                    ebs=LaunchTemplateBlockDeviceMappingsEbs(
                        encrypted="true", volume_size=group.disk_gib, volume_type="gp3", delete_on_termination="true"
                    ),
                )
            ],
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            update_default_version=True,
            tags={"Name": full_name},
        ),
        address,
    )
    release = pin(
        DataAwsSsmParameter(
            scope,
            f"{name}-release",
            name=f"/aws/service/eks/optimized-ami/{spec.version}/amazon-linux-2023/{group.image.parameter}"
            "/recommended/release_version",
        ),
        address,
    )
    return pin(
        EksNodeGroup(
            scope,
            f"{name}-nodes",
            cluster_name=cluster_name,
            # A cluster's own name space, so the name needs neither organization nor product: AWS adds 26 characters,
            # and takes 63.
            node_group_name_prefix=f"{name}-",
            node_role_arn=role.arn,
            subnet_ids=list(subnet_ids),
            version=f"${{aws_eks_cluster.{spec.key}.version}}",
            release_version=release.insecure_value,
            ami_type=group.image.ami_type,
            instance_types=list(group.instance_types),
            launch_template=EksNodeGroupLaunchTemplate(
                id=template.id, version=f"${{aws_launch_template.{address}.latest_version}}"
            ),
            capacity_type=group.capacity_type,
            labels=dict(group.labels) or None,
            taint=[
                EksNodeGroupTaint(key=one.key, value=one.value or None, effect=one.effect.upper())
                for one in group.taints
            ]
            or None,
            scaling_config=EksNodeGroupScalingConfig(min_size=group.min, max_size=group.max, desired_size=group.min),
            update_config=EksNodeGroupUpdateConfig(max_unavailable_percentage=25),
            tags={"Name": full_name},
            depends_on=list(after),
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True, ignore_changes=["scaling_config[0].desired_size"]
            ),
        ),
        address,
    )
