"""Waiting for what was applied: told by watches, judged at each event, given up only for what does not go away.

The order of one wait: judge what the applies answered; watch what is not ready; at each event judge again; once
something takes more than a moment, look at its pods and events too; when a cause has lasted as long as it may
(`reasons.py`), or the deadline has come, say it with its log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from queue import Empty
from typing import TYPE_CHECKING, Final

from twinstack.delivery.autoscalers import API_VERSIONS, least_pods, target_of
from twinstack.delivery.manifest import identity_of
from twinstack.delivery.neighbourhood import Neighbourhood, News, Watches
from twinstack.delivery.progress import InTurn, Progress, State
from twinstack.delivery.reasons import Failure
from twinstack.delivery.waited import Verdict, Waited
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.manifest import Identity, JsonObject


class Waiter:
    """Waits for objects until all are ready, one has failed, or the deadline comes.

    The deadline is one for the whole deployment, and is counted from here, or from when it `began` by the monotonic clock.
    `stop` is called several times a second and ends the wait by raising. Progress: each change of `2 of 3 pods`, then
    ready, complete or failed, and a Job's log as it is written. A server that is away for a while is waited for. Safe to
    be used by several threads at once, each with objects of its own.
    """

    def __init__(
        self,
        api: ApiServer,
        progress: Progress,
        *,
        deadline_seconds: float,
        stop: Callable[[], None],
        began: float | None = None,
    ) -> None:
        self._api, self._progress, self._stop = api, InTurn(progress), stop
        self._deadline_seconds = deadline_seconds
        self._until = (time.monotonic() if began is None else began) + deadline_seconds

    def wait(self, applied: Sequence[JsonObject]) -> tuple[Failure, ...]:
        """Why not all of these become ready; empty once all are. They are the server's answers to the applies.

        Raises ClusterError where the server refuses to show them, and what `stop` raises.
        """
        return self._run(applied, 0.0)

    def watch_over(self, applied: Sequence[JsonObject], seconds: float) -> tuple[Failure, ...]:
        """Looks at these for so long once they are ready: what fails a minute after its start is seen as well.

        Only a failure ends it: a crash loop, a rollout that somebody replaced. Less than all pods is none in itself.
        """
        return self._run(applied, seconds)

    def _run(self, applied: Sequence[JsonObject], hold_seconds: float) -> tuple[Failure, ...]:
        with ExitStack() as stack:
            watches = stack.enter_context(Watches(self._api))
            wait = _Wait(self._api, self._progress, watches, applied, stack, self._deadline_seconds)
            return wait.run(self._until, self._stop, hold_seconds)


class _Wait:
    """One wait."""

    def __init__(
        self,
        api: ApiServer,
        progress: Progress,
        watches: Watches,
        applied: Sequence[JsonObject],
        stack: ExitStack,
        deadline_seconds: float,
    ) -> None:
        self._api, self._progress, self._watches, self._stack = api, progress, watches, stack
        self._deadline_seconds = deadline_seconds
        least = _minima(applied)
        self._objects = {
            identity_of(one): Waited(one, least.get(identity_of(one), 0), api, progress) for one in applied
        }
        self._around: dict[str, Neighbourhood] = {}
        self._reported: list[Failure] = []

    def run(self, until: float, stop: Callable[[], None], hold_seconds: float) -> tuple[Failure, ...]:
        """Until all are ready and have stayed so for as long as they are looked at, or one has failed."""
        began = time.monotonic()
        waiting = self._waiting(hold=hold_seconds > 0)
        if not waiting:
            return ()
        self._watch(waiting)
        for one in waiting:
            one.start(self._stack)
        while waiting:
            stop()
            self._listen()
            now = time.monotonic()
            if hold_seconds and now - began >= hold_seconds:
                return ()
            self._look_around(waiting, now - began, at_once=hold_seconds > 0)
            failed = [one for one in waiting if one.judge(now, self._near(one)) is Verdict.FAILED]
            if failed and (failed := self._confirmed(failed)):
                if not all(one.is_only_reported for one in failed):
                    return (*self._reported, *self._failures(failed, waiting, stop))
                self._report(failed)
            if now >= until and not hold_seconds:
                return (*self._reported, *self._cut_off(waiting))
            self._ask_again(waiting, now)
            waiting = self._waiting(hold=hold_seconds > 0)
        return tuple(self._reported)

    def _report(self, failed: Iterable[Waited]) -> None:
        """Of Jobs whose failure is only reported: it is told, and the others are waited for."""
        for one in failed:
            self._reported += self._told([one.failure(self._near(one))])
            one.is_done = True

    def _waiting(self, *, hold: bool) -> list[Waited]:
        return [one for one in self._objects.values() if (hold and one.has_pods) or not one.is_done]

    def _watch(self, waiting: Iterable[Waited]) -> None:
        """One watch for each kind and namespace, from the oldest answer on: nothing that came since is missed."""
        groups: dict[tuple[str, str, str], list[Waited]] = {}
        for one in waiting:
            key = (one.live["apiVersion"], one.live["kind"], one.identity.namespace)
            groups.setdefault(key, []).append(one)
        for (api_version, kind, namespace), members in groups.items():
            versions = [str(one.live["metadata"].get("resourceVersion") or "") for one in members]
            since = min(versions, key=int) if all(version.isdigit() for version in versions) else ""
            fields = {"metadata.name": members[0].identity.name} if len(members) == 1 else None
            self._watches.open(api_version, kind, namespace, since=since, fields=fields)

    def _listen(self) -> None:
        """Takes in what was told, or waits a little for something to be."""
        try:
            self._take(self._watches.news.get(timeout=_TICK_SECONDS))
            while True:
                self._take(self._watches.news.get_nowait())
        except Empty:
            return

    def _take(self, news: News) -> None:
        if news.error is not None:
            if news.object["kind"] not in _AROUND:
                raise news.error
            return
        if waited := self._objects.get(identity_of(news.object)):
            waited.take(news.object, deleted=news.type == "DELETED")
        near = self._around.get(news.object["metadata"].get("namespace", ""))
        if near is not None:
            near.take(news)

    def _look_around(self, waiting: Iterable[Waited], seconds: float, *, at_once: bool) -> None:
        """Pods and events are looked at once something takes more than a moment; a Job's at once, for its log."""
        for one in waiting:
            namespace = one.identity.namespace
            wanted = at_once or one.is_job or one.needs_cause or seconds > _MOMENT_SECONDS
            if not namespace or namespace in self._around or not wanted:
                continue
            near = Neighbourhood(namespace)
            try:
                near.read(self._api, self._watches)
            except ClusterError:
                return  # away: at the next turn
            self._around[namespace] = near
            if near.hidden:
                self._progress.note(
                    f"{', '.join(near.hidden)} in {namespace} may not be seen by this user: "
                    "why something does not start cannot be told"
                )

    def _near(self, one: Waited) -> Neighbourhood:
        return self._around.get(one.identity.namespace) or Neighbourhood(one.identity.namespace)

    def _ask_again(self, waiting: Iterable[Waited], now: float) -> None:
        """Asks for what was not heard of for long: what went while a watch was down may have gone unheard."""
        for one in waiting:
            if now - one.heard < _SILENCE_SECONDS:
                continue
            one.heard = now
            try:
                self._ask(one)
            except ClusterError:
                return

    def _confirmed(self, failed: Sequence[Waited]) -> list[Waited]:
        """What fails a release is asked for once more: it may have come while nothing could be heard.

        None of it while the server is away.
        """
        try:
            for namespace in {one.identity.namespace for one in failed} & set(self._around):
                self._around[namespace].look_again(self._api)
            for one in failed:
                self._ask(one)
        except ClusterError as error:
            if not error.status or error.status >= _SERVERS_OWN:
                return []
        return [one for one in failed if one.judge(time.monotonic(), self._near(one)) is Verdict.FAILED]

    def _ask(self, one: Waited) -> None:
        live = self._api.get(one.live["apiVersion"], one.live["kind"], one.identity.name, one.identity.namespace)
        if live is None or live["metadata"]["resourceVersion"] != one.live["metadata"]["resourceVersion"]:
            one.take(live or one.live, deleted=live is None)

    def _failures(
        self, failed: list[Waited], waiting: Sequence[Waited], stop: Callable[[], None]
    ) -> tuple[Failure, ...]:
        """The failures; what fails of the same cause a moment later is told with them."""
        until = time.monotonic() + _TOGETHER_SECONDS
        others = [one for one in waiting if one not in failed]
        while others and time.monotonic() < until:
            stop()
            self._listen()
            more = [one for one in others if one.judge(time.monotonic(), self._near(one)) is Verdict.FAILED]
            failed += more
            others = [one for one in others if one not in more]
        return self._told([one.failure(self._near(one)) for one in failed])

    def _cut_off(self, waiting: Sequence[Waited]) -> tuple[Failure, ...]:
        return self._told([one.cut_off(self._near(one), self._deadline_seconds) for one in waiting])

    def _told(self, failures: list[Failure]) -> tuple[Failure, ...]:
        for failure in failures:
            self._progress.state(str(failure.identity), State.FAILED, failure.message)
        return tuple(replace(one, only_reported=self._objects[one.identity].is_only_reported) for one in failures)


def _minima(applied: Iterable[JsonObject]) -> dict[Identity, int]:
    """How many pods a workload has at least, by the autoscalers among what was applied."""
    found: dict[Identity, int] = {}
    for one in applied:
        if one["kind"] in API_VERSIONS:
            least = least_pods(one)
            found[target_of(one)] = 1 if least is None else least
    return found


_AROUND: Final = frozenset({"Pod", "ReplicaSet", "Event"})
_TICK_SECONDS: Final = 0.2
"""How often `stop` is asked, and time looked at, where nothing happens."""
_MOMENT_SECONDS: Final = 1.5
"""Pods that start well take no further requests."""
_TOGETHER_SECONDS: Final = 1.0
_SILENCE_SECONDS: Final = 30.0
_SERVERS_OWN: Final = 500
"""From this status on a refusal is the server's own trouble, and passes."""
