"""The database of the page on resource types is a good one, and is added to a product as the page says."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml

import acme_documents.aws  # noqa: F401  while imports/ has what the tests name: another program's run makes it anew
from acme_documents import DocumentsSpec
from docs_generator.blocks import blocks_of
from tests.docs.checks import REPOSITORY
from tests.starting.lent import Lend
from twinstack.environment import Environment
from twinstack.environment.names import KINDS
from twinstack.errors import ConfigurationError
from twinstack.layers.load import load_text
from twinstack.testing import check_resource

PAGE: Final = REPOSITORY / "docs" / "how-to" / "resource-type.md"
HERE: Final = Path(__file__).parent
EXAMPLE: Final = "instance_class: db.t4g.medium"
BASE: Final = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"


class Shop(Environment):
    """A product of one database."""

    documents: DocumentsSpec


def load(section: str, *, protected: bool = True) -> None:
    base = f"{BASE}protected: {str(protected).lower()}\ndocuments: {{instance_class: db.r6g.large{section}}}\n"
    load_text(Shop, "live", {"base": base}, datetime.date(2026, 11, 24))


def test_its_sides_agree_and_give_no_more_than_is_asked_for() -> None:
    check_resource(DocumentsSpec, "acme_documents.aws:Documents", example=EXAMPLE, key="documents")


def test_production_has_two_instances_or_a_reason() -> None:
    with pytest.raises(ConfigurationError, match="ACME1: production with one instance"):
        load("")
    load(", instances: 2")
    load(', acknowledge: {ACME1: "what is in it can be made again"}')
    load("", protected=False)


def test_the_page_shows_the_package_whole() -> None:
    shown = "\n".join(block.text for block in blocks_of(PAGE) if "acme_documents" in block.directive)
    for file in ("spec.py", "aws.py", "local.py"):
        for line in (HERE / "acme_documents" / file).read_text(encoding="utf-8").splitlines():
            assert line in shown or line.startswith(('"""', "from __future__")), f"{file}: {line}"


def test_the_page_names_every_kind_of_name() -> None:
    listed = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert [kind for kind in KINDS if f"`{kind}`" not in listed] == []


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("terraform") or shutil.which("tofu")), reason="no terraform on the path")
def test_two_are_added_to_a_product_and_rehearsed(tmp_path: Path, lend_bindings: Lend) -> None:
    def twinstack(command: str, folder: Path) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "twinstack", *command.split()],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(HERE), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    twinstack("init shop --organization acme --region eu-central-1 --environments dev,prod --no-edge", tmp_path)
    shop = tmp_path / "shop"
    for name in ("documents", "archive"):
        twinstack(f"add acme_documents {name} --uses web", shop)
    assert re.search(r"^\s+instances: 2$", (shop / "environments" / "prod.yaml").read_text(), re.MULTILINE)
    assert "no problems" in twinstack("check", shop)
    lend_bindings(shop)
    twinstack("local dev", shop)
    services = yaml.safe_load((shop / "compose.yaml").read_text())["services"]
    assert services["documents"]["ports"] != services["archive"]["ports"]
    assert "0 errors" in twinstack("rehearse prod --only terraform", shop)
