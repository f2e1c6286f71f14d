"""Which engines this one was compared with: by the text of their programs, whatever number a release of it has."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinstack.bindings.wheels import KUBERNETES, PROVIDER

if TYPE_CHECKING:
    from twinstack.bindings.native.tables.store import Tables


def unproved(archives: Mapping[str, Path], tables: Tables) -> str:
    """The first of the installed wheels whose program was not compared, in words; empty where all were."""
    for package, archive in archives.items():
        if digest_of(package, tables) not in PROVED[package]:
            return f"{archive.name.partition('.jsii')[0]}, whose output was not compared with the native engine's"
    return ""


def digest_of(package: str, tables: Tables) -> str:
    """The digest of an engine's program that its tables were made with."""
    return str(tables.module(entry(package))["digest"])


def entry(package: str) -> str:
    """Under which name the digest stands among the tables: one that no module can have."""
    return f"digest of {package}"


class ProgramDigest:
    """The digest of what an engine's output depends on, read file by file, in any order."""

    def __init__(self, package: str, archive: Path) -> None:
        self._parts: dict[str, str] = {}
        self._kept = PROGRAMS[package]
        found = _VERSION.search(archive.name)
        self._version = found[1].encode() if found else b""
        if not self._kept.pattern:
            self._parts["version"] = self._version.decode()

    def wants(self, name: str) -> bool:
        """Whether a file of the package is a part of it."""
        return bool(self._kept.pattern) and self._kept.fullmatch(name) is not None

    def add(self, name: str, content: bytes) -> None:
        """Takes a file's text, without the number of its release and without where it came from."""
        text = _SOURCE_MAP.sub(b"", content).replace(b'"' + self._version + b'"', b"")
        self._parts[name] = hashlib.sha256(text).hexdigest()

    def as_json(self) -> bytes:
        """As it stands among the tables."""
        whole = hashlib.sha256(json.dumps(sorted(self._parts.items())).encode()).hexdigest()[:16]
        return json.dumps({"digest": whole}).encode()


_VERSION: Final = re.compile(r"@([\d.]+)\.jsii\.tgz$")
_SOURCE_MAP: Final = re.compile(rb"\n//# sourceMappingURL=.*")
PROGRAMS: Final = {
    "constructs": re.compile(r"lib/.*\.js"),
    "cdktf": re.compile(r"lib/.*\.js"),
    PROVIDER: re.compile(""),
    "cdk8s": re.compile(r"lib/.*\.js|node_modules/fast-json-patch/.*\.js"),
    KUBERNETES: re.compile(r"lib/imports/k8s\.js"),
}
"""Which files an engine's output depends on. Of the AWS provider, which is archived, the number of the release tells."""
PROVED: Final[Mapping[str, frozenset[str]]] = {
    "constructs": frozenset({"db91987def136612"}),
    "cdktf": frozenset({"b4cbae092120f07f"}),
    PROVIDER: frozenset({"a19d5bc7d132df4a"}),
    "cdk8s": frozenset({"e39275d7b319ce7f"}),
    KUBERNETES: frozenset({"684da22d6e7e61af"}),
}
"""What `tests/bindings/native` compared: the digests of constructs 10.8.1, cdktf 0.21.0, the provider 21.22.1, cdk8s
2.70.115 and cdk8s-plus-27 2.9.5, and of every release whose program is the same."""
