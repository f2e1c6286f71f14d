"""`twinstack add`, on a copy of the real product and on a product of one's own."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.test_init import start
from tests.starting.products import LEAST, opened, write_product
from twinstack.cli.add import add
from twinstack.environment import Half
from twinstack.errors import UsageError
from twinstack.product import Product
from twinstack.synthesis import write

REPOSITORY = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
Add = Callable[..., Product]


def texts(folder: Path) -> dict[str, str]:
    found = (
        path for path in folder.rglob("*") if path.suffix in {".py", ".yaml", ".json"} and "imports" not in path.parts
    )
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in found}


def difference(before: dict[str, str], after: dict[str, str], ending: str = "") -> dict[str, list[str]]:
    """The lines that went (-) and came (+), file by file."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        lines = difflib.ndiff(before.get(name, "").splitlines(True), after.get(name, "").splitlines(True))
        changed = [line.rstrip("\n") for line in lines if line[0] in "+-"]
        if changed and name.endswith(ending):
            found[name] = changed
    return found


@pytest.fixture
def analytics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real product, which is the current folder."""
    for name in ("environments", "stacks"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def add_to() -> Add:
    """Adds to the product in a folder, in the tests' own process; the product is read anew each time."""

    def call(folder: Path, kind: str, name: str, *uses: str, dry_run: bool = False) -> None:
        with opened(folder) as product:
            add(product, kind, name, uses=uses, dry_run=dry_run)

    return call


def load(folder: Path) -> Iterator[object]:
    with opened(folder) as product:
        yield from product.load_all()


def test_a_database_is_added_to_everything_that_has_to_know_it_and_nothing_else_changes(
    analytics: Path, add_to: Add
) -> None:
    before = texts(analytics)
    add_to(analytics, "postgres", "reporting")
    assert difference(before, texts(analytics), ".yaml") == {
        "environments/base.yaml": [
            "+ reporting:",
            '+   engine_version: "17" # the major version; minor ones follow by themselves',
            "+   database: reporting",
            "+   admin_user: analytics_admin # for the Job that makes the other one",
            "+   application_user: analytics_app # the role that workloads connect as",
            "+ ",
        ],
        **{
            f"environments/{name}.yaml": [
                "+ reporting:",
                "+   instance_class: db.t4g.micro",
                "+   storage_gib: 20",
                "+   multi_az: false",
                "+   backup_retention_days: 1",
                "+   deletion_protection: false",
                "+   final_snapshot: false",
                "+   log_retention_days: 7",
                "+ ",
            ]
            for name in ("dev", "staging")
        },
        "environments/prod.yaml": [
            "+ reporting:",
            "+   instance_class: db.m7g.large",
            "+   storage_gib: 100",
            "+   multi_az: true",
            "+   backup_retention_days: 30",
            "+   deletion_protection: true",
            "+   log_retention_days: 365",
            "+ ",
        ],
    }
    assert difference(before, texts(analytics), ".py") == {
        "stacks/environment.py": ["+     reporting: PostgresSpec"],
        "stacks/infrastructure.py": [
            "+         self.reporting = aws.Postgres(self, environment.reporting, network=self.network)"
        ],
    }
    assert sorted(difference(before, texts(analytics), ".json")) == [
        "environments/base.schema.json",
        "environments/environment.schema.json",
    ]


def test_a_link_is_one_word_in_the_line_that_has_the_others(analytics: Path, add_to: Add) -> None:
    before = texts(analytics)
    add_to(analytics, "postgres", "reporting", "backend", "migration")
    changed = difference(before, texts(analytics))["environments/base.yaml"]
    assert [line for line in changed if line.startswith("-")] == [
        "-   uses: [database, cache, settings, credentials, exports: write]",
        "-   uses: [database: admin, settings]",
    ]
    assert "+   uses: [database, cache, settings, credentials, exports: write, reporting]" in changed
    assert "+   uses: [database: admin, settings, reporting: admin]" in changed


def test_every_kind_can_be_added_one_after_the_other_and_both_halves_are_whole(analytics: Path, add_to: Add) -> None:
    add_to(analytics, "postgres", "reporting", "backend,migration")
    add_to(analytics, "redis", "sessions", "backend", "worker")
    add_to(analytics, "bucket", "papers", "backend:write")
    add_to(analytics, "settings", "flags", "worker")
    add_to(analytics, "secrets", "tokens", "worker")
    add_to(analytics, "web-service", "admin_site", "reporting", "papers")
    add_to(analytics, "worker", "mailer", "sessions", "backend", "exports:write")
    add_to(analytics, "scheduler", "clock")
    add_to(analytics, "job", "cleanup", "database")
    add_to(analytics, "acme_queue", "jobs", "backend:write", "mailer")
    with opened(analytics) as product:
        loaded = product.load_all(["prod"])
        environment = loaded[0].environment
        assert {str(link) for link in environment.links} >= {
            "backend -> reporting (write)", "migration -> reporting (admin)", "worker -> sessions (write)",
            "backend -> papers (write)", "worker -> flags (read)", "worker -> tokens (read)",
            "admin_site -> reporting (write)", "admin_site -> papers (read)", "mailer -> backend (read)",
            "mailer -> exports (write)", "cleanup -> database (write)", "backend -> jobs (write)", "mailer -> jobs (read)",
        }  # fmt: skip
        made = write(product, loaded, {half: analytics / half for half in Half}, tuple(Half))
        assert {"30-admin-site.k8s.yaml", "30-mailer.k8s.yaml", "20-cleanup.k8s.yaml", "cdk.tf.json"} <= {
            path.name for path in made
        }
    for command in (
        [sys.executable, "-m", "ruff", "check", "--no-cache", "stacks"],
        [sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "stacks"],
    ):
        done = subprocess.run(command, cwd=analytics, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_an_edge_is_built_in_both_halves(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    add_to(tmp_path, "edge", "door")
    assert (
        "self.door = aws.Edge(self, environment.door, cluster=self.cluster)"
        in texts(tmp_path)["stacks/infrastructure.py"]
    )
    assert "self.door = kubernetes.Edge(self, environment.door)" in texts(tmp_path)["stacks/workloads.py"]
    assert "host: dev.tiny.example.com # placeholder: " in texts(tmp_path)["environments/dev.yaml"]
    with opened(tmp_path) as product:
        write(product, product.load_all(), {half: tmp_path / half for half in Half}, tuple(Half))


def test_a_workload_is_given_the_image_that_the_product_has(
    tmp_path: Path, add_to: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    write_product(tmp_path, LEAST)
    base = tmp_path / "environments/base.yaml"
    base.write_text(base.read_text().replace("ghcr.io/acme/tiny", "registry.example/tiny"))
    add_to(tmp_path, "worker", "mailer")
    assert base.read_text().count("image: registry.example/tiny # placeholder: ") == 2
    shown = capsys.readouterr().out
    line = base.read_text().splitlines().index("mailer:") + 2
    assert "\n3 values are for you to put in, and marked `placeholder:`:\n" in shown
    assert f"\nenvironments/base.yaml:{line}  image: registry.example/tiny " in shown


def test_a_dry_run_shows_the_difference_and_writes_nothing(analytics: Path) -> None:
    before = texts(analytics)
    shown = start(analytics, "twinstack", "add", "settings", "flags", "--uses", "worker", "--dry-run")
    assert (shown.stderr, shown.returncode) == ("", 0)
    assert [line for line in shown.stdout.splitlines() if line[0:1] in {"+", "-"}] == [
        "--- environments/base.yaml",
        "+++ environments/base.yaml",
        "+flags:",
        "+  variables:",
        "+    FLAGS_LEVEL: info # every workload that links to them gets all of them",
        "+",
        "-  uses: [database, cache, settings, credentials, exports: write]",
        "+  uses: [database, cache, settings, credentials, exports: write, flags]",
        "--- stacks/environment.py",
        "+++ stacks/environment.py",
        "+    flags: SettingsSpec",
    ]
    assert texts(analytics) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("postgress", "reporting"), 'there is no kind "postgress"'),
        (("postgres", "database"), 'nothing can be called "database": the product has one of this name already'),
        (("postgres", "monitoring"), 'nothing can be called "monitoring": every environment has a member of this name'),
        (("postgres", "Big"), 'nothing can be called "Big": a field\'s name is lower-case words, [a-z][a-z0-9_]*'),
        (("bucket", "logs"), 'nothing can be called "logs": the infrastructure half has something of this name'),
        (("edge", "door"), "a product has one edge at most: this one has edge"),
        (("edge", "door", "backend"), "a edge is no resource, so leave out --uses"),
        (("redis", "sessions", "bakend"), '--uses bakend: the product has no workload "bakend": did you mean backend?'),
        (
            ("redis", "sessions", "exports"),
            '--uses exports: the product has no workload "exports": there are backend, ',
        ),
        (("redis", "sessions", "backend:admin"), "--uses backend:admin: the access is one of write"),
        (("worker", "mailer", "exports:admin"), "--uses exports:admin: the access is one of read, write"),
        (("worker", "mailer", "migration"), '--uses migration: the product has no resource "migration": there are '),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_is_written(
    analytics: Path, add_to: Add, arguments: tuple[str, ...], message: str
) -> None:
    before = texts(analytics)
    with pytest.raises(UsageError) as caught:
        add_to(analytics, *arguments)
    assert message in str(caught.value)
    assert texts(analytics) == before


def test_all_reasons_are_given_at_once(analytics: Path) -> None:
    refused = start(analytics, "twinstack", "add", "redis", "cache", "--uses", "exports,nobody")
    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [
        'error: nothing can be called "cache": the product has one of this name already',
        '--uses exports: the product has no workload "exports": there are backend, frontend, worker, scheduler, migration',
        '--uses nobody: the product has no workload "nobody": there are backend, frontend, worker, scheduler, migration',
        "nothing was written",
    ]


def test_a_database_that_nobody_would_prepare_is_refused_with_the_option(analytics: Path) -> None:
    before = texts(analytics)
    refused = start(analytics, "twinstack", "add", "postgres", "reporting", "--uses", "backend")
    assert (refused.stderr, refused.returncode) == (
        "error: --uses: nobody would prepare reporting for them: add `--uses migration:admin`\nnothing was written\n",
        2,
    )
    assert texts(analytics) == before


def test_a_database_in_a_product_without_a_job_comes_with_the_command_that_adds_one(tmp_path: Path) -> None:
    write_product(tmp_path, LEAST)
    added = start(tmp_path, "twinstack", "add", "postgres", "database", "--uses", "web")
    assert added.returncode == 0
    assert "warning TW709: nobody makes the role tiny_app that workloads connect as" in added.stderr
    command = "twinstack add job migration --uses database:admin"
    assert f"next\n  {command}  prepares database for those that use it\n" in added.stdout
    assert start(tmp_path, *command.split()).returncode == 0
    checked = start(tmp_path, "twinstack", "check")
    assert (checked.stderr, checked.returncode) == ("", 0)


def test_what_would_not_load_is_shown_by_the_lines_that_are_there_and_not_written(analytics: Path) -> None:
    layer = analytics / "environments/dev.yaml"
    layer.write_text(layer.read_text().replace("nodes: 1", "nodes: 99"))
    line = next(i for i, text in enumerate(layer.read_text().splitlines(), 1) if "nodes: 99" in text)
    before = texts(analytics)
    refused = start(analytics, "twinstack", "add", "bucket", "a" * 60)
    assert refused.returncode == 2
    assert f"  environments/dev.yaml:{line}  cache.nodes\n" in refused.stderr
    assert f"  environments/dev.yaml  {'a' * 60}.name\n" in refused.stderr
    assert refused.stderr.endswith(" errors\nnothing was written\n")
    assert texts(analytics) == before


def test_where_one_file_cannot_be_replaced_none_is(analytics: Path) -> None:
    layer = analytics / "environments/prod.yaml"
    before = texts(analytics)
    (analytics / "environments/.prod.yaml.twinstack-new").mkdir()
    refused = start(analytics, "twinstack", "add", "bucket", "papers")
    assert (refused.stderr, refused.returncode) == (
        f"error: {layer} cannot be written: Is a directory: nothing was written\n",
        2,
    )
    assert texts(analytics) == before


def test_a_network_that_a_method_builds_is_asked_for_with_the_line_to_write(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    half = tmp_path / "stacks/infrastructure.py"
    line = "        self.network = aws.Network(self, environment.network)\n"
    text = half.read_text().replace(line, "        self.ground(environment)\n")
    half.write_text(f"{text}\n    def ground(self, environment: TinyEnvironment) -> None:\n{line}")
    before = texts(tmp_path)
    with pytest.raises(UsageError) as caught:
        add_to(tmp_path, "redis", "cache")
    assert str(caught.value) == (
        "stacks/infrastructure.py cannot be added to: Redis needs a network, and none is built in `__init__`: build one "
        "there, or write the section, the field and this line "
        "`self.cache = aws.Redis(self, environment.cache, network=…)` by hand"
    )
    assert caught.value.__notes__ == ["nothing was written"]
    assert texts(tmp_path) == before


@pytest.mark.slow
def test_a_new_products_own_tests_know_what_is_added_later(tmp_path: Path) -> None:
    write_product(tmp_path, LEAST)
    assert start(tmp_path, "twinstack", "add", "worker", "mailer").returncode == 0
    assert start(tmp_path, "pytest", "-q", "-p", "no:cacheprovider").returncode == 0
    base = tmp_path / "environments/base.yaml"
    base.write_text(base.read_text().replace("\nmailer:\n", f"\nmailer:\n  digest: sha256:{'0' * 64}\n"))
    tested = start(tmp_path, "pytest", "-q", "-p", "no:cacheprovider")
    assert "AssertionError: mailer" in tested.stdout


SINGLE = """\
from constructs import Construct

from twinstack import Product, aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.web_service import WebServiceSpec


class Tiny(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    web: WebServiceSpec


class Infrastructure(aws.Infrastructure[Tiny]):
    def __init__(self, scope: Construct, it: Tiny) -> None:
        super().__init__(scope, it)
        network = aws.Network(self, it.network)
        self.connect(aws.Cluster(self, it.cluster, network=network))


class Workloads(kubernetes.Workloads[Tiny]):
    def __init__(self, scope: Construct, it: Tiny) -> None:
        super().__init__(scope, it)
        kubernetes.WebService(self, it.web)


product = Product(Tiny, "stacks:Infrastructure", "stacks:Workloads")
"""


def test_the_classes_are_found_by_the_product_and_not_by_the_names_of_files(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    shutil.rmtree(tmp_path / "stacks")
    (tmp_path / "stacks.py").write_text(SINGLE)
    add_to(tmp_path, "postgres", "orders", "web")
    add_to(tmp_path, "job", "migration", "orders:admin")
    assert difference({"stacks.py": SINGLE}, {"stacks.py": (tmp_path / "stacks.py").read_text()})["stacks.py"] == [
        "+ from twinstack.job import JobSpec",
        "+ from twinstack.postgres import PostgresSpec",
        "+     orders: PostgresSpec",
        "+     migration: JobSpec",
        "+         aws.Postgres(self, it.orders, network=network)",
        "+         kubernetes.Job(self, it.migration)",
    ]
    with opened(tmp_path) as product:
        write(product, product.load_all(), {half: tmp_path / half for half in Half}, tuple(Half))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n\nclass Infrastructure", "\n\ndef make():\n    class Tiny(Environment):\n        network: NetworkSpec\n        cluster: ClusterSpec\n        web: WebServiceSpec\n    return Tiny\nTiny = make()\n\nclass Infrastructure", "Tiny stands in it more than once, or within something"),
        ("class Tiny(Environment):\n    network: NetworkSpec", "class Tiny(Environment): network: NetworkSpec\nclass Other(Environment):", "Tiny is written in one line"),
        ("    cluster: ClusterSpec\n", "    cluster: ClusterSpec; more: int = 2\n", "two statements stand in line 12"),
        ('"stacks:Infrastructure"', "None", "this product names no infrastructure half"),
        ('"stacks:Infrastructure"', '"elsewhere:Infrastructure"', 'there is no module of "elsewhere:Infrastructure"'),
        ('"stacks:Infrastructure"', '"json:Infrastructure"', "is not the product's own file, so nothing is added to it"),
        ("        network = aws", "        aws", "Postgres needs the network, which line 21 builds and keeps nowhere"),
    ],
)  # fmt: skip
def test_source_that_cannot_be_added_to_safely_is_refused(
    tmp_path: Path, add_to: Add, old: str, new: str, message: str
) -> None:
    write_product(tmp_path, LEAST)
    shutil.rmtree(tmp_path / "stacks")
    assert old in SINGLE
    (tmp_path / "stacks.py").write_text(SINGLE.replace(old, new))
    before = texts(tmp_path)
    with pytest.raises(UsageError) as caught:
        add_to(tmp_path, "bucket" if "network" not in old else "postgres", "papers")
    assert message in str(caught.value)
    assert texts(tmp_path) == before


def test_a_class_that_inherits_its_fields_is_given_one_of_its_own(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    shutil.rmtree(tmp_path / "stacks")
    text = SINGLE.replace("class Tiny(", "class Ground(").replace(
        "\n\nclass Infra", '\n\nclass Tiny(Ground):\n    """More."""\n\n\nclass Infra', 1
    )
    (tmp_path / "stacks.py").write_text(text)
    add_to(tmp_path, "settings", "flags")
    assert '    """More."""\n\n    flags: SettingsSpec\n' in (tmp_path / "stacks.py").read_text()


def test_files_keep_their_line_ends(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    for name in (
        "environments/base.yaml",
        "environments/dev.yaml",
        "stacks/environment.py",
        "stacks/infrastructure.py",
    ):
        file = tmp_path / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    add_to(tmp_path, "bucket", "papers", "web")
    for name in (
        "environments/base.yaml",
        "environments/dev.yaml",
        "stacks/environment.py",
        "stacks/infrastructure.py",
    ):
        held = (tmp_path / name).read_bytes()
        assert b"papers" in held
        assert held.count(b"\n") == held.count(b"\r\n")


def test_the_versions_of_the_library_and_of_its_engines_are_shown(tmp_path: Path) -> None:
    shown = start(tmp_path, "twinstack", "--version")
    assert (shown.stderr, shown.returncode) == ("", 0)
    rows = {line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in shown.stdout.splitlines()[1:]}
    assert list(rows) == [
        "twinstack",
        "python",
        "cdktf",
        "cdktf's AWS classes",
        "cdk8s",
        "cdk8s-plus",
        "constructs",
        "jsii",
        "node",
    ]
    assert rows["cdktf"] == "0.21.0"
    assert rows["python"] == sys.version.split()[0]
