"""What monitoring is described by."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.alert_rules import alerts_of
from twinstack.environment.exact_image import ExactImage
from twinstack.environment.model import Finding, Model, NotInForce
from twinstack.environment.monitoring import Alert, Monitoring, Scrapers, Severity
from twinstack.environment.names import snake_case
from twinstack.environment.placement import ClusterPlan, MonitoringPlan
from twinstack.environment.quantities import RetentionDays
from twinstack.environment.spec import Half, ResourceSpec, Spec
from twinstack.environment.thresholds import Thresholds
from twinstack.environment.uses import Use
from twinstack.monitoring.cloudwatch.spec import Cloudwatch
from twinstack.monitoring.exporter import ExporterSpec, exporter_of
from twinstack.monitoring.kind import Kind, MonitoringKind
from twinstack.monitoring.managed.spec import Managed
from twinstack.monitoring.operator.spec import Operator, PrometheusOperator
from twinstack.monitoring.subscription import Subscription


class PodLogs(Model):
    """The logs of pods in CloudWatch: the add-on `amazon-cloudwatch-observability`, which sends figures of containers too."""

    retention_days: RetentionDays = 30
    """Days that they are kept."""


class MonitoringSpec(MonitoringPlan):
    """Who watches the environment: the alerts that its rooms have, in the form that one kind of watcher takes.

    What one kind alone does stands in its room, `operator/`. Without it, or with `none`, nothing is made.
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE, Half.WORKLOADS})

    kind: MonitoringKind = MonitoringKind.NONE
    """`none`; `operator`: a Prometheus operator that runs in the cluster; `cloudwatch`: alarms on what AWS measures;
    `managed`: Amazon Managed Prometheus, which needs nobody to run it, and the same alarms."""
    operator: Operator = Operator()
    """What an operator in the cluster looks for, and where its Prometheus runs."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] | None = None
    """How often pods are asked for their figures; 15 unless given, and 30 with `managed`."""
    runbooks: Annotated[str, Field(pattern=r"^https://[!-~]+$")] | None = None
    """The address below which each alert has its page, `https://runbooks.acme.example/shop`; the alert's name is added.
    This library's pages of its own alerts are under Runbooks."""
    thresholds: Thresholds = Thresholds()
    """From where on a figure raises an alert, for every kind, the local stack's too."""
    notify: tuple[Subscription, ...] = ()
    """Who is told, by the topic that is made for it."""
    topic_arn: Annotated[str | None, Field(pattern=r"^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$")] = None
    """An SNS topic that exists, instead of one that is made: its owner lets CloudWatch publish there, and says who is told."""
    log_retention_days: RetentionDays = 90
    """Days that the log of a managed Prometheus is kept: rules that it cannot evaluate, messages that it cannot send."""
    pod_logs: PodLogs | None = None
    """Whether the logs of pods are kept in CloudWatch, by an add-on of a cluster of ours, whatever the kind."""
    exporter_images: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ExactImage] = Field(default_factory=dict)
    """Other images of the exporters, by the field of the resource, `database: registry.example/postgres-exporter:v0.17.1`:
    copies in a registry of your own, where pods reach no other."""

    @property
    def watcher(self) -> Kind:
        """What the kind has to say."""
        return KINDS[self.kind](self)

    @property
    def scrapers(self) -> Scrapers | None:
        return self.watcher.scrapers

    @property
    def interval(self) -> int:
        """How often pods are asked, in seconds."""
        return self.interval_seconds or self.watcher.interval_seconds

    @property
    def limits(self) -> Thresholds:
        return self.thresholds

    @property
    def reads_metrics(self) -> bool:
        return self.watcher.reads_metrics

    @property
    def topic_name(self) -> str:
        """The SNS topic, `shadower-analytics-monitoring`."""
        return self.aws_name

    @property
    def ships_logs(self) -> bool:
        """Whether an add-on of our own cluster ships the pods' logs."""
        cluster = self.environment.find(ClusterPlan)
        return self.pod_logs is not None and cluster is not None and cluster.is_own

    @property
    def logs_role_name(self) -> str:
        """The role of what ships logs, `shadower-analytics-monitoring-logs`."""
        return self.aws_name_of("logs")

    def log_group_of(self, kind: str) -> str:
        """Where the add-on writes: by the cluster's name."""
        cluster = self.environment.find(ClusterPlan)
        return f"/aws/containerinsights/{cluster.cluster_name if cluster else ''}/{kind}"

    def alarm_name(self, component: str, alert: Alert) -> str:
        """`shadower-analytics-database-postgres-storage-nearly-full`."""
        words = snake_case(alert.name).replace("_", "-")
        return self.context.aws_name(words if component == self.context.product else f"{component}-{words}")

    @property
    def alarms(self) -> Mapping[str, tuple[str, Alert]]:
        """The alerts that CloudWatch can raise, each with the spec that it is of, by the name of its alarm."""
        return {
            self.alarm_name(key, alert): (key, alert)
            for key, alerts in alerts_of(self.environment)
            for alert in alerts
            if alert.measured and self.reads_metrics
        }

    @property
    def not_watched(self) -> tuple[str, ...]:
        """The alerts that its kind cannot raise, and what no kind can."""
        return (
            *(
                f"{alert.name} of {key}"
                for key, alerts in alerts_of(self.environment)
                for alert in alerts
                if not (alert.expression and self.watcher.reads_figures) and not (alert.measured and self.reads_metrics)
            ),
            *NEVER_WATCHED,
        )

    @property
    def exporters(self) -> tuple[ExporterSpec, ...]:
        """The workloads that it brings."""
        return self.environment.find_all(ExporterSpec)

    def brings(self) -> Mapping[str, Spec]:
        """An exporter for each resource that has one and is used, unless a field has its name already: what nobody uses is open
        to nobody, and nobody makes the role that the exporter would come as.
        """
        if not self.watcher.reads_figures:
            return {}
        uses = (Use.read(use) for workload in self.environment.workloads for use in workload.uses)
        used = {use.key for use in uses if use is not None}
        taken = type(self.environment).__pydantic_fields__
        return {
            key: exporter_of(resource, found, self.exporter_images.get(resource.key, found.image))
            for resource in self.environment.resources
            if resource.key in used and (found := resource.exporter()) and (key := exporter_key(resource)) not in taken
        }

    def monitoring(self) -> Monitoring:
        """What is no longer asked can raise no other alert: so that is one."""
        gone = " or ".join(f'absent(up{{job="{one.job}"}})' for one in self.exporters)
        if not gone:
            return Monitoring()
        return Monitoring(
            (
                Alert(
                    "ExporterGone",
                    gone,
                    10,
                    Severity.WARNING,
                    "nothing answers for {{ $labels.job }}",
                    "Look at its pod, and at what the pod is refused: without its figures no alert on them can be raised.",
                ),
            )
        )

    def names(self) -> Iterator[tuple[str, str]]:
        yield from self.watcher.names()
        if self.ships_logs:
            yield "IAM role", self.logs_role_name
        if not self.reads_metrics:
            return
        for name in self.alarms:
            yield "CloudWatch alarm", name
        if self.topic_arn is None:
            yield "SNS topic", self.topic_name
            yield "KMS alias", self.topic_name

    def not_in_force(self) -> Mapping[str, NotInForce]:
        unused = OF_KINDS - self.watcher.own_fields
        return {field: NotInForce("kind", f"nothing reads it with kind {self.kind}") for field in sorted(unused)}

    def rules(self) -> Iterator[Finding]:
        if self.notify and self.topic_arn:
            yield Finding(
                "TW647",
                "subscriptions to a topic that is another's",
                ("notify",),
                given=", ".join(one.endpoint for one in self.notify),
                allowed="notify, or topic_arn",
                fix="let the topic's owner subscribe them, or leave topic_arn out",
            )

    def review(self) -> Iterator[Finding]:
        others = [other.key for other in self.environment.find_all(MonitoringSpec)]
        if others[0] != self.key:
            yield Finding(
                "TW643",
                "a second monitoring",
                (),
                given=f"{self.key}, beside {others[0]}",
                allowed="one in an environment: it watches all of it",
                fix="remove one of the two",
            )
            return
        known = {one.key: one for one in self.environment.resources if one.exporter()}
        for key in self.exporter_images:
            if key not in known:
                yield Finding(
                    "TW641",
                    "an image for the exporter of something that has none",
                    ("exporter_images", key),
                    given=key,
                    allowed=", ".join(known) or "nothing: no resource of this environment has an exporter",
                    fix="correct the name, or remove the line",
                )
        if self.watcher.reads_figures:
            for resource in known.values():
                if exporter_key(resource) in type(self.environment).__pydantic_fields__:
                    yield Finding(
                        "TW642",
                        "a field has the name of an exporter",
                        (),
                        given=f"{exporter_key(resource)}, beside {resource.key}",
                        allowed=f"another name: the exporter of {resource.key} is called so",
                        fix=f"rename the field {exporter_key(resource)}",
                    )
        if self.watcher.halves:
            yield Finding(
                "TW640",
                f"what monitoring of kind {self.kind} does not watch",
                ("kind",),
                given=", ".join(self.not_watched),
                allowed="other kinds, which watch some of it; or somebody who looks",
                fix="watch what matters of it otherwise",
                warning=True,
                acknowledgeable=True,
            )
        if self.reads_metrics and not self.notify and self.topic_arn is None:
            yield Finding(
                "TW645",
                "alarms that nobody hears",
                ("notify",),
                given="neither notify nor topic_arn",
                allowed="at least one subscription, or a topic that has some",
                fix="name who is told, for example {protocol: email, endpoint: oncall@example.com}",
                warning=True,
                acknowledgeable=True,
            )
        if self.topic_arn and self.topic_arn.split(":")[3:5] != [self.context.region, self.context.account]:
            yield Finding(
                "TW646",
                "a topic that alarms cannot reach",
                ("topic_arn",),
                given=self.topic_arn,
                allowed=f"one of {self.context.region} in the account {self.context.account}",
                fix="name a topic beside the alarms, which may hand on to others",
            )
        yield from self.watcher.review()


def exporter_key(resource: ResourceSpec) -> str:
    """What would be its field, `database_exporter`."""
    return f"{resource.key}_exporter"


KINDS: Final[Mapping[MonitoringKind, type[Kind]]] = {
    MonitoringKind.NONE: Kind,
    MonitoringKind.OPERATOR: PrometheusOperator,
    MonitoringKind.CLOUDWATCH: Cloudwatch,
    MonitoringKind.MANAGED: Managed,
}
"""Each kind's room."""
NEVER_WATCHED: Final = ("the age of backups and the health of EKS add-ons, which AWS has no metric of",)
OF_KINDS: Final = frozenset(
    {"operator", "interval_seconds", "runbooks", "exporter_images", "notify", "topic_arn", "log_retention_days"}
)
"""The fields that not every kind reads."""
