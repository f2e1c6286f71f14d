"""What is watched of a web service that serves metrics: rate, errors and duration.

The service counts in `http_requests_total` (labels method, route, status) and `http_request_duration_seconds`. Source:
Prometheus, "Metric and label naming"; the RED method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.monitoring import Alert, Monitoring, Panel, Severity

if TYPE_CHECKING:
    from twinstack.web_service.spec import WebServiceSpec


def monitoring(spec: WebServiceSpec) -> Monitoring:
    """Nothing for a service without metrics."""
    if spec.metrics is None:
        return Monitoring()
    job = f'job="{spec.kubernetes_name}"'
    requests = f"sum(rate(http_requests_total{{{job}}}[5m]))"
    errors = f'(sum(rate(http_requests_total{{{job},status=~"5.."}}[5m])) or vector(0)) / ({requests} > 0)'
    buckets = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{job}}}[5m]))"
    return Monitoring(
        alerts=(
            Alert(
                "ServiceDown",
                f"absent(up{{{job}}} == 1)",
                1,
                Severity.CRITICAL,
                f"no replica of {spec.key} answers",
                "Look at its pods, their events, and the last lines of their logs.",
            ),
            Alert(
                "ServiceErrors",
                f"{errors} > 0.05",
                5,
                Severity.CRITICAL,
                f"{{{{ $value | humanizePercentage }}}} of the answers of {spec.key} are errors",
                "Find the route in the dashboard, then its lines in the log; compare with the last release.",
            ),
            Alert(
                "ServiceSlow",
                f"histogram_quantile(0.95, {buckets}) > 1",
                10,
                Severity.WARNING,
                f"one answer of {spec.key} in twenty takes longer than {{{{ $value | humanizeDuration }}}}",
                "Compare with the database's and the cache's panels, and with the number of replicas.",
            ),
        ),
        panels=(
            Panel(
                f"{spec.key}: requests",
                "reqps",
                {"{{status}}": f"sum by (status) (rate(http_requests_total{{{job}}}[5m]))"},
            ),
            Panel(f"{spec.key}: errors", "percentunit", {"5xx": errors}),
            Panel(
                f"{spec.key}: duration",
                "s",
                {f"p{quantile}": f"histogram_quantile(0.{quantile}, {buckets})" for quantile in (50, 95, 99)},
            ),
        ),
    )
