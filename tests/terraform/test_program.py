"""Which Terraform or OpenTofu a rehearsal runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.errors import MissingToolError
from twinstack.terraform import Program


def test_a_program_that_is_missing_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"neither terraform nor tofu is on the path: install Terraform 1\.11"):
        Program.find()
    with pytest.raises(MissingToolError, match='"terraform-0" is not on the path'):
        Program.find("terraform-0")


def test_a_program_too_old_for_write_only_arguments_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "terraform"
    old.write_text('#!/bin/sh\necho \'{"terraform_version": "1.9.8", "platform": "linux_amd64"}\'\n')
    old.chmod(0o755)
    with pytest.raises(MissingToolError, match=r"Terraform 1\.9\.8 knows no write-only arguments"):
        Program.find(str(old))
