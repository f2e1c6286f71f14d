"""The generated pages are what the code says, each room has one, and each page is reached from the navigation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from docs_generator.pages import pages
from docs_generator.reference import PACKAGES
from docs_generator.rooms import ROOMS
from tests.docs.checks import REPOSITORY

DOCS: Final = REPOSITORY / "docs"
KNOWN_HOSTS: Final = (
    r"localhost|127\.0\.0\.1|api|backend|jobs|legacy|s3\.localhost|sqs\.?|your-sentry-dsn|(.+\.)?shadower\.ai|.+\.example|"
    r".+\.example\.org|(.+\.)?amazonaws\.com|(.+\.)?(argoproj|kubernetes|cert-manager|k8s|x-k8s|envoyproxy)\.io|monitoring\.coreos\.com|example\.(com|org)|acme-v02\.api\.letsencrypt\.org|(ghcr|quay|docker)\.io|(github|nvidia)\.com|token\.actions\.githubusercontent\.com|efs\.csi\.aws\.com"
)
"""The product's own, AWS's, Kubernetes', and the registries of its images."""
KNOWN_PATHS: Final = (
    r"/(api|aws|delivery|health|jwt|live|metrics|ready|spec|ws)(/[\w.-]+)*|/bin/(activate|sh)|/mnt/secrets-store(/[\w.-]+)*|"
    r"/app(/[\w.-]+)*|/data/db|/dev/(null|shm)|/shop/web|/srv/shared(/[\w.-]+)*|/etc/ssl/\w+\.pem|/etc/app/app\.toml|/var/cache/nginx|/etc/twinstack(/[\w.-]+)*|/tmp(/celerybeat-schedule|/schedule)?"
)
"""Routes, folders in containers, the beginnings of names in AWS, and JSON pointers."""
LIBRARY: Final = REPOSITORY / "constructs" / "twinstack"
NOT_FOR_PRODUCTS: Final = {"twinstack.cli", "twinstack.terraform"}
"""Public packages without a page: the command line has one of its own, and running Terraform is no product's."""


def test_the_generated_pages_are_what_the_code_says() -> None:
    stale = []
    for path, text in pages():
        file = DOCS / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(path)
    assert stale == [], "write them anew: python -m docs_generator"


def test_every_room_has_a_page() -> None:
    folders = {file.parent.name for file in LIBRARY.glob("*/spec.py")} - {"environment"}
    assert folders == {room.folder for room in ROOMS if not room.package}


def test_every_public_package_has_a_reference_page() -> None:
    rooms = {f"twinstack.{room.folder}" for room in ROOMS}
    packages = {f"twinstack.{file.parent.name}" for file in LIBRARY.glob("*/__init__.py") if public(file)}
    assert packages - rooms - NOT_FOR_PRODUCTS <= set(PACKAGES)


def public(file: Path) -> bool:
    """Whether a package says what of it is public; an empty list says: nothing."""
    text = file.read_text(encoding="utf-8")
    return "__all__" in text and "= []" not in text


def test_every_page_is_in_the_navigation_once() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    Loader.add_multi_constructor("!ENV", lambda *_: None)
    settings = yaml.load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"), Loader=Loader)
    listed = sorted(leaves(settings["nav"]))
    assert listed == sorted(str(file.relative_to(DOCS)) for file in DOCS.rglob("*.md"))


def leaves(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    values = node.values() if isinstance(node, dict) else node
    assert not isinstance(values, str) and values is not None
    return [leaf for each in values for leaf in leaves(each)]  # ty: ignore[not-iterable]


@pytest.mark.parametrize(
    ("what", "pattern", "known"),
    [
        (
            "a host",
            r"\b(?:[a-z0-9-]+\.)+(?:ai|com|dev|io|net|org)\b|(?<=https://)[A-Za-z0-9.-]+|(?<=http://)[A-Za-z0-9.-]+",
            KNOWN_HOSTS,
        ),
        ("a folder of a machine", r"(?<![\w.:/$}*<>~…-])/[a-z]+(?:/[\w.-]+)*", KNOWN_PATHS),
        ("a registry's files", r"\bnpm(?:js|rc)\b|\bpypirc?\b", r"(?!)"),
    ],
)
def test_no_page_names_a_machine_or_a_registry(what: str, pattern: str, known: str) -> None:
    found = {
        (file.name, each)
        for file in DOCS.rglob("*.md")
        for each in re.findall(pattern, file.read_text(encoding="utf-8"))
        if not re.fullmatch(known, each)
    }
    assert found == set(), f"{what} that no reader has"
