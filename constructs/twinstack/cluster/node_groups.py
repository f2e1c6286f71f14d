"""Managed node groups: the alternative to Auto Mode."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.eks_node_group import (
    EksNodeGroup,
    EksNodeGroupLaunchTemplate,
    EksNodeGroupScalingConfig,
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
from twinstack.cluster.roles import Role
from twinstack.cluster.spec import ClusterSpec, NodeGroup


def make_node_groups(
    scope: Construct,
    spec: ClusterSpec,
    cluster_name: str,
    role: Role,
    subnet_ids: Sequence[str],
    after: Sequence[ITerraformDependable],
) -> list[ITerraformDependable]:
    """A group of nodes for each entry of `node_groups`, started once the network add-ons are there.

    Disks are encrypted and the instance metadata service wants a token. Source: Amazon EKS User Guide, "Customize
    managed nodes with launch templates".
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
    return pin(
        EksNodeGroup(
            scope,
            f"{name}-nodes",
            cluster_name=cluster_name,
            node_group_name=full_name,
            node_role_arn=role.arn,
            subnet_ids=list(subnet_ids),
            ami_type="AL2023_ARM_64_STANDARD" if group.architecture == "arm64" else "AL2023_x86_64_STANDARD",
            instance_types=list(group.instance_types),
            launch_template=EksNodeGroupLaunchTemplate(
                id=template.id, version=f"${{aws_launch_template.{address}.latest_version}}"
            ),
            scaling_config=EksNodeGroupScalingConfig(min_size=group.min, max_size=group.max, desired_size=group.min),
            update_config=EksNodeGroupUpdateConfig(max_unavailable_percentage=25),
            tags={"Name": full_name},
            depends_on=list(after),
        ),
        address,
    )
