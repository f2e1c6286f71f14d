"""The law finds each rule that is missing: with one of them turned off, what arrives differs from what was written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checkers import needs_compose
from tests.fidelity import deliveries, readers
from tests.fidelity.deliveries import Delivered
from tests.fidelity.test_law import is_plain
from tests.fidelity.test_refusals import delivered_as_written
from tests.fidelity.texts import KNOWN, differing, drawn
from twinstack.environment import text
from twinstack.kubernetes import expansion
from twinstack.local import env_file

TEXTS = [*KNOWN.values(), *drawn(60)]
Reader = Callable[[Path, list[str]], Delivered]
READERS: dict[str, Reader] = {
    "compose": deliveries.by_compose,
    "bash": lambda _, texts: deliveries.by_env_file("bash", texts),
    "python-dotenv": lambda _, texts: deliveries.by_env_file("python-dotenv", texts),
    "pod": lambda _, texts: deliveries.by_pod(texts, None),
    "pod on an old node": lambda _, texts: deliveries.by_pod(texts, None, is_mended=False),
}
NO_SHELLS = ("python-dotenv", "compose")
ENV_READERS = ("bash", *NO_SHELLS)
"""Who is asked; no shell where a missing rule would have it run what it reads. The API server's part is what PyYAML stands in for here."""


def found(folder: Path, reader: str, texts: list[str] = TEXTS) -> set[str]:
    """The places at which something arrives that was not written."""
    return {place for place, got in READERS[reader](folder, texts).items() if lost(texts, got)}


def lost(texts: list[str], got: list[str | None]) -> bool:
    return len(texts) != len(got) or bool(differing(texts, got))


def unchanged(one: str) -> str:
    return one


@needs_compose
@pytest.mark.parametrize("reader", sorted(READERS))
def test_with_every_rule_nothing_is_found(reader: str, tmp_path: Path) -> None:
    assert found(tmp_path, reader) == set()


LITERALS = [
    ("twinstack.settings.local.literal", "compose", {"SETTING"}),
    ("twinstack.local.workload.literal", "compose", {"OWN", "command"}),
    ("twinstack.environment.lifecycle.literal", "compose", {"health"}),
    ("twinstack.kubernetes.pod.literal", "pod", {"OWN", "command"}),
    ("twinstack.kubernetes.probes.literal", "pod", {"health"}),
]


@needs_compose
@pytest.mark.parametrize(("rule", "reader", "places"), LITERALS)
def test_a_dollar_that_is_not_doubled_is_found(
    rule: str, reader: str, places: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule, unchanged)
    alone = [one for one in TEXTS if "$" in one and "${" not in one]  # some of which Compose refuses as a whole
    assert found(tmp_path, reader, alone) >= places


@pytest.mark.parametrize(
    ("pattern", "text_", "reader"),
    [
        (r"\$(?P<inside>\b\B)|\$(?=\(|[^\x00-\x7f])", "a$$b", "pod"),
        (r"\$(?P<inside>\b\B)|\$(?=\$|[^\x00-\x7f])", "$(A)", "pod"),
        (r"\$\((?P<inside>[^)]*)\)|\$(?=\$)", "5$é", "pod on an old node"),
        (r"(?P<inside>\b\B)|\$(?=\$|[^\x00-\x7f])", "$(cat $$ x)", "pod"),
    ],
    ids=["two dollars", "a reference", "a letter outside ASCII", "what lies in a reference to nothing"],
)
def test_a_missing_part_of_the_kubelets_rule_is_found(
    pattern: str, text_: str, reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(tmp_path, reader, [text_]) == set()
    monkeypatch.setattr(expansion, "_READ", re.compile(pattern))
    assert found(tmp_path, reader, [text_]) >= {"OWN", "command", "health"}


@needs_compose
def test_a_setting_that_an_env_file_may_replace_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinstack.settings.local.literal", lambda value: f"${{SETTING_0:-{value}}}")
    assert lost(["a"], deliveries.by_compose(tmp_path, ["a"], is_old=True)["SETTING"])


@needs_compose
@pytest.mark.parametrize("one", ["it's ${HOME}", "it's `so`", "it's \\", 'it\'s "so"'], ids=["$", "`", "\\", '"'])
def test_a_character_that_is_not_escaped_between_quotes_is_found(
    one: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (character,) = (each for each in env_file._BETWEEN_QUOTES if chr(each) in one)
    rules = {key: value for key, value in env_file._BETWEEN_QUOTES.items() if key != character}
    monkeypatch.setattr(env_file, "_BETWEEN_QUOTES", rules)
    assert "GIVEN" in set().union(*(found(tmp_path, reader, [one]) for reader in ENV_READERS))


@needs_compose
@pytest.mark.parametrize(
    ("written", "readers_"),
    [
        (lambda one: one, NO_SHELLS),
        (lambda one: f"'{one}'", NO_SHELLS),
        (lambda one: "'" + one.replace("'", "'\\''") + "'", ENV_READERS),
        (
            lambda one: '"' + "".join(f"\\{each}" if each in '\\"$`' else each for each in one) + '"',
            ENV_READERS,
        ),
    ],
    ids=["as it is", "between apostrophes", "as a shell does it", "between quotes"],
)
def test_a_way_of_quoting_that_one_reader_takes_otherwise_is_found(
    written: Callable[[str], str], readers_: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env_file, "written", written)
    assert "GIVEN" in set().union(*(found(tmp_path, reader) for reader in readers_))


def test_a_carriage_return_that_is_let_in_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_NEVER", re.compile("\0"))
    assert found(tmp_path, "python-dotenv", ["a\r\nb"]) == {"SETTING", "OWN", "GIVEN"}


def test_a_number_that_is_let_in_as_it_is_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert delivered_as_written("01234")
    monkeypatch.setattr("twinstack.layers.load.check_as_written", lambda *_: ())
    assert not delivered_as_written("01234")


@pytest.mark.skipif(not (shutil.which("terraform") or shutil.which("tofu")), reason="there is no Terraform to ask")
@pytest.mark.parametrize("one", ["${1 + 1}", "%{ if true }x%{ endif }", "e\u0301"])
def test_what_is_kept_from_terraform_is_what_it_would_read_otherwise(one: str, tmp_path: Path) -> None:
    assert not is_plain(one)
    assert readers.terraform(tmp_path, {"a": one})["a"] != one
