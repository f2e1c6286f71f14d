"""One deployment at a time, on a real API server; and nothing of a killed one that blocks the next."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from twinstack.api_server import ApiServer
from twinstack.delivery.holder import Holder, person_of
from twinstack.delivery.lease import Lease, holder_of, standing_lease
from twinstack.delivery.lease_object import API_VERSION, ASKED_BY, KIND, LeaseObject
from twinstack.errors import ClusterError, LeaseHeldError, LeaseLostError, SupersededError
from twinstack.rehearsal.control_plane import ControlPlane

NAME = "shop-live-deployment"
ROUNDS = 20
PATIENCE_SECONDS = 300
CONTENDER = """
import sys
from pathlib import Path
from twinstack.api_server import ApiServer
from twinstack.delivery.holder import Holder
from twinstack.delivery.lease import Lease
from twinstack.errors import LeaseHeldError, LeaseLostError
kubeconfig, namespace, name = sys.argv[1:4]
with ApiServer.from_kubeconfig(Path(kubeconfig)) as api:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with Lease.hold(api, namespace, name, Holder.here("ada")) as lease:
            print("held", lease.taken_from or "-", flush=True)
            sys.stdin.readline()
            lease.require()
    except LeaseHeldError as error:
        print("refused", error, flush=True)
    except LeaseLostError as error:
        print("lost", error, flush=True)
"""


def other(name: str = "grace") -> Holder:
    return Holder(f"{name}@laptop", 4711, f"token-{name}")


def lease_of(api: ApiServer, namespace: str) -> LeaseObject:
    found = api.get(API_VERSION, KIND, NAME, namespace)
    assert found is not None
    return LeaseObject(found)


def put(api: ApiServer, data: dict[str, object]) -> None:
    assert not api.replace(data).refusal


def until(condition: object, what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


@contextlib.contextmanager
def contender(plane: ControlPlane, namespace: str, name: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that wants the Lease once it is told, and keeps it until it is told again."""
    with subprocess.Popen(
        [sys.executable, "-c", CONTENDER, str(plane.kubeconfig), namespace, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert hear(process) == "ready"
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_holder_says_who_where_and_which_run() -> None:
    one, another = Holder.here("ada lovelace"), Holder.here("ada lovelace")
    assert one.person.startswith("ada-lovelace@")
    assert one.process == os.getpid()
    assert one != another
    assert person_of(str(other())) == "grace@laptop, process 4711"


def test_it_is_held_renewed_and_given_back(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other()) as lease:
        before = lease_of(api, namespace)
        assert before.holder == lease.holder == str(other())
        assert holder_of(api, namespace, NAME) == lease.holder
        until(lambda: lease_of(api, namespace).renewed != before.renewed, "renewed")
        lease.require()
        lease.check()
    assert lease_of(api, namespace).holder == ""
    assert holder_of(api, namespace, NAME) == ""
    with Lease.hold(api, namespace, NAME, other("ada")) as lease:
        assert lease.taken_from == ""


def test_one_that_was_seen_free_is_taken_as_it_was_seen_unless_somebody_has_held_it_since(
    api: ApiServer, namespace: str
) -> None:
    assert standing_lease(api, namespace, NAME) is None
    before = api.requests_sent
    with Lease.hold(api, namespace, NAME, other(), is_absent=True) as lease:
        assert api.requests_sent == before + 1
        assert (lease.is_new, lease.is_as_seen) == (True, False)
    with Lease.hold(api, namespace, NAME, other("ada"), is_absent=True) as lease:
        assert not lease.is_new, "somebody was quicker"
    seen = standing_lease(api, namespace, NAME)
    before = api.requests_sent
    with Lease.hold(api, namespace, NAME, other(), seen=seen) as lease:
        assert api.requests_sent == before + 1, "it was not looked at once more"
        assert (lease.is_new, lease.is_as_seen) == (False, True)
    with Lease.hold(api, namespace, NAME, other("ada"), seen=seen) as lease:
        assert not lease.is_as_seen, "somebody has held it since, and gave it back"
        assert lease_of(api, namespace).holder == str(other("ada"))


def test_one_that_was_seen_held_is_looked_at_again(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other()):
        seen = standing_lease(api, namespace, NAME)
    with Lease.hold(api, namespace, NAME, other("ada"), seen=seen) as lease:
        assert not lease.is_as_seen


def test_a_second_one_is_refused_by_name(api: ApiServer, namespace: str) -> None:
    with (
        Lease.hold(api, namespace, NAME, other()) as first,
        pytest.raises(LeaseHeldError, match=r"grace@laptop, process 4711, since .* UTC, is at work") as caught,
        Lease.hold(api, namespace, NAME, other("ada")),
    ):
        pass
    assert caught.value.exit_status == 3
    assert not first.asked_by


def test_a_killed_client_leaves_nothing_that_blocks(plane: ControlPlane, api: ApiServer, namespace: str) -> None:
    with contender(plane, namespace, NAME) as process:
        tell(process)
        assert hear(process) == "held -"
        process.kill()
    killed = lease_of(api, namespace).holder
    assert killed
    said: list[str] = []
    with Lease.hold(api, namespace, NAME, other(), tell=said.append) as lease:
        assert lease.taken_from == killed
        assert lease_of(api, namespace).holder == str(other())
    assert "still at work" in said[0]


@pytest.mark.slow
def test_a_stopped_process_writes_nothing_more_once_another_has_its_place(
    plane: ControlPlane, api: ApiServer, namespace: str
) -> None:
    with contender(plane, namespace, NAME) as process:
        tell(process)
        assert hear(process) == "held -"
        process.send_signal(signal.SIGSTOP)
        with Lease.hold(api, namespace, NAME, other()) as lease:
            process.send_signal(signal.SIGCONT)
            tell(process)
            assert hear(process).startswith("lost grace@laptop, process 4711 has taken this deployment over")
            lease.require()
            assert lease_of(api, namespace).holder == str(other())


def test_take_over_names_whom_it_takes_the_place_of(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other()) as first:
        said: list[str] = []
        with Lease.hold(api, namespace, NAME, other("ada"), take_over=True, tell=said.append) as second:
            assert second.taken_from == str(other())
            assert "grace@laptop, process 4711" in said[0]
            # By now the first one has noticed, or asks before its next write.
            with pytest.raises(LeaseLostError, match="ada@laptop, process 4711 has taken"):
                first.require()
            with pytest.raises(LeaseLostError):
                first.check()
    assert lease_of(api, namespace).holder == ""


def test_whoever_lost_it_does_not_give_back_the_others(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other()):
        taken = lease_of(api, namespace).taken("somebody else, process 1, x", api.server_time(), 60)
        put(api, taken)
    assert lease_of(api, namespace).holder == "somebody else, process 1, x"


def test_a_former_holder_that_slept_is_stopped_before_its_next_write(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other(), seconds=3600) as lease:  # it renews once in 12 minutes
        put(api, lease_of(api, namespace).taken("somebody else, process 1, x", api.server_time(), 60))
        lease.require()  # it was held a moment ago
        lease._renewed -= 3000  # as if the machine had slept
        with pytest.raises(LeaseLostError, match="somebody else, process 1 has taken"):
            lease.require()


def test_one_that_slept_and_was_not_missed_goes_on(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other(), seconds=3600) as lease:
        lease._renewed -= 7200
        lease.require()
        assert lease_of(api, namespace).holder == str(other())


def test_a_lease_that_was_deleted_is_lost(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other(), seconds=3600) as lease:
        api.delete(API_VERSION, KIND, NAME, namespace)
        lease._renewed -= 3000
        with pytest.raises(LeaseLostError, match="deleted"):
            lease.require()


def test_a_newer_one_asks_and_the_one_that_waits_gives_way(api: ApiServer, namespace: str) -> None:
    superseded = threading.Event()

    def older() -> None:
        with Lease.hold(api, namespace, NAME, other()) as lease:
            until(lambda: lease.asked_by, "asked")
            lease.require()  # between applies it goes on
            with pytest.raises(SupersededError, match="ada@laptop, process 4711"):
                lease.check()
            superseded.set()

    thread = threading.Thread(target=older)
    thread.start()
    until(lambda: holder_of(api, namespace, NAME) == str(other()), "held by the older one")
    said: list[str] = []
    with Lease.hold(api, namespace, NAME, other("ada"), supersede=True, tell=said.append) as lease:
        assert superseded.is_set()
        assert lease.taken_from == ""
        assert not lease.asked_by
    thread.join()
    assert "waiting for grace@laptop, process 4711" in said[0]


def test_of_two_that_ask_the_newest_waits(api: ApiServer, namespace: str) -> None:
    with Lease.hold(api, namespace, NAME, other()) as first:
        ended: list[str] = []

        def middle() -> None:
            with (
                pytest.raises(SupersededError, match="linus@laptop") as caught,
                Lease.hold(api, namespace, NAME, other("ada"), supersede=True),
            ):
                pass
            ended.append(str(caught.value))

        thread = threading.Thread(target=middle)
        thread.start()
        until(lambda: first.asked_by == str(other("ada")), "asked by the middle one")
        with (
            pytest.raises(LeaseHeldError, match="did not give way within 3 s"),
            Lease.hold(api, namespace, NAME, other("linus"), supersede=True, patience_seconds=3),
        ):
            pass
        thread.join()
        assert ended
        assert lease_of(api, namespace).data["metadata"]["annotations"][ASKED_BY] == str(other("linus"))


def test_a_server_that_answers_again_is_waited_for(
    api: ApiServer, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lease.hold(api, namespace, NAME, other(), seconds=3600) as lease:
        replace, refusals = api.replace, [ClusterError("no answer"), ClusterError("no answer")]

        def unanswered(*arguments: object, **named: object) -> object:
            if refusals:
                raise refusals.pop()
            return replace(*arguments, **named)

        monkeypatch.setattr(api, "replace", unanswered)
        lease._renewed -= 3000
        lease.require()
        assert refusals == []


def test_what_may_not_be_done_is_told_and_no_lease_is_left(api: ApiServer) -> None:
    with (
        pytest.raises(ClusterError, match="no lease can be made in nowhere"),
        Lease.hold(api, "nowhere", NAME, other()),
    ):
        pass


def race(api: ApiServer, namespace: str, name: str) -> Callable[[], tuple[list[str], list[str]]]:
    """Two threads that want one Lease at the same moment; the answer is who had it and who was refused."""
    start, stop = threading.Barrier(2), threading.Event()
    won: list[str] = []
    lost: list[str] = []

    def want(who: str) -> None:
        start.wait()
        try:
            with Lease.hold(api, namespace, name, other(who)):
                won.append(who)
                stop.wait(PATIENCE_SECONDS)
        except LeaseHeldError:
            lost.append(who)
        stop.set()

    threads = [threading.Thread(target=want, args=(who,)) for who in ("ada", "grace")]
    for one in threads:
        one.start()

    def end() -> tuple[list[str], list[str]]:
        for one in threads:
            one.join()
        return won, lost

    return end


def test_two_threads_at_once_and_exactly_one_wins(api: ApiServer, namespace: str) -> None:
    rounds = [race(api, namespace, f"race-{index}") for index in range(ROUNDS)]
    assert [tuple(map(len, end())) for end in rounds] == [(1, 1)] * ROUNDS


@pytest.mark.slow
def test_two_processes_at_once_and_exactly_one_wins(plane: ControlPlane, namespace: str) -> None:
    """The Lease was never held, given back, or left by one that was killed."""

    def rounds(lease: int) -> None:
        for index in range(4):  # each pair of processes takes two seconds to start
            with contextlib.ExitStack() as stack:
                pair = [stack.enter_context(contender(plane, namespace, f"processes-{lease}")) for _ in range(2)]
                for one in pair:
                    tell(one)
                said = {hear(one).split()[0]: one for one in pair}
                assert sorted(said) == ["held", "refused"], (lease, index)
                if index != 1:
                    tell(said["held"])
                    said["held"].wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor() as threads:  # a killed one's is free after its time, which passes for all three at once
        list(threads.map(rounds, range(3)))


def test_the_lease_is_the_machines_own_affair(api: ApiServer, namespace: str) -> None:
    """No renewal is left running once it is given back."""
    with Lease.hold(api, namespace, NAME, other()):
        assert "lease" in {one.name for one in threading.enumerate()}
    assert "lease" not in {one.name for one in threading.enumerate()}
