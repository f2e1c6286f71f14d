"""How the kubelet asks a container for its health.

Source: Kubernetes, "Configure Liveness, Readiness and Startup Probes". Initial delays count from the container's
start; the startup probe holds the other two back until it has passed, however short they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.environment import HealthCommand, ServiceHealth
from twinstack.kubernetes.expansion import literal
from twinstack.kubernetes.quantity import number_or_percent


@dataclass(frozen=True, slots=True)
class Health:
    """The three probes of a container."""

    startup: k8s.Probe
    liveness: k8s.Probe
    readiness: k8s.Probe


def http_health(
    *,
    live: str,
    ready: str,
    port: int,
    start_seconds: int,
    restart_after_seconds: int = 90,
    unready_after_seconds: int = 30,
) -> Health:
    """Asks by HTTP: `live` every 30 seconds, `ready` every 10; a start may take `start_seconds`.

    `live` may fail for `restart_after_seconds`, `ready` for `unready_after_seconds`.
    """
    target = number_or_percent(port)
    return _asked(
        {"http_get": k8s.HttpGetAction(path=live, port=target)},
        {"http_get": k8s.HttpGetAction(path=ready, port=target)},
        start_seconds,
        restart_after_seconds,
        unready_after_seconds,
    )


def service_health(health: ServiceHealth, *, port: int, start_seconds: int) -> Health:
    """Asks a web service in the way that it says: by HTTP, by a connection, by gRPC or by a command; as often as `http_health`."""
    seconds = (start_seconds, health.restart_after_seconds, health.unready_after_seconds)
    if health.tcp:
        asked: dict[str, Any] = {"tcp_socket": k8s.TcpSocketAction(port=number_or_percent(port))}
    elif health.grpc is not None:
        asked = {"grpc": k8s.GrpcAction(port=port, service=health.grpc or None)}
    elif health.command:
        asked = {"exec": k8s.ExecAction(command=[*map(literal, health.command)])}
    else:
        live, ready = (str(path) for path in (health.live, health.ready))
        return http_health(
            live=live, ready=ready, port=port, start_seconds=start_seconds,
            restart_after_seconds=health.restart_after_seconds, unready_after_seconds=health.unready_after_seconds,
        )  # fmt: skip
    return _asked(asked, asked, *seconds)


def _asked(
    live: dict[str, Any],
    ready: dict[str, Any],
    start_seconds: int,
    restart_after_seconds: int,
    unready_after_seconds: int,
) -> Health:
    return Health(
        startup=k8s.Probe(
            **live,
            period_seconds=STARTUP_PERIOD_SECONDS,
            failure_threshold=_failures(start_seconds, STARTUP_PERIOD_SECONDS),
            timeout_seconds=STARTUP_PERIOD_SECONDS,
        ),
        liveness=k8s.Probe(
            **live,
            initial_delay_seconds=30,
            period_seconds=LIVENESS_PERIOD_SECONDS,
            timeout_seconds=ANSWER_SECONDS,
            failure_threshold=_failures(restart_after_seconds, LIVENESS_PERIOD_SECONDS),
        ),
        readiness=k8s.Probe(
            **ready,
            initial_delay_seconds=5,
            period_seconds=READINESS_PERIOD_SECONDS,
            timeout_seconds=ANSWER_SECONDS,
            failure_threshold=_failures(unready_after_seconds, READINESS_PERIOD_SECONDS),
        ),
    )


def command_health(health: HealthCommand, *, start_seconds: int = 120) -> Health:
    """Asks by a command, for pods that serve no HTTP. Readiness then only tells a rollout when it may go on."""
    command = k8s.ExecAction(command=[*map(literal, health.command)])
    startup_period = max(COMMAND_STARTUP_PERIOD_SECONDS, health.timeout_seconds)
    return Health(
        startup=k8s.Probe(
            exec=command,
            period_seconds=startup_period,
            failure_threshold=_failures(start_seconds, startup_period),
            timeout_seconds=health.timeout_seconds,
        ),
        liveness=k8s.Probe(
            exec=command,
            period_seconds=health.period_seconds,
            timeout_seconds=health.timeout_seconds,
            failure_threshold=_failures(health.restart_after_seconds, health.period_seconds),
        ),
        readiness=k8s.Probe(
            exec=k8s.ExecAction(command=[*map(literal, health.ready or health.command)]),
            period_seconds=health.period_seconds,
            timeout_seconds=health.timeout_seconds,
            failure_threshold=2,
        ),
    )


def _failures(seconds: int, period: int) -> int:
    """How often it may fail in a row in so long; never more than that, and once at least."""
    return max(1, -(-seconds // period))


STARTUP_PERIOD_SECONDS: Final = 2
"""Short, because it is what a new replica waits for before it serves."""
READINESS_PERIOD_SECONDS: Final = 10
LIVENESS_PERIOD_SECONDS: Final = 30
COMMAND_STARTUP_PERIOD_SECONDS: Final = 5
ANSWER_SECONDS: Final = 5
"""The default of one second fails a healthy service whose database takes a moment to accept a connection."""
