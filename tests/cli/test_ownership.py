"""Code of a folder that belongs to somebody else is not run unasked: Git's rule of safe.directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from twinstack.cli.ownership import TRUSTED
from twinstack.cli.project import find_product, find_reference
from twinstack.errors import UsageError

ME, STRANGER, CALLER = 1000, 4711, 1001


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says who runs the command, and who owns a path; all others are the user's. No test has to be root for it."""
    lstat, owners = Path.lstat, {}

    def status_of(path: Path) -> os.stat_result:
        found = [*lstat(path)]
        found[4] = owners.get(path, ME)
        return os.stat_result(found)

    def say(path: Path | None = None, uid: int = STRANGER, *, user: int = ME) -> None:
        monkeypatch.setattr("os.geteuid", lambda: user)
        if path is not None:
            owners[path] = uid

    monkeypatch.setattr(Path, "lstat", status_of)
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.delenv(TRUSTED, raising=False)
    say()
    return say


def module_of(project: Path) -> Path:
    return next(iter(project.glob("shop*.py")))


@pytest.mark.parametrize("part", ["the folder", "pyproject.toml", "the code"])
def test_what_a_stranger_owns_is_not_run(project: Path, owner: Callable[..., None], part: str) -> None:
    ran = project / "ran"
    module_of(project).write_text(f"open({str(ran)!r}, 'w')\n")
    owner({"the folder": project, "pyproject.toml": project / "pyproject.toml", "the code": module_of(project)}[part])
    below = project / "below" / "deep"
    below.mkdir(parents=True)
    for start in (project, below):
        with pytest.raises(UsageError, match=rf"belongs to user {STRANGER}, not to you .*{TRUSTED}={project}"):
            find_product(start)
    assert not ran.exists()


def test_a_link_is_judged_by_who_made_it(project: Path, owner: Callable[..., None], tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    (project / "pyproject.toml").rename(mine)
    (project / "pyproject.toml").symlink_to(mine)
    owner(project / "pyproject.toml")
    with pytest.raises(UsageError, match=r"pyproject\.toml belongs to user"):
        find_reference(project)


@pytest.mark.parametrize(
    ("user", "sudo", "uid", "is_run"),
    [
        (ME, None, ME, True),
        (ME, None, 0, True),  # root could change anything anyway
        (ME, str(STRANGER), STRANGER, False),  # only root is believed whom sudo was called by
        (0, None, 0, True),
        (0, None, CALLER, False),  # a container's root over a folder of the host: to be named
        (0, str(CALLER), CALLER, True),
        (0, str(CALLER), STRANGER, False),
        (0, "nonsense", CALLER, False),
        (1234, None, 65534, False),  # an owner whom the user namespace does not know
    ],
)
def test_root_and_who_called_sudo_are_ours(
    project: Path,
    owner: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    user: int,
    sudo: str | None,
    uid: int,
    is_run: bool,
) -> None:
    if sudo is not None:
        monkeypatch.setenv("SUDO_UID", sudo)
    for path in (project, project / "pyproject.toml", module_of(project)):
        owner(path, uid, user=user)
    if is_run:
        assert find_reference(project)[1] == project
    else:
        with pytest.raises(UsageError, match="belongs to user"):
            find_reference(project)


@pytest.mark.parametrize("named", ["{project}", "/nowhere:{project}", "{project}/..", "*"])
def test_a_folder_that_is_named_is_trusted(
    project: Path, owner: Callable[..., None], monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    owner(project)
    monkeypatch.setenv(TRUSTED, named.format(project=project))
    assert find_reference(project)[1] == project


@pytest.mark.parametrize("named", ["", ".", "below", "{project}-other", "{project}/below"])
def test_no_other_folder_and_no_relative_path_is_trusted(
    project: Path, owner: Callable[..., None], monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    owner(project)
    monkeypatch.setenv(TRUSTED, named.format(project=project))
    with pytest.raises(UsageError, match="belongs to user"):
        find_reference(project)


def test_a_folder_into_which_everybody_puts_files_is_no_products(project: Path, owner: Callable[..., None]) -> None:
    project.chmod(0o1777)
    with pytest.raises(UsageError, match="everybody may put files into"):
        find_reference(project)
    project.chmod(0o777)  # what a CI runner makes with umask 0
    assert find_reference(project)[1] == project
