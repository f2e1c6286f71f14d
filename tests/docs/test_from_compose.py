"""docs/how-to/from-compose.md: its file is drafted from, and its answers are what the program says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_init import start
from tests.docs.checks import REPOSITORY

PAGE = REPOSITORY / "docs" / "how-to" / "from-compose.md"
BLOCKS = re.findall(r"```(yaml|console)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SOURCE, CONSOLE, BASE = (text for _, text in BLOCKS)
COMMAND = CONSOLE.splitlines()[0].removeprefix("$ twinstack ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, and the product that was drafted from it; `said` has what was answered."""
    made = tmp_path_factory.mktemp("from")
    (made / "compose.yaml").write_text(SOURCE, encoding="utf-8")
    answer = start(made, "twinstack", *COMMAND.split())
    assert (answer.returncode, answer.stderr) == (0, "")
    (made / "said").write_text(answer.stdout, encoding="utf-8")
    return made


def test_the_answer_is_what_the_page_shows(folder: Path) -> None:
    said = (folder / "said").read_text(encoding="utf-8").replace(f" in {folder}/", " in ~/")
    assert said.split("\nnext\n")[0].rstrip() == "\n".join(CONSOLE.splitlines()[1:]).rstrip()


def test_base_yaml_is_what_the_page_shows(folder: Path) -> None:
    text = (folder / "shelf" / "environments" / "base.yaml").read_text(encoding="utf-8")
    assert BASE in text
    assert text.endswith(BASE)


def test_the_draft_checks_and_synthesizes(folder: Path) -> None:
    product = folder / "shelf"
    for command in ("check", "synth"):
        answer = start(product, "twinstack", command)
        assert answer.returncode == 0, answer.stderr
    assert list((product / "dist").glob("*/*.k8s.yaml"))


def test_machines_are_told_the_same(folder: Path) -> None:
    words = [*COMMAND.replace(" shelf ", " again ").split(), "--name", "shelf", "--json"]
    answer = start(folder, "twinstack", *words)
    assert answer.returncode == 0, answer.stderr
    said = json.loads(answer.stdout)
    assert said["fields"]["worker"] == "worker"
    assert said["left_out"][-1]["path"] == "services.proxy"
    assert {"place", "value", "what"} == set(said["placeholders"][0])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--from", "nothing.yaml"), "TW101"),
        (("--from", "compose.yaml", "--resource", "redis"), "--from and --resource or --workload exclude each other"),
    ],
)
def test_what_cannot_be_drafted_leaves_nothing(folder: Path, options: tuple[str, ...], text: str) -> None:
    answer = start(folder, "twinstack", "init", "none", "--organization", "acme", "--region", "eu-central-1", *options)
    assert answer.returncode == 2
    assert text in answer.stderr
    assert not (folder / "none").exists()
