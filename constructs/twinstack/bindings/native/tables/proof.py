"""Which engines this one was compared with: by the text of their programs, whatever number a release of it has."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from twinstack.bindings.cache import cache_folder
from twinstack.bindings.wheels import KUBERNETES, PROVIDER, members
from twinstack.errors import BindingsError
from twinstack.fresh_file import replace_file


def unproved(archives: Mapping[str, Path]) -> str:
    """The first of the installed wheels whose program was not compared, in words; empty where all were.

    Raises BindingsError for an archive that cannot be read.
    """
    for package, archive in archives.items():
        release = archive.name.removesuffix(_ENDING)
        compared, digest = PROVED[package]
        if release != compared and not (digest and _kept_digest(package, archive) == digest):
            return f"{release}, whose output was not compared with the native engine's"
    return ""


def program_digest(package: str, archive: Path) -> str:
    """The digest of what an engine's output depends on: the text of its program, without the number of its release.

    Raises BindingsError for an archive that cannot be read.
    """
    import tarfile
    import zlib

    parts = {}
    number = b'"' + archive.name.removesuffix(_ENDING).rpartition("@")[2].encode() + b'"'
    try:
        for name, content in members(archive):
            if PROGRAMS[package].fullmatch(name):
                text = _SOURCE_MAP.sub(b"", content.read()).replace(number, b"")
                parts[name] = hashlib.sha256(text).hexdigest()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise BindingsError(f"{package} cannot be read ({error}): install it again") from error
    return hashlib.sha256(json.dumps(sorted(parts.items())).encode()).hexdigest()[:16]


def _kept_digest(package: str, archive: Path) -> str:
    """The same, read once for each release."""
    folder = cache_folder()
    file = folder and folder / "programs" / f"{archive.name} {archive.stat().st_size}"
    with suppress(OSError, ValueError):
        if file:
            return file.read_text(encoding="utf-8")
    found = program_digest(package, archive)
    with suppress(OSError):
        if file:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(file, found)
    return found


_ENDING: Final = ".jsii.tgz"
_SOURCE_MAP: Final = re.compile(rb"\n//# sourceMappingURL=.*")
PROGRAMS: Final = {
    "constructs": re.compile(r"lib/.*\.js"),
    "cdktf": re.compile(r"lib/.*\.js"),
    "cdk8s": re.compile(r"lib/.*\.js|node_modules/fast-json-patch/.*\.js"),
    KUBERNETES: re.compile(r"lib/imports/k8s\.js"),
}
"""Which files an engine's output depends on. Of the AWS provider, which is archived, the number of the release tells."""
PROVED: Final[Mapping[str, tuple[str, str]]] = {
    "constructs": ("constructs@10.8.1", "db91987def136612"),
    "cdktf": ("cdktf@0.21.0", "b4cbae092120f07f"),
    PROVIDER: ("provider-aws@21.22.1", ""),
    "cdk8s": ("cdk8s@2.70.115", "e39275d7b319ce7f"),
    KUBERNETES: ("cdk8s-plus-27@2.9.5", "684da22d6e7e61af"),
}
"""What `tests/bindings/native` compared, and of which the tables were made. Of an engine any release counts whose program has the
same digest.
"""
