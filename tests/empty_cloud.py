"""A cloud of moto's with nothing in it, and credentials of its account; for whatever asks AWS by the shell's variables."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path

import pytest


def emptied(server: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """The same server, without what earlier tests have left there, and reached from here alone."""
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST")).read()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return server
