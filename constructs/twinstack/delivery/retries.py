"""What is asked again while it cannot be answered yet, and nothing else is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final, TypeVar

from twinstack.api_server import Answer
from twinstack.errors import ClusterError

_T = TypeVar("_T")


def answered(ask: Callable[[], Answer], stop: Callable[[], None], *, new_kind: bool = False) -> Answer:
    """The server's answer, once it is one: asked again for two minutes while it passes over.

    That is: no answer at all (a restart), a server that is busy or whose store has no leader, a quota that another
    request changed in the same moment, a webhook that is registered and does not serve yet, and with `new_kind` a kind
    whose definition was only just applied. `stop` is called between the tries, and may raise.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    pause = _FIRST_PAUSE_SECONDS
    while True:
        stop()
        try:
            answer = ask()
        except ClusterError as error:
            if error.status not in _PASSING or time.monotonic() > end:
                raise
        else:
            if time.monotonic() > end or not _passes(answer, new_kind=new_kind):
                return answer
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def asked_again(ask: Callable[[], _T], stop: Callable[[], None]) -> _T:
    """What reading gives, asked again as long as `answered` does while the server is away."""
    found: list[_T] = []

    def once() -> Answer:
        found[:] = [ask()]
        return Answer({})

    answered(once, stop)
    return found[0]


def _passes(answer: Answer, *, new_kind: bool) -> bool:
    if answer.status in _PASSING:
        # A webhook that answers with an error of its own says no; one that cannot be called is not there yet.
        return answer.status != _INTERNAL or bool(_NOT_THERE_YET.search(answer.refusal))
    if new_kind and answer.kind_is_missing:
        return True
    return answer.status == _CONFLICT and not answer.causes and "resourcequotas" in answer.refusal


def never() -> None:
    """For who has nothing that would stop it."""


_CONFLICT: Final = 409
_INTERNAL: Final = 500
_PASSING: Final = frozenset({0, 408, 429, _INTERNAL, 502, 503, 504})
_NOT_THERE_YET: Final = re.compile(
    r"failed calling webhook.*(connection refused|no endpoints available|deadline exceeded|not found|EOF|reset by peer)"
    r"|etcdserver: |leader changed|storage is \(re\)initializing|connection refused|http2: "
)
PATIENCE_SECONDS: Final = 120.0
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 2.0
