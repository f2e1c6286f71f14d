"""One deployment at a time: a Lease in the product's namespace, held while one is at work.

Nothing of a killed client blocks the next one: it stops renewing, and the Lease runs out. A former holder that wakes up
again (a closed laptop, a connection that was gone) asks before its next write whether the Lease is still its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from twinstack.api_server import ApiServer
from twinstack.delivery.holder import Holder, person_of
from twinstack.delivery.lease_object import API_VERSION, KIND, LeaseObject, new_lease
from twinstack.delivery.patience import Patient
from twinstack.errors import ClusterError, LeaseHeldError, LeaseLostError, SupersededError

LEASE_SECONDS: Final = 15
"""How long it lasts unrenewed: what the next deployment waits for where this one was killed. As leader election has it."""
RENEWALS: Final = 5
"""How often it is renewed in that time."""
PATIENCE_SECONDS: Final = 900.0
"""How long a newer deployment waits for one that applies, and gives way only once it waits itself."""


class Lease:
    """A Lease that this run holds, made by `Lease.hold`. `check` and `require` may be called from any thread."""

    def __init__(
        self,
        api: ApiServer,
        held: LeaseObject,
        *,
        seconds: int,
        taken_from: str,
        is_new: bool = False,
        is_as_seen: bool = False,
    ) -> None:
        self._api, self._held, self._seconds = api, held, seconds
        self.taken_from = taken_from
        """Whom it was taken from, who had not given it back: a run that was killed, or that `take_over` ended."""
        self.is_new = is_new
        """Whether there was none before."""
        self.is_as_seen = is_as_seen
        """Whether nobody has held it, nor asked for it, since it was `seen`: what was read after that is as it was."""
        self.holder: str = held.holder
        """As the Lease names this run; its record bears the same name."""
        self.api: Patient = Patient(api, self.require)
        """By which whoever holds the Lease reads and writes: it asks nothing once the Lease is another's."""
        self._lost = ""
        self._asked_by = ""
        self._renewed = _clock()
        self._writing = threading.Lock()
        self._done = threading.Event()

    @classmethod
    @contextmanager
    def hold(
        cls,
        api: ApiServer,
        namespace: str,
        name: str,
        holder: Holder,
        *,
        seen: LeaseObject | None = None,
        is_absent: bool = False,
        take_over: bool = False,
        supersede: bool = False,
        seconds: int = LEASE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        tell: Callable[[str], None] = lambda _text: None,
    ) -> Generator[Lease]:
        """Holds the Lease of this name; renewed until the end, and given back then.

        Where another run holds it, this one looks whether that one is still alive. If so, it is refused (LeaseHeldError,
        with its name); or, with `supersede`, asks it to give way and waits for at most `patience_seconds`; or, with
        `take_over`, takes the Lease away at once. `tell` hears what is waited for. `seen` is the Lease as `standing_lease`
        showed it: one that was free then is taken without another look, and so is one that cannot be there (`is_absent`).
        Raises ClusterError where the server refuses.
        """
        wish = _Wish(api, namespace, name, str(holder), seconds, tell)
        looks = wish.looks(seen, is_absent=is_absent)
        taken, taken_from = wish.fulfil(
            looks, seen, take_over=take_over, supersede=supersede, patience_seconds=patience_seconds
        )
        lease = cls(api, taken, seconds=seconds, taken_from=taken_from, is_new=wish.is_new, is_as_seen=wish.is_as_seen)
        keeper = threading.Thread(target=lease._keep, name="lease", daemon=True)
        keeper.start()
        try:
            yield lease
        finally:
            lease._done.set()
            keeper.join()
            lease._give_back()

    @property
    def asked_by(self) -> str:
        """The newer run that asks this one to give way; empty where none does."""
        return self._asked_by

    def require(self) -> None:
        """Before every write. Raises LeaseLostError once the Lease is another's; what is asked of it makes no difference."""
        if not self._lost and _clock() - self._renewed > self._seconds / 2:
            self._renew_now()
        if self._lost:
            raise LeaseLostError(self._lost)

    def check(self) -> None:
        """While nothing but time passes (a rollout): as `require`, and SupersededError where a newer run asks for way."""
        self.require()
        if self._asked_by:
            raise SupersededError(f"gave way to a newer deployment: {person_of(self._asked_by)}")

    def _keep(self) -> None:
        while not self._lost and not self._done.wait(self._seconds / RENEWALS):
            with suppress(ClusterError):  # the next turn asks again, and `require` before a write
                self._renew()

    def _renew_now(self) -> None:
        """Renews, for as long as the server gives no answer: it may be restarting, and then nobody else works either."""
        until = _clock() + UNANSWERED_SECONDS
        while not self._lost:
            try:
                return self._renew()
            except ClusterError as error:
                if _clock() > until:
                    self._lost = f"whether the lease is still held is not known: {error}"
                time.sleep(RETRY_SECONDS)
        return None

    def _renew(self) -> None:
        with self._writing:
            began = _clock()
            answer = self._api.replace(self._held.renewed_at(self._api.server_time()))
            if answer.status == CONFLICT:
                found = _read(self._api, self._held)
                if found is None or found.holder != self.holder:
                    self._lost = _taken_by(found)
                    return
                self._held = found  # somebody asked for way
                answer = self._api.replace(found.renewed_at(self._api.server_time()))
            if answer.status == NOT_FOUND:
                self._lost = _taken_by(None)
            elif answer.refusal:
                raise ClusterError(f"the lease is not renewed: {answer.refusal}", status=answer.status)
            else:
                self._held, self._renewed = LeaseObject(answer.object), began
                self._asked_by = self._held.asked_by

    def _give_back(self) -> None:
        """For the next one to have it at once; whoever cannot be told waits until it runs out."""
        for _ in range(TRIES):
            if self._lost:
                return
            with suppress(ClusterError):
                answer = self._api.replace(self._held.given_back())
                if answer.status != CONFLICT:
                    return
                found = _read(self._api, self._held)
                if found is None or found.holder != self.holder:
                    return
                self._held = found


class _Wish:
    """The way to a Lease that others may hold."""

    def __init__(
        self, api: ApiServer, namespace: str, name: str, holder: str, seconds: int, tell: Callable[[str], None]
    ) -> None:
        self.api, self.namespace, self.name = api, namespace, name
        self.holder, self.seconds, self.tell = holder, seconds, tell
        self.first_seen: LeaseObject | None = None
        self.told = ""
        self.is_new = self.is_as_seen = False

    def fulfil(
        self,
        looks: Iterator[LeaseObject | None],
        seen: LeaseObject | None,
        *,
        take_over: bool,
        supersede: bool,
        patience_seconds: float,
    ) -> tuple[LeaseObject, str]:
        """The Lease, held, and whom it was taken from."""
        until = _clock() + patience_seconds
        asked = False
        for found in looks:
            if found is None:
                made = self._created()
                if made is not None:
                    self.is_new = True
                    return made, ""
                continue
            is_free = found.is_free(self.api.server_time())
            if is_free or take_over:
                taken = self._written(found.taken(self.holder, self.api.server_time(), self.seconds))
                if taken is not None:
                    if not is_free:
                        self._let_stop(found)
                    self.is_as_seen = found is seen
                    return taken, found.holder
                continue
            if supersede:
                asked = self._ask(found, asked=asked)
                if _clock() > until:
                    raise LeaseHeldError(f"{_at_work(found)} did not give way within {patience_seconds:.0f} s. {_FIX}")
            elif self._is_alive(found):
                raise LeaseHeldError(f"{_at_work(found)} is at work. {_FIX}")
            time.sleep(POLL_SECONDS)
        raise AssertionError("it is looked at for as long as it takes")

    def looks(self, seen: LeaseObject | None, *, is_absent: bool) -> Iterator[LeaseObject | None]:
        """The Lease as it stands, again and again; at first as it was seen, if it was free to be taken."""
        if is_absent or (seen is not None and seen.is_free(self.api.server_time())):
            yield seen
        while True:
            yield standing_lease(self.api, self.namespace, self.name)

    def _ask(self, found: LeaseObject, *, asked: bool) -> bool:
        """Asks the holder for way; raises SupersededError where somebody newer has asked in our place since."""
        self._say(f"waiting for {_at_work(found)} to give way")
        if found.asked_by == self.holder:
            return True
        if asked and found.asked_by:
            raise SupersededError(f"a newer deployment waits for its turn: {person_of(found.asked_by)}")
        return self._written(found.asked(self.holder)) is not None

    def _is_alive(self, found: LeaseObject) -> bool:
        """Whether the holder has renewed it while it was looked at: one that was killed does so no more."""
        self._say(f"looking whether {_at_work(found)} is still at work")
        if self.first_seen is None or self.first_seen.holder != found.holder:
            self.first_seen = found
        return self.first_seen.renewed != found.renewed

    def _let_stop(self, found: LeaseObject) -> None:
        """Waits until one that is alive has asked for its Lease in vain, which it does before a write: see `require`."""
        self._say(f"taken over from {person_of(found.holder)}, who is given time to notice")
        time.sleep(self.seconds / 2)

    def _say(self, text: str) -> None:
        if text != self.told:
            self.told = text
            self.tell(text)

    def _created(self) -> LeaseObject | None:
        answer = self.api.create(
            new_lease(self.namespace, self.name, self.holder, self.api.server_time(), self.seconds)
        )
        if answer.refusal and answer.status != CONFLICT:
            raise ClusterError(f"no lease can be made in {self.namespace}: {answer.refusal}", status=answer.status)
        return None if answer.refusal else LeaseObject(answer.object)

    def _written(self, data: dict[str, object]) -> LeaseObject | None:
        """The Lease as it was written; None where another was quicker."""
        answer = self.api.replace(data)
        if answer.refusal and answer.status not in {CONFLICT, NOT_FOUND}:
            raise ClusterError(f"the lease {self.name} is not taken: {answer.refusal}", status=answer.status)
        return None if answer.refusal else LeaseObject(answer.object)


def standing_lease(api: ApiServer, namespace: str, name: str) -> LeaseObject | None:
    """The Lease of this name as it stands, whoever holds it; None where there is none."""
    data = api.get(API_VERSION, KIND, name, namespace)
    return None if data is None else LeaseObject(data)


def holder_of(api: ApiServer, namespace: str, name: str) -> str:
    """Who holds a Lease now; empty where nobody does, or did not renew it in time."""
    found = standing_lease(api, namespace, name)
    return "" if found is None or found.is_free(api.server_time()) else found.holder


def _read(api: ApiServer, held: LeaseObject) -> LeaseObject | None:
    metadata = held.data["metadata"]
    return standing_lease(api, metadata["namespace"], metadata["name"])


def _taken_by(found: LeaseObject | None) -> str:
    who = person_of(found.holder) if found is not None and found.holder else "somebody, who has deleted its Lease,"
    return f"{who} has taken this deployment over: nothing more is written by this one"


def _at_work(found: LeaseObject) -> str:
    since = found.data["spec"].get("acquireTime", "")
    with suppress(ValueError):
        since = datetime.fromisoformat(since).astimezone(UTC).strftime("%H:%M:%S UTC")
    return f"{person_of(found.holder)}, since {since}," if since else person_of(found.holder)


def _clock() -> float:
    """Seconds that pass while the machine sleeps as well: a closed laptop holds no Lease."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


UNANSWERED_SECONDS: Final = 120.0
"""How long an API server may give no answer while one is at work: a restart takes less."""
RETRY_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.5
TRIES: Final = 3
NOT_FOUND: Final = 404
CONFLICT: Final = 409
_FIX: Final = (
    "Wait for it; or `--supersede` asks it to give way once it only waits; or, if it is known to be gone, `--take-over` "
    "takes its place"
)
