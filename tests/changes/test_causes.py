"""Which line made a change: found by its values and its name, and every candidate where it cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.shop import BASE, TODAY, Shop
from twinstack.changes.causes import FIRST, PROGRAM, Causes
from twinstack.changes.difference import LATER, Cause, Change, Difference, FieldChange
from twinstack.changes.edits import ABSENT, Edit, edits
from twinstack.changes.effect import Effect
from twinstack.changes.likeness import Likeness, likeness
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.errors import Location
from twinstack.layers.document import parse
from twinstack.layers.load import Loaded, load_text
from twinstack.layers.merge import merge

PROD = "database: {storage_gib: 100}\n"
OTHER = Cause("", Location("stacks/workloads.py"), PROGRAM)


def loaded(base: str = BASE, prod: str = PROD, version: str = "") -> Loaded[Shop]:
    layers = {"base": base, "prod": f"protected: false\n{prod}"}
    return load_text(Shop, "prod", layers, TODAY, set={"version": version} if version else None)


def causes(before: Loaded[Shop], after: Loaded[Shop], other: Cause | None = None) -> Causes:
    return Causes(after, edits(before.merged, after.merged), other)


def differing(before: Loaded[Shop], after: Loaded[Shop]) -> list[Edit]:
    return [*edits(before.merged, after.merged)]


def field(path: str, before: object = None, after: object = None, *, forces: bool = False) -> FieldChange:
    return FieldChange(path, before, after, Effect.SAFE, forces=forces)


def change(thing: str, *fields: FieldChange, subject: str = "") -> Change:
    action = Action.CHANGED if fields else Action.CREATED
    return Change(Half.INFRASTRUCTURE, subject or f"aws_x.{thing}", thing, action, Effect.SAFE, fields=fields)


def cause(found: Causes, one: Change) -> str:
    (caused,) = found.of(Difference.of("before", "after", [one])).changes
    assert caused.cause is not None
    return str(caused.cause)


def with_line(old: str, new: str) -> Loaded[Shop]:
    assert BASE.count(old) == 1
    return loaded(BASE.replace(old, new))


def line(text: str) -> str:
    return f"environments/base.yaml:{BASE[: BASE.index(text)].count(chr(10)) + 1}"


def test_an_edit_stands_where_its_value_stands_now() -> None:
    (one,) = differing(loaded(), with_line("db.t4g.micro", "db.t4g.small"))
    assert (one.dotted, one.before, one.after) == ("database.instance_class", "db.t4g.micro", "db.t4g.small")
    assert str(one.location) == line("  instance_class")


def test_what_was_removed_stands_at_its_section_and_says_where_it_was() -> None:
    (one,) = differing(loaded(), loaded(prod="database: {}\n"))
    assert (one.before, one.after) == (100, 20)
    assert (str(one.location), str(one.was)) == ("environments/prod.yaml:2", "environments/prod.yaml:2")
    longer = with_line("  storage_gib: 20", "  storage_gib: 20\n  log_retention_days: 30")
    (one,) = differing(longer, loaded())
    assert (one.dotted, one.before, one.after) == ("database.log_retention_days", 30, ABSENT)
    assert (str(one.location), str(one.was)) == (line("database:"), line("  multi_az"))


def test_an_item_of_a_list_is_an_edit_of_its_own() -> None:
    (one,) = differing(loaded(), with_line("settings, files: write]", "settings]"))
    assert (one.dotted, one.before, one.after) == ("web.uses[2]", {"files": "write"}, ABSENT)
    (one,) = differing(loaded(), with_line("files: write]", "files: read]"))
    assert (one.dotted, one.before, one.after) == ("web.uses[2].files", "write", "read")


def test_the_same_word_in_quotes_is_no_edit_and_a_switch_is_no_number() -> None:
    assert differing(loaded(), with_line("db.t4g.micro", '"db.t4g.micro"')) == []
    number, switch = (merge([("base", parse(text, "base.yaml"))]) for text in ("switch: 1", "switch: true"))
    assert len(edits(number, switch)) == 1


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (change("database", field("allocated_storage", 20, 200)), "  storage_gib"),
        (change("database", field("instance_class", "db.t4g.micro", "db.t4g.small")), "  instance_class"),
        (change("database", field("multi_az", True, False)), "  multi_az"),
        (change("web", field("spec.minReplicas", 2, 3)), "  scale: {min: 2"),
    ],
)
def test_the_value_or_the_name_decides_among_several_edits_of_a_thing(one: Change, told: str) -> None:
    text = BASE.replace("db.t4g.micro", "db.t4g.small").replace("storage_gib: 20", "storage_gib: 200")
    text = text.replace("multi_az: true", "multi_az: false").replace("{min: 2, max: 4", "{min: 3, max: 4")
    assert cause(causes(loaded(prod=""), loaded(text, ""), OTHER), one).startswith(f"{line(told)} ")


def test_a_value_within_a_text_is_found() -> None:
    found = causes(loaded(), with_line("region: eu-central-1", "region: eu-west-1"))
    one = change("web", field("role", "arn:aws:eks:eu-central-1:1:x", "arn:aws:eks:eu-west-1:1:x"))
    assert cause(found, one) == f"{line('region')} region"


def test_what_nothing_looks_like_has_the_only_edit_of_its_thing() -> None:
    found = causes(loaded(), with_line("max: 4, cpu: 70", "max: 40, cpu: 70"))
    assert cause(found, change("web", field("spec.budget", "a", "b"))) == f"{line('  scale: {min: 2')} web.scale.max"
    # A thing without an edit has it of those that it is linked with.
    assert cause(found, change("database", field("threshold", 1, 7))).endswith(" web.scale.max")
    # Where the program differs too, it may be that as well.
    also = replace(found, other=OTHER)
    assert cause(also, change("web", field("spec.budget", "a", "b"))).endswith(
        "web.scale.max or stacks/workloads.py (the program)"
    )


def test_several_candidates_are_all_named_and_of_very_many_how_many() -> None:
    text = BASE.replace("db.t4g.micro", "db.t4g.small").replace("storage_gib: 20", "storage_gib: 200")
    told = cause(causes(loaded(prod=""), loaded(text, "")), change("database", field("threshold", 1, 7)))
    assert told == (
        f"{line('  instance_class')} database.instance_class or {line('  storage_gib')} database.storage_gib"
    )
    variables = ", ".join(f"V{number}: x" for number in range(7))
    many = causes(loaded(), with_line("{LOG_LEVEL: info}", f"{{LOG_LEVEL: info, {variables}}}"))
    told = cause(many, change("settings", field("metadata.name", "shop-config-1", "shop-config-2")))
    assert told == f"{line('  variables')} settings.variables.V0 (or another of 7 values that differ)"


def test_what_comes_and_goes_is_found_by_its_name() -> None:
    found = causes(loaded(), with_line("{LOG_LEVEL: info}", "{LOG_LEVEL: info, MAIL_KEY: x, OTHER: y}"))
    assert cause(found, change("settings", subject="aws_secret.settings_mail_key")).endswith(
        "settings.variables.MAIL_KEY"
    )
    found = causes(loaded(), with_line("  uses: [database: admin]", "  uses: [database: admin, files: read]"))
    assert (
        cause(found, change("files", subject="aws_iam_policy.x"))
        == f"{line('  uses: [database: admin]')} worker.uses[1]"
    )


def test_without_an_edit_it_is_the_program_or_the_releases_version() -> None:
    same = causes(loaded(), loaded())
    assert cause(same, change("web", field("spec.replicas", 1, 2))) == PROGRAM
    assert cause(replace(same, other=OTHER), change("web", field("a", 1, 2))) == "stacks/workloads.py (the program)"
    newer = causes(loaded(version="2.0.0"), loaded(version="2.1.0"))
    assert newer.edits == ()
    image = field(
        "spec.template.spec.containers[web].image", "registry.example/web:2.0.0", "registry.example/web:2.1.0"
    )
    assert cause(newer, change("web", image)) == "--set version (the release's version)"


def test_the_field_that_forces_a_replacement_gives_the_change_its_cause() -> None:
    text = BASE.replace("db.t4g.micro", "db.t4g.small").replace("storage_gib: 20", "storage_gib: 200")
    found = causes(loaded(prod=""), loaded(text, ""))
    fields = (field("instance_class", "db.t4g.micro", "db.t4g.small"), field("storage", 20, 200, forces=True))
    assert cause(found, change("database", *fields)).endswith(" database.storage_gib")


def test_of_outputs_without_layers_it_is_the_line_whose_value_stands_in_them() -> None:
    today = loaded()
    every = tuple(
        Edit(path, ABSENT, found[-1].value, found[-1].location) for path, found in today.merged.origins.items()
    )
    first = Causes(
        today, tuple(one for one in every if one.path and not isinstance(one.after, dict | list)), is_first=True
    )
    one = change("database", field("instance_class", "db.t4g.small", "db.t4g.micro"))
    assert cause(first, one) == f"{line('  instance_class')} database.instance_class"
    assert cause(first, change("database", field("iops", 1, 7))) == f"environments/prod.yaml:2 database ({FIRST})"
    (nobody,) = first.of(Difference.of("", "", [change("", field("x", 1, 9))])).changes
    assert nobody.cause is None


def test_what_is_in_doubt_is_tried_out_and_nothing_else() -> None:
    text = BASE.replace("db.t4g.micro", "db.t4g.small").replace("storage_gib: 20", "storage_gib: 200")
    found = causes(loaded(prod=""), loaded(text, ""))
    changed = (field("instance_class", "db.t4g.micro", "db.t4g.small"), field("threshold", 1, 7))
    both = Difference.of("before", "after", [change("database", *changed)])
    asked: list[str] = []

    def without(edit: Edit) -> Difference | None:
        asked.append(edit.dotted)
        if edit.dotted == "database.instance_class":
            return None  # which cannot be undone by itself
        return Difference.of("before", "after", [change("database", changed[0])])

    (tried,) = found.of(both, without).changes
    assert asked == ["database.instance_class", "database.storage_gib"]
    assert [str(one.cause).rpartition(" ")[2] for one in tried.fields] == [
        "database.instance_class",
        "database.storage_gib",
    ]
    asked.clear()
    found.of(Difference.of("before", "after", [change("database", changed[0])]), without)
    assert asked == []


def test_an_empty_text_and_what_only_the_apply_tells_are_like_nothing() -> None:
    first = Edit(("database", "name"), ABSENT, "", Location("a.yaml", 1))
    later = FieldChange("kms_key_id", "arn:1", LATER, Effect.SAFE)
    assert likeness(first, change("database", later), later) is Likeness.NONE
    named = Edit(("database", "title"), ABSENT, "apply", Location("a.yaml", 2))
    assert likeness(named, change("database", later), later) is Likeness.NONE
    told = replace(later, after="apply")
    assert likeness(named, change("database", told), told) is Likeness.SAME_VALUE
