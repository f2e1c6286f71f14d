"""No file is written through a link: what one leads to stays as it is, wherever a link may stand."""

from __future__ import annotations

import ast
import errno
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import twinstack
from twinstack import synthesis
from twinstack.bindings.native.terraform.app import App
from twinstack.bindings.native.terraform.stack import TerraformStack
from twinstack.bindings.overlay import FOLDER, _lock, write_stamp
from twinstack.cli.files import put_files
from twinstack.environment import Half
from twinstack.errors import BindingsError, UsageError
from twinstack.fresh_file import replace_file, write_new
from twinstack.testing.golden import Golden

LIBRARY = Path(twinstack.__file__).parent


@pytest.fixture
def product(tmp_path: Path) -> Path:
    (tmp_path / "product").mkdir()
    return tmp_path / "product"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file outside of the product, to which links lead."""
    file = tmp_path / "outside" / "victim"
    file.parent.mkdir()
    file.write_text("mine\n")
    return file


def put(product: Path) -> None:
    put_files({product / "compose.yaml": "new\n"}, product)


def update_golden(product: Path) -> None:
    Golden(product / "test_it.py", update=True, updated=[])("golden", {"one.yaml": "new\n"})


WRITERS: dict[str, tuple[Callable[[Path], object], Sequence[str]]] = {
    "put_files": (put, ["compose.yaml", ".compose.yaml.twinstack-new", ".compose.yaml.twinstack-old"]),
    "put_files over a file": (put, [".compose.yaml.twinstack-new", ".compose.yaml.twinstack-old"]),
    "replace_file": (lambda product: replace_file(product / "file", "new\n"), ["file"]),
    "write_new": (lambda product: write_new(product / "file", "new\n"), ["file"]),
    "the stamp of imports/": (
        lambda product: write_stamp(product / "imports", {}),
        ["imports/stamp.json", f"imports/stamp.json.{os.getpid()}"],
    ),
    "golden files": (update_golden, ["golden/one.yaml"]),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_written_through_a_link(product: Path, victim: Path, writer: str) -> None:
    write, names = WRITERS[writer]
    if writer == "put_files over a file":
        (product / "compose.yaml").write_text("old\n")
    for name in names:
        (product / name).parent.mkdir(exist_ok=True)
        (product / name).symlink_to(victim)
    write(product)
    assert victim.read_text() == "mine\n"
    made = product / names[0] if "over" not in writer else product / "compose.yaml"
    assert not made.is_symlink()
    assert made.read_text() in {"new\n", "{}"}


def test_the_engine_in_python_writes_through_no_link(
    product: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TerraformStack, "_prepare", lambda _: None)  # a backend, whose class the tables make
    app = App(outdir=str(product / "cdktf.out"))
    TerraformStack(app, "shop")
    made = [product / "cdktf.out" / name for name in ("manifest.json", "stacks/shop/cdk.tf.json")]
    for file in made:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(victim)
    app.synth()
    assert victim.read_text() == "mine\n"
    assert [file.is_symlink() for file in made] == [False, False]
    assert "shop" in json.loads(made[0].read_text())["stacks"]
    assert json.loads(made[1].read_text())["//"]["metadata"]["stackName"] == "shop"


def test_a_lock_is_not_taken_through_a_link(product: Path, victim: Path) -> None:
    (product / f".{FOLDER}.lock").symlink_to(victim)
    with pytest.raises(BindingsError, match="take away the link"), _lock(product):
        pass
    assert victim.read_text() == "mine\n"
    (product / f".{FOLDER}.lock").unlink()
    (product / f".{FOLDER}.lock").symlink_to(victim.with_name("new"))
    with pytest.raises(BindingsError), _lock(product):
        pass
    assert not victim.with_name("new").exists()


def test_no_file_is_put_into_a_folder_that_a_link_takes_out_of_the_product(product: Path, victim: Path) -> None:
    (product / "monitoring").symlink_to(victim.parent)
    with pytest.raises(UsageError, match="leads out of"):
        put_files({product / "a": "a", product / "monitoring" / "deep" / "rules.yml": "new\n"}, product)
    assert [path.name for path in victim.parent.iterdir()] == ["victim"]
    assert [path.name for path in product.iterdir()] == ["monitoring"]
    (product / "inner").mkdir()
    (product / "monitoring").unlink()
    (product / "monitoring").symlink_to("inner")
    put_files({product / "monitoring" / "rules.yml": "new\n"}, product)
    assert (product / "inner" / "rules.yml").read_text() == "new\n"


def test_a_link_that_was_to_be_replaced_is_put_back(product: Path, victim: Path) -> None:
    (product / "one").symlink_to(victim)
    (product / "two").mkdir()
    (product / "two" / "held").write_text("")
    with pytest.raises(UsageError):
        put_files({product / "one": "new\n", product / "three": "x", product / "three" / "below": "x"}, product)
    assert (product / "one").readlink() == victim


# --- what a synth writes -------------------------------------------------------------------------------------------


@pytest.fixture
def synthesize(product: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Sequence[Path]]:
    """Writes one small file for each half: where files go is not the engines' affair."""

    def infrastructure(_: object, __: object, stage: Path) -> dict[str, Any]:
        (stage / "stacks" / "shop").mkdir(parents=True)
        (stage / "stacks" / "shop" / "cdk.tf.json").write_text("{}")
        return {}

    def workloads(_: object, __: object, stage: Path) -> dict[str, Any]:
        (stage / "shop").mkdir()
        (stage / "shop" / "web.k8s.yaml").write_text("a: b\n")
        return {}

    monkeypatch.setattr(synthesis, "_make_infrastructure", infrastructure)
    monkeypatch.setattr(synthesis, "_make_workloads", workloads)
    folders = {Half.INFRASTRUCTURE: product / "cdktf.out", Half.WORKLOADS: product / "dist"}
    nothing: Any = SimpleNamespace(root=product)
    return lambda: synthesis.write(nothing, [], folders, tuple(Half))


@pytest.mark.parametrize("link", ["dist", "cdktf.out", "dist/shop", "cdktf.out/stacks", "cdktf.out/stacks/shop"])
def test_no_output_leaves_the_product_by_a_link(
    product: Path, victim: Path, synthesize: Callable[[], Sequence[Path]], link: str
) -> None:
    (product / link).parent.mkdir(parents=True, exist_ok=True)
    (product / link).symlink_to(victim.parent)
    with pytest.raises(UsageError, match="leads out of"):
        synthesize()
    assert [path.name for path in victim.parent.iterdir()] == ["victim"]


def test_an_output_file_that_is_a_link_is_replaced(
    product: Path, victim: Path, synthesize: Callable[[], Sequence[Path]]
) -> None:
    (product / "dist" / "shop").mkdir(parents=True)
    (product / "dist" / "shop" / "web.k8s.yaml").symlink_to(victim)
    synthesize()
    assert victim.read_text() == "mine\n"
    assert (product / "dist" / "shop" / "web.k8s.yaml").read_text() == "a: b\n"


@pytest.mark.parametrize(
    "links", [{"dist": "out", "cdktf.out": "out"}, {"dist": "cdktf.out"}, {"dist": "by/way", "by/way": "../cdktf.out"}]
)
def test_one_folder_by_two_names_is_waited_for_once(
    product: Path, synthesize: Callable[[], Sequence[Path]], links: dict[str, str]
) -> None:
    for folder in ("out", "by", "cdktf.out"):
        if folder not in links:
            (product / folder).mkdir()
    for name, target in links.items():
        (product / name).symlink_to(target)
    done: list[Sequence[Path]] = []
    thread = threading.Thread(target=lambda: done.append(synthesize()), daemon=True)
    thread.start()
    thread.join(timeout=300)
    assert done, "it waits for itself"
    assert all(file.is_file() for file in done[0])


# --- a full disk, and what else a system may refuse ----------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG])
def test_whichever_write_fails_nothing_is_changed_and_what_helps_is_said(
    product: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Each call that can fail fails once: the first, the second, and so on, until all goes well."""
    (product / "old").write_text("old\n")
    count = 0
    for fails in range(20):
        count = 0

        def refusing(call: Callable[..., Any], fails: int = fails) -> Callable[..., Any]:
            def wrapped(*arguments: Any, **options: Any) -> Any:
                nonlocal count
                count += 1
                if count == fails + 1:
                    raise OSError(number, os.strerror(number))
                return call(*arguments, **options)

            return wrapped

        with monkeypatch.context() as patch:
            patch.setattr("twinstack.fresh_file.os.open", refusing(os.open))
            patch.setattr("twinstack.fresh_file.os.fdopen", refusing(os.fdopen))
            patch.setattr(Path, "replace", refusing(Path.replace))
            try:
                put_files({product / "old": "new\n", product / "deep" / "two": "new\n"}, product)
            except UsageError as error:
                advice = ("free some space", "give this user access", "raise the limit")
                assert any(words in str(error) for words in advice), error
                if fails + 1 < count:
                    continue  # what was to be put back could not be, either; the copy is beside it
                assert {path.name: path.read_text() for path in product.rglob("*") if path.is_file()} == {
                    "old": "old\n"
                }
            else:
                break
    assert (product / "deep" / "two").read_text() == "new\n"
    assert fails >= 6


# --- and nobody else writes ----------------------------------------------------------------------------------------

IN_A_FOLDER_OF_ITS_OWN = {
    "api_server/connection.py": "into a temporary folder",
    "delivery/infrastructure.py": "the folder of a release that is being made, and moved to its place whole",
    "delivery/release_folder.py": "a folder that it makes beside the place, and moves there whole",
    "delivery/terraform.py": "a temporary folder",
    "bindings/trim.py": "into the stage of imports/, made by mkdtemp",
    "policy/scan.py": "into a temporary folder",
    "rehearsal/control_plane/plane.py": "into the control plane's folder, made by mkdtemp",
    "rehearsal/control_plane/certificates.py": "the same",
    "rehearsal/control_plane/processes.py": "the same",
    "rehearsal/change/infrastructure.py": "into a temporary folder",
    "rehearsal/terraform/workspace.py": "into a temporary folder",
    "changes/revision.py": "into a temporary folder",
    "synthesis.py": "into the stage, made by mkdtemp",
    "postgres/certificates.py": "a command of the library's own builders, into its own source",
    "rehearsal/schemas.py": "the same",
    "quotas/api_texts.py": "the same",
}


def test_every_writer_is_known() -> None:
    """Who writes into a folder of somebody else does it by `twinstack.fresh_file`, which follows no link."""
    writers = {
        str(file.relative_to(LIBRARY))
        for file in LIBRARY.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _writes(node)
    }
    assert writers - {"fresh_file.py"} == set(IN_A_FOLDER_OF_ITS_OWN)


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"write_text", "write_bytes", "copyfile", "copy", "copy2", "copytree", "touch"}:
        owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        return name != "copy" or owner == "shutil"
    modes = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return name == "open" and any(isinstance(mode, str) and set(mode) & set("wax+") and len(mode) < 4 for mode in modes)
