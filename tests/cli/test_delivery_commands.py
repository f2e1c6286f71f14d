"""What the commands of delivery refuse before they look at any cloud or cluster, each in words that say what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twinstack.cli.application import application
from twinstack.cli.ending import status_of

ROOT = Path(__file__).parents[2]
REFUSED = {
    "plan": "Missing argument 'ENVIRONMENT'",
    "deploy": "say what to deploy: `twinstack deploy ENVIRONMENT VERSION`, or `--release FOLDER`",
    "deploy prod": "say what to deploy: `twinstack deploy ENVIRONMENT VERSION`, or `--release FOLDER`",
    "rollback": "Missing argument 'ENVIRONMENT'",
    "status": "Missing argument 'ENVIRONMENT'",
    "releases": "Missing argument 'ENVIRONMENT'",
    "destroy": "Missing argument 'ENVIRONMENT'",
    "doctor": "name an environment",
    "deploy prod 1.5.0 --release folder": "a planned release says its environment, version and values itself",
    "plan nowhere --version 1.5.0": "error TW108: an environment that does not exist",
    "status nowhere": "error TW108: an environment that does not exist",
    "rollback nowhere --yes": "error TW108: an environment that does not exist",
    "destroy nowhere --yes": "error TW108: an environment that does not exist",
    "plan prod --version latest": "`latest` moves, so nothing could be rolled back to it",
    "plan prod --version main": "a version that never means another build --version version given main",
    "plan prod --set version=main": "a version that never means another build --set version given main",
    "deploy prod latest": "error TW962: a release needs a version that never means another build VERSION version given latest",
    "rollback prod main": "error TW962: a release needs a version that never means another build VERSION version given main",
    "deploy prod 1.5.0": "nobody can be asked here: plan first (`twinstack plan`), look at it, and deploy that",
    "rollback prod": "nobody can be asked here: say --yes",
    "destroy dev": "nobody can be asked here: say --yes",
    "destroy prod --yes": "error TW976: a protected environment is not destroyed",
    "deploy --release nowhere": "error TW961: a folder that holds no release",
    "deploy prod 1.5.0 --half both": "Invalid value for '--half'",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_it_is_refused_with_2_and_says_why(
    arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without a kubeconfig: whoever went on to look at a cluster would say so instead."""
    before = set(ROOT.glob("releases/*"))
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "argv", ["twinstack", *arguments.split()])
    status = status_of(application)
    shown = capsys.readouterr()
    assert (status, shown.out) == (2, "")
    assert REFUSED[arguments] in " ".join(shown.err.split())
    assert set(ROOT.glob("releases/*")) == before
