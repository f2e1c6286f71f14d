"""Where pods may go without a link: ports of the internet, and addresses of other networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.shop import BASE, Shop
from tests.shop_chart import objects_of
from twinstack.errors import Location, Problem
from twinstack.layers.load import Loaded


def worker(lines: str) -> str:
    return BASE.replace("worker:\n", f"worker:\n  {lines}\n")


def egress(environment: Shop) -> dict[tuple[int, ...], list[str]]:
    """The addresses that the worker may reach, by ports."""
    found = objects_of(environment)["NetworkPolicy", "shop-worker"]["spec"]
    rules: dict[tuple[int, ...], Any] = {
        tuple(p["port"] for p in rule["ports"]): rule["to"] for rule in found["egress"]
    }
    return {ports: [peer["ipBlock"]["cidr"] for peer in to if "ipBlock" in peer] for ports, to in rules.items()}


def test_yes_is_https_and_no_is_nothing(accept: Callable[..., Loaded[Shop]]) -> None:
    assert accept(base=worker("internet: true")).environment.worker.internet_ports == (443,)
    assert accept(base=worker("internet: false")).environment.worker.internet_ports == ()
    assert (443,) not in egress(accept().environment)


def test_each_port_that_is_named_leads_to_the_internet(accept: Callable[..., Loaded[Shop]]) -> None:
    found = egress(accept(base=worker("internet: {ports: [587, 5671, 587]}")).environment)
    assert found[587, 5671] == ["0.0.0.0/0"]
    assert (443,) not in found


def test_a_link_to_aws_has_opened_443_already(accept: Callable[..., Loaded[Shop]]) -> None:
    text = worker("internet: {ports: [443, 587]}").replace(
        "uses: [database: admin]", "uses: [database: admin, files: read]"
    )
    found = egress(accept(base=text).environment)
    assert found[443,] == found[587,] == ["0.0.0.0/0"]


def test_another_network_is_reached_at_its_addresses_alone(accept: Callable[..., Loaded[Shop]]) -> None:
    layer = "worker: {reaches: [{addresses: [10.20.0.0/16, 192.0.2.0/24], ports: [5671]}]}"
    assert egress(accept(layer).environment)[5671,] == ["10.20.0.0/16", "192.0.2.0/24"]


@pytest.mark.parametrize(
    "addresses", ["0.0.0.0/0", "169.254.0.0/16", "169.254.169.254/32", "127.0.0.0/8", "128.0.0.0/1"]
)
def test_addresses_of_everybody_or_of_the_node_are_refused(
    addresses: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(f"worker: {{reaches: [{{addresses: [{addresses}], ports: [80]}}]}}")
    assert (found.code, found.path) == ("TW618", "worker.reaches[0].addresses[0]")
    assert found.location == Location("environments/live.yaml", 1)


def test_the_products_own_databases_are_linked_to(refuse: Callable[..., Sequence[Problem]]) -> None:
    (found,) = refuse("worker: {reaches: [{addresses: [10.0.0.0/8], ports: [5432]}]}")
    assert (found.code, found.path) == ("TW615", "worker.reaches[0].addresses[0]")
    assert "`uses`" in found.fix


def test_mail_between_servers_is_warned_of_for_aws_closes_it(accept: Callable[..., Loaded[Shop]]) -> None:
    (found,) = accept(base=worker("internet: {ports: [587, 25]}")).warnings
    assert (found.code, found.path, found.given) == ("TW614", "worker.internet.ports[1]", "25")
    acknowledged = 'worker: {acknowledge: {TW614: "AWS has opened it for this account"}}'
    assert not accept(acknowledged, base=worker("internet: {ports: [25]}")).warnings


@pytest.mark.parametrize(
    ("lines", "path", "allowed"),
    [
        ("internet: maybe", "worker.internet", "true or false, or a mapping with ports"),
        ("internet: {ports: [70000]}", "worker.internet.ports[0]", "a whole number, 1 to 65535"),
        ("internet: {ports: []}", "worker.internet.ports", "a list of 1 to 20, each a whole number, 1 to 65535"),
        ("internet: {ports: ['443']}", "worker.internet.ports[0]", "a whole number, 1 to 65535"),
    ],
)
def test_what_says_nothing_is_refused_where_it_stands(
    lines: str, path: str, allowed: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(base=worker(lines))
    assert (found.code, found.path, found.allowed) == ("TW104", path, allowed)
