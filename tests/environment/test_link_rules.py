"""What `uses` may say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from twinstack.environment import Access
from twinstack.environment.load import Loaded
from twinstack.errors import Location, Problem

Refuse = Callable[..., Sequence[Problem]]

BASE = "environments/base.yaml"
WORKER = "  uses: [database: admin]\n"
WORKER_LINE = 39


@pytest.fixture
def refuse_uses(refuse: Refuse, base: str) -> Callable[[str], Sequence[Problem]]:
    """Loads the shop with this in place of the worker's `uses`, and with the web service as the administrator."""
    start, end = base.replace("uses: [database,", "uses: [database: admin,").rsplit(WORKER, 1)
    return lambda uses: refuse(base=f"{start}  uses: {uses}\n{end}")


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str) -> Problem:
    return Problem(code, message, path, Location(BASE, WORKER_LINE), given, allowed, fix, environment="live")


RESOURCES = "database, files, settings, web"


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        pytest.param(
            "[databse]",
            problem(
                "TW201",
                "a link to something that does not exist",
                "worker.uses[0]",
                "databse",
                RESOURCES,
                "did you mean `database`?",
            ),
            id="misspelt",
        ),
        pytest.param(
            "[database, queue]",
            problem(
                "TW201",
                "a link to something that does not exist",
                "worker.uses[1]",
                "queue",
                RESOURCES,
                "add it to the environment class, or remove the link",
            ),
            id="not there",
        ),
        pytest.param(
            "[network]",
            problem(
                "TW201",
                "a link to something that offers nothing",
                "worker.uses[0]",
                "network",
                RESOURCES,
                "add it to the environment class, or remove the link",
            ),
            id="no resource",
        ),
        pytest.param(
            "[database: read]",
            problem(
                "TW202",
                "database does not offer this access",
                "worker.uses[0]",
                "read",
                "write, admin",
                "name one of these; without one it is write",
            ),
            id="access",
        ),
        pytest.param(
            "[database, database: admin]",
            problem("TW203", "worker links to database twice", "worker.uses[1]", "database", "one link", "keep one"),
            id="twice",
        ),
        pytest.param(
            "database",
            problem(
                "TW104",
                "`uses` is no list",
                "worker.uses",
                '"database" (text)',
                "[database, {exports: write}]",
                "write a list: [database]",
            ),
            id="text",
        ),
        pytest.param(
            "{database: write}",
            problem(
                "TW104",
                "`uses` is no list",
                "worker.uses",
                "a mapping",
                "[database, {exports: write}]",
                "write a list, or remove the line",
            ),
            id="mapping",
        ),
        pytest.param(
            "[{database: write, files: read}]",
            problem(
                "TW104",
                "not a link",
                "worker.uses[0]",
                "a mapping",
                "`database`, or `{exports: write}` to name the access",
                "write one link in each line",
            ),
            id="two in one",
        ),
        pytest.param(
            "[7]",
            problem(
                "TW104",
                "not a link",
                "worker.uses[0]",
                "7",
                "`database`, or `{exports: write}` to name the access",
                "write one link in each line",
            ),
            id="number",
        ),
    ],
)
def test_a_wrong_link_is_refused(refuse_uses: Callable[[str], Sequence[Problem]], uses: str, expected: Problem) -> None:
    assert refuse_uses(uses) == (expected,)


def test_links_in_a_circle_are_refused(refuse: Refuse, base: str) -> None:
    circle = base.replace("uses: [database, settings, files: write]", "uses: [web]")
    assert refuse(base=circle) == (
        Problem(
            "TW204",
            "links in a circle",
            "web.uses[0]",
            Location(BASE, 29),
            "web -> web",
            "no workload waits for itself",
            "remove one link",
            environment="live",
        ),
    )


def test_two_links_that_set_one_variable_are_refused(refuse: Refuse, base: str) -> None:
    clash = base.replace("{LOG_LEVEL: info}", "{DATABASE_URL: nowhere}")
    assert refuse(base=clash) == (
        Problem(
            "TW205",
            "two things set DATABASE_URL",
            "web.uses[1]",
            Location(BASE, 29),
            "settings and `database` both set DATABASE_URL",
            "one source for each variable",
            "set `settings.variable` to another name",
            environment="live",
        ),
    )


def test_a_link_without_an_access_has_the_resources_first(accept: Callable[..., Loaded]) -> None:
    environment = accept().environment
    assert [(str(link), link.access) for link in environment.links] == [
        ("web -> database (write)", Access.WRITE),
        ("web -> settings (read)", Access.READ),
        ("web -> files (write)", Access.WRITE),
        ("worker -> database (admin)", Access.ADMIN),
    ]
    assert [link.workload.key for link in environment.database.links] == ["web", "worker"]


def test_an_admin_link_delivers_one_variable_more(accept: Callable[..., Loaded]) -> None:
    environment = accept().environment
    assert [variable.name for variable in environment.variables_of(environment.worker)] == [
        "DATABASE_URL",
        "DATABASE_ADMIN_URL",
    ]


@pytest.mark.parametrize(
    ("uses", "code"),
    [
        ("[database: amdin]", "TW202"),
        ("[databse: admin]", "TW201"),
        ("[database: read]", "TW202"),
        ("[nothing, databse: admin]", "TW201"),
    ],
)
def test_a_rule_that_would_follow_from_a_slip_in_a_link_is_not_broken_as_well(
    refuse: Refuse, base: str, uses: str, code: str
) -> None:
    assert {each.code for each in refuse(base=base.replace(WORKER, f"  uses: {uses}\n"))} == {code}


def test_beside_a_wrong_link_every_other_rule_is_still_checked(refuse: Refuse, base: str) -> None:
    problems = refuse("database: {storage_gib: 9}", base=base.replace(WORKER, "  uses: [nothing, 7]\n"))
    assert [(each.code, each.path) for each in problems] == [
        ("TW201", "worker.uses[0]"), ("TW104", "worker.uses[1]"), ("TW104", "database.storage_gib"), ("TW709", "database"),
    ]  # fmt: skip
