"""A run begins on the native engine and goes over to node by itself; what is written is node's, and it is remembered."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.starting.lent import Lend
from tests.starting.products import LEAST, write_product
from twinstack.bindings.native.tables import proof
from twinstack.bindings.wheels import archives
from twinstack.errors import BindingsError

MARK = """
import sys
from pathlib import Path

with Path("runs").open("a") as runs:
    runs.write("node " if "imports" in str(sys.modules["constructs"].__file__) else "native ")
"""
NEEDS_NODE = """
        import cdktf
        listed = cdktf.TerraformIterator.from_list(["a", "b"])
        cdktf.TerraformOutput(self, "listed", value=listed.value)
"""
CAUGHT = """
        import cdktf
        try:
            cdktf.TerraformIterator
        except Exception:
            self.add_override("locals.found", "native")
"""

GOES_WRONG = """
        import sys
        import cdktf
        if "imports" not in sys.modules["constructs"].__file__:
            from twinstack.bindings.native.terraform import output
            output.anything = None
        try:
            cdktf.TerraformOutput(self, "told", value="x")
        except Exception:
            pass
"""

ANY_PROCESS = """
from pathlib import Path
from twinstack.cli.project import find_product_with_engine
from twinstack.cli.synth import made
from twinstack.cli.ending import status_of
import sys

def make():
    product = find_product_with_engine()
    made(product, product.load_all(), None)

sys.exit(status_of(make))
"""


class Folder:
    """A product, and what running it gives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        write_product(path, LEAST)
        self.file = path / "stacks" / "infrastructure.py"
        self.text = self.file.read_text(encoding="utf-8")

    def write(self, more: str = "") -> None:
        *_, last = self.text.splitlines()
        assert last.startswith("        self.connect(")  # so `more` is of the constructor
        self.file.write_text(self.text + more + MARK, encoding="utf-8")

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        (self.path / "runs").unlink(missing_ok=True)
        kept = {name: text for name, text in os.environ.items() if name != "TWINSTACK_BINDINGS"}
        command = [sys.executable, *(arguments or ("-m", "twinstack", "synth", "--json"))]
        return subprocess.run(command, cwd=self.path, env=kept | variables, capture_output=True, text=True, check=False)

    @property
    def runs(self) -> list[str]:
        return (self.path / "runs").read_text(encoding="utf-8").split()

    @property
    def files(self) -> dict[str, bytes]:
        made = [*(self.path / "cdktf.out").rglob("*.json"), *(self.path / "dist").rglob("*.yaml")]
        return {str(one.relative_to(self.path)): one.read_bytes() for one in made}


@pytest.fixture
def product(tmp_path: Path, lend_bindings: Lend) -> Folder:
    made = Folder(tmp_path)
    lend_bindings(tmp_path)
    return made


def test_a_program_that_needs_no_node_starts_none(tmp_path: Path) -> None:
    product = Folder(tmp_path)
    product.write()
    done = product.run(JSII_NODE="/no/such/node")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["files"]) == len(product.files) > 4
    assert product.runs == ["native"]
    assert not (tmp_path / "imports").exists()
    assert "engine               native" in product.run("-m", "twinstack", "--version").stdout


def test_what_is_not_covered_is_made_by_node_and_remembered(product: Folder) -> None:
    product.write(NEEDS_NODE)
    on_node = product.run(TWINSTACK_BINDINGS="node")
    assert (on_node.returncode, product.runs) == (0, ["node"])
    wanted = product.files
    assert b"each.value" in b"".join(wanted.values())

    first = product.run()
    assert (first.returncode, product.runs, first.stderr) == (0, ["native", "node"], "")
    assert len(json.loads(first.stdout)["files"]) == len(wanted)
    assert product.files == wanted

    assert product.run("main.py").returncode == 0
    assert product.runs == ["node"]
    line = (
        product.file.read_text(encoding="utf-8")
        .split("\n")
        .index('        listed = cdktf.TerraformIterator.from_list(["a", "b"])')
    )
    said = product.run("-m", "twinstack", "--version").stdout
    assert f"engine               node, for cdktf.TerraformIterator, stacks/infrastructure.py:{line + 1}" in said

    product.write()  # the file whose line it was
    assert product.run().returncode == 0
    assert product.runs == ["native"]


def test_who_catches_the_refusal_is_on_node_as_well(product: Folder) -> None:
    product.write(CAUGHT)
    assert product.run("main.py").returncode == 0
    assert product.runs == ["native", "node"]
    assert b"found" not in b"".join(product.files.values())


def test_an_error_of_the_engines_own_is_never_the_programs(product: Folder) -> None:
    product.write(GOES_WRONG)
    done = product.run("main.py")
    assert (done.returncode, done.stderr, product.runs) == (0, "", ["native", "node"])
    assert b'"told": {' in b"".join(product.files.values())
    assert (
        "node, for TerraformOutput.__init__, for it ended with TypeError"
        in product.run("-m", "twinstack", "--version").stdout
    )


@pytest.mark.parametrize(
    ("line", "runs", "said"),
    [
        ("        1 / 0\n", ["native", "node"], "ZeroDivisionError: division by zero"),
        ("        Construct(self, 'network')\n", ["native"], "There is already a Construct with name 'network'"),
    ],
)
def test_node_has_the_last_word_on_an_error_that_may_be_the_engines(
    product: Folder, line: str, runs: list[str], said: str
) -> None:
    product.write(line)
    for _ in range(2):
        done = product.run()
        assert (done.returncode, product.runs) == (2, runs)
        assert f"error: stacks/infrastructure.py:{len(product.text.splitlines()) + 1}: " in done.stderr
        assert said in done.stderr
    assert "engine               native" in product.run("-m", "twinstack", "--version").stdout


def test_a_run_that_is_held_on_the_native_engine_says_whose_line_it_was(tmp_path: Path) -> None:
    product = Folder(tmp_path)
    product.write(NEEDS_NODE)
    line = product.file.read_text(encoding="utf-8").split("\n").index(NEEDS_NODE.split("\n")[2]) + 1
    done = product.run(TWINSTACK_BINDINGS="native")
    assert (done.returncode, product.runs, product.files) == (2, ["native"], {})
    assert (
        f"error TW507: the native engine does not do this\n           stacks/infrastructure.py:{line}\n" in done.stderr
    )
    assert "  given    cdktf.TerraformIterator\n" in done.stderr


@pytest.mark.parametrize(
    "command", [("-m", "twinstack", "synth"), ("main.py",), ("run.py",), ("-m", "pytest", "-q", "-k", "rule")]
)
def test_what_needs_node_where_it_is_not_installed_says_what_line_and_what_to_install(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    product = Folder(tmp_path)
    product.write(NEEDS_NODE)
    (tmp_path / "run.py").write_text(ANY_PROCESS, encoding="utf-8")
    line = product.file.read_text(encoding="utf-8").split("\n").index(NEEDS_NODE.split("\n")[2]) + 1
    for _ in range(2):  # nothing is noted: the same is said again
        done = product.run(*command, JSII_NODE="/no/such/node")
        said = done.stdout + done.stderr
        assert (done.returncode, {*product.runs}) == (1 if "pytest" in command else 2, {"native"})
        assert "TW507: the native engine does not do this\n" in said
        assert f"           stacks/infrastructure.py:{line}\n" in said
        assert "given    cdktf.TerraformIterator\n" in said
        assert "fix      JSII_NODE is /no/such/node, which is no program: unset it, or name node's; the run then goes over to node by itself\n" in said  # fmt: skip
        assert product.files == {}


def test_another_package_of_jsiis_is_named_with_the_line_that_imports_it(tmp_path: Path) -> None:
    product = Folder(tmp_path)
    other = tmp_path / "packages" / "acme_provider"
    (other / "pets").mkdir(parents=True)
    (other / "_jsii").mkdir()
    (other / "_jsii" / "__init__.py").write_text("import cdktf._jsii\n", encoding="utf-8")
    (other / "__init__.py").write_text("import jsii\nfrom ._jsii import *\n", encoding="utf-8")
    (other / "pets" / "__init__.py").write_text("from .._jsii import *\n", encoding="utf-8")
    product.write("        from acme_provider.pets import Pet\n")
    done = product.run(JSII_NODE="/no/such/node", PYTHONPATH=str(other.parent))
    assert (done.returncode, product.files) == (2, {})
    line = product.file.read_text(encoding="utf-8").split("\n").index("        from acme_provider.pets import Pet") + 1
    assert f"           stacks/infrastructure.py:{line}\n  given    the package acme_provider\n" in done.stderr


@pytest.mark.parametrize("caught", [CAUGHT, GOES_WRONG])
def test_nothing_is_written_where_a_refusal_is_caught_and_node_is_not_installed(tmp_path: Path, caught: str) -> None:
    product = Folder(tmp_path)
    product.write(caught)
    done = product.run(JSII_NODE="/no/such/node")
    assert (done.returncode, product.runs, product.files) == (2, ["native"], {})
    assert "error TW507" in done.stderr


def test_node_that_is_asked_for_and_not_installed_is_said(tmp_path: Path) -> None:
    product = Folder(tmp_path)
    done = product.run(TWINSTACK_BINDINGS="node", JSII_NODE="/no/such/node")
    assert (done.returncode, done.stderr) == (
        2,
        "error: JSII_NODE is /no/such/node, which is no program: unset it, or name node's\n",
    )


@pytest.mark.parametrize("name", ["SYNTH_HCL_OUTPUT", "CDK8S_DISABLE_SORT", "CDK8S_LEGACY_HASH"])
def test_a_variable_that_changes_what_the_engines_make_is_left_to_node(product: Folder, name: str) -> None:
    product.write()
    done = product.run(
        "-m", "twinstack", "synth", "--half", "infrastructure", **{name: "true"}, TWINSTACK_BINDINGS="native"
    )
    assert done.returncode == 2
    assert f"the variable {name}" in done.stderr
    product.run("-m", "twinstack", "synth", "--half", "infrastructure", **{name: "true"})
    assert product.runs == ["node"]


def engine(folder: Path, release: str, text: str) -> dict[str, Path]:
    """cdk8s with one file of a program, that tells its release and where it came from."""
    file = folder / f"cdk8s@{release}.jsii.tgz"
    program = f'{text} "{release}";\n//# sourceMappingURL={release}'.encode()
    with tarfile.open(file, "w:gz") as packed:
        for name in ("package/lib/app.js", "package/lib/app.d.ts"):
            entry = tarfile.TarInfo(name)
            entry.size = len(program)
            packed.addfile(entry, io.BytesIO(program if name.endswith("js") else release.zfill(len(program)).encode()))
    return {"cdk8s": file}


def test_an_engine_whose_program_was_not_compared_is_left_to_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    compared = engine(tmp_path, "2.70.1", "a program")
    digest = proof.program_digest("cdk8s", compared["cdk8s"])
    monkeypatch.setattr(proof, "PROVED", {"cdk8s": ("cdk8s@2.70.1", digest)})
    assert proof.unproved(compared) == ""
    assert proof.unproved(engine(tmp_path, "2.99.0", "another")).startswith("cdk8s@2.99.0, whose output was not comp")
    assert proof.unproved(same := engine(tmp_path, "2.99.10", "a program")) == ""

    monkeypatch.setattr(proof, "program_digest", None)  # it is kept
    assert proof.unproved(same) == ""


def test_a_wheel_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (file := tmp_path / "cdk8s@2.99.0.jsii.tgz").write_bytes(b"no archive")
    with pytest.raises(BindingsError, match="cdk8s cannot be read"):
        proof.unproved({"cdk8s": file})


def test_the_installed_engines_were_compared() -> None:
    for package, archive in archives().items():
        release, digest = proof.PROVED[package]
        assert archive.name == f"{release}.jsii.tgz"
        if digest:  # of the AWS provider the number tells
            assert proof.program_digest(package, archive) == digest
