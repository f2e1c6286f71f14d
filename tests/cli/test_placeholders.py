"""What only the product's people know is listed with its place."""

from __future__ import annotations

import pytest

from twinstack.cli.placeholders import list_placeholders


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port: 80 # placeholder: where it listens\n", "1 value is for you to put in, and marked `placeholder:`:"),
        (
            "a: 1 # placeholder: a\nb: 2 # placeholder: b\n",
            "2 values are for you to put in, and marked `placeholder:`:",
        ),
    ],
)
def test_they_are_counted(capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    list_placeholders({"environments/base.yaml": text})
    assert capsys.readouterr().out.splitlines()[1] == said


def test_none_is_not_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    list_placeholders({"environments/base.yaml": "a: 1\n"})
    assert capsys.readouterr().out == ""
