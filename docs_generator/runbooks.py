"""A page for each alert that the library's rooms and analytics have: what it means, how it is seen, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from docs_generator.example import Example
from docs_generator.page import WRITTEN, measured
from docs_generator.rooms import ROOMS, Room
from stacks import product
from twinstack.environment import Alert
from twinstack.environment.alert_rules import in_words


def runbook_pages() -> Iterator[tuple[str, str]]:
    """An index, and each page by the alert's name, to which `monitoring.runbooks` leads."""
    rows = [
        f"| [{alert.name}]({name}.md) | {alert.severity} | {_of(room)} | {in_words(alert)} | {_seen_by(alert)} |"
        for name, (room, alert) in alerts().items()
    ]
    head = ["| alert | how bad | of | what it says | seen by |", "|---|---|---|---|---|"]
    yield "runbooks/index.md", HEAD + "\n".join([*head, *rows]) + "\n"
    for name, (room, alert) in alerts().items():
        yield f"runbooks/{name}.md", _page(room, alert)


@cache
def alerts() -> dict[str, tuple[Room | None, Alert]]:
    """Each alert of the rooms' examples, by its name: the first room that has it tells it; and those of analytics, of no room."""
    found: dict[str, tuple[Room | None, Alert]] = {}
    for room in ROOMS:
        for alert in Example(room).spec.monitoring().alerts:
            found.setdefault(alert.name, (room, alert))
    for alert in product.load("prod").watched().alerts:
        found[alert.name] = (None, alert)
    return dict(sorted(found.items()))


def _of(room: Room | None) -> str:
    return f"[{room.title}](../rooms/{room.folder}.md)" if room else "analytics"


def _seen_by(alert: Alert) -> str:
    """A load balancer in another team's cluster, which the example has, is measured by nobody: it says nothing in either form."""
    prometheus = ["Prometheus"] if alert.expression else []
    return " and ".join([*prometheus, *(["CloudWatch"] if alert.measured or not prometheus else [])])


def _page(room: Room | None, alert: Alert) -> str:
    article = "an" if room and room.title.startswith("E") else "a"
    lasts = f"for {alert.minutes} minute{'s' if alert.minutes != 1 else ''}" if alert.minutes else "at once"
    parts = [
        f"# {alert.name}\n\n{WRITTEN}",
        f"A **{alert.severity}** alert of {f'{article} ' if room else ''}{_of(room)}: {in_words(alert)}.",
        f"## What to do\n\n{alert.description}",
        "## When it is raised",
    ]
    if alert.expression:
        parts.append(f"Where Prometheus watches, once this has held {lasts}:\n\n```text\n{alert.expression}\n```")
    if alert.measured:
        minutes = alert.minutes if alert.measured.minutes is None else alert.measured.minutes
        missed = ", or is not there at all" if alert.measured.is_missed else ""
        parts.append(
            f"Where CloudWatch watches, once this has held for {minutes} minutes{missed}:\n\n```text\n{measured(alert)}\n```"
        )
    elif alert.expression:
        parts.append("CloudWatch measures nothing that says it.")
    else:
        parts.append(OF_A_LOAD_BALANCER)
    return "\n\n".join(parts) + "\n"


OF_A_LOAD_BALANCER = """\
Where CloudWatch watches, by the tags of the load balancer, which those in another team's cluster do not have: its threshold
is one of [`monitoring.thresholds`](../rooms/monitoring.md#thresholds)."""
"""What the room's example, in another team's cluster, has neither an expression nor a metric for."""
HEAD = f"""\
# Runbooks

{WRITTEN}

What each alert of the library's rooms, and of analytics, means and what to do first. The expressions are those of the rooms'
examples. With `monitoring.runbooks` an alert carries the address of its page. Which kind of monitoring sees what says
[Watch an environment](../how-to/watch-an-environment.md).

"""
