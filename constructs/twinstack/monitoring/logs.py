"""The logs of pods, in CloudWatch: an add-on that ships them, and log groups that end.

Sources: Amazon CloudWatch User Guide, "Install the CloudWatch agent with the Amazon CloudWatch Observability EKS add-on" (its
service account, its policy, `containerLogs`); "Container Insights", for the names of the groups.
"""

from __future__ import annotations

from typing import Any, Final

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure, pin
from twinstack.aws.identity import pod_role, pod_trust
from twinstack.monitoring.spec import MonitoringSpec


class Logs(Construct):
    """The add-on with its role, and each group before anything is written into it: what the agent makes itself is kept for
    ever, under nobody's key.
    """

    def __init__(
        self, scope: Construct, spec: MonitoringSpec, *, stack: Infrastructure[Any], cluster: Extensible, days: int
    ) -> None:
        super().__init__(scope, "logs")
        address = f"{spec.key}_logs"
        self.log_groups: list[CloudwatchLogGroup] = [
            stack.log_group(self, f"{address}_{kind}", spec.log_group_of(kind), retention_days=days) for kind in LOGS
        ]
        self.role: IamRole = pod_role(
            self,
            "role",
            address,
            name=spec.logs_role_name,
            description=f"Ships the logs of pods in {cluster.literal_name}",
            trust=pod_trust(spec.context, cluster.cluster_name, NAMESPACE, SERVICE_ACCOUNT),
        )
        self.policy: IamRolePolicyAttachment = pin(
            IamRolePolicyAttachment(
                self,
                "policy",
                role=self.role.name,
                policy_arn="arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
            ),
            address,
        )
        self.addon: object = cluster.addon(
            ADDON,
            {"containerLogs": {"enabled": True}},
            roles={SERVICE_ACCOUNT: self.role.arn},
            after=[self.policy, *self.log_groups],
        )


ADDON: Final = "amazon-cloudwatch-observability"
NAMESPACE: Final = "amazon-cloudwatch"
SERVICE_ACCOUNT: Final = "cloudwatch-agent"
LOGS: Final = ("application", "dataplane", "host", "performance")
"""What the agent writes: the pods' own lines, the cluster's, the nodes', and the figures of Container Insights."""
