"""Whether an image is in its registry, asked by the registry's own API: its manifest's head, and nothing is pulled.

Who asks is nobody, or whom Docker's configuration knows for that registry. Sources, read on 28 November 2026: OCI
Distribution Specification 1.1, "Checking if content exists in the registry"; Distribution, "Token Authentication".
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self


@dataclass(frozen=True)
class ImageReference:
    """Where an image lies: `ghcr.io/shadower/analytics-backend:1.4.2`."""

    registry: str
    repository: str
    reference: str
    """Its digest where it is given, else its tag."""

    @classmethod
    def read(cls, text: str) -> Self:
        """As Docker reads it: without a registry it is Docker Hub's, without a tag it is `latest`."""
        name, _, digest = text.partition("@")
        head, slash, rest = name.partition("/")
        has_registry = bool(slash) and ("." in head or ":" in head or head == "localhost")
        registry, path = (head, rest) if has_registry else (HUB, name)
        repository, colon, tag = path.rpartition(":")
        repository, tag = (repository, tag) if colon else (path, "latest")
        if registry == HUB and "/" not in repository:
            repository = f"library/{repository}"
        return cls(registry, repository, digest or tag)

    @property
    def url(self) -> str:
        """Where its manifest is asked for. A registry on this machine speaks plain HTTP, as Docker has it."""
        host = _HUB_HOST if self.registry == HUB else self.registry
        scheme = "http" if _is_here(host) else "https"
        return f"{scheme}://{host}/v2/{self.repository}/manifests/{self.reference}"


class Presence(StrEnum):
    """What a registry says."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ImageState:
    """One image, and whether it is there."""

    image: str
    presence: Presence
    why: str = ""
    """Why it is not known."""
    asks_who: bool = False
    """Whether it would be told to somebody whom the registry knows."""


def image_state(image: str) -> ImageState:
    """Asks the registry. What is not answered with yes or no is not known: no right, no network, no such registry."""
    wanted = ImageReference.read(image)
    try:
        status, challenge = _head(wanted.url, {})
        if status == HTTPStatus.UNAUTHORIZED:
            known = _known_to_docker(wanted.registry)
            authorization = _authorization(challenge, known)
            if not authorization:
                return ImageState(image, Presence.UNKNOWN, f"{wanted.registry} wants to know who asks", asks_who=True)
            status, _ = _head(wanted.url, {"Authorization": authorization})
    except (OSError, ValueError) as error:
        return ImageState(image, Presence.UNKNOWN, f"{wanted.registry}: {getattr(error, 'reason', error)}")
    if status == HTTPStatus.OK:
        return ImageState(image, Presence.THERE)
    if status == HTTPStatus.NOT_FOUND:
        return ImageState(image, Presence.MISSING)
    return ImageState(
        image,
        Presence.UNKNOWN,
        f"{wanted.registry} answers {status} to whoever asks here",
        asks_who=status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN},
    )


def _head(url: str, headers: Mapping[str, str]) -> tuple[int, str]:
    """The status, and what it challenges whoever asks with."""
    request = urllib.request.Request(url, method="HEAD", headers={"Accept": _MANIFESTS, **headers})  # noqa: S310  http, https
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("WWW-Authenticate", "")


def _authorization(challenge: str, known: str) -> str:
    """The header that answers a challenge; empty where there is nothing to answer it with."""
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() == "basic":
        return f"Basic {known}" if known else ""
    if scheme.lower() != "bearer":
        return ""
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    realm = urllib.parse.urlsplit(told.get("realm", ""))
    if realm.scheme != "https" and not _is_here(realm.netloc):  # no credentials over an open line
        return ""
    query = urllib.parse.urlencode({name: told[name] for name in ("service", "scope") if name in told})
    url = f"{told['realm']}{'&' if realm.query else '?'}{query}"
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {known}"} if known else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.loads(answer.read(_LARGEST_TOKEN))
    except urllib.error.HTTPError as error:
        error.close()
        return ""
    token = found.get("token") or found.get("access_token")
    return f"Bearer {token}" if token else ""


def _known_to_docker(registry: str) -> str:
    """User and password as HTTP has them, from Docker's configuration or the helper that it names; empty for nobody."""
    file = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    try:
        document: dict[str, Any] = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return ""
    key = _HUB_KEY if registry == HUB else registry
    helper = (document.get("credHelpers") or {}).get(registry) or document.get("credsStore")
    if helper:
        return _of_helper(str(helper), key)
    auths: dict[str, Any] = document.get("auths") or {}
    entry = auths.get(key) or auths.get(f"https://{key}") or {}
    return str(entry.get("auth") or "")


def _of_helper(helper: str, key: str) -> str:
    program = shutil.which(f"docker-credential-{helper}")
    if program is None:
        return ""
    try:
        run = subprocess.run([program, "get"], input=key, capture_output=True, text=True, timeout=60, check=True)
        found = json.loads(run.stdout)
        return base64.b64encode(f"{found['Username']}:{found['Secret']}".encode()).decode()
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return ""


def _is_here(host: str) -> bool:
    return host.partition(":")[0] in {"localhost", "127.0.0.1"}


HUB: Final = "docker.io"
_HUB_HOST: Final = "registry-1.docker.io"
_HUB_KEY: Final = "https://index.docker.io/v1/"
_MANIFESTS: Final = ", ".join((
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
))  # fmt: skip
_SECONDS: Final = 15
_LARGEST_TOKEN: Final = 1 << 20
