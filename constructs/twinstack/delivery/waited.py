"""One object that is waited for: how it stands, since when what is in its way, and what is said of it in the end."""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from twinstack.delivery import jobs
from twinstack.delivery.after import is_only_reported
from twinstack.delivery.diagnosis import findings
from twinstack.delivery.family import Evidence, evidence
from twinstack.delivery.finding import Finding, plain
from twinstack.delivery.last_lines import last_lines
from twinstack.delivery.manifest import identity_of
from twinstack.delivery.observed import Observed
from twinstack.delivery.progress import Progress, State
from twinstack.delivery.readiness import KEEPS_ROOM, Standing, readiness
from twinstack.delivery.reasons import STALE_DEADLINE_SECONDS, Failure, Reason
from twinstack.delivery.replacement import replaced_by

if TYPE_CHECKING:
    from contextlib import ExitStack

    from twinstack.api_server import ApiServer
    from twinstack.delivery.manifest import Identity, JsonObject
    from twinstack.delivery.neighbourhood import Neighbourhood


class Verdict(Enum):
    """What a look at it has come to."""

    READY = auto()
    COMING = auto()
    FAILED = auto()


class Waited:
    """An object that is waited for."""

    def __init__(self, applied: JsonObject, least: int, api: ApiServer, progress: Progress) -> None:
        self.identity: Identity = identity_of(applied)
        self.live: JsonObject = applied
        self._applied, self._least, self._api, self._progress = applied, least, api, progress
        self._now = readiness(applied, least=least)
        self._old_deadline = self._deadline_of(applied)
        self.heard: float = time.monotonic()
        """When something of it was last heard."""
        self._began = self._changed = self.heard
        self._is_gone = False
        self._replaced = ""
        self._noted = ""
        self._since: dict[tuple[str, ...], float] = {}
        self._found: tuple[Finding, ...] = ()
        self._failed: Finding | None = None
        self._log: jobs.JobLog | None = None
        self.is_done: bool = self._now.is_ready
        """Whether it is ready, and nothing more is waited for."""

    @property
    def is_job(self) -> bool:
        """Whether it has an end, and a log that is worth to be seen."""
        return self.identity.kind == "Job"

    @property
    def is_only_reported(self) -> bool:
        """Whether the release stands although it has failed."""
        return is_only_reported(self._applied)

    @property
    def has_pods(self) -> bool:
        """Whether it can fail after it was ready."""
        keeps_room = KEEPS_ROOM in (self._applied["metadata"].get("annotations") or {})
        return self.identity.kind in _WITH_PODS and not keeps_room

    @property
    def needs_cause(self) -> bool:
        """Whether its pods should be looked at now: it has failed already."""
        return self._now.standing is Standing.FAILED or self._is_gone

    def start(self, stack: ExitStack) -> None:
        """Begins to tell of it."""
        if self.is_done:
            return
        self._progress.state(str(self.identity), State.STARTING, self._now.detail)
        self._noted = self._now.detail
        if self.is_job:
            self._log = stack.enter_context(jobs.JobLog(self._api, self._applied, self._progress))

    def take(self, live: JsonObject, *, deleted: bool) -> None:
        """Takes in how it is now."""
        self.heard = time.monotonic()
        if deleted:
            # Another of this name may have come already.
            is_gone = live["metadata"].get("uid") == self._applied["metadata"].get("uid")
            if is_gone and not self._is_gone:
                self._is_gone, self._changed = True, time.monotonic()
            return
        if live["metadata"].get("uid") == self._applied["metadata"].get("uid"):
            self._is_gone = False
        self.live = live
        self._changed = time.monotonic()
        self._replaced = replaced_by(self._applied, live)
        self._now = readiness(live, least=self._least)

    def judge(self, now: float, near: Neighbourhood) -> Verdict:
        """How it stands, with what was seen around it; tells it where it has changed."""
        seen = self._evidence(near)
        if self._log is not None:
            self._log.look(seen.pods)
        if self._is_gone or self._replaced:
            return self._judge_other(seen, now)
        settled = self._now.settles_seconds and now - self._changed >= self._now.settles_seconds
        if self._now.is_ready or settled:
            # While it is only looked at: it was ready, and may be crashing by now.
            if self.is_done and self._is_in_trouble(seen, now):
                return Verdict.FAILED
            if not self.is_done:
                self._done(self._now.detail)
            return Verdict.READY
        if self._now.standing is Standing.FAILED and not self._may_be_stale(now):
            return Verdict.FAILED
        if self._is_in_trouble(seen, now):
            return Verdict.FAILED
        cause = self._found[0].message if self._found else ""
        self._tell(": ".join(text for text in (self._now.detail, cause) if text))
        return Verdict.COMING

    def failure(self, near: Neighbourhood) -> Failure:
        """Why it has failed."""
        seen = self._evidence(near)
        if self._log is not None:
            self._log.finish()
        if self._is_gone or self._replaced:
            return self._other_failure(seen)
        found = self._failed or next(iter(findings(seen)), None)
        if self._now.standing is Standing.FAILED and self._now.rule == "somebody has paused it":
            fix = f"kubectl rollout resume deployment/{self.identity.name} -n {self.identity.namespace}, then deploy again"
            return Failure(self.identity, Reason.PAUSED, self._now.detail, fix)
        if self.is_job:
            return self._job_failure(found)
        told = plain(self._now.detail) if self._now.standing is Standing.FAILED else ""
        if found is None:
            reason = Reason.DEADLINE if "ProgressDeadlineExceeded" in told else Reason.OBJECT
            message = f"{told}; {self._pods_in_words(seen)}" if seen.pods else told
            return Failure(self.identity, reason, message, _LOOK)
        message = f"{found.message}; its progress deadline has passed" if "ProgressDeadline" in told else found.message
        return self._of(found, message)

    def cut_off(self, near: Neighbourhood, deadline_seconds: float) -> Failure:
        """Why it was not ready when the deadline came; a Job that still runs is ended."""
        time_up = f"not ready after {deadline_seconds:.0f} s"
        seen = self._evidence(near)
        found = next(iter(findings(seen)), None)
        if self.is_job and not self._is_gone:
            ended = jobs.cut(self._api, self.live)
            if self._log is not None:
                self._log.close()
            message = f"it had not come to its end after {deadline_seconds:.0f} s"
            message += " and was ended" if ended else ", and could not be ended: it may still run"
            message += f"; {found.message}" if found else ""
            log = self._log.tail if self._log is not None else ()
            return Failure(self.identity, Reason.DEADLINE, message, _HANGING, log, found.event if found else "")
        if found is not None:
            return self._of(found, f"{found.message}; {time_up}")
        detail = self._pods_in_words(seen) if seen.pods else self._now.detail
        return Failure(self.identity, Reason.DEADLINE, f"{time_up}: {plain(detail)}", _LOOK)

    def _evidence(self, near: Neighbourhood) -> Evidence:
        around = near.around(self.live)
        return evidence(self.live, replica_sets=around.replica_sets, pods=around.pods, events=around.events)

    def _is_in_trouble(self, seen: Evidence, now: float) -> bool:
        """Whether something has been in its way for longer than it may be."""
        self._found = findings(seen)
        self._since = {one.key: self._since.get(one.key, now) for one in self._found}
        self._failed = next((one for one in self._found if now - self._since[one.key] >= one.patience_seconds), None)
        return self._failed is not None

    def _may_be_stale(self, now: float) -> bool:
        """It had passed its deadline before anything was applied; what was mended since gets a moment to show."""
        return bool(
            self._old_deadline
            and self._deadline_of(self.live) == self._old_deadline
            and now - self._began < STALE_DEADLINE_SECONDS
        )

    @staticmethod
    def _deadline_of(live: JsonObject) -> tuple[str, int] | None:
        """Which deadline it has passed: when, and with which generation. None where none."""
        observed = Observed(live)
        if observed.is_unseen or not observed.says("Progressing", "False", "ProgressDeadlineExceeded"):
            return None
        return str(observed.condition("Progressing").get("lastUpdateTime")), observed.number("observedGeneration")

    def _judge_other(self, seen: Evidence, now: float) -> Verdict:
        """It is gone, or is what somebody else wants: of a Job that is gone, how it ended is looked up."""
        if self._replaced or not self.is_job:
            return Verdict.FAILED
        ending = self._ending(seen)
        if ending.complete:
            if not self.is_done:
                self._done(ending.told)
            return Verdict.READY
        is_patient = ending.complete is None and now - self._changed < _LOOKED_UP_SECONDS
        return Verdict.COMING if is_patient else Verdict.FAILED

    def _ending(self, seen: Evidence) -> jobs.Ending:
        return jobs.ending_of_gone(self._applied, seen.events, seen.pods)

    def _other_failure(self, seen: Evidence) -> Failure:
        if self._replaced:
            message = f"{self._replaced} meanwhile: what runs is not this release any more"
            return Failure(self.identity, Reason.REPLACED, message, "see who deploys beside you, then deploy again")
        if self.is_job:
            log, ending = self._log.tail if self._log else (), self._ending(seen)
            if ending.complete is False:
                message = f"it has failed ({plain(ending.told)}), and is gone"
                return Failure(self.identity, Reason.JOB, message, "mend it; the same command tries it again", log)
            message = "it is gone, and nothing says whether it completed"
            fix = "look at what it should have done, then deploy again: it is made anew"
            return Failure(self.identity, Reason.VANISHED, message, fix, log)
        message = "somebody deleted it meanwhile"
        return Failure(self.identity, Reason.REPLACED, message, "see who deploys beside you, then deploy again")

    def _job_failure(self, found: Finding | None) -> Failure:
        tail = self._log.tail if self._log is not None else ()
        told = plain(self._now.detail)
        if self._now.standing is not Standing.FAILED and found is not None:
            return self._of(found, found.message)
        message = f"it has failed ({told})" + (f": {found.message}" if found else "")
        log = tail or (last_lines(self._api, self.identity.namespace, found) if found else ())
        fix = f"{found.fix}; the same command tries it again" if found else "mend it; the same command tries it again"
        return Failure(self.identity, Reason.JOB, message, fix, log, found.event if found else "")

    def _of(self, found: Finding, message: str) -> Failure:
        log = last_lines(self._api, self.identity.namespace, found)
        return Failure(self.identity, found.reason, message, found.fix, log, found.event)

    def _pods_in_words(self, seen: Evidence) -> str:
        """What the pods do for whom nothing is known to be in the way."""
        waiting = [pod for pod in seen.pods if not Observed(pod).says("Ready")]
        if not waiting:
            return self._now.detail
        observed = Observed(waiting[0])
        state = observed.told("Ready") or observed.told("PodScheduled") or str(observed.status.get("phase", ""))
        return f"{self._now.detail}; pod {waiting[0]['metadata']['name']}: {plain(state)}"

    def _done(self, detail: str) -> None:
        if self._log is not None:
            self._log.finish()
        self.is_done = True
        state = State.COMPLETE if self.is_job and not Observed(self.live).spec.get("suspend") else State.READY
        self._progress.state(str(self.identity), state, detail)

    def _tell(self, detail: str) -> None:
        if detail != self._noted:
            self._noted = detail
            self._progress.state(str(self.identity), State.STARTING, detail)


_WITH_PODS: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_LOOKED_UP_SECONDS: Final = 5.0
"""Events are written beside the work of a controller, and may come after the object has gone."""
_LOOK: Final = "look at its pods and their log (kubectl describe, kubectl logs)"
_HANGING: Final = "see by its last lines what it waits for (a lock, the database); the same command tries it again"
