"""A layer that is added to keeps every byte that it had."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml

from twinstack.errors import UsageError
from twinstack.starting.layer_text import add_section, add_use, data_of
from twinstack.starting.text import Text

RANKS = {"database": 1, "cache": 1, "web": 2, "edge": 3}


def layer(text: str) -> Text:
    return Text(Path("base.yaml"), "base.yaml", text)


def resource(name: str) -> int | None:
    rank = RANKS.get(name, -1)
    return rank if rank <= 1 else None


def removed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line for line in lines if line.startswith("- ")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "new:\n  a: 1\n"),
        ("# nothing yet\n", "# nothing yet\n\nnew:\n  a: 1\n"),
        ("product: shop\n", "product: shop\n\nnew:\n  a: 1\n"),
        ("product: shop", "product: shop\n\nnew:\n  a: 1"),
        (
            "product: shop\n\ndatabase:\n  a: 2 # two\n  # of it\n\n# about web\nweb: {b: 1}\n",
            "product: shop\n\ndatabase:\n  a: 2 # two\n  # of it\n\nnew:\n  a: 1\n\n# about web\nweb: {b: 1}\n",
        ),
        (
            "database: {a: 1}\n\ncache:\n    x: |\n        text\n\nweb: {b: 1}\nedge: {c: 1}\n",
            "database: {a: 1}\n\ncache:\n    x: |\n        text\n\nnew:\n  a: 1\n\nweb: {b: 1}\nedge: {c: 1}\n",
        ),
        ("web: {b: 1}\n", "new:\n  a: 1\n\nweb: {b: 1}\n"),
        ("# top\nweb: {b: 1}\n", "# top\nnew:\n  a: 1\n\nweb: {b: 1}\n"),
        ("web: {b: 1}\ndatabase: {c: 1}\n", "web: {b: 1}\ndatabase: {c: 1}\n\nnew:\n  a: 1\n"),
        ("database: {a: 1}\r\n\r\nweb: {b: 1}\r\n", "database: {a: 1}\r\n\r\nnew:\r\n  a: 1\r\n\r\nweb: {b: 1}\r\n"),
        ("---\nproduct: shop\n", "---\nproduct: shop\n\nnew:\n  a: 1\n"),
    ],
)
def test_a_section_stands_behind_those_of_its_rank_and_nothing_else_changes(before: str, after: str) -> None:
    added = add_section(layer(before), "new", "new:\n  a: 1\n", resource)
    assert added.text == after
    if before.endswith("\n"):
        assert removed(before, after) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  uses: [database]\n", "  uses: [database, cache]\n"),
        ("  uses: [database, exports: write] # both\n", "  uses: [database, exports: write, cache] # both\n"),
        ("  uses: [{exports: write}]\n", "  uses: [{exports: write}, cache]\n"),
        ("  uses: ['database',]\n", "  uses: ['database', cache,]\n"),
        ("  uses: []\n", "  uses: [cache]\n"),
        (
            "  uses: [\n    database, # one\n    exports\n  ]\n",
            "  uses: [\n    database, # one\n    exports, cache\n  ]\n",
        ),
        ("  uses:\n    - database # one\n\n  port: 1\n", "  uses:\n    - database # one\n    - cache\n\n  port: 1\n"),
        ("  uses:\n  - exports: write\n", "  uses:\n  - exports: write\n  - cache\n"),
        ("  port: 1 # one\n", "  port: 1 # one\n  uses: [cache]\n"),
        ("  health: {live: /}\n", "  health: {live: /}\n  uses: [cache]\n"),
        ("  note: |\n    text\n\n  # end\n", "  note: |\n    text\n  uses: [cache]\n\n  # end\n"),
    ],
)
def test_a_link_is_added_in_the_way_that_the_others_are_written(before: str, after: str) -> None:
    added = add_use(layer(f"# top\nweb:\n{before}\nedge: {{}}\n"), "web", "cache")
    assert added.text == f"# top\nweb:\n{after}\nedge: {{}}\n"


def test_a_link_is_added_to_a_section_in_one_line() -> None:
    assert (
        add_use(layer("web: {port: 1}\n"), "web", "exports: write").text == "web: {port: 1, uses: [exports: write]}\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{web: {port: 1}}\n", "base.yaml cannot be added to: it is not written as `key: value` lines at the margin"),
        ("web: [\n", "base.yaml cannot be added to: base.yaml:2: the file is not YAML: "),
        ("web: &w {uses: &u [a]}\nother: {uses: *u}\n", "base.yaml cannot be added to, at web: what it says besides"),
        ("shared: &u [a]\nweb:\n  uses: *u\n", "base.yaml cannot be added to, at web: `uses` is written elsewhere"),
        ("web:\n", "base.yaml cannot be added to, at web: its section is no mapping of its own: write it by hand"),
        ("web: {uses: cache}\n", "base.yaml cannot be added to, at web: `uses` is no list: write it by hand"),
        ("web: {uses: [cache]}\n", "base.yaml: web uses cache already"),
        ("web: {uses: [cache: write]}\n", "base.yaml: web uses cache already"),
    ],
)
def test_what_cannot_be_added_to_safely_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        add_use(layer(text), "web", "cache")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("text", ["new: {a: 2}\n", "product: shop\n...\n"])
def test_a_section_that_would_change_what_is_there_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="at new: what it says besides would change: write it by hand"):
        add_section(layer(text), "new", "new:\n  a: 1\n", resource)


def test_the_product_s_own_layers_can_be_added_to_everywhere() -> None:
    folder = Path(__file__).parents[2] / "environments"
    for file in sorted(folder.glob("*.yaml")):
        before = Text.read(file, file.name)
        for name in data_of(before).data:
            after = add_section(before, "new", "new:\n  a: 1\n", lambda other, name=name: 1 if other == name else None)
            assert removed(before.text, after.text) == []
            assert [*yaml.safe_load(after.text)].index("new") == [*yaml.safe_load(before.text)].index(name) + 1


def test_a_file_keeps_its_byte_order_mark_and_its_last_line(tmp_path: Path) -> None:
    file = tmp_path / "base.yaml"
    file.write_bytes("\ufeffproduct: Größe".encode())
    text = Text.read(file, "base.yaml")
    added = add_section(text, "new", "new:\n  a: 1\n", resource)
    assert added.whole.encode() == "\ufeffproduct: Größe\n\nnew:\n  a: 1".encode()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "base.yaml"
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(UsageError, match=r"base\.yaml is no text in UTF-8, so nothing can be added to it"):
        Text.read(file, "base.yaml")
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read: No such file or directory"):
        Text.read(tmp_path / "none.yaml", "none.yaml")
