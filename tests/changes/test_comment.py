"""A difference in a pull request: the worst first, within a limit, at the line that made it."""

from __future__ import annotations

from dataclasses import replace

from twinstack.changes.comment import MOST, comment
from twinstack.changes.difference import RISKS, Cause, Change, Difference, FieldChange
from twinstack.changes.effect import Effect
from twinstack.changes.rows import TITLES, rows
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.errors import Location
from twinstack.formats.row import Level

CLASS = Cause("database.instance_class", Location("environments/prod.yaml", 14))
SIZE = Cause("database.storage_gib", Location("environments/prod.yaml", 15))
DATABASE = Change(
    Half.INFRASTRUCTURE, "aws_db_instance.database", "database", Action.REPLACED, Effect.DESTROYS_DATA,
    why="another engine needs another instance", used_by=("backend (read)",), cause=CLASS,
    fields=(
        FieldChange("engine", "postgres", "mysql", Effect.DESTROYS_DATA, forces=True, cause=CLASS),
        FieldChange("tags", None, {"a": "b|c"}, Effect.SAFE, cause=replace(SIZE, others=(CLASS,))),
    ),
)  # fmt: skip
WEB = Change(
    Half.WORKLOADS, "Deployment shop/web", "web", Action.CREATED, Effect.SAFE, cause=Cause("", note="the program")
)


def of(*changes: Change) -> Difference:
    return Difference.of("main (9f3c2e1a04)", "the present", changes)


def test_the_worst_stands_first_and_open() -> None:
    text = comment(of(WEB, DATABASE), "shop-prod")
    assert text == (
        "### `shop-prod`\n\n"
        "**1 destroys data**, 1 safe since `main (9f3c2e1a04)`\n\n"
        "<details open><summary><code>database</code>: <b>destroys data</b>, 1 change; used by backend (read)</summary>\n\n"
        r"- `aws_db_instance.database` **replaced**, destroys data: another engine needs another instance" "\n"
        "  - `engine` `postgres` → `mysql`, destroys data, **forces it**; because of `environments/prod.yaml:14` "
        "`database.instance_class`\n"
        "  - `tags` not set → `{\"a\": \"b\\|c\"}`, safe; because of one of `environments/prod.yaml:15` "
        "`database.storage_gib`, `environments/prod.yaml:14` `database.instance_class`\n\n"
        "</details>\n\n"
        "<details><summary><code>web</code>: <b>safe</b>, 1 change</summary>\n\n"
        "- `Deployment shop/web` **created**, safe; because of the program\n\n"
        "</details>\n"
    )  # fmt: skip


def test_nothing_changes() -> None:
    assert comment(of(), "shop-prod") == "### `shop-prod`\n\nNothing changes since `main (9f3c2e1a04)`.\n"


def test_what_does_not_fit_is_counted_and_never_the_worst() -> None:
    many = [
        replace(WEB, subject=f"Deployment shop/{number:04} {'x' * 200}", thing=f"t{number % 7}")
        for number in range(999)
    ]
    text = comment(of(*many, DATABASE), "shop-prod")
    assert MOST - 1000 < len(text) <= MOST
    shown = text.count("Deployment shop/") + 1
    assert "aws_db_instance.database" in text
    assert text.endswith(
        f"\n{1000 - shown} more, none of them worse than these, are left out: `twinstack diff` shows them.\n"
    )
    assert text.count("<details") == text.count("</details>")
    assert len(comment(of(*many), "shop-prod", most=60_000)) > MOST


def test_a_row_stands_at_its_cause_with_the_others_beside_it() -> None:
    database, web = rows(of(WEB, DATABASE))
    assert (database.rule, database.level, database.location) == ("destroys-data", Level.ERROR, CLASS.location)
    assert [*database.related] == [(SIZE.location, "database.storage_gib, which may be the cause")]
    assert database.message == (
        "aws_db_instance.database is replaced, destroys data; engine, tags; another engine needs another instance; "
        "used by backend (read); because of environments/prod.yaml:14 database.instance_class"
    )
    assert (web.rule, web.level, web.location, web.group) == ("safe", Level.NOTE, None, "web")


def test_every_class_has_its_words() -> None:
    assert [*TITLES] == [*RISKS]
