"""imports/ fits the program by itself: built when missing, damaged or out of date, and never an ImportError."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from twinstack.bindings import overlay
from twinstack.bindings.overlay import FOLDER, _is_whole, _wanted, ensure, read_stamp
from twinstack.bindings.scan import Usage, scan
from twinstack.bindings.wheels import STAMP, installed
from twinstack.errors import BindingsError

PROGRAM = """
import sys
from pathlib import Path
from twinstack.bindings import activate

activate(Path(__file__).parent)
import cdktf
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider

app = cdktf.App(outdir=str(Path(__file__).parent / "out"))
stack = cdktf.TerraformStack(app, "stack")
AwsProvider(stack, "aws")
KmsKey(stack, "key", description="one")
{more}
app.synth()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "main.py").write_text(PROGRAM.format(more=""), encoding="utf-8")
    assert ensure(folder).rebuilt
    return folder


def run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def output(folder: Path) -> bytes:
    return (folder / "out" / "stacks" / "stack" / "cdk.tf.json").read_bytes()


def test_nothing_is_built_again_where_nothing_changed(project: Path) -> None:
    assert not ensure(project).rebuilt


def test_touching_a_source_builds_nothing_again(project: Path) -> None:
    os.utime(project / "main.py")
    assert not ensure(project).rebuilt


def test_a_checkout_of_the_same_sources_is_not_scanned_and_one_of_others_is(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A diff makes a commit's outputs in a folder of its own, mostly with the bindings that there are."""
    ensure(project)
    beside = tmp_path / "beside"
    shutil.copytree(project, beside, copy_function=shutil.copyfile)
    scanned: list[int] = []

    def counted(files: Iterable[Path]) -> Usage:
        scanned.append(1)
        return scan(files)

    monkeypatch.setattr(overlay, "scan", counted)
    assert not ensure(beside).rebuilt
    assert not scanned
    (beside / "main.py").write_text(PROGRAM.format(more="1 + 1"), encoding="utf-8")
    assert not ensure(beside).rebuilt
    assert scanned


def test_what_is_wanted_is_the_same_for_a_script_and_for_python_m(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one has a folder of its own first on the path, the other the project: each built anew what the other had."""
    for file, text in {
        "parts/tests/test_part.py": "from tests.servers import start\n",
        "tests/servers.py": "import twinstack\nfrom cdktf_cdktf_provider_aws.kms_key import KmsKey\n",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    packages = installed()
    monkeypatch.delitem(sys.modules, "tests", raising=False)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if not (Path(path) / "tests").is_dir()])
    by_script = _wanted(tmp_path, packages, {}, ())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    assert _wanted(tmp_path, packages, {}, ()) == by_script
    assert "kms_key" in by_script[0].provider_modules


def test_damage_is_repaired(project: Path) -> None:
    module = project / FOLDER / "cdktf_cdktf_provider_aws" / "kms_key" / "__init__.py"
    module.write_text("", encoding="utf-8")
    assert ensure(project).rebuilt
    assert module.stat().st_size


@pytest.mark.parametrize(
    "change", [{"generator": 0}, {"wheels": {}}, {"python": "3.0"}, {"loads": []}, {"files": {"gone.py": 1}}]
)
def test_what_another_maker_or_other_wheels_made_is_not_whole(project: Path, change: dict[str, object]) -> None:
    stamp = read_stamp(project / FOLDER)
    assert _is_whole(project / FOLDER, stamp, stamp["wheels"])
    assert not _is_whole(project / FOLDER, {**stamp, **change}, stamp["wheels"])


def test_a_stamp_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / STAMP).write_text("{", encoding="utf-8")
    assert read_stamp(tmp_path) == {}


def test_a_module_that_no_source_names_is_built_in_and_the_program_goes_on(project: Path) -> None:
    late = 'import importlib\nmodule = importlib.import_module("cdktf_cdktf_provider_aws." + "kms" + "_alias")\n'
    late += 'module.KmsAlias(stack, "alias", name="alias/one", target_key_id="x")'
    (project / "main.py").write_text(PROGRAM.format(more=late), encoding="utf-8")
    done = run(project)
    assert done.returncode == 0, done.stderr
    assert b"aws_kms_alias" in output(project)
    assert (project / FOLDER / "cdktf_cdktf_provider_aws" / "kms_alias").is_dir()


def test_a_module_that_does_not_exist_is_an_import_error(project: Path) -> None:
    (project / "main.py").write_text(PROGRAM.format(more="import cdktf_cdktf_provider_aws.no_such"), encoding="utf-8")
    assert "ModuleNotFoundError" in run(project).stderr


def test_two_at_once_build_it_once(project: Path) -> None:
    stamp = json.loads((project / FOLDER / STAMP).read_text(encoding="utf-8"))
    (project / FOLDER / STAMP).write_text(json.dumps({**stamp, "generator": 0}), encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        built = [report.rebuilt for report in pool.map(ensure, [project, project])]
    assert sorted(built) == [False, True]


def test_a_broken_code_cache_costs_nothing_but_time(project: Path) -> None:
    (project / "main.py").write_text(PROGRAM.format(more=""), encoding="utf-8")
    cache = project / ".imports-cache" / "code.bin"
    cache.parent.mkdir(exist_ok=True)
    cache.write_bytes(b"nonsense")
    assert run(project).returncode == 0
    assert cache.stat().st_size > 100_000


@pytest.mark.parametrize(
    ("variables", "message"),
    [({"JSII_NODE": "no-such-node"}, "no program"), ({"NODE_OPTIONS": "--no-such-option"}, "node ended")],
)
def test_a_node_that_cannot_start_is_said(project: Path, variables: dict[str, str], message: str) -> None:
    (project / "main.py").write_text(PROGRAM.format(more=""), encoding="utf-8")
    done = run(project, TWINSTACK_BINDINGS="node", **variables)
    assert done.returncode != 0
    assert message in done.stderr


def test_a_program_that_ends_before_the_engine_is_used_leaves_no_node(project: Path) -> None:
    program = "from pathlib import Path\nfrom twinstack.bindings import activate\nactivate(Path(__file__).parent)\n"
    (project / "main.py").write_text(program + "import sys\nsys.exit(2)\n", encoding="utf-8")
    done = run(project, PYTHONWARNINGS="error")
    assert (done.returncode, done.stderr) == (2, "")
    nodes = subprocess.run(["pgrep", "-fc", str(project)], capture_output=True, text=True, check=False)
    assert nodes.stdout.strip() == "0"


OF_A_TERMINAL = """
import os, signal, subprocess

nodes = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True).stdout.split()
assert nodes
for node in nodes:
    os.kill(int(node), signal.SIGINT)
    os.waitpid(int(node), 0)
"""


def test_a_node_that_ctrl_c_has_ended_is_told_no_farewell(project: Path) -> None:
    (project / "interrupted.py").write_text(PROGRAM.format(more="") + OF_A_TERMINAL, encoding="utf-8")
    done = subprocess.run([sys.executable, "interrupted.py"], cwd=project, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(BindingsError, match="cannot be built"):
        ensure(blocked)
