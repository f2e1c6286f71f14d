"""What is watched of a load balancer: its errors, how long answers take, and its certificate.

Its name is the controller's, and known once it is made: so its figures are asked for by its tags, which CloudWatch knows
where an account has "resource tags on telemetry" switched on. Sources: Elastic Load Balancing, "CloudWatch metrics for your
Application Load Balancer"; Amazon CloudWatch User Guide, "Alarms on CloudWatch Metrics Insights queries"; AWS Certificate
Manager User Guide, "Supported CloudWatch metrics". Read in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinstack.edge.certificate import address_of
from twinstack.environment.monitoring import Alert, Measured, Monitoring, Severity, Statistic
from twinstack.environment.placement import thresholds_of

if TYPE_CHECKING:
    from twinstack.edge.alb.spec import Alb


def monitoring(alb: Alb) -> Monitoring:
    """Of a load balancer without our tags, which another team's cluster has, the certificate alone."""
    edge = alb.edge
    limits = thresholds_of(edge)
    tags = {name: alb.tags[name] for name in TOLD_BY if name in alb.tags}

    def measured(metric: str, statistic: Statistic, threshold: float, **options: Any) -> Measured | None:
        return Measured(BALANCER, metric, (), statistic, threshold, where=tags, **options) if tags else None

    made = (f"${{aws_acm_certificate.{edge.key}_{address_of(one.names[0])}.arn}}" for one in edge.certificates_made)
    certificates = (edge.certificate_arn,) if edge.certificate_arn else tuple(made)
    return Monitoring(
        (
            Alert(
                "EdgeErrors",
                "",
                5,
                Severity.CRITICAL,
                f"more than {limits.edge_errors} answers a minute of {edge.host} are errors",
                "Whose they are say the panels of the services: with none there, the load balancer found no pod to ask.",
                measured("HTTPCode_ELB_5XX_Count", Statistic.SUM, limits.edge_errors),
            ),
            Alert(
                "EdgeServiceErrors",
                "",
                5,
                Severity.CRITICAL,
                f"more than {limits.edge_errors} answers a minute of the services behind {edge.host} are errors",
                "Find the route in the log of the service; compare with the last release.",
                measured("HTTPCode_Target_5XX_Count", Statistic.SUM, limits.edge_errors),
            ),
            Alert(
                "EdgeSlow",
                "",
                10,
                Severity.WARNING,
                f"an answer of {edge.host} takes longer than {limits.edge_seconds:g} s on average",
                "Compare with the database's and the cache's figures, and with the number of replicas.",
                measured("TargetResponseTime", Statistic.AVERAGE, limits.edge_seconds),
            ),
            Alert(
                "CertificateEnds",
                "",
                0,
                Severity.CRITICAL,
                f"the certificate of {edge.host} ends in less than {limits.certificate_days} days",
                "ACM renews by the record in the zone that validates it: look whether that is still there, and at the "
                "certificate's renewal status. An imported one is imported anew.",
                Measured(
                    "AWS/CertificateManager",
                    "DaysToExpiry",
                    tuple({"CertificateArn": one} for one in certificates),
                    Statistic.MINIMUM,
                    limits.certificate_days,
                    minutes=24 * 60,
                    period_seconds=24 * 3600,
                    is_below=True,
                ),
            ),
        )
    )


BALANCER: Final = "AWS/ApplicationELB"
TOLD_BY: Final = ("Environment", "Product")
"""The tags by which the bill is read tell one environment's load balancer from another's in the same account."""
