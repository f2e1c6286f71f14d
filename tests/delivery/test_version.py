"""A release has a version that means the same tomorrow."""

from __future__ import annotations

import pytest

from twinstack.delivery.version import is_lasting, require_lasting
from twinstack.errors import ConfigurationError, Location

LASTING = [
    "1.5.0",
    "v1.5.0",
    "1.4",
    "1.5.0-rc.1",
    "1.5.0rc1",
    "1.5.0-dev.3",
    "2026.11.28",
    "2026-11-28",
    "20261128",
    "2026-11-28-1",
    "20261128T2215Z",
    "9f3c2e1",
    "9f3c2e1b7a6d5c4e3f2a1b0c9d8e7f6a5b4c3d2e",
    "1234567890123456789012345678901234567890",
    "sha-9f3c2e1",
    "main-9f3c2e1",
    "1.5.0-3-g9f3c2e1",
    "sha256-" + "0" * 64,
    "a" * 64,
    "release-1.5.0",
    "backend-v1.5.0",
    "build-1234",
    "1234",
]
MOVING = [
    "",
    "latest",
    "Latest",
    "main",
    "master",
    "stable",
    "nightly",
    "develop",
    "feature-login",
    "feature-12",
    "fix_1234567",
    "release-1.5",
    "v1",
    "15",
    "1.5-latest",
    "1.5.0-SNAPSHOT",
    "latest-1.5.0",
    "nightly-1.5.0",
    "prod",
    "defaced",
]


@pytest.mark.parametrize("version", LASTING)
def test_what_names_one_build_is_taken(version: str) -> None:
    assert is_lasting(version)
    require_lasting(version)


@pytest.mark.parametrize("version", MOVING)
def test_what_moves_is_refused(version: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        require_lasting(version, Location("environments/prod.yaml", 7))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path, str(problem.location)) == ("TW962", "version", "environments/prod.yaml:7")
    assert problem.given == (version or "nothing")
    assert problem.fix
