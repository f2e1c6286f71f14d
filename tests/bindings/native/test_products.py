"""Whole products: every file of every environment is the same on both engines, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_golden import VARIANTS

ROOT = Path(__file__).parents[3]


def files(product: Path, bindings: str, output: Path) -> dict[str, bytes]:
    """What `main.py` makes of a product on one engine."""
    folders = {"CDKTF_OUTDIR": output / "infrastructure", "CDK8S_OUTDIR": output / "workloads"}
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=product,
        env={**os.environ, "TWINSTACK_BINDINGS": bindings, **{name: str(folder) for name, folder in folders.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


REPORTS = ROOT / "examples" / "reports"


@pytest.mark.parametrize(
    ("product", "engine"),
    [
        (ROOT, "node"),
        *(
            pytest.param(product, engine, marks=pytest.mark.slow)
            for product, engine in ((ROOT, "stock"), (REPORTS, "node"))
        ),
        pytest.param(REPORTS, "stock", marks=pytest.mark.slow),
    ],
    ids=lambda given: getattr(given, "name", given),
)
def test_every_file_is_the_same(product: Path, engine: str, tmp_path: Path) -> None:
    native = files(product, "native", tmp_path / "native")
    wanted = files(product, engine, tmp_path / engine)
    assert len(native) > 4
    assert sorted(native) == sorted(wanted)
    assert [name for name, text in native.items() if text != wanted[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["node", "stock"])
def test_what_was_reviewed_is_made_by_every_engine(engine: str) -> None:
    """The suite compares what the native one makes; so the others are held to it as well."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_golden.py"]
    variables = {**os.environ, "TWINSTACK_BINDINGS": engine}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert f"{len(VARIANTS)} passed" in done.stdout


def test_native_starts_no_program(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys\n"
        "def refuse(*given, **options): raise AssertionError(given)\n"
        "subprocess.Popen.__init__ = refuse\n"
        "from pathlib import Path\n"
        "from twinstack.bindings import activate\n"
        f"activate(Path({str(ROOT)!r}))\n"
        "import cdktf, cdk8s\n"
        "app = cdktf.App(outdir='out')\n"
        "cdktf.TerraformStack(app, 'one')\n"
        "app.synth()\n"
        "assert 'jsii' not in sys.modules and not Path('imports').exists()\n"
    )
    variables = {**os.environ, "TWINSTACK_BINDINGS": "native"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "stacks" / "one" / "cdk.tf.json").is_file()


def test_stock_bindings_are_those_that_are_installed(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\n"
        "from twinstack.bindings import activate\n"
        "activate(Path.cwd())\n"
        "import constructs\n"
        "assert 'site-packages' in constructs.__file__ and not Path('imports').exists()\n"
    )
    variables = {**os.environ, "TWINSTACK_BINDINGS": "stock"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
