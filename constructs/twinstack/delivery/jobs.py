"""A Job while it runs, as a migration does: its log live, attempt by attempt, and how it ended, also where it is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from twinstack.delivery.last_lines import LINES, shown
from twinstack.delivery.manifest import JsonObject, identity_of
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from twinstack.api_server import ApiServer, Lines
    from twinstack.delivery.progress import Progress


class _Run(NamedTuple):
    """One run of one container: a container that is restarted in its pod runs again."""

    pod: str
    container: str
    number: int
    """How often it was restarted before."""


class _Reader:
    """Who reads one run, and what is known of the run."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.has_ended = threading.Event()
        self.is_replaced = threading.Event()
        """By the next run of the same container: its log is the previous one now."""


class JobLog:
    """Shows the log of a Job's pods while they write it. A context manager: leaving it ends the reading.

    Each attempt is named before its lines: a pod of its own, or the same container once more. A connection that breaks
    is opened again where it was.
    """

    def __init__(self, api: ApiServer, job: JsonObject, progress: Progress) -> None:
        self._api, self._progress = api, progress
        self._subject = str(identity_of(job))
        self._namespace: str = job["metadata"]["namespace"]
        self._readers: dict[_Run, _Reader] = {}
        self._following: dict[_Run, Lines] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._attempts: dict[str, int] = {}
        self._tail: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines that were shown."""
        with self._lock:
            return tuple(self._tail[-LINES:])

    def look(self, pods: Iterable[JsonObject]) -> None:
        """Begins to read whatever has begun to run in these pods of the Job."""
        for pod in sorted(pods, key=lambda one: str(one["metadata"].get("creationTimestamp"))):
            for run, ended in _runs(pod):
                if run.number:
                    # It was restarted since, perhaps between two looks; kubelet keeps the log of one run before.
                    self._reader(run._replace(number=run.number - 1), is_replaced=True)
                reader = self._reader(run)
                if ended:
                    reader.has_ended.set()

    def _reader(self, run: _Run, *, is_replaced: bool = False) -> _Reader:
        with self._lock:
            known = self._readers.get(run) or _Reader()
            if is_replaced:
                known.is_replaced.set()
                known.has_ended.set()
            if known.thread is None:
                attempt = self._attempts.setdefault(run.pod, len(self._attempts) + 1)
                self._readers[run] = known
                known.thread = threading.Thread(target=self._read, args=(run, attempt, known), daemon=True)
                known.thread.start()
            return known

    def finish(self) -> None:
        """Waits a moment for the last lines of what has ended, so that they come before the result."""
        with self._lock:
            readers = [*self._readers.values()]
        for reader in readers:
            reader.has_ended.set()
        until = time.monotonic() + _DRAINING_SECONDS
        for reader in readers:
            if reader.thread is not None:
                reader.thread.join(max(0.0, until - time.monotonic()))
        self.close()

    def close(self) -> None:
        """Ends the reading at once."""
        self._closed.set()
        with self._lock:
            for lines in self._following.values():
                lines.close()

    def _read(self, run: _Run, attempt: int, reader: _Reader) -> None:
        again = f", restart {run.number}" if run.number else ""
        self._progress.log(self._subject, f"attempt {attempt}{again}: pod {run.pod}, container {run.container}")
        seen = failed = 0
        while not self._closed.is_set():
            is_over, is_replaced = reader.has_ended.is_set(), reader.is_replaced.is_set()
            pause = _ENDING_SECONDS
            try:
                # What was shown before the connection broke is not shown again.
                for number, line in enumerate(self._lines(run, previous=is_replaced)):
                    if number >= seen:
                        self._show(line)
                        seen = number + 1
            except ClusterError as error:
                failed += 1
                if error.status == HTTPStatus.FORBIDDEN or (is_over and (error.status in _NO_LOG or failed >= _TRIES)):
                    if not seen:
                        self._progress.log(self._subject, shown(f"its log cannot be read: {error}"))
                    return
                pause = min(_PAUSE_SECONDS * 2**failed, _ENDING_SECONDS)
            else:
                if is_over:
                    return
            # A log that came to its end is most likely a container's that has: until that is told, the next question
            # could be answered with the next run's log.
            (self._closed if is_over else reader.has_ended).wait(pause)

    def _lines(self, run: _Run, *, previous: bool) -> Iterator[str]:
        if previous:
            yield from self._api.log(self._namespace, run.pod, run.container, previous=True)
            return
        with self._api.follow_log(self._namespace, run.pod, run.container) as lines:
            with self._lock:
                self._following[run] = lines
            if self._closed.is_set():
                return
            yield from lines

    def _show(self, line: str) -> None:
        text = shown(line)
        with self._lock:
            self._tail = [*self._tail[-LINES:], text]
        self._progress.log(self._subject, text)


def _runs(pod: JsonObject) -> Iterator[tuple[_Run, bool]]:
    """The present run of each of its containers that has begun, in the order in which they start, and if it ended."""
    status = pod.get("status") or {}
    for kind in ("initContainerStatuses", "containerStatuses"):
        for one in status.get(kind) or []:
            state: Mapping[str, Any] = one.get("state") or {}
            if "running" in state or "terminated" in state:
                run = _Run(pod["metadata"]["name"], one["name"], int(one.get("restartCount") or 0))
                yield run, "terminated" in state


@dataclass(frozen=True, slots=True)
class Ending:
    """How a Job that is gone has ended, by what was told of it."""

    complete: bool | None
    """None where nothing says it."""
    told: str = ""


def ending_of_gone(job: JsonObject, events: Iterable[Mapping[str, Any]], pods: Iterable[JsonObject]) -> Ending:
    """Looks up how a Job ended that its time to live, or somebody, has deleted.

    Its controller tells both ends by an event, which stays for an hour (`pkg/controller/job`); a pod that is still there
    tells it too.
    """
    uid = job["metadata"]["uid"]
    for event in events:
        if event["involvedObject"].get("uid") != uid:
            continue
        if event.get("reason") == "Completed":
            return Ending(True, str(event.get("message", "")))
        if event.get("reason") in _FAILED_REASONS:
            return Ending(False, f"{event['reason']}: {event.get('message', '')}")
    wanted = int((job.get("spec") or {}).get("completions") or 1)
    done = sum((pod.get("status") or {}).get("phase") == "Succeeded" for pod in pods)
    return Ending(True, "its pod has succeeded") if done >= wanted else Ending(None)


def cut(api: ApiServer, job: JsonObject) -> bool:
    """Ends a Job that hangs: its controller ends the pods and calls it failed. False where the server would not.

    By its own deadline and not by deletion: so what it wrote and why it ended can still be seen, and the next
    deployment finds a failed Job, which it makes anew.
    """
    identity = identity_of(job)
    try:
        answer = api.patch(
            "batch/v1", "Job", identity.name, identity.namespace, changes={"spec": {"activeDeadlineSeconds": 1}}
        )
    except ClusterError:
        return False
    return not answer.refusal


_FAILED_REASONS: Final = frozenset(
    {"BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy", "FailedIndexes", "MaxFailedIndexesExceeded"}
)
_NO_LOG: Final = frozenset({400, 404})
"""Not started yet, or gone."""
_TRIES: Final = 2
_PAUSE_SECONDS: Final = 0.2
_ENDING_SECONDS: Final = 2.0
_DRAINING_SECONDS: Final = 3.0
