"""Rotating again and again: each apply of real Terraform goes through, and the labels of the releases that may still run stay."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.rotation.account import Account, LivingProvider
from tests.rotation.database import Database
from tests.rotation.release import Releases
from tests.rotation.secrets_manager import CURRENT, PREVIOUS
from twinstack.environment.links import LABELS, SecretValue
from twinstack.rehearsal.terraform.workspace import workspace
from twinstack.terraform.program import PROGRAMS

URL = "shadower-analytics/database/url"


class Anyone(Database):
    """A database that takes every password."""

    def make(self, *, user: str, database: str, password: str) -> None:
        pass

    def change_password(self, user: str, password: str) -> None:
        pass


@pytest.mark.slow
@pytest.mark.parametrize("applied_again", [True, False])
def test_rotations_in_a_row_each_apply_and_keep_the_versions_before(tmp_path: Path, *, applied_again: bool) -> None:
    """`applied_again`: after each a release that changes nothing here, which writes AWS's labels into the state."""
    if not any(shutil.which(name) for name in PROGRAMS):
        pytest.skip("neither terraform nor tofu is installed")
    account = Account(Anyone("127.0.0.1", Path("/dev/null")))
    releases = Releases(tmp_path, pace=1)
    last = 6 if applied_again else LABELS + 2
    versions = [releases.of({"database.password_version": number}).stack for number in range(1, last + 1)]
    with workspace(versions[0], cloud=account, provider=LivingProvider) as place:
        assert place.run("init").status == 0
        for number, stack in enumerate(versions, 1):
            shutil.copy(stack / "cdk.tf.json", place.configuration_file)
            for _ in range(2 if applied_again else 1):
                outcome = place.run("apply", "-auto-approve", "-no-color")
                assert outcome.status == 0, outcome.output[-3000:]
            labels = set().union(*account.secrets.labels(URL).values())
            assert labels >= {CURRENT, SecretValue(URL, number).label, SecretValue(URL, max(number - 1, 1)).label}
            assert len(labels - {CURRENT, PREVIOUS}) <= LABELS
