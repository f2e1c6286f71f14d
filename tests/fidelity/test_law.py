"""One law: what a user has written is what a process is given, whoever reads it on the way.

Each reader is asked for hundreds of texts at once; `TWINSTACK_FIDELITY_TEXTS=5000` asks for as many.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import cdktf
import pytest
from hypothesis import strategies as st

from tests.checkers import needs_compose
from tests.fidelity import deliveries, readers
from tests.fidelity.deliveries import Delivered
from tests.fidelity.letters import Infrastructure, described
from tests.fidelity.texts import BATCH, COUNT, KNOWN, TEXTS, batches, differing, drawn
from twinstack.environment.quantities import PlainText
from twinstack.rehearsal.control_plane import ControlPlane

OF_TERRAFORM = 3
"""Of so many texts one goes to Terraform, where each is a secret with all that belongs to it."""


@cache
def all_texts() -> list[str]:
    return [*KNOWN.values(), *drawn(COUNT)]


def check(texts: list[str], delivered: Delivered) -> None:
    assert {place: found for place, got in delivered.items() if (found := differing(texts, got))} == {}


@needs_compose
@pytest.mark.parametrize("is_old", [False, True], ids=["copied today", "copied before"])
def test_a_container_of_the_stack_is_given_what_was_written(tmp_path: Path, is_old: bool) -> None:
    for texts in batches(all_texts()):
        check(texts, deliveries.by_compose(tmp_path, texts, is_old=is_old))


@pytest.mark.parametrize("reader", ["bash", "dash", "python-dotenv"])
def test_a_process_outside_the_stack_is_given_what_was_written(reader: str) -> None:
    for texts in batches(all_texts()):
        check(texts, deliveries.by_env_file(reader, texts))


def test_a_process_in_the_cluster_is_given_what_was_written(api_server: ControlPlane) -> None:
    for texts in batches(all_texts()):
        check(texts, deliveries.by_pod(texts, api_server))


def test_a_kubelet_without_the_fix_of_2026_gives_what_was_written_too() -> None:
    for texts in batches(all_texts()[: 2 * BATCH]):
        check(texts, deliveries.by_pod(texts, None, is_mended=False))


@pytest.mark.skipif(not (shutil.which("terraform") or shutil.which("tofu")), reason="there is no Terraform to ask")
def test_terraform_reads_what_was_written(tmp_path: Path) -> None:
    texts = [*filter(is_plain, KNOWN.values()), *drawn(COUNT // OF_TERRAFORM, TEXTS.filter(is_plain))]
    for number, batch in enumerate(batches(texts)):
        folder = tmp_path / str(number)
        folder.mkdir()
        check(batch, by_terraform(folder, batch))


def by_terraform(folder: Path, texts: list[str]) -> Delivered:
    app = cdktf.App(outdir=str(folder / "out"))
    document = Infrastructure(app, described(tuple(texts))).to_terraform()["resource"]["aws_secretsmanager_secret"]
    written = {f"keys_given_{n}": f"GIVEN_{n}, to be provided: " for n in range(len(texts))}
    read = readers.terraform(folder, {name: document[name]["description"] for name in written})
    return {
        "description": [read[name].removeprefix(start) if name in read else None for name, start in written.items()]
    }


def is_plain(text: str) -> bool:
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(PlainText).validate_python(text)
    except ValidationError:
        return False
    return 0 < len(text) < 1000


def test_texts_are_of_every_kind() -> None:
    """A law that is held against nothing finds nothing."""
    texts = all_texts()
    assert len(set(texts)) > COUNT * 0.9
    for character in "'\"\\$`{}%#\n\t =:\u2028é":
        assert sum(character in text for text in texts) >= COUNT // 100, character
    assert isinstance(TEXTS, st.SearchStrategy)
