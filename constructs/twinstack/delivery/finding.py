"""One cause that was found, and how what the cluster says is put in one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from twinstack.delivery.reasons import Reason
from twinstack.printable import printable_line


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause, as it stands at this moment."""

    reason: Reason
    message: str
    fix: str
    patience_seconds: float
    """How long it may last before it is a failure; infinite for what another has to judge (a Job its pods)."""
    pod: str = ""
    container: str = ""
    """Whose log tells more; empty where none can."""
    previous: bool = False
    """Whether it is the log of the container before the present one."""
    last_words: str = ""
    """What the container left as its termination message: the end of its log, where the log itself is gone."""
    event: str = ""
    part: str = ""
    """What tells it apart from another of its reason: which probe."""

    @property
    def key(self) -> tuple[str, ...]:
        """By what it is the same cause at the next look, whatever its words are by then."""
        return self.reason, self.pod, self.container, self.part


def plain(message: str) -> str:
    """What the cluster says, printable, in one line of bounded length, without the names of its own machinery."""
    for noise, words in _NOISE:
        message = noise.sub(words, message)
    line = printable_line(" ".join(message.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def said(event: Mapping[str, Any]) -> str:
    """An event as it is shown: `FailedMount: MountVolume.SetUp failed …`."""
    return plain(f"{event.get('reason', '')}: {event.get('message', '')}")


_LONGEST: Final = 500
_NOISE: Final = (
    (re.compile(r"rpc error: code = \w+ desc = "), ""),
    (re.compile(r"Error response from daemon: "), ""),
    (re.compile(r"failed to (pull and unpack|resolve) (image|reference) \"[^\"]*\": "), ""),
)
