"""What Amazon Managed Service for Prometheus is given.

Sources: Amazon Managed Service for Prometheus User Guide, "Set up managed collectors for Amazon EKS", "Giving Amazon Managed
Service for Prometheus permission to send alert messages to your Amazon SNS topic"; API Reference, "CreateScraper".
"""

from __future__ import annotations

from typing import Any, Final

from cdktf_cdktf_provider_aws.prometheus_alert_manager_definition import PrometheusAlertManagerDefinition
from cdktf_cdktf_provider_aws.prometheus_rule_group_namespace import PrometheusRuleGroupNamespace
from cdktf_cdktf_provider_aws.prometheus_scraper import (
    PrometheusScraper,
    PrometheusScraperDestination,
    PrometheusScraperDestinationAmp,
    PrometheusScraperSource,
    PrometheusScraperSourceEks,
)
from cdktf_cdktf_provider_aws.prometheus_workspace import (
    PrometheusWorkspace,
    PrometheusWorkspaceLoggingConfiguration,
)
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from twinstack.aws import Extensible, Infrastructure, keep, pin
from twinstack.environment import ClusterPlan
from twinstack.environment.alert_rules import rule_groups
from twinstack.environment.dumper import dump
from twinstack.monitoring.alarms import Alarms
from twinstack.monitoring.aws import Watched
from twinstack.monitoring.cloudwatch.aws import CLOUDWATCH
from twinstack.monitoring.jobs import jobs
from twinstack.monitoring.managed.configuration import alert_manager, as_text, scrape_configuration
from twinstack.monitoring.managed.spec import MOST, Managed
from twinstack.monitoring.spec import MonitoringSpec
from twinstack.monitoring.topic import Topic
from twinstack.policy import Accepted


class Side(Construct):
    """A workspace with its rules and whom to tell, a scraper with its ways, and the alarms of CloudWatch.

    The scraper is let into the cluster by AWS, which makes its access entry where the cluster takes such (ours does). One
    cannot be moved: with other subnets or groups AWS makes another.
    """

    def __init__(
        self,
        scope: Construct,
        spec: MonitoringSpec,
        *,
        stack: Infrastructure[Any],
        cluster: Extensible,
        network: Watched,
    ) -> None:
        super().__init__(scope, "managed")
        self._spec = spec
        self.topic: Topic = Topic(self, spec, publishers=(CLOUDWATCH, PROMETHEUS))
        self.alarms: Alarms = Alarms(self, spec, self.topic)
        name, key = spec.aws_name, spec.key
        log_group = stack.log_group(self, key, Managed(spec).log_group_name, retention_days=spec.log_retention_days)
        self.workspace: PrometheusWorkspace = pin(
            PrometheusWorkspace(
                self,
                "workspace",
                alias=name,
                logging_configuration=PrometheusWorkspaceLoggingConfiguration(log_group_arn=f"{log_group.arn}:*"),
                tags={"Name": name},
                lifecycle=keep(spec.context),
            ),
            key,
        )
        groups = rule_groups(spec.environment, runbooks=spec.runbooks or "")
        self.rules: PrometheusRuleGroupNamespace = pin(
            PrometheusRuleGroupNamespace(
                self,
                "rules",
                name=spec.context.product,
                workspace_id=self.workspace.id,
                data=as_text(dump([{"groups": groups}])),
                tags={"Name": spec.context.product},
            ),
            key,
        )
        self.alert_manager: PrometheusAlertManagerDefinition = pin(
            PrometheusAlertManagerDefinition(
                self,
                "alert-manager",
                workspace_id=self.workspace.id,
                definition=alert_manager(spec, self.topic.arn),
                depends_on=[self.topic.policy] if self.topic.policy else None,
            ),
            key,
        )
        self.security_group: SecurityGroup | None = self._make_group(cluster, network) if cluster.is_own else None
        # Of another team's cluster nothing is changed: there it wears the groups that admit each other already.
        groups = [self.security_group.id] if self.security_group else _worn(spec, cluster)
        self.scraper: PrometheusScraper = pin(
            PrometheusScraper(
                self,
                "scraper",
                alias=Managed(spec).scraper_name,
                scrape_configuration=as_text(scrape_configuration(spec)),
                source=[
                    PrometheusScraperSource(
                        eks=[
                            PrometheusScraperSourceEks(
                                cluster_arn=_cluster_arn(spec, cluster),
                                subnet_ids=list(network.private_subnet_ids)[:MOST],
                                security_group_ids=groups,
                            )
                        ]
                    )
                ],
                destination=[
                    PrometheusScraperDestination(
                        amp=[PrometheusScraperDestinationAmp(workspace_arn=self.workspace.arn)]
                    )
                ],
                tags={"Name": Managed(spec).scraper_name},
            ),
            key,
        )

    def _make_group(self, cluster: Extensible, network: Watched) -> SecurityGroup:
        """A way from the scraper to the API server and to each port of figures, and nowhere else."""
        spec = self._spec
        name, address = Managed(spec).scraper_name, f"{spec.key}_scraper"
        group = SecurityGroup(
            self,
            "group",
            name=name,
            description=f"Asks the pods of {spec.environment.stack_id} for their figures",
            vpc_id=network.vpc_id,
            tags={"Name": name},
        )
        pin(group, address)
        for port in sorted({API_SERVER, *(one.scrape.port for one in jobs(spec))}):
            said = f"Figures of {spec.environment.stack_id}" if port != API_SERVER else "Which pods there are"
            ends = (group.id, cluster.security_group_id)
            for rule, id_, (own, other) in (
                (VpcSecurityGroupEgressRule, "to-cluster", ends),
                (VpcSecurityGroupIngressRule, "into-cluster", ends[::-1]),
            ):
                made = rule(
                    self,
                    f"{id_}-{port}",
                    security_group_id=own,
                    referenced_security_group_id=other,
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    description=said,
                )
                pin(made, f"{address}_{port}")
        return group


def _worn(spec: MonitoringSpec, cluster: Extensible) -> list[str]:
    plan = spec.environment.find(ClusterPlan)
    return [cluster.security_group_id, *dict.fromkeys(plan.node_security_groups if plan else ())]


def _cluster_arn(spec: MonitoringSpec, cluster: Extensible) -> str:
    """By a reference, so that the cluster is there first; another team's is there."""
    plan = spec.environment.find(ClusterPlan)
    if plan is not None and plan.is_own:
        return f"${{aws_eks_cluster.{plan.key}.arn}}"
    return f"arn:aws:eks:{spec.context.region}:{spec.context.account}:cluster/{cluster.literal_name}"


PROMETHEUS: Final = "aps.amazonaws.com"
API_SERVER: Final = 443
ACCEPTED: Final = [
    Accepted(
        "CKV2_AWS_5",
        "aws_security_group",
        "the scraper wears its group; checkov does not know that aws_prometheus_scraper has one.",
    )
]
