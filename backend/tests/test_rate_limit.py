"""How requests are counted: alike in Redis and in the process, by subject or network, under keys of one length."""

from __future__ import annotations

import random

import pytest

import redis_client
from rate_limit import KEY, MOST_CLIENTS, Limit, OwnCount, RateLimit, client_of, network_of
from tests.conftest import Stack, web_settings
from tokens import Claims


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 6_000_000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_pass_and_the_next_one_does_after_the_wait() -> None:
    clock, random_numbers = Clock(), random.Random(1)
    for limit in (Limit(1, 60), Limit(7, 60), Limit(100, 3600)):
        count = OwnCount([limit], clock)
        for _ in range(200):
            clock.now += random_numbers.choice([0.0, 0.1, limit.seconds / limit.requests / 2])
            if wait := count.seconds_to_wait("ann"):
                assert 1 <= wait <= 2 * limit.seconds
                clock.now += wait
                assert count.seconds_to_wait("ann") == 0


def test_a_burst_over_the_border_of_two_windows_is_bounded() -> None:
    clock = Clock()
    count = OwnCount([Limit(10, 60)], clock)
    clock.now += 59
    assert [count.seconds_to_wait("ann") > 0 for _ in range(12)] == [False] * 10 + [True] * 2
    clock.now += 2
    assert count.seconds_to_wait("ann") == 0, "a sixtieth of the former window is over"
    assert count.seconds_to_wait("ann") > 0


def test_what_one_limit_refuses_counts_for_the_other() -> None:
    count = OwnCount([Limit(1, 60), Limit(3, 3600)], Clock())
    waits = [count.seconds_to_wait("ann") for _ in range(4)]
    assert waits[0] == 0
    assert 0 < waits[1] <= 61
    assert waits[3] > 60


def test_the_process_forgets_who_came_first_rather_than_grow() -> None:
    count = OwnCount([Limit(1, 60)], Clock())
    for number in range(MOST_CLIENTS + 10):
        count.seconds_to_wait(str(number))
    assert len(count._counts) == MOST_CLIENTS
    assert count.seconds_to_wait(str(MOST_CLIENTS)) > 0
    assert count.seconds_to_wait("0") == 0


async def test_redis_counts_as_the_process_does(stack: Stack) -> None:
    redis = redis_client.connect(web_settings(REDIS_URL=stack.redis.url).redis_url)
    shared = RateLimit(redis, web_settings(RATE_LIMIT_PER_MINUTE="3", RATE_LIMIT_PER_HOUR="5"))
    own = OwnCount(shared._limits)
    client = f"subject:{'x' * 50_000}\N{SNOWMAN}"
    seen = [(await shared.seconds_to_wait(client), own.seconds_to_wait(client)) for _ in range(8)]
    assert [bool(here) for here, _ in seen] == [False] * 3 + [True] * 5
    assert all(abs(here - there) <= 1 for here, there in seen), seen
    (key,) = [key async for key in redis.scan_iter(f"{KEY}*")]
    assert len(key) == len(KEY) + 32
    assert 3600 < await redis.ttl(key) <= 7200
    assert shared._away_until == 0.0, "it was Redis that counted"
    await redis.flushdb()
    await redis.aclose()
    await redis.connection_pool.disconnect()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002:0000::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_ipv6_is_counted_by_the_customers_network(address: str, network: str) -> None:
    assert network_of(address) == network
    assert client_of({"state": {"claims": None}, "client": (address, 1)}) == f"address:{network}"


def test_an_accepted_token_is_counted_by_its_subject() -> None:
    assert client_of({"state": {"claims": Claims("ann")}, "client": ("192.0.2.7", 1)}) == "subject:ann"
