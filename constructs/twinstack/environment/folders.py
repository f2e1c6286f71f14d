"""Where a container may write besides /tmp: its root is read-only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from twinstack.environment.links import FILES_FOLDER
from twinstack.environment.model import Finding

SECRETS_FOLDER: Final = "/mnt/secrets-store"
"""Where the secrets that a link delivers are mounted."""
TEMPORARY_FOLDER: Final = "/tmp"  # noqa: S108  a folder in the container
SHARED_MEMORY: Final = "/dev/shm"  # noqa: S108  a folder in the container
_PATH: Final = r"^(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._@+-]{1,100})+$"
_OF_THE_SYSTEM: Final = ("/bin", "/boot", "/etc", "/lib", "/lib64", "/sbin", "/usr")
"""An empty folder here would hide what the image's programs are made of; below them one is fine."""
_WHOLLY: Final = {
    TEMPORARY_FOLDER: "can be written into already, as much as `temporary_storage` says",
    SHARED_MEMORY: "is what `shared_memory` makes",
    "/dev": "is the system's",
    "/proc": "is the system's",
    "/sys": "is the system's",
    FILES_FOLDER: "holds the files of links",
    SECRETS_FOLDER: "holds the secrets of links",
    "/var/run/secrets": "holds the pod's tokens",
    "/run/secrets": "holds the pod's tokens",
}
"""Folders that are taken, with all that lies in them."""


def _is_folder(path: str) -> str:
    if not re.fullmatch(_PATH, path):
        raise ValueError("an absolute path without `.` and `..`, for example /app/.next/cache")
    taken = next((reason for folder, reason in _WHOLLY.items() if is_within(path, folder)), "")
    if taken or path in _OF_THE_SYSTEM:
        raise ValueError(f"another folder: {path} {taken or 'holds what the programs of the image are made of'}")
    return path


def is_within(path: str, folder: str) -> bool:
    """Whether a path is the folder, or lies in it."""
    return path == folder or path.startswith(f"{folder}/")


def check_folders(folders: Iterable[str]) -> Iterator[Finding]:
    """A finding for each that lies in another of them."""
    found = sorted(folders)
    for inner in found:
        outer = next((one for one in found if one != inner and is_within(inner, one)), None)
        if outer:
            yield Finding(
                "TW612",
                "a folder to write into lies in another",
                ("writable_folders", inner),
                given=f"{inner}, in {outer}",
                allowed="folders beside each other: what is in one may be written as a whole",
                fix="remove it, or name folders below the outer one instead of that",
            )


def volume_names(folders: Iterable[str]) -> dict[str, str]:
    """The name of the volume behind each folder: `/app/.next/cache` is `app-next-cache`, numbered where two would be alike."""
    names: dict[str, str] = {}
    for path in sorted(folders):
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[-_LONGEST:].strip("-") or "folder"
        number = sum(other == name or other.startswith(f"{name}--") for other in names.values())
        names[path] = f"{name}--{number + 1}" if number else name
    return names


FolderPath = Annotated[
    str,
    AfterValidator(_is_folder),
    Field(json_schema_extra={"pattern": _PATH, "examples": ["/app/.next/cache", "/var/cache/nginx"]}),
]
_LONGEST: Final = 50
"""A volume's name has 63 characters at most."""
