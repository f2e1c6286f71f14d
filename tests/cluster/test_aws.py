"""What a cluster becomes on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.documents import Document, analytics

GROUP = {"instance_types": ["m7i.2xlarge"], "min": 2, "max": 5, "disk_gib": 80}
NGINX = {"edge__kind": "nginx"}


def managed(**changes: Any) -> Document:
    """Production with nodes of its own; nobody there makes an Application Load Balancer."""
    return analytics(cluster__mode="managed", cluster__node_groups={"general": GROUP}, **NGINX, **changes)


def test_the_required_cluster() -> None:
    cluster = analytics().find("aws_eks_cluster")["cluster"]
    assert cluster["name"] == "shadower-analytics"
    assert cluster["enabled_cluster_log_types"] == ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    assert cluster["vpc_config"]["subnet_ids"] == [f"${{aws_subnet.network_private_{zone}.id}}" for zone in "abc"]


def test_production_is_private_encrypted_and_protected() -> None:
    cluster = analytics().find("aws_eks_cluster")["cluster"]
    assert cluster["vpc_config"]["endpoint_private_access"] is True
    assert cluster["vpc_config"]["endpoint_public_access"] is False
    assert "public_access_cidrs" not in cluster["vpc_config"]
    key = {"provider": {"key_arn": "${aws_kms_key.cluster.arn}"}, "resources": ["secrets"]}
    assert cluster["encryption_config"] == key
    assert cluster["deletion_protection"] is True
    assert cluster["lifecycle"] == {"prevent_destroy": True}


def test_development_can_be_removed() -> None:
    cluster = analytics("dev").find("aws_eks_cluster")["cluster"]
    assert cluster["deletion_protection"] is False
    assert "lifecycle" not in cluster


def test_versions_stay_in_standard_support() -> None:
    cluster = analytics(cluster__version="1.35").find("aws_eks_cluster")["cluster"]
    assert cluster["version"] == "1.35"
    assert cluster["upgrade_policy"] == {"support_type": "STANDARD"}


def test_listed_addresses_alone_reach_a_public_endpoint() -> None:
    access = analytics(cluster__public_access_cidrs=["203.0.113.0/24"]).find("aws_eks_cluster")["cluster"]["vpc_config"]
    assert access["endpoint_public_access"] is True
    assert access["endpoint_private_access"] is True
    assert access["public_access_cidrs"] == ["203.0.113.0/24"]


def test_auto_mode_is_on_as_a_whole() -> None:
    cluster = analytics().find("aws_eks_cluster")["cluster"]
    assert cluster["compute_config"] == {
        "enabled": True,
        "node_pools": ["general-purpose", "system"],
        "node_role_arn": "${aws_iam_role.cluster_node.arn}",
    }
    assert cluster["kubernetes_network_config"]["elastic_load_balancing"] == {"enabled": True}
    assert cluster["storage_config"] == {"block_storage": {"enabled": True}}
    assert cluster["bootstrap_self_managed_addons"] is False


def test_administrators_have_access_entries_and_whoever_applies_has_none() -> None:
    document = analytics(cluster__administrators=["platform-admin", "team/on-call"])
    config = document.find("aws_eks_cluster")["cluster"]["access_config"]
    assert config == {"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False}
    assert {
        name: one["principal_arn"]
        for name, one in document.find("aws_eks_access_entry").items()
        if not name.startswith("delivery_")  # the pipeline's two
    } == {
        "cluster_platform_admin": "arn:aws:iam::123456789012:role/platform-admin",
        "cluster_team_on_call": "arn:aws:iam::123456789012:role/team/on-call",
    }
    for name, association in document.find("aws_eks_access_policy_association").items():
        assert association["principal_arn"] == f"${{aws_eks_access_entry.{name}.principal_arn}}"
        assert association["policy_arn"].endswith("/AmazonEKSClusterAdminPolicy")
        assert association["access_scope"] == {"type": "cluster"}


def test_the_cluster_waits_for_its_log_its_permissions_and_the_way_out() -> None:
    waits = set(analytics().find("aws_eks_cluster")["cluster"]["depends_on"])
    assert "aws_cloudwatch_log_group.cluster" in waits
    assert "aws_iam_role_policy.cluster" in waits
    assert {f"aws_route.network_private_{zone}" for zone in "abc"} <= waits
    attachments = {
        f"aws_iam_role_policy_attachment.{name}" for name in analytics().find("aws_iam_role_policy_attachment")
    }
    assert {one for one in attachments if ".cluster_" in one} <= waits


def test_the_log_group_is_the_one_eks_writes_to() -> None:
    group = analytics().find("aws_cloudwatch_log_group")["cluster"]
    assert group["name"] == "/aws/eks/shadower-analytics/cluster"
    assert group["retention_in_days"] == 365
    assert group["kms_key_id"] == "${aws_kms_key.logs.arn}"


def test_auto_modes_roles_have_what_auto_mode_needs() -> None:
    document = analytics()
    attached = document.find("aws_iam_role_policy_attachment").values()
    by_role: dict[str, set[str]] = {}
    for one in attached:
        by_role.setdefault(one["role"], set()).add(one["policy_arn"].removeprefix("arn:aws:iam::aws:policy/"))
    assert by_role["${aws_iam_role.cluster.name}"] == {
        "AmazonEKSClusterPolicy",
        "AmazonEKSComputePolicy",
        "AmazonEKSBlockStoragePolicy",
        "AmazonEKSLoadBalancingPolicy",
        "AmazonEKSNetworkingPolicy",
    }
    assert by_role["${aws_iam_role.cluster_node.name}"] == {
        "AmazonEKSWorkerNodeMinimalPolicy",
        "AmazonEC2ContainerRegistryPullOnly",
    }
    assert document.trust("cluster")["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert document.trust("cluster")["Principal"] == {"Service": "eks.amazonaws.com"}
    assert document.trust("cluster_node")["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_auto_mode_may_tag_this_clusters_load_balancers_and_no_others() -> None:
    statements = analytics("dev").statements("cluster")
    create, change = statements["CreateTagged"], statements["ChangeTags"]
    assert set(create["Action"]) == {
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateRule",
        "elasticloadbalancing:CreateTargetGroup",
        "ec2:CreateSecurityGroup",
    }
    name = "shadower-analytics-dev"
    assert create["Condition"] == {"StringEquals": {"aws:RequestTag/eks:eks-cluster-name": name}}
    assert change["Condition"] == {"StringEquals": {"aws:ResourceTag/eks:eks-cluster-name": name}}
    for resource in (*create["Resource"], *change["Resource"]):
        assert ":us-west-2:111122223333:" in resource
        assert resource.endswith("/*")


def test_kubernetes_secrets_are_encrypted_with_a_key_the_cluster_may_use() -> None:
    statement = analytics().statements("cluster")["SecretsKey"]
    assert statement["Resource"] == ["${aws_kms_key.cluster.arn}"]
    assert set(statement["Action"]) == {"kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"}


def test_auto_mode_brings_its_own_networking_so_no_add_on_does() -> None:
    assert analytics("staging").addons() == {
        "metrics-server",
        "aws-secrets-store-csi-driver-provider",
        "external-dns",
    }


def test_secrets_are_synchronized_and_refreshed() -> None:
    driver = analytics().addon("aws-secrets-store-csi-driver-provider")["configuration_values"][
        "secrets-store-csi-driver"
    ]
    assert driver == {"syncSecret": {"enabled": True}, "enableSecretRotation": True, "rotationPollInterval": "3600s"}


def test_add_ons_never_keep_a_conflicting_value_at_creation() -> None:
    for addon in analytics().find("aws_eks_addon").values():
        assert addon["resolve_conflicts_on_create"] == "OVERWRITE"
        assert addon["cluster_name"] == "${aws_eks_cluster.cluster.name}"


def test_a_managed_cluster_turns_auto_mode_off_as_a_whole() -> None:
    cluster = managed().find("aws_eks_cluster")["cluster"]
    assert cluster["compute_config"] == {"enabled": False}
    assert cluster["kubernetes_network_config"]["elastic_load_balancing"] == {"enabled": False}
    assert cluster["storage_config"] == {"block_storage": {"enabled": False}}
    assert cluster["bootstrap_self_managed_addons"] is False


def test_a_managed_cluster_has_the_roles_of_one() -> None:
    document = managed()
    attached = {
        one["policy_arn"].rpartition("/")[2] for one in document.find("aws_iam_role_policy_attachment").values()
    }
    assert not {"AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy"} & attached
    assert {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"} <= attached
    assert list(document.statements("cluster")) == ["SecretsKey"]


def test_managed_nodes_come_after_their_network_and_before_what_runs_on_them() -> None:
    document = managed()
    nodes = document.find("aws_eks_node_group")["cluster_general"]
    assert set(nodes["depends_on"]) == {"aws_eks_addon.cluster_vpc_cni", "aws_eks_addon.cluster_kube_proxy"}
    before = {"vpc-cni", "kube-proxy"}
    for addon in document.find("aws_eks_addon").values():
        waits = "aws_eks_node_group.cluster_general" in addon.get("depends_on", [])
        assert waits is (addon["addon_name"] not in before), addon["addon_name"]
    needed = {"coredns", "eks-pod-identity-agent", "aws-ebs-csi-driver", "metrics-server"}
    assert before | needed <= document.addons()
    assert document.addon("vpc-cni")["configuration_values"] == {"enableNetworkPolicy": "true"}


def test_a_node_group_is_what_its_spec_says() -> None:
    document = managed()
    nodes = document.find("aws_eks_node_group")["cluster_general"]
    assert nodes["instance_types"] == ["m7i.2xlarge"]
    assert nodes["ami_type"] == "AL2023_x86_64_STANDARD"
    assert nodes["scaling_config"] == {"min_size": 2, "max_size": 5, "desired_size": 2}
    template = document.find("aws_launch_template")["cluster_general"]
    assert "instance_type" not in template
    (disk,) = template["block_device_mappings"]
    assert disk["ebs"] == {
        "encrypted": "true",
        "volume_size": 80,
        "volume_type": "gp3",
        "delete_on_termination": "true",
    }
    assert template["metadata_options"]["http_tokens"] == "required"


def test_managed_nodes_can_change_follow_the_cluster_and_are_patched() -> None:
    document = managed(cluster__version="1.35")
    nodes = document.find("aws_eks_node_group")["cluster_general"]
    assert nodes["node_group_name_prefix"] == "general-"
    assert "node_group_name" not in nodes
    assert nodes["lifecycle"] == {"create_before_destroy": True, "ignore_changes": ["scaling_config[0].desired_size"]}
    assert nodes["version"] == "${aws_eks_cluster.cluster.version}"
    assert nodes["release_version"] == "${data.aws_ssm_parameter.cluster_general.insecure_value}"
    assert document.find("data.aws_ssm_parameter")["cluster_general"]["name"] == (
        "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/release_version"
    )


def test_add_ons_move_with_the_cluster() -> None:
    document = managed(cluster__version="1.35")
    asked = document.find("data.aws_eks_addon_version")
    assert len(asked) == len(document.find("aws_eks_addon")) >= 8
    for address, addon in document.find("aws_eks_addon").items():
        assert addon["addon_version"] == f"${{data.aws_eks_addon_version.{address}.version}}"
        assert asked[address]["addon_name"] == addon["addon_name"]
        assert asked[address]["kubernetes_version"] == "1.35"
        assert asked[address]["most_recent"] is (addon["addon_name"] == "aws-secrets-store-csi-driver-provider")


def test_exporters_run_where_something_reads_them() -> None:
    exporters = {"kube-state-metrics", "prometheus-node-exporter"}
    assert not exporters & analytics("staging").addons()
    assert exporters <= analytics("prod").addons()


def test_listed_networks_and_groups_alone_reach_the_private_endpoint() -> None:
    document = analytics(
        cluster__private_access_cidrs=["10.9.0.0/16", "10.8.7.0/24"],
        cluster__private_access_security_groups=["sg-0a1b2c3d4e5f60718"],
    )
    group = "${aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    rules = {
        name: one
        for name, one in document.find("aws_vpc_security_group_ingress_rule").items()
        if one["security_group_id"] == group and not name.startswith("monitoring_scraper_")
    }
    assert {(one["ip_protocol"], one["from_port"], one["to_port"]) for one in rules.values()} == {("tcp", 443, 443)}
    assert {name: one.get("cidr_ipv4") or one["referenced_security_group_id"] for name, one in rules.items()} == {
        "cluster_from_10_9_0_0_16": "10.9.0.0/16",
        "cluster_from_10_8_7_0_24": "10.8.7.0/24",
        "cluster_from_sg_0a1b2c3d4e5f60718": "sg-0a1b2c3d4e5f60718",
    }


def test_deployers_have_a_group_and_no_policy_of_eks() -> None:
    document = analytics(cluster__deployers=["release"])
    entry = document.find("aws_eks_access_entry")["cluster_release"]
    assert entry["principal_arn"] == "arn:aws:iam::123456789012:role/release"
    assert entry["kubernetes_groups"] == ["twinstack:analytics:deployers"]
    assert set(document.find("aws_eks_access_policy_association")) == {"cluster_platform_admin"}


def test_eks_takes_the_clusters_role_for_this_cluster_only() -> None:
    assert analytics("dev").trust("cluster")["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:eks:us-west-2:111122223333:cluster/shadower-analytics-dev"},
    }
    assert managed().trust("cluster_volume")["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012"


def test_managed_volumes_are_made_by_a_driver_with_a_role_of_its_own() -> None:
    document = managed()
    driver = document.addon("aws-ebs-csi-driver")
    assert driver["pod_identity_association"] == [
        {"role_arn": "${aws_iam_role.cluster_volume.arn}", "service_account": "ebs-csi-controller-sa"}
    ]
    attachment = document.find("aws_iam_role_policy_attachment")["cluster_volume_amazonebscsidriverpolicy"]
    assert attachment["policy_arn"] == "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
    tags = document.trust("cluster_volume")["Condition"]["StringEquals"]
    assert tags["aws:RequestTag/kubernetes-namespace"] == "kube-system"
    assert tags["aws:RequestTag/kubernetes-service-account"] == "ebs-csi-controller-sa"


EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
    "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
}


def test_an_existing_cluster_is_used_and_its_add_ons_left_to_its_owner() -> None:
    document = analytics(cluster__existing="shared", network__existing=EXISTING)
    assert not {"aws_eks_cluster", "aws_eks_addon", "aws_eks_access_entry"} & document.types.keys()
    assert document.find("data.aws_eks_cluster")["cluster"] == {"name": "shared"}
    for association in document.find("aws_eks_pod_identity_association").values():
        assert association["cluster_name"] == "shared"
    rule = document.find("aws_vpc_security_group_ingress_rule")["database_5432"]
    group = "${data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    assert rule["referenced_security_group_id"] == group
    assert "cluster_kubeconfig" not in document.outputs()


@pytest.mark.parametrize(
    ("settings", "services"),
    [
        ({}, "172.20.0.0/16"),
        ({"network__cidr": "192.168.0.0/16"}, "10.100.0.0/16"),
        ({"cluster__service_ipv4_cidr": "10.96.0.0/20"}, "10.96.0.0/20"),
    ],
)
def test_services_have_their_addresses_where_eks_would_choose_them_unless_told(
    settings: dict[str, str], services: str
) -> None:
    network = analytics(**settings).find("aws_eks_cluster")["cluster"]["kubernetes_network_config"]
    assert network["service_ipv4_cidr"] == services


def test_nodes_with_groups_of_their_own_are_admitted_wherever_the_cluster_is() -> None:
    groups = ["sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60719"]
    document = analytics(
        cluster__existing="shared", network__existing=EXISTING, cluster__node_security_group_ids=groups
    )
    cluster = "${data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    admitted: dict[tuple[str, int], list[str]] = {}
    for one in document.find("aws_vpc_security_group_ingress_rule").values():
        admitted.setdefault((one["security_group_id"], one["from_port"]), []).append(
            one["referenced_security_group_id"]
        )
    assert admitted == {
        ("${aws_security_group.database.id}", 5432): [cluster, *groups],
        ("${aws_security_group.cache.id}", 6379): [cluster, *groups],
    }
    names = document.find("aws_vpc_security_group_ingress_rule")
    assert "database_5432" in names, "the address of the first stays"
    assert "database_5432_sg_0a1b2c3d4e5f60718" in names


def test_a_group_says_how_its_nodes_are_paid_for_and_what_they_are_called() -> None:
    group = {
        **GROUP,
        "capacity": "spot",
        "labels": {"for": "batches"},
        "taints": [{"key": "only", "value": "batches"}, {"key": "soft", "effect": "prefer_no_schedule"}],
    }
    groups = {"general": GROUP, "cheap": group}
    nodes = analytics(cluster__mode="managed", cluster__node_groups=groups, **NGINX).find("aws_eks_node_group")
    assert {key: nodes["cluster_cheap"][key] for key in ("capacity_type", "labels", "taint")} == {
        "capacity_type": "SPOT",
        "labels": {"for": "batches"},
        "taint": [
            {"effect": "NO_SCHEDULE", "key": "only", "value": "batches"},
            {"effect": "PREFER_NO_SCHEDULE", "key": "soft"},
        ],
    }
    assert {"capacity_type", "labels", "taint"} & nodes["cluster_general"].keys() == set()
