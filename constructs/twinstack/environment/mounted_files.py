"""Files that a workload's containers find at a path: of the product's folder, or kept elsewhere in the cluster.

What stands in the product's folder becomes a ConfigMap that is named by its content: pods that run keep what they mounted, and
a changed file makes new pods. Sources: Kubernetes, "ConfigMaps" (1 MiB at most), "Volumes" (`subPath`).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from twinstack.environment.content import digest
from twinstack.environment.elsewhere import Elsewhere, KeptElsewhere, ObjectKey, ObjectName, VariablesElsewhere
from twinstack.environment.folders import FolderPath, is_within
from twinstack.environment.model import Finding, Model

LARGEST: Final = 2**20
"""Bytes of all files of one workload. Source: Kubernetes, MaxSecretSize of pkg/apis/core/validation, which holds for ConfigMaps."""
SourceFile = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]+(/[A-Za-z0-9._@+-]+)*$")]


class MountedFile(Model):
    """Where the content of a mounted file comes from."""

    file: SourceFile | None = None
    """A file of the product's folder, `config/app.toml`: text or binary."""
    secret: ObjectName | None = None
    """A Secret that somebody else keeps in the product's namespace, where it is no file of the product."""
    config_map: ObjectName | None = None
    """A ConfigMap that somebody else keeps there."""
    key: ObjectKey | None = None
    """Which entry of the Secret or ConfigMap."""
    local: SourceFile | None = None
    """The file of the product that stands in for such an entry on a developer's machine; none unless given."""

    @property
    def elsewhere(self) -> Elsewhere | None:
        """The entry that somebody else keeps, if it is one."""
        if self.file is not None or self.key is None:
            return None
        return Elsewhere(secret=self.secret, config_map=self.config_map, key=self.key)

    @property
    def local_file(self) -> str | None:
        """The file of the product that a developer's machine mounts."""
        return self.file or self.local

    def rules(self) -> Iterator[Finding]:
        named = [name for name in ("file", "secret", "config_map") if getattr(self, name) is not None]
        beside = [name for name in ("key", "local") if getattr(self, name) is not None]
        if len(named) != 1 or (named == ["file"] and beside) or (named != ["file"] and self.key is None):
            yield Finding(
                "TW622",
                "it is not said in one way where the content stands",
                given=", ".join([*named, *beside]) or "nothing",
                allowed="`config/app.toml` (a file of the product), `{secret: NAME, key: KEY}` or `{config_map: NAME, key: KEY}`",
                fix="name one source; `key` and `local` belong to a Secret or ConfigMap",
            )


def _as_file(given: Any) -> Any:
    return {"file": given} if isinstance(given, str) else given


class MountedFiles(VariablesElsewhere):
    """What a workload says of the files that its containers find."""

    mounted_files: dict[
        FolderPath,
        Annotated[MountedFile, BeforeValidator(_as_file, json_schema_input_type=SourceFile | MountedFile)],
    ] = Field(default_factory=dict)
    """Files that its containers find at a path, read-only: `{/etc/app/app.toml: config/app.toml}`, or of a Secret or ConfigMap that
    somebody else keeps, `{/etc/ssl/corporate.pem: {config_map: corporate-ca, key: ca.pem}}`. New content makes new pods."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        paths = sorted(self.mounted_files)
        folders: Iterable[str] = getattr(self, "writable_folders", ())
        for path in paths:
            within = next((other for other in paths if other != path and is_within(path, other)), None)
            hidden = path if path in folders else next((one for one in folders if is_within(one, path)), None)
            if within or hidden:
                yield Finding(
                    "TW625",
                    "a file where a folder is",
                    ("mounted_files", path),
                    given=f"{path}, and {within or hidden}",
                    allowed="a path that nothing else has, and that nothing else lies below",
                    fix="give the file another path",
                )

    @property
    def kept_elsewhere(self) -> tuple[KeptElsewhere, ...]:
        files = (one.elsewhere for one in self.mounted_files.values())
        return (*super().kept_elsewhere, *filter(None, files))

    @property
    def read_files(self) -> tuple[str, ...]:
        """The files of the product's folder that it takes, in the cluster and on a developer's machine."""
        return tuple(file for one in self.mounted_files.values() for file in (one.file, one.local) if file is not None)

    @property
    def product_files(self) -> dict[str, str]:
        """The files of the product's folder, by the path in the container."""
        return {path: one.file for path, one in sorted(self.mounted_files.items()) if one.file is not None}


def keys_of(paths: Iterable[str]) -> dict[str, str]:
    """The key in a ConfigMap of each path: `/etc/app/app.toml` is `etc-app-app.toml`, numbered where two would be alike."""
    keys: dict[str, str] = {}
    for path in sorted(paths):
        key = re.sub(r"[^A-Za-z0-9._-]", "-", path.strip("/"))[-_LONGEST_KEY:]
        number = sum(other == key or other.startswith(f"{key}--") for other in keys.values())
        keys[path] = f"{key}--{number + 1}" if number else key
    return keys


def files_digest(contents: Mapping[str, bytes]) -> str:
    """The hash of what is mounted where."""
    return digest({path: hashlib.sha256(content).hexdigest() for path, content in contents.items()})


@dataclass(frozen=True, slots=True)
class ProductFiles:
    """Files of the product's folder, as they were when an environment was loaded."""

    contents: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """By their path in the folder."""
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those that could not be read, and why."""


_LONGEST_KEY: Final = 240
NO_FILES: Final = ProductFiles()
