"""What a cluster becomes on AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_eks_addon_version import DataAwsEksAddonVersion
from cdktf_cdktf_provider_aws.data_aws_eks_cluster import DataAwsEksCluster
from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.eks_addon import EksAddon, EksAddonPodIdentityAssociation
from cdktf_cdktf_provider_aws.eks_cluster import (
    EksCluster,
    EksClusterAccessConfig,
    EksClusterComputeConfig,
    EksClusterEncryptionConfig,
    EksClusterEncryptionConfigProvider,
    EksClusterKubernetesNetworkConfig,
    EksClusterKubernetesNetworkConfigElasticLoadBalancing,
    EksClusterStorageConfig,
    EksClusterStorageConfigBlockStorage,
    EksClusterUpgradePolicy,
    EksClusterVpcConfig,
    EksClusterZonalShiftConfig,
)
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

from twinstack.aws import Infrastructure, Key, Room, keep, pin
from twinstack.cluster.access import admit_callers, give_access
from twinstack.cluster.node_groups import make_node_groups
from twinstack.cluster.roles import VOLUME_SERVICE_ACCOUNT, Role, cluster_role, node_role, volume_role
from twinstack.cluster.spec import ClusterSpec
from twinstack.policy.accepted import Accepted


class NodeNetwork(Protocol):
    """A network in which nodes can run."""

    @property
    def private_subnet_ids(self) -> Sequence[str]:
        """Subnets in at least two zones."""
        ...

    @property
    def ways_out(self) -> Sequence[ITerraformDependable]:
        """What nodes need to reach AWS, and so must exist before them."""
        ...


class Cluster(Room[ClusterSpec]):
    """An EKS cluster with what must run in it as add-ons, or one that exists.

    No Kubernetes or Helm provider takes part: such a provider works on create and fails on change. Sources: Amazon EKS
    User Guide, "Create an EKS Auto Mode cluster", "Amazon EKS add-ons", "Access entries".
    """

    def __init__(self, scope: Infrastructure[Any], spec: ClusterSpec, *, network: NodeNetwork) -> None:
        super().__init__(scope, spec)
        self.network = network
        self.cluster: EksCluster | None = None
        self.addons: dict[str, EksAddon] = {}
        self.node_groups: list[ITerraformDependable] = []
        if spec.existing:
            self.data: DataAwsEksCluster = pin(DataAwsEksCluster(self, "cluster", name=spec.existing), spec.key)
            self._group = f"${{data.aws_eks_cluster.{spec.key}.vpc_config[0].cluster_security_group_id}}"
            return
        name = spec.cluster_name
        self.key: Key = Key(
            self, spec.key, spec.aws_name_of("cluster"), context=self.context, purpose=f"{name}: Kubernetes secrets"
        )
        self.log_group: CloudwatchLogGroup = scope.log_group(
            self, spec.key, f"/aws/eks/{name}/cluster", retention_days=spec.log_retention_days
        )
        self.role: Role = cluster_role(self, spec, self.key)
        self.node_role: Role = node_role(self, spec)
        self.cluster = self._make_cluster()
        self._group = f"${{aws_eks_cluster.{spec.key}.vpc_config[0].cluster_security_group_id}}"
        self.access_entries: list[EksAccessEntry] = give_access(self, spec, self.cluster_name)
        self.callers: list[VpcSecurityGroupIngressRule] = admit_callers(self, spec, self._group)
        self._make_addons()
        scope.output(
            f"{spec.key}_kubeconfig",
            f"aws eks update-kubeconfig --region {self.context.region} --name {name}",
            "Lets kubectl reach the cluster",
        )

    @property
    def resource(self) -> EksCluster | DataAwsEksCluster:
        return self.cluster or self.data

    @property
    def cluster_name(self) -> str:
        return f"${{aws_eks_cluster.{self.spec.key}.name}}" if self.cluster else self.spec.cluster_name

    @property
    def literal_name(self) -> str:
        """The name as text: what must be known before the cluster exists cannot wait for a reference."""
        return self.spec.cluster_name

    @property
    def is_own(self) -> bool:
        """Whether this stack makes it; the add-ons of an existing one are its owner's."""
        return self.spec.is_own

    @property
    def security_group_id(self) -> str:
        """The group that EKS makes for the cluster: control plane, nodes and pods."""
        return self._group

    def addon(
        self,
        name: str,
        configuration: Mapping[str, Any] | None = None,
        *,
        roles: Mapping[str, str] | None = None,
        after: Sequence[ITerraformDependable] = (),
    ) -> EksAddon:
        """An EKS add-on, after the nodes it runs on, in the version that EKS has as its default for the cluster's.

        Without a version EKS takes its default of the day of creation, and nothing ever moves it. Asked for, it moves
        with the cluster's minor version, and between with EKS' default: a plan shows it, and an apply makes it. The
        default is what EKS gives a new cluster; the newest of all would come to production on the day it comes out.
        `NEWEST` are those of which more is needed. `roles` maps its service accounts to role ARNs.

        Source: Amazon EKS API Reference, "DescribeAddonVersions"; Terraform AWS provider, "aws_eks_addon_version".
        """
        address = f"{self.spec.key}_{name.replace('-', '_')}"
        version = DataAwsEksAddonVersion(
            self,
            f"{name}-version",
            addon_name=name,
            kubernetes_version=self.spec.version,
            most_recent=name in NEWEST,
        )
        pin(version, address)
        addon = EksAddon(
            self,
            name,
            cluster_name=self.cluster_name,
            addon_name=name,
            addon_version=version.version,
            configuration_values=json.dumps(configuration, separators=(",", ":")) if configuration else None,
            pod_identity_association=[
                EksAddonPodIdentityAssociation(service_account=account, role_arn=arn)
                for account, arn in (roles or {}).items()
            ]
            or None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            depends_on=[*after, *self.node_groups] or None,
        )
        self.addons[name] = pin(addon, address)
        return addon

    def _make_cluster(self) -> EksCluster:
        spec = self.spec
        auto = spec.is_auto
        cluster = EksCluster(
            self,
            "cluster",
            name=spec.cluster_name,
            version=spec.version,
            role_arn=self.role.arn,
            enabled_cluster_log_types=["api", "audit", "authenticator", "controllerManager", "scheduler"],
            vpc_config=EksClusterVpcConfig(
                subnet_ids=list(self.network.private_subnet_ids),
                endpoint_private_access=True,
                endpoint_public_access=bool(spec.public_access_cidrs),
                public_access_cidrs=[str(cidr) for cidr in spec.public_access_cidrs] or None,
            ),
            access_config=EksClusterAccessConfig(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            encryption_config=EksClusterEncryptionConfig(
                provider=EksClusterEncryptionConfigProvider(key_arn=self.key.arn), resources=["secrets"]
            ),
            upgrade_policy=EksClusterUpgradePolicy(support_type="STANDARD"),
            zonal_shift_config=EksClusterZonalShiftConfig(enabled=True),
            deletion_protection=spec.deletion_protection,
            bootstrap_self_managed_addons=False,
            compute_config=EksClusterComputeConfig(
                enabled=auto,
                node_pools=["general-purpose", "system"] if auto else None,
                node_role_arn=self.node_role.arn if auto else None,
            ),
            kubernetes_network_config=EksClusterKubernetesNetworkConfig(
                ip_family="ipv4",
                service_ipv4_cidr=str(spec.service_cidr) if spec.service_cidr else None,
                elastic_load_balancing=EksClusterKubernetesNetworkConfigElasticLoadBalancing(enabled=auto),
            ),
            storage_config=EksClusterStorageConfig(block_storage=EksClusterStorageConfigBlockStorage(enabled=auto)),
            tags={"Name": spec.title_tag},
            depends_on=[self.log_group, *self.role.grants, *self.node_role.grants, *self.network.ways_out],
            lifecycle=keep(self.context),
        )
        return pin(cluster, spec.key)

    def _make_addons(self) -> None:
        if not self.spec.is_auto:
            network = [self.addon("vpc-cni", {"enableNetworkPolicy": "true"}), self.addon("kube-proxy")]
            self.node_groups = make_node_groups(
                self, self.spec, self.cluster_name, self.node_role, self.network.private_subnet_ids, network
            )
            for name in ("coredns", "eks-pod-identity-agent"):
                self.addon(name)
            role = volume_role(self, self.spec, self.cluster_name)
            self.addon("aws-ebs-csi-driver", roles={VOLUME_SERVICE_ACCOUNT: role.arn}, after=role.grants)
        for name, configuration in ADDONS.items():
            self.addon(name, configuration)
        for name in EXPORTERS if self.spec.exporters else ():
            self.addon(name)


ADDONS: Mapping[str, Mapping[str, Any]] = {
    "metrics-server": {},
    "aws-secrets-store-csi-driver-provider": {
        "secrets-store-csi-driver": {
            "syncSecret": {"enabled": True},
            "enableSecretRotation": True,
            "rotationPollInterval": "3600s",
        }
    },
}
"""What every cluster runs. Rotation goes by new names (see WorkloadSpec.secret), so the poll may be slow."""
EXPORTERS: Final = ("kube-state-metrics", "prometheus-node-exporter")
NEWEST: Final = frozenset({"aws-secrets-store-csi-driver-provider"})
"""From chart 3.1.0 of 11 May 2026 on it brings driver 1.6.0, which updates a Secret whose class has changed on the next
mount; the ones before only make it once. Source: aws/secrets-store-csi-driver-provider-aws, `Chart.lock`."""
ACCEPTED = (
    Accepted(
        "CKV_AWS_339",
        "aws_eks_cluster",
        "The scanner's list of versions ends before 1.36; twinstack compares every version with its end of support.",
    ),
)
