"""Products that are drafted from files of other people's shapes: what is taken over, and what is left out with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.starting.new_product import NewProduct
from twinstack.starting.reading.interpolation import Text, interpolated
from twinstack.starting.reading.quantities import cpus, mebibytes, seconds
from twinstack.starting.reading.reading import Reading
from twinstack.starting.reading.source import read_source
from twinstack.starting.wishes import Wishes
from twinstack.testing import Golden

SOURCES = Path(__file__).parent / "sources"
NAMES = sorted(file.stem for file in SOURCES.glob("*.yaml"))


def drafted(name: str) -> tuple[Reading, NewProduct]:
    reading = read_source(SOURCES / f"{name}.yaml", name)
    return reading, NewProduct(Wishes(name=name, organization="acme", region="eu-central-1").with_reading(reading))


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_loads_and_says_what_it_left_out(name: str, golden: Golden, tmp_path: Path) -> None:
    reading, product = drafted(name)
    assert [one.environment.name for one in product.draft(tmp_path).load_all()] == ["dev", "prod"]
    left_out = "".join(
        f"{one.line} {one.path}{f' ({one.given})' if one.given else ''}: {one.reason}\n" for one in reading.left_out
    )
    golden(f"golden/{name}", {"base.yaml": product.layers["base"], "left_out.txt": left_out})


def test_no_value_of_a_secret_is_taken_over() -> None:
    texts = [text for name in NAMES for text in drafted(name)[1].layers.values()]
    texts += [f"{one.given} {one.reason}" for name in NAMES for one in drafted(name)[0].left_out]
    secrets = ("sk_live_", "guest", "gallery-secret", "change-me", "events:events", "users:users")
    assert [secret for secret in secrets for text in texts if secret in text] == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain", Text("plain")),
        ("$$HOME", Text("$HOME")),
        ("$NAME/x", Text("${NAME}/x", ("NAME",))),
        ("${TAG:-1.2}", Text("1.2")),
        ("${TAG-}", Text("")),
        ("${A:-${B:-c}}d", Text("cd")),
        ("${A:-${B}}", Text("${B}", ("B",))),
        ("${A:?is needed}", Text("${A}", ("A",))),
        ("${A:+then}", Text("${A}", ("A",))),
        ("${A}${A}", Text("${A}${A}", ("A",))),
    ],
)
def test_what_is_certain_of_a_text_with_variables(raw: str, expected: Text) -> None:
    assert interpolated(raw) == expected


@pytest.mark.parametrize("raw", ["$", "a $ b", "${", "${}", "${A", "${A;b}", "$1", "${A:-" * 9 + "}" * 9])
def test_a_text_that_compose_does_not_take_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        interpolated(raw)


def test_quantities_are_read_as_compose_means_them() -> None:
    assert [mebibytes(text) for text in ("512M", "1.5g", "268435456", "64mb", "1k", "0", "much")] == [
        512, 1536, 256, 64, 1, None, None,
    ]  # fmt: skip
    assert [cpus(text) for text in ("0.5", "2", "0.0001", "0", "x")] == [500, 2000, 1, None, None]
    assert [seconds(text) for text in ("30s", "1m30s", "2h", "500ms", "soon", None)] == [30, 90, 7200, 1, None, None]


def test_reading_is_the_same_every_time() -> None:
    assert [drafted(name)[1].layers for name in NAMES] == [drafted(name)[1].layers for name in NAMES]
