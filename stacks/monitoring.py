"""What analytics has watched beyond its rooms: the queue of its workers, and the tasks they gave up on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment import Alert, Monitoring, Panel, Severity

if TYPE_CHECKING:
    from stacks.environment import AnalyticsEnvironment


def monitoring(environment: AnalyticsEnvironment) -> Monitoring:
    """The figures are the backend's: every replica reads the same ones of the queue, hence `max`."""
    job = f'job="{environment.backend.kubernetes_name}"'
    queue, failed, aside, sockets = (
        f"{function}({name}{{{job}}})"
        for function, name in (
            ("max", "celery_queue_length"),
            ("max", "failed_tasks"),
            ("max", "queue_messages_aside"),
            ("sum", "websocket_connections"),
        )
    )
    return Monitoring(
        alerts=(
            Alert(
                "TasksWaitForLong",
                f"min_over_time({queue}[10m:]) > 100",
                5,
                Severity.WARNING,
                "{{ $value }} tasks or more have been waiting for ten minutes",
                "Look at the worker's pods and at the number that its autoscaler allows.",
            ),
            Alert(
                "TasksFailed",
                f"{failed} > 0",
                1,
                Severity.WARNING,
                "{{ $value }} tasks have failed for good",
                "`python -m failed_tasks list` in a backend pod shows them, `retry` runs one again.",
            ),
            Alert(
                "QueueHeldNoTask",
                f"{aside} > 0",
                1,
                Severity.WARNING,
                "{{ $value }} messages in the queue were no tasks and were put aside",
                "`python -m failed_tasks aside` in a backend pod shows them, `--forget` deletes them; ask who writes to Redis.",
            ),
        ),
        panels=(
            Panel("tasks: waiting", "short", {"waiting": queue}),
            Panel("tasks: failed for good", "short", {"failed": failed}),
            Panel("websockets", "short", {"connected": sockets}),
        ),
    )
