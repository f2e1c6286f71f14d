"""How the two values of a field are told on lines of a certain width."""

from __future__ import annotations

import json

from twinstack.changes.values import short, short_path, told


def rows(path: str, before: object, after: object, width: int = 80) -> list[str]:
    return [
        f"{row.path} | {f'{row.before} → ' if row.is_pair else ''}{row.after}"
        for row in told(path, before, after, width)
    ]


def test_two_values_stand_on_one_line_and_what_is_too_long_is_cut() -> None:
    assert rows("size", 1, 2) == ["size | 1 → 2"]
    assert rows("name", None, "a") == ["name | (not set) → a"]
    (line,) = rows("name", "a" * 200, "b" * 200)
    assert len(line) <= 80
    assert "…" in line


def test_of_two_long_values_that_begin_alike_what_differs_is_left() -> None:
    (line,) = rows("name", f"{'a' * 100}-before", f"{'a' * 100}-after", 50)
    assert line == "name | …aaaaaaa-before → …aaaaaaa-after"


def test_values_stand_below_a_name_that_leaves_no_room() -> None:
    assert rows("n" * 60, "one", "two") == [f"{'n' * 60} | one → two"]
    assert rows("n" * 75, "one", "two") == [f"{'n' * 75} | ", " | one → two"]


def test_of_a_document_only_what_differs_is_told() -> None:
    def policy(*actions: str) -> str:
        return json.dumps({"Version": "1", "Statement": [{"Sid": "Read", "Action": [*actions]}, {"Sid": "Other"}]})

    assert rows("policy", policy("s3:GetObject"), policy("s3:GetObject", "s3:PutObject")) == [
        "policy: Statement[Read].Action | + s3:PutObject"
    ]


def test_of_a_list_what_goes_and_what_comes() -> None:
    assert rows("ids", ["a", "b"], ["b", "c"]) == ["ids | - a  + c"]
    assert rows("ids", ["a", "b"], ["b", "a"]) == ["ids | in another order"]
    long = rows("ids", [], ["x" * 60, "y" * 60])
    assert long == ["ids | ", f" | + {'x' * 60}", f" | + {'y' * 60}"]


def test_of_a_text_of_several_lines_the_lines_that_differ() -> None:
    assert rows("data", "one\ntwo\n", "one\nthree\n") == ["data | ", " | - two", " | + three"]


def test_many_differences_are_counted() -> None:
    found = rows("block", {str(n): 0 for n in range(12)}, {str(n): 1 for n in range(12)})
    assert found[0] == "block | 12 differences"
    assert found[-1] == " | and 4 more"


def test_a_field_of_a_pod_is_called_as_people_call_it() -> None:
    assert short_path("spec.template.spec.containers[web].image") == "containers[web].image"
    assert short("a\n  b") == "a b"
