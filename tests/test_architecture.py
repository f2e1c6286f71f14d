"""The shape of the house: foundations know no room, specs know no jsii, the halves do not know each other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import twinstack
from twinstack.edge import EdgeKind

ROOT = Path(twinstack.__file__).parent
FOUNDATIONS = {
    "api_server",
    "aws",
    "bindings",
    "changes",
    "delivery",
    "environment",
    "kubernetes",
    "layers",
    "local",
    "policy",
    "rehearsal",
    "terraform",
    "testing",
}
PRODUCT_LEVEL = {"cli", "starting"}
"""Above the rooms: it may name one."""
JSII = {"cdk8s", "cdk8s_plus_27", "cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii"}
LONGEST_MODULE = 400
PATIENCE_SECONDS = 300
MAY_LIMIT = re.compile(r"timeout|wait\(\d|join\(\d|monotonic|perf_counter|time\.time")
"""What a test has that limits the time; reading all of them as Python takes seconds."""


@dataclass(frozen=True)
class Import:
    """One import of one module, wherever in the file it stands."""

    importer: str
    imported: str
    line: int

    @property
    def package(self) -> str:
        """`postgres` of `twinstack.postgres.spec`; empty for what is not twinstack's."""
        head, _, rest = self.imported.partition(".")
        return rest.split(".")[0] if head == "twinstack" else ""

    @property
    def side(self) -> str:
        """`spec` of `twinstack.postgres.spec`."""
        return ".".join(self.imported.split(".")[2:])

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def modules() -> dict[str, Path]:
    """Every module of the library by its name."""
    names = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = modules()
ROOMS = sorted(
    {path.parent.name for path in ROOT.glob("*/spec.py")} - FOUNDATIONS - PRODUCT_LEVEL,
)


def imports(module: str) -> Iterator[Import]:
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (Import(module, alias.name, node.lineno) for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, f"{module}:{node.lineno}: imports are absolute"
                source = node.module or ""
                for alias in node.names:
                    inner = f"{source}.{alias.name}"
                    yield Import(module, inner if inner in MODULES else source, node.lineno)


def in_package(name: str) -> list[str]:
    return [module for module in MODULES if module == f"twinstack.{name}" or module.startswith(f"twinstack.{name}.")]


def of_half(half: str) -> list[str]:
    """The modules of the rooms that make one half: `aws.py`, and what stands beside it and loads the same bindings."""
    bindings = {"aws": {"cdktf", "cdktf_cdktf_provider_aws"}, "kubernetes": {"cdk8s", "cdk8s_plus_27"}}[half]
    return [
        module
        for room in ROOMS
        for module in in_package(room)
        if module.endswith(f".{half}") or any(one.imported.split(".")[0] in bindings for one in imports(module))
    ]


def test_the_rooms_are_the_ones_there_are() -> None:
    assert {"bucket", "cluster", "edge", "job", "network", "postgres", "redis", "secrets", "web_service"} <= set(ROOMS)
    assert len(of_half("aws")) >= 7
    assert len(of_half("kubernetes")) >= 5


@pytest.mark.parametrize("foundation", sorted(FOUNDATIONS))
def test_foundations_import_no_room_but_for_the_lazy_exports(foundation: str) -> None:
    lazy = f"twinstack.{foundation}" if foundation in {"aws", "kubernetes"} else None
    wrong = [
        str(one)
        for module in in_package(foundation)
        for one in imports(module)
        if one.package in ROOMS and not (module == lazy and one.side == foundation)
    ]
    assert wrong == []


@pytest.mark.parametrize("half", ["aws", "kubernetes"])
def test_the_lazy_exports_are_imported_for_the_type_check_only(half: str) -> None:
    tree = ast.parse(MODULES[f"twinstack.{half}"].read_text(encoding="utf-8"))
    (guarded,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    inside = {id(node) for statement in guarded.body for node in ast.walk(statement)}
    outside = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[1:2][:1] and id(node) not in inside
        if (node.module or "").split(".")[1] in ROOMS
    ]
    assert outside == []
    assert guarded.orelse, "the lazy `__getattr__` is hidden from the type check, so that it finds misspelt names"


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_spec_and_local_side_import_no_jsii_and_no_half(room: str) -> None:
    halves = {*of_half("aws"), *of_half("kubernetes")}
    wrong = [
        str(one)
        for module in in_package(room)
        if module not in halves
        for one in imports(module)
        if one.imported.split(".")[0] in JSII or one.package in {"aws", "kubernetes"} or one.imported in halves
    ]
    assert wrong == []


@pytest.mark.parametrize(("half", "other"), [("aws", "kubernetes"), ("kubernetes", "aws")])
def test_one_side_of_a_room_knows_specs_and_its_own_foundation_only(half: str, other: str) -> None:
    mine, theirs = set(of_half(half)), set(of_half(other))
    foundations = {half, "environment", "errors", "labels", "policy"}
    wrong = []
    for module in mine:
        room = module.split(".")[1]
        for one in imports(module):
            own = one.package == room and one.imported not in theirs
            spec = one.package in ROOMS and one.imported not in mine | theirs
            if one.package and not (own or spec or one.package in foundations):
                wrong.append(str(one))
    assert wrong == []


@pytest.mark.parametrize(("half", "other"), [("aws", "kubernetes"), ("kubernetes", "aws")])
def test_neither_foundation_knows_the_other(half: str, other: str) -> None:
    bindings = {"aws": {"cdk8s", "cdk8s_plus_27"}, "kubernetes": {"cdktf", "cdktf_cdktf_provider_aws"}}[half]
    wrong = [
        str(one)
        for module in (*in_package(half), *of_half(half))
        for one in imports(module)
        if one.package == other or one.imported.split(".")[0] in bindings
    ]
    assert wrong == []


def test_nobody_asks_which_kind_of_edge_it_is() -> None:
    """A further kind is a room inside `edge/`; what others need to know, they ask the edge."""
    kinds = {path.parent.name for path in (ROOT / "edge").glob("*/spec.py")}
    assert kinds == {kind.value for kind in EdgeKind}
    rooms = tuple(f"twinstack.edge.{kind}" for kind in kinds)
    asks = re.compile(r"EdgeKind\.[A-Z]+|\b(edge|spec|self)\.kind (is|==|in|!=)\b")
    wrong = [
        f"{module}: {found[0]}"
        for module, path in MODULES.items()
        if not module.startswith(rooms) and module not in {"twinstack.edge.kind", "twinstack.edge.spec"}
        for found in asks.finditer(path.read_text(encoding="utf-8"))
    ]
    wrong += [
        str(one)
        for module in MODULES
        if not module.startswith("twinstack.edge")
        for one in imports(module)
        if one.imported.startswith(rooms)
    ]
    assert wrong == []


def test_the_environment_is_plain_python() -> None:
    wrong = [
        str(one)
        for module in in_package("environment")
        for one in imports(module)
        if one.imported.split(".")[0] in JSII or one.package not in {"", "environment", "errors", "facts"}
    ]
    assert wrong == []


def test_the_library_knows_no_product() -> None:
    wrong = [str(one) for module in MODULES for one in imports(module) if one.imported.split(".")[0] == "stacks"]
    assert wrong == []


def test_no_module_is_two_modules() -> None:
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    assert {module: length for module, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_file_of_tests_is_two_files() -> None:
    repository = Path(__file__).parents[1]
    folders = [repository / "tests", repository / "backend" / "tests", *repository.glob("examples/*/tests")]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    lengths = {str(path.relative_to(repository)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert lengths["tests/test_architecture.py"]
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_test_fails_for_the_time_it_takes() -> None:
    """A limit is there against what hangs, and long; what has to be quick is measured so that a busy machine cannot
    break it: by a clock of the test's own, the order of events, or the processor's time."""
    repository = Path(__file__).parents[1]
    folders = [repository / "tests", repository / "backend" / "tests", *repository.glob("examples/*/tests")]
    found = {
        f"{file.relative_to(repository)}: {ast.unparse(limit)}"
        for folder in folders
        for file in folder.rglob("*.py")
        if MAY_LIMIT.search(text := file.read_text(encoding="utf-8"))
        for limit in _limits(ast.parse(text))
    }
    assert found == {"tests/test_synthesis.py: 1.5"}, f"give it {PATIENCE_SECONDS} s or more, or another measure"


def test_no_test_of_the_pages_fails_for_the_time_it_takes() -> None:
    for file in (Path(__file__).parents[1] / "frontend" / "tests").rglob("*.ts"):
        limits = re.findall(r"\b(?:timeout|limit)\b[^,;)\n]*?[:=] *([0-9_]+)", file.read_text(encoding="utf-8"))
        assert [limit for limit in limits if int(limit) < 1000 * PATIENCE_SECONDS] == [], file.name


def _limits(tree: ast.Module) -> Iterator[ast.expr]:
    """What a test waits for no longer than, where that is shorter than a busy machine may take."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="wait" | "join" | "settimeout"), args=[ast.Constant(value=limit) as it]
            ):
                if isinstance(limit, int | float) and _LONGEST_PAUSE < limit < PATIENCE_SECONDS:
                    yield it
            case ast.keyword(arg=str(name), value=ast.Constant(value=int() | float() as limit) as it):
                if name.rpartition("_")[2] == "timeout" and limit < PATIENCE_SECONDS:
                    yield it
            case ast.Assert(
                test=ast.Compare(left=ast.BinOp(left=ast.Call(func=ast.Attribute(attr=clock)), op=ast.Sub()))
            ):
                bound = ast.unparse(node.test.comparators[0])
                upper = isinstance(node.test.ops[0], ast.Lt | ast.LtE) and "PATIENCE" not in bound
                if clock in {"monotonic", "perf_counter", "time"} and upper:
                    yield node.test


_LONGEST_PAUSE = 2
"""Seconds between two looks of a loop, which are no limit."""


def test_no_module_is_named_after_nothing() -> None:
    empty = {"base2", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
    assert [module for module in MODULES if module.split(".")[-1] in empty] == []


def loaded(program: str) -> set[str]:
    """The modules that a fresh Python has after running a program."""
    run = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print('\\n'.join(sys.modules))"],
        cwd=ROOT.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def jsii_of(found: set[str]) -> set[str]:
    return {module for module in found if module.split(".")[0] in JSII}


def test_the_specs_of_all_rooms_load_no_jsii() -> None:
    found = loaded("; ".join(["import twinstack.environment", *(f"import twinstack.{room}" for room in ROOMS)]))
    assert {f"twinstack.{room}.spec" for room in ROOMS} <= found
    assert jsii_of(found) == set()


def test_loading_a_product_and_an_environment_loads_no_jsii() -> None:
    found = loaded("from stacks import product; assert product.load('prod').database.identifier")
    assert "twinstack.postgres.spec" in found
    assert jsii_of(found) == set()


def test_rehearsal_and_delivery_start_no_node_before_a_half_is_made() -> None:
    found = loaded("import twinstack.rehearsal, twinstack.delivery.engine, twinstack.delivery.planning")
    assert "twinstack.rehearsal.kubernetes.rehearsal" in found
    assert jsii_of(found) == set()


def test_a_product_loads_the_rooms_it_names_only() -> None:
    trimmed = "import pathlib; from twinstack.bindings import activate; activate(pathlib.Path.cwd())"
    found = loaded(f"{trimmed}; from twinstack import aws; aws.Bucket")
    assert "twinstack.bucket.aws" in found
    assert {module.split(".")[1] for module in found if module.startswith("twinstack.")} & set(ROOMS) == {"bucket"}


def test_the_object_knows_nothing_of_the_files_it_came_from() -> None:
    rooms = ["environment", *ROOMS]
    wrong = [
        str(one) for room in rooms for module in in_package(room) for one in imports(module) if one.package == "layers"
    ]
    assert wrong == []


def test_the_way_from_files_to_the_object_does_not_come_back() -> None:
    """No module of it imports one that imports it."""
    inside = {
        module: {one.imported for one in imports(module)} & set(in_package("layers")) for module in in_package("layers")
    }
    while leaves := {module for module, needed in inside.items() if not needed}:
        inside = {module: needed - leaves for module, needed in inside.items() if module not in leaves}
    assert inside == {}
