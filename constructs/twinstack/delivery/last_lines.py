"""The last lines of a container's log, bounded and printable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.errors import ClusterError
from twinstack.printable import printable_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinstack.api_server import ApiServer
    from twinstack.delivery.finding import Finding


def last_lines(api: ApiServer, namespace: str, finding: Finding) -> tuple[str, ...]:
    """What the container wrote before it ended, or writes now; empty where it wrote nothing that can be read.

    Where the log is gone (the node, the pod), what kubelet kept of it as the termination message.
    """
    if not finding.container:
        return ()
    for previous in (finding.previous, not finding.previous):
        try:
            lines = api.log(namespace, finding.pod, finding.container, tail_lines=LINES, previous=previous)
        except ClusterError:
            break
        if any(line.strip() for line in lines):
            return bounded(lines)
    return bounded(finding.last_words.splitlines())


def bounded(lines: Iterable[str]) -> tuple[str, ...]:
    """The last of these lines, none longer than a screen can bear, none that moves a cursor."""
    kept = [*lines][-LINES:]
    return tuple(shown(line) for line in kept)


def shown(line: str) -> str:
    """One line of a log as it may be shown."""
    text = printable_line(line.rstrip("\r\n"))
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


LINES: Final = 20
WIDTH: Final = 500
