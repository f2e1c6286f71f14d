"""A client that asks again while a server cannot answer yet: the one place where a deployment has patience."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from twinstack.api_server import Answer, ApiServer
from twinstack.api_server.answer import answer_of
from twinstack.api_server.client import FIELD_MANAGER
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from twinstack.api_server.response import Response

_T = TypeVar("_T")


class Patient(ApiServer):
    """The same connections, and each request asked again for two minutes while what keeps it from an answer passes over.

    That is: no answer at all (a restart), a server that is busy or whose store has no leader, a quota that another
    request changed in the same moment, a webhook that is registered and does not serve yet, and for an apply a kind whose
    definition was only just applied. `stop` is called before each try, and ends it by raising: `Lease.require`, so that
    nothing is asked, and nothing written, by who holds the Lease no more. Watches and logs go on by themselves.
    """

    def __init__(self, api: ApiServer, stop: Callable[[], None] = lambda: None) -> None:
        self.__dict__.update(vars(api))
        self._stop = stop

    @classmethod
    def of(cls, api: ApiServer) -> Patient:
        """The client itself, where it is patient already."""
        return api if isinstance(api, cls) else cls(api)

    def apply(
        self,
        data: Mapping[str, Any],
        text: str = "",
        *,
        manager: str = FIELD_MANAGER,
        force: bool = False,
        dry_run: bool = False,
    ) -> Answer:
        """As the client does. Of a kind that is not served, a dry run says so at once: nothing was defined."""
        apply = super().apply

        def ask() -> Answer:
            return apply(data, text, manager=manager, force=force, dry_run=dry_run)

        return ask() if dry_run else self._answered(ask, lambda answer: answer.kind_is_missing)

    def _send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        content: str = "",
        content_type: str = "",
    ) -> Response:
        send = super()._send

        def ask() -> Response:
            return send(method, path, parameters=parameters, content=content, content_type=content_type)

        return self._answered(ask, lambda found: not found.is_success and _passes(answer_of(found), method))

    def _answered(self, ask: Callable[[], _T], passes: Callable[[_T], bool]) -> _T:
        end = time.monotonic() + PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while True:
            self._stop()
            try:
                found = ask()
            except ClusterError as error:
                if error.status or time.monotonic() > end:
                    raise
            else:
                if not passes(found) or time.monotonic() > end:
                    return found
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _passes(answer: Answer, method: str) -> bool:
    if answer.status in _PASSING:
        # A webhook that answers with an error of its own says no; one that cannot be called is not there yet.
        return answer.status != _INTERNAL or method == "GET" or bool(_NOT_THERE_YET.search(answer.refusal))
    return answer.status == _CONFLICT and not answer.causes and "resourcequotas" in answer.refusal


_CONFLICT: Final = 409
_INTERNAL: Final = 500
_PASSING: Final = frozenset({408, 429, _INTERNAL, 502, 503, 504})
_NOT_THERE_YET: Final = re.compile(
    r"failed calling webhook.*(connection refused|no endpoints available|deadline exceeded|not found|EOF|reset by peer)"
    r"|etcdserver: |leader changed|storage is \(re\)initializing|connection refused|http2: "
)
PATIENCE_SECONDS: Final = 120.0
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 2.0
