"""`twinstack adopt` and `twinstack addresses`, typed in a product of one bucket; what synth makes of what they write."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.starting.lent import Lend

SAYS = "--organization acme --region eu-central-1 --environments dev --no-edge --existing-cluster platform --resource bucket:papers"
FILE = "environments/state/dev.yaml"


def run(folder: Path, *arguments: str, status: int = 0, **more: str) -> str:
    hidden = {"CI", "PYTEST_ADDOPTS"}
    variables = {key: value for key, value in os.environ.items() if key not in hidden} | {"NO_COLOR": "1"} | more
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, lend_bindings: Lend) -> Path:
    folder = tmp_path_factory.mktemp("adopting")
    run(folder, "twinstack", "init", "shop", *SAYS.split())
    lend_bindings(folder / "shop")
    return folder / "shop"


@pytest.mark.slow
def test_a_bucket_is_adopted_frozen_and_renamed(product: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.yaml"
    pairs.write_text("aws_s3_bucket.paper: acme-shop-papers\n")
    assert re.search(
        r"TW994(.|\n)*did you mean `aws_s3_bucket.papers`",
        run(product, "twinstack", "adopt", "dev", str(pairs), status=2),
    )
    pairs.write_text("aws_s3_bucket.papers: acme-papers\n")
    said = run(product, "twinstack", "adopt", "dev", str(pairs), status=2)
    assert "TW996" in said
    name = re.search(r"allowed  (\S+)", said)
    assert name is not None
    pairs.write_text(f"aws_s3_bucket.papers: {name[1]}\n")
    assert "--write adds 1" in run(product, "twinstack", "adopt", "dev", str(pairs), status=3)
    assert not (product / FILE).exists()
    run(product, "twinstack", "adopt", "dev", str(pairs), "--write")
    assert "nothing to write" in run(product, "twinstack", "adopt", "dev", str(pairs))
    run(product, "twinstack", "synth", "dev", "--half", "infrastructure")
    output = json.loads((product / "cdktf.out/stacks/shop-dev/cdk.tf.json").read_text())
    assert output["import"] == [{"to": "aws_s3_bucket.papers", "id": name[1]}]

    run(product, "twinstack", "addresses", "dev", status=3)
    run(product, "twinstack", "addresses", "--write")
    assert "0 new, 0 gone" in run(product, "twinstack", "addresses")
    state = {
        "version": 4,
        "resources": [{"mode": "managed", "type": "aws_s3_bucket", "name": "papers", "instances": [{}]}],
    }
    (tmp_path / "state.json").write_text(json.dumps(state))
    known = ("twinstack", "adopt", "dev", "--state", str(tmp_path / "state.json"))
    assert "takes out 1" in run(product, *known, status=3)
    run(product, *known, "--write")
    assert "adopt:" not in (product / FILE).read_text()
    assert "aws_s3_bucket.papers" in (product / FILE).read_text()

    for file in [*product.glob("stacks/*.py"), *product.glob("environments/*.yaml"), *product.glob("tests/*.py")]:
        file.write_text(file.read_text().replace("papers", "documents"))
    assert "moved: {aws_s3_bucket.papers: aws_s3_bucket.documents}" in run(
        product, "twinstack", "synth", "dev", status=2
    )
    (product / FILE).write_text(
        (product / FILE).read_text() + "moved:\n  aws_s3_bucket.papers: aws_s3_bucket.documents\n"
    )
    run(product, "twinstack", "synth", "dev", "--half", "infrastructure")
    assert "1 new, 1 gone" in run(product, "twinstack", "addresses", "dev", status=3)
    run(product, "twinstack", "addresses", "dev", "--write")
    assert "  - aws_s3_bucket.papers\n" not in (product / FILE).read_text()


@pytest.mark.slow
def test_a_new_products_own_test_freezes_and_notices(tmp_path: Path, lend_bindings: Lend) -> None:
    run(tmp_path, "twinstack", "init", "shop", *SAYS.split())
    product = tmp_path / "shop"
    lend_bindings(product)
    only = ("pytest", "-q", "-p", "no:cacheprovider", "-k", "keeps_its_address")
    assert "twinstack addresses dev --write" in run(product, *only, status=1, CI="true")
    run(product, *only)
    assert "aws_s3_bucket.papers" in (product / FILE).read_text()
    run(product, *only, CI="true")
    kept = (product / FILE).read_text()
    (product / FILE).write_text(kept.replace("  - aws_s3_bucket.papers\n", "  - aws_s3_bucket.older\n"))
    assert "TW999" in run(product, *only, status=1)
    (product / "environments/state/prd.yaml").write_text("")
    assert "a file of no environment" in run(product, "twinstack", "check", status=2)
