"""Layers are merged key by key, the later one wins, and every value remembers where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinstack.errors import Location, UsageError
from twinstack.layers.document import Document, Path_, parse
from twinstack.layers.merge import Merged, assignments, merge

KEYS = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(st.integers(0, 9), st.booleans(), st.none(), st.sampled_from(["x", "y"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
SECTIONS = st.lists(
    st.dictionaries(
        KEYS, st.dictionaries(KEYS, st.one_of(SCALARS, st.lists(SCALARS, max_size=2)), max_size=3), max_size=3
    ),
    min_size=1,
    max_size=4,
)
LAYERS = st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=1, max_size=4)


def lines(value: Any, indent: int = 0) -> list[str]:
    """Block YAML with each value on a line of its own."""
    space = " " * indent
    if isinstance(value, Mapping) and value:
        return [
            line
            for key, inner in value.items()
            for line in (
                [f"{space}{key}:", *lines(inner, indent + 2)]
                if isinstance(inner, Mapping | list) and inner
                else [f"{space}{key}: {text(inner)}"]
            )
        ]
    if isinstance(value, list) and value:
        return [
            line
            for inner in value
            for line in (
                [f"{space}-", *lines(inner, indent + 2)]
                if isinstance(inner, Mapping | list) and inner
                else [f"{space}- {text(inner)}"]
            )
        ]
    return [f"{space}{text(value)}"]


def text(value: Any) -> str:
    words = {None: "null", True: "true", False: "false"}
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return words[value] if value is None or isinstance(value, bool) else str(value)


def documents(layers: list[dict[str, Any]]) -> list[tuple[str, Document]]:
    return [(f"layer{n}", parse("\n".join(lines(layer)), f"layer{n}.yaml")) for n, layer in enumerate(layers)]


def overlaid(weaker: Any, stronger: Any) -> Any:
    """What merging two layers means, written down once more and plainly."""
    if isinstance(weaker, Mapping) and isinstance(stronger, Mapping):
        both = {**weaker, **stronger}
        return {
            key: overlaid(weaker[key], stronger[key]) if key in weaker and key in stronger else both[key]
            for key in both
        }
    return stronger


def at(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part]
    return data


def leaves(value: Any, path: Path_ = ()) -> list[Path_]:
    if isinstance(value, Mapping):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    return [path]


@settings(max_examples=60)
@given(LAYERS)
def test_the_later_layer_wins_key_by_key(layers: list[dict[str, Any]]) -> None:
    expected: Any = {}
    for layer in layers:
        expected = overlaid(expected, layer)
    assert merge(documents(layers)).data == expected


@settings(max_examples=60)
@given(SECTIONS, st.integers(0, 3))
def test_merging_sections_is_associative(layers: list[dict[str, Any]], cut: int) -> None:
    """Where no layer puts a value in the place of a section, which would forget what stood below it."""
    first, rest = (merge(documents(part)).data for part in (layers[:cut], layers[cut:]))
    assert merge(documents([first, rest])).data == merge(documents(layers)).data


@settings(max_examples=60)
@given(LAYERS)
def test_every_value_is_located_where_it_stands(layers: list[dict[str, Any]]) -> None:
    several = documents(layers)
    by_file = {document.file: document for _, document in several}
    merged = merge(several)
    for path in leaves(merged.data):
        if not path:
            continue
        origin = merged.origins[path][-1]
        assert origin.value == at(merged.data, path)
        document = by_file[origin.location.file]
        assert document.locations[path] == origin.location
        line = "\n".join(lines(layers[int(origin.layer.removeprefix("layer"))])).splitlines()[origin.location.line - 1]
        assert line.lstrip("- ").startswith(f"{path[-1]}:")


@settings(max_examples=60)
@given(LAYERS)
def test_what_was_overridden_is_remembered_in_order(layers: list[dict[str, Any]]) -> None:
    merged = merge(documents(layers))
    for path in leaves(merged.data):
        if path:
            named = [origin.layer for origin in merged.origins[path]]
            assert named == sorted(set(named))
            assert named[-1] == max(
                f"layer{n}" for n, layer in enumerate(layers) if path[:1][0] in layer and _says(layer, path)
            )


def _says(layer: Any, path: Path_) -> bool:
    for part in path:
        if not isinstance(layer, Mapping) or part not in layer:
            return False
        layer = layer[part]
    return True


def merged_of(*texts: str) -> Merged:
    return merge([(f"layer{n}", parse(each, f"layer{n}.yaml")) for n, each in enumerate(texts)])


def test_a_list_is_replaced_whole_and_its_items_are_located_in_the_later_layer() -> None:
    merged = merged_of("uses:\n- a\n- b\n- c\n", "uses: [d]")
    assert merged.data == {"uses": ["d"]}
    assert merged.locate(("uses", 0)) == Location("layer1.yaml", 1)
    assert ("uses", 2) not in merged.origins


def test_a_path_that_nobody_wrote_is_located_at_its_nearest_written_parent() -> None:
    merged = merged_of("web:\n  scale:\n    min: 1\n")
    assert merged.locate(("web", "scale", "max")) == Location("layer0.yaml", 2)
    assert merged.locate(("nothing",)) == Location("layer0.yaml", 1)


def test_assignments_are_one_more_layer() -> None:
    document = assignments({"database.multi_az": False, "web.scale": {"min": 1}, "database.storage_gib": 20})
    assert document.data == {"database": {"multi_az": False, "storage_gib": 20}, "web": {"scale": {"min": 1}}}
    assert document.locations["web", "scale", "min"] == Location("--set")


def test_assignments_never_change_what_they_were_given() -> None:
    scale = {"min": 1}
    document = assignments({"web.scale": scale})
    document.data["web"]["scale"]["max"] = 2
    assert scale == {"min": 1}


@pytest.mark.parametrize(
    ("assigned", "message"),
    [
        ({"": 1}, '"" is no path: write it dotted, for example database.multi_az'),
        ({"a..b": 1}, '"a..b" is no path: write it dotted, for example database.multi_az'),
        ({"a": 1, "a.b": 2}, '"a.b" goes through a, which is set to a value as well'),
        ({"a.b": 1, "a": 2}, '"a" is set twice: set it, or what is below it'),
        ({"a": object()}, '"a" is set to a object: give what YAML could say (text, a number, a list, …)'),
        ({"a": [{1: 2}]}, '"a[0]" is set to a dict: give what YAML could say (text, a number, a list, …)'),
    ],
)
def test_assignments_that_cannot_be_a_layer_are_refused(assigned: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        assignments(assigned)
    assert str(caught.value) == message


def test_an_override_stands_at_the_option_that_says_it() -> None:
    document = assignments({"version": "1", "database.multi_az": False}, {"version": "--version"})
    assert (document.locations["version",], document.locations["database", "multi_az"]) == (
        Location("--version"),
        Location("--set"),
    )
