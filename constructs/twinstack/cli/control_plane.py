"""`twinstack control-plane`: which programs a rehearsal on Kubernetes has, and how to get the others."""

from __future__ import annotations

import os
import sys
from importlib import resources
from pathlib import Path
from typing import Final

from twinstack.cli.render import emit, emit_json, table
from twinstack.printable import printable


def show_programs(*, as_json: bool) -> bool:
    """Prints each program and whether it is there; whether all are."""
    from twinstack.rehearsal.control_plane.assets import API_SERVER, ASSETS_VARIABLE, SIMULATION, Assets

    folder = os.environ.get(ASSETS_VARIABLE, "")
    assets = Assets(Path(folder).absolute()) if folder else None
    found = {name: bool(assets and assets.has(name)) for name in (*API_SERVER, *SIMULATION)}
    is_whole = all(found.values())
    if as_json:
        emit_json({"folder": folder, "programs": found, "complete": is_whole})
        return is_whole
    emit([(f"{ASSETS_VARIABLE}={folder}" if folder else f"{ASSETS_VARIABLE} is not set", "bold")])
    table(
        ("program", "here", "from"),
        [(name, "yes" if here else "no", _SOURCES[name]) for name, here in found.items()],
    )
    if not is_whole:
        emit([], sys.stdout)
        emit([("to get all of them (twinstack control-plane --script shows what is run)", "")])
        emit([(f"  export {ASSETS_VARIABLE}=$(twinstack control-plane --script | bash)", "cyan")])
    return is_whole


def print_script() -> None:
    """Prints the script that downloads them."""
    script = resources.files("twinstack").joinpath("rehearsal", "control_plane", "get.sh")
    sys.stdout.write(printable(script.read_text(encoding="utf-8")))


_SOURCES: Final = {
    "etcd": "github.com/etcd-io/etcd, checked against its SHA256SUMS",
    "kube-apiserver": "dl.k8s.io, checked against its .sha256",
    "kube-controller-manager": "dl.k8s.io, checked against its .sha256",
    "kube-scheduler": "dl.k8s.io, checked against its .sha256",
    "kwok": "sigs.k8s.io/kwok, built by Go and so checked, or its release, which has no checksum",
}
