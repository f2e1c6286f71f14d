"""A mistake in a product's own Python is shown by its own lines; only what is nobody else's is called a bug."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.starting.products import write_product
from twinstack.cli import main
from twinstack.cli.blame import BUG, EVERYTHING, report_failure
from twinstack.starting.wishes import Wishes

Synth = Callable[[Path], tuple[str, int]]
SHOP = Wishes(
    name="shop",
    organization="acme",
    region="eu-central-1",
    environments=("dev",),
    resources=("postgres:database",),
    workloads=("web_service:web", "worker:mailer"),
)
INFRASTRUCTURE, WORKLOADS = "stacks/infrastructure.py", "stacks/workloads.py"
DATABASE = "self.database = aws.Postgres(self, environment.database, network=self.network)"
CONNECT = "self.connect(self.cluster)"
MISTAKES = {
    "a misspelt field": (
        INFRASTRUCTURE,
        "environment.database,",
        "environment.databse,",
        f"AttributeError: 'ShopEnvironment' object has no attribute 'databse': did you mean database?\n"
        f"  stacks/infrastructure.py:LINE  {DATABASE.replace('.database,', '.databse,')}\n",
    ),
    "a misspelt construct": (
        INFRASTRUCTURE,
        "aws.Postgres(",
        "aws.Postgress(",
        "AttributeError: module 'twinstack.aws' has no attribute 'Postgress': did you mean Postgres?",
    ),
    "a misspelt import": (
        INFRASTRUCTURE,
        "from twinstack import aws",
        "from twinstack import awss as aws",
        "ImportError: cannot import name 'awss' from 'twinstack': did you mean aws?",
    ),
    "an argument left out": (
        INFRASTRUCTURE,
        ", network=self.network)\n        self.con",
        ")\n        self.con",
        "TypeError: Postgres.__init__() missing 1 required keyword-only argument: 'network'",
    ),
    "a bracket that is not closed": (
        INFRASTRUCTURE,
        "(self.cluster)",
        "(self.cluster",
        "not Python: '(' was never closed",
    ),
    "no call of the base class": (
        INFRASTRUCTURE,
        "super().__init__(scope, environment)",
        "pass",
        "ShopInfrastructure.__init__ does not call super().__init__(…) before it uses what that makes",
    ),
    "a mistake of its own": (
        WORKLOADS,
        "super().__init__(scope, environment)",
        "1 / 0",
        "ZeroDivisionError: division by zero",
    ),
    "another thing's spec": (
        INFRASTRUCTURE,
        "aws.Postgres(self, environment.database",
        "aws.Redis(self, environment.database",
        "aws.Redis builds a RedisSpec, and was given environment.database, a PostgresSpec: "
        "write `aws.Postgres(self, environment.database, …)`",
    ),
    "another workload's spec": (
        WORKLOADS,
        "kubernetes.Worker(self, environment.mailer",
        "kubernetes.Worker(self, environment.web",
        "kubernetes.Worker builds a WorkerSpec, and was given environment.web, a WebServiceSpec: "
        "write `kubernetes.WebService(self, environment.web, …)`",
    ),
    "no spec": (
        WORKLOADS,
        "kubernetes.Worker(self, environment.mailer",
        "kubernetes.Worker(self, environment",
        "kubernetes.Worker builds a WorkerSpec, and was given a ShopEnvironment: name a field of the environment, "
        "`environment.…`",
    ),
    "a construct left out": (
        INFRASTRUCTURE,
        f"        {DATABASE}\n",
        "",
        "shop-dev: what a link names has to be built before `self.connect(…)`:\n"
        "  web -> database (write): `aws.Postgres(self, environment.database, …)`",
    ),
    "a half that is none": (
        "stacks/__init__.py",
        "stacks.infrastructure:ShopInfrastructure",
        "stacks.environment:ShopEnvironment",
        'Product(infrastructure="stacks.environment:ShopEnvironment") is no class derived from aws.Infrastructure',
    ),
    "the same made twice": (
        INFRASTRUCTURE,
        CONNECT,
        f"{CONNECT}\n        [aws.Network.__mro__[2](self, 'once') for _ in range(2)]",
        "There is already a Construct with name 'once' in TerraformStack [shop-dev]",
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_product(folder, SHOP)
    return folder


@pytest.fixture
def synth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Synth]:
    """Runs `twinstack synth` in a folder, whose package `stacks` takes the place of this repository's meanwhile."""
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "stacks"}
    path = list(sys.path)

    def run(folder: Path) -> tuple[str, int]:
        for name in [name for name in sys.modules if name.partition(".")[0] == "stacks"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        monkeypatch.chdir(folder)
        monkeypatch.setattr("sys.argv", ["twinstack", "synth"])
        monkeypatch.setattr("sys.dont_write_bytecode", True)  # a file is changed several times a second
        with pytest.raises(SystemExit) as ended:
            main()
        return capsys.readouterr().err, int(ended.value.code or 0)

    yield run
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == "stacks"]:
        del sys.modules[name]
    sys.modules.update(before)


@pytest.mark.parametrize(("file", "right", "wrong", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_shown_by_the_products_own_lines(
    synth: Synth, shop: Path, file: str, right: str, wrong: str, said: str
) -> None:
    original = (shop / file).read_text()
    assert right in original
    text = original.replace(right, wrong, 1)
    (shop / file).write_text(text)
    try:
        shown, status = synth(shop)
    finally:
        (shop / file).write_text(original)
    line = text[: text.find(wrong.strip())].count("\n") + 1
    assert said.replace("LINE", str(line)) in shown
    assert (status, "Traceback" in shown) == (2, False)
    assert not (shop / "cdktf.out").exists()
    assert not (shop / "dist").exists()


def test_the_whole_way_is_shown_to_who_asks_for_it(synth: Synth, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVERYTHING, "1")
    file = shop / WORKLOADS
    original = file.read_text()
    file.write_text(original.replace("super().__init__(scope, environment)", "1 / 0"))
    try:
        assert "Traceback" in synth(shop)[0]
    finally:
        file.write_text(original)


def test_what_is_nobody_elses_is_a_bug(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from twinstack.layers.repair import nearest

    monkeypatch.chdir("/")
    try:
        nearest("word", 5)  # ty: ignore[invalid-argument-type]
    except TypeError as error:
        trace = error.__traceback__
        assert trace is not None
        assert report_failure(error.with_traceback(trace.tb_next)) == BUG == 70
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith(
        "error: this is a bug of twinstack: report it with the lines above and the command that showed them\n"
    )


PACKAGE = """\
from twinstack.environment import Access, Offer, ResourceSpec


class TableSpec(ResourceSpec):
    '''A table.'''
{method}
"""


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("    def offer(self, access: Access) -> Offer:\n        raise ValueError('boom')", "ValueError: boom"),
        ("", "TableSpec.offer is not written, and the library needs it"),
    ],
)
def test_a_package_from_outside_is_named_too(
    synth: Synth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, said: str
) -> None:
    write_product(tmp_path, SHOP)
    installed = tmp_path / "venv" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "acme_table.py").write_text(PACKAGE.format(method=method))
    environment = tmp_path / "stacks/environment.py"
    environment.write_text(
        environment.read_text()
        .replace("    web:", "    table: TableSpec\n    web:")
        .replace(
            "\nfrom twinstack.environment import",
            "\nfrom acme_table import TableSpec\nfrom twinstack.environment import",
        )
    )
    base = tmp_path / "environments/base.yaml"
    base.write_text(base.read_text().replace("  uses: [database]", "  uses: [database, table]", 1) + "\ntable: {}\n")
    monkeypatch.syspath_prepend(installed)
    monkeypatch.delitem(sys.modules, "acme_table", raising=False)
    shown, status = synth(tmp_path)
    assert status == 2
    assert "error: venv/site-packages/acme_table.py:" in shown
    assert said in shown
