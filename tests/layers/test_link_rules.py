"""What `uses` may say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from twinstack.environment import Access
from twinstack.errors import Location, Problem
from twinstack.layers.load import Loaded

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded]

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
            "[database: list]",
            problem(
                "TW202",
                "database does not offer this access",
                "worker.uses[0]",
                "list",
                "write, monitor, admin, read",
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
            "[files, files: list, files: read]",
            problem(
                "TW203", "worker links to files twice", "worker.uses[2]", "files: read", "each access once", "keep one"
            ),
            id="one right twice",
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
                "`database`, `{exports: write}` to name the access, or `{database: {variables: {host: DB_HOST}}}` to name variables",
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
                "`database`, `{exports: write}` to name the access, or `{database: {variables: {host: DB_HOST}}}` to name variables",
                "write one link in each line",
            ),
            id="number",
        ),
    ],
)
def test_a_wrong_link_is_refused(refuse_uses: Callable[[str], Sequence[Problem]], uses: str, expected: Problem) -> None:
    assert refuse_uses(uses) == (expected,)


def test_rights_that_add_up_may_be_asked_for_side_by_side(accept: Accept, base: str) -> None:
    environment = accept(base=base.replace("files: write]", "files: write, files: list, files: delete]")).environment
    links = [str(link) for link in environment.links if link.resource.key == "files"]
    assert links == ["web -> files (write)", "web -> files (list)", "web -> files (delete)"]
    assert [one.name for one in environment.variables_of(environment.web)].count("FILES_BUCKET") == 1


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
            "rename DATABASE_URL in one of them",
            environment="live",
        ),
    )


def test_the_path_of_a_mounted_file_is_a_variable_that_nobody_else_may_set(refuse: Refuse, base: str) -> None:
    own = base.replace(WORKER, WORKER + "  environment_variables: {DATABASE_ADMIN_URL_FILE: /run/secrets/x}\n")
    (found,) = refuse(base=own)
    assert (found.code, found.path) == ("TW205", "worker.uses[0]")
    assert found.given == "database and `worker` both set DATABASE_ADMIN_URL_FILE"
    assert found.fix == "set `database.variable` to another name"


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
        ("[database: list]", "TW202"),
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
