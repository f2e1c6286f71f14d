"""`twinstack diagram`."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.cli import main

REPOSITORY = Path(__file__).parents[2]
PICTURES = {"a.svg": "<svg ", "b.mmd": "flowchart LR\n"}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setattr("sys.argv", ["twinstack", "diagram", "dev", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("name", PICTURES)
def test_the_name_of_the_file_says_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file = tmp_path / name
    assert run(monkeypatch, "--out", str(file)) == 0, capsys.readouterr().err
    assert file.read_text().startswith(PICTURES[name])
    assert f"{file}: the links of analytics-dev" in capsys.readouterr().out


def test_without_a_file_mermaid_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--of", "access") == 0
    assert capsys.readouterr().out.startswith("flowchart LR\n")


def test_a_name_without_a_form_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--out", str(tmp_path / "x.png")) == 2
    assert "(.svg, .mmd, .mermaid): name it so, or add --format" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


def test_a_product_without_a_half_is_told_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["twinstack", "diagram", "dev"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "names no infrastructure half" in capsys.readouterr().err
