"""A layer is a small file of the product: nothing that waits, has no end, is huge, or belongs to somebody else."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shop import BASE, Shop
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.document import LARGEST_BYTES, MOST_VALUES, parse, read
from twinstack.layers.load import load

MOST_SECONDS = 20
"""Of the processor, for what takes a second; each of these used to take minutes, or for ever."""


def refused(layer: Path, within: Path) -> list[Problem]:
    documents = [
        ("base", parse(BASE, "environments/base.yaml")),
        ("live", read(layer, "environments/live.yaml", within)),
    ]
    began = time.process_time()
    with pytest.raises(ConfigurationError) as caught:
        load(Shop, "live", documents, datetime.date(2026, 11, 24))
    assert time.process_time() - began < MOST_SECONDS
    return [*caught.value.problems]


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_hole(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 34)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("gone.yaml")


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link_out(path: Path) -> None:
    outside = path.parents[2] / "outside.yaml"
    outside.write_text("root:$6$hash:::\n")
    path.symlink_to(outside)


@pytest.mark.parametrize(
    ("make", "code", "given"),
    [
        (a_pipe, "TW101", "a named pipe"),
        (a_folder, "TW101", "a directory"),
        (a_loop, "TW101", "Too many levels of symbolic links"),
        (a_link_to_nothing, "TW101", "No such file or directory"),
        (a_hole, "TW111", f"{1 << 34} bytes"),
        (a_device, "TW112", "/dev/zero"),
        (a_link_out, "TW112", "outside.yaml"),
    ],
)
def test_what_is_no_file_of_the_product_is_one_problem(
    tmp_path: Path, make: Callable[[Path], None], code: str, given: str
) -> None:
    layer = tmp_path / "product" / "environments" / "live.yaml"
    layer.parent.mkdir(parents=True)
    make(layer)
    (problem,) = refused(layer, tmp_path / "product")
    assert problem.code == code
    assert problem.given.endswith(given)
    assert "hash" not in str(problem)


def test_a_device_is_no_layer_even_where_links_are_not_looked_at() -> None:
    (problem,) = read(Path("/dev/zero"), "environments/live.yaml").problems
    assert (problem.code, problem.given) == ("TW101", "a device")


def test_the_folder_of_the_layers_may_not_lead_out_either(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "live.yaml").write_text("")
    (tmp_path / "product").mkdir()
    (tmp_path / "product" / "environments").symlink_to("../elsewhere")
    (problem,) = refused(tmp_path / "product" / "environments" / "live.yaml", tmp_path / "product")
    assert problem.code == "TW112"


def test_a_link_within_the_product_is_followed(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "shared.yaml").write_text("region: eu-west-1\n")
    (tmp_path / "environments" / "live.yaml").symlink_to("../shared.yaml")
    assert read(tmp_path / "environments" / "live.yaml", "live", tmp_path).data == {"region": "eu-west-1"}


def test_the_largest_layer_is_read(tmp_path: Path) -> None:
    (tmp_path / "live.yaml").write_text("#" * LARGEST_BYTES)
    assert read(tmp_path / "live.yaml", "live").problems == []
    (tmp_path / "live.yaml").write_text("#" * (LARGEST_BYTES + 1))
    assert [problem.code for problem in read(tmp_path / "live.yaml", "live").problems] == ["TW111"]


def lines(text: str) -> str:
    return "".join(text.format(number) for number in range(LARGEST_BYTES // (len(text) + 6)))


@pytest.mark.parametrize(
    "text",
    [
        lines("k{:06}: 1\n"),
        "a: [" + "1, " * (MOST_VALUES * 2) + "1]\n",
        "a: [" + "{}, " * (MOST_VALUES + 1) + "1]\n",
        lines("k{:06}:\n"),
        "database:\n\tstorage_gib: 20\n",
        "database\n  storage_gib: 20\n",
        'region: "eu-central-1\n',
        "web: {image: a\n",
        "database:\n  <<: {}\n",
        "database: !!set {a}\n",
        "database: &a {self: *a}\n",
        "cluster: {? [a] : b}\n",
        "1: a\n",
        "- a\n",
        "[" * 1000,
        "a: b\n---\nc: d\n",
    ],
    ids=lambda text: repr(text[:16]),
)
@pytest.mark.parametrize("broken", ["base", "live"])
def test_of_a_layer_that_could_not_be_read_only_that_is_said(text: str, broken: str) -> None:
    """One slip once brought thousands of complaints about what the file could not say."""
    texts = {"base": BASE, "live": ""} | {broken: text}
    documents = [(name, parse(each, f"environments/{name}.yaml")) for name, each in texts.items()]
    began = time.process_time()
    with pytest.raises(ConfigurationError) as caught:
        load(Shop, "live", documents, datetime.date(2026, 11, 24))
    assert [(problem.code, str(problem.location).partition(":")[0]) for problem in caught.value.problems] == [
        ("TW101", f"environments/{broken}.yaml")
    ]
    assert time.process_time() - began < MOST_SECONDS


def test_a_value_that_could_not_be_read_hides_no_other_problem() -> None:
    documents = [("base", parse(BASE, "b")), ("live", parse("suffix: !vault x\nregion: 1\n", "l"))]
    with pytest.raises(ConfigurationError) as caught:
        load(Shop, "live", documents, datetime.date(2026, 11, 24))
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [
        ("TW101", "suffix"),
        ("TW104", "region"),
    ]
