"""The gzipped tar files that jsii packages travel in: reading members as they pass, writing small ones."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from twinstack.errors import BindingsError


def members(path: Path) -> Iterator[tuple[str, tarfile.TarInfo, tarfile.TarFile]]:
    """Every file of a package in the archive's order, its name without `package/`; `content` reads it.

    One pass: a member must be read before the next one is asked for. Raises BindingsError where the archive is broken.
    """
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if member.isfile():
                    yield member.name.removeprefix(ROOT), member, archive
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BindingsError(f"cannot read {path}: {error}; install the package again") from error


def content(member: tarfile.TarInfo, archive: tarfile.TarFile) -> bytes:
    """What a member holds."""
    stream = archive.extractfile(member)
    return stream.read() if stream else b""


def write(path: Path, files: Mapping[str, bytes]) -> None:
    """A package's archive. The same files give the same bytes, because jsii's cache goes by their digest."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(ROOT + name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0))


ROOT: Final = "package/"
