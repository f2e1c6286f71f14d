"""The command that tells how to get a control plane: what it says is there, and a script that was run."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from twinstack.cli.control_plane import print_script, show_programs
from twinstack.rehearsal.control_plane.assets import API_SERVER, ASSETS_VARIABLE, SIMULATION

PROGRAMS = (*API_SERVER, *SIMULATION)
CURL = """\
#!/bin/sh
while [ "$1" != --output ]; do shift; done
case $3 in https://*) ;; *) exit 3 ;; esac
echo "$3" >>"$PUBLISHED/asked"
cp "$PUBLISHED/${3##*/}" "$2"
"""


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """What the projects publish, by the last part of its address."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_bytes(name.encode())
        (folder / f"{name}.sha256").write_text(hashlib.sha256(name.encode()).hexdigest())
    sums = []
    for machine in ("amd64", "arm64"):
        (folder / f"kwok-linux-{machine}").write_bytes(b"kwok")
        archive = folder / f"etcd-v3.6.16-linux-{machine}.tar.gz"
        with tarfile.open(archive, "w:gz") as packed:
            member = tarfile.TarInfo(f"etcd-v3.6.16-linux-{machine}/etcd")
            member.size = len(b"etcd")
            packed.addfile(member, io.BytesIO(b"etcd"))
        sums.append(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}")
    (folder / "SHA256SUMS").write_text("\n".join([*sums, f"{'0' * 64}  etcd-v3.6.16-darwin-arm64.zip"]) + "\n")
    return folder


def run(published: Path, capsys: pytest.CaptureFixture[str], to: Path) -> subprocess.CompletedProcess[str]:
    """The script with a `curl` that knows nothing but what is published."""
    programs = published.parent / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "curl").write_text(CURL)
    (programs / "curl").chmod(0o755)
    capsys.readouterr()
    print_script()
    return subprocess.run(
        ["bash", "-s", "--", str(to)],
        input=capsys.readouterr().out,
        env={"PATH": f"{programs}:/usr/bin:/bin", "PUBLISHED": str(published), "HOME": str(published.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_script_loads_every_program_and_prints_the_folder(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "made here"
    done = run(published, capsys, to)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{to}\n"
    assert {name: (to / name).read_text() for name in PROGRAMS} == {name: name for name in PROGRAMS}
    monkeypatch.setenv(ASSETS_VARIABLE, str(to))
    assert show_programs(as_json=False)
    asked = (published / "asked").read_text()
    assert run(published, capsys, to).stdout == f"{to}\n"
    assert (published / "asked").read_text() == asked, "what is there is not loaded again"


@pytest.mark.parametrize("name", ["kube-apiserver", "kube-scheduler", "etcd-v3.6.16-linux-amd64.tar.gz"])
def test_what_is_not_what_was_published_is_not_kept(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for file in {name, name.replace("amd64", "arm64")}:
        (published / file).write_bytes(b"something else")
    done = run(published, capsys, tmp_path / "made")
    assert done.returncode != 0
    assert "FAILED" in done.stderr
    assert not (tmp_path / "made").exists()


def test_the_script_says_that_kwok_was_not_checked(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hashlib.sha256(b"kwok").hexdigest() in run(published, capsys, tmp_path / "made").stderr


@pytest.mark.parametrize(("there", "whole"), [((), False), (API_SERVER, False), (PROGRAMS, True)])
def test_it_says_which_are_there(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    there: tuple[str, ...],
    whole: bool,
) -> None:
    for name in there:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv(ASSETS_VARIABLE, str(tmp_path) if there else "")
    assert show_programs(as_json=False) is whole
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == (f"{ASSETS_VARIABLE}={tmp_path}" if there else f"{ASSETS_VARIABLE} is not set")
    rows = {line.split()[0]: line.split()[1] for line in shown.splitlines()[2:7]}
    assert rows == {name: "yes" if name in there else "no" for name in PROGRAMS}
    assert ("twinstack control-plane --script | bash" in shown) is not whole


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_the_script_is_a_script_that_bash_reads(capsys: pytest.CaptureFixture[str]) -> None:
    print_script()
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)
