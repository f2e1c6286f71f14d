"""A product that begins with a repository begins with its pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.starting.products import LEAST, WITH_A_PIPELINE, opened, write_product
from twinstack.delivery.workflows import files_of
from twinstack.starting.wishes import Wishes


def test_its_workflows_are_what_its_environments_say(tmp_path: Path) -> None:
    write_product(tmp_path, WITH_A_PIPELINE)
    with opened(tmp_path) as product:
        files = files_of(product.load_all(), tmp_path)
        assert {str(path): (tmp_path / path).read_text() for path in files} == {
            str(path): text for path, text in files.items()
        }
    deploy = yaml.safe_load((tmp_path / ".github/workflows/deploy.yml").read_text())["jobs"]
    assert {"test-product", "plan-dev", "deploy-dev", "approval-prod", "plan-prod", "deploy-prod"} == {*deploy}, (
        "no image is built"
    )
    assert deploy["plan-prod"]["if"].endswith("github.ref == 'refs/heads/production'")
    assert deploy["deploy-prod"]["environment"] == "prod"


def test_an_account_of_two_environments_is_told_of_github_once(tmp_path: Path) -> None:
    write_product(tmp_path, WITH_A_PIPELINE)
    with opened(tmp_path) as product:
        made = {one.environment.name: one.environment.delivery.existing_oidc_provider for one in product.load_all()}
    assert made == {"dev": False, "prod": True}


def test_without_a_repository_there_is_no_pipeline(tmp_path: Path) -> None:
    write_product(tmp_path, LEAST)
    assert not (tmp_path / ".github").exists()


@pytest.mark.parametrize("repository", ["shop", "acme/", "acme/shop/more", "-acme/shop"])
def test_a_repository_that_cannot_be_one_is_refused(repository: str) -> None:
    wishes = Wishes(name="shop", organization="acme", region="us-east-1", repository=repository)
    assert [problem for problem in wishes.problems() if problem.startswith("--repository: ")]
