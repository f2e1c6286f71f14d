"""What a product's author is told while typing: every public name has a type, and misspelt ones are seen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.checkers import PROGRAMS, pyright

PRODUCT: Final = """
from acme_queue import QueueSpec
from acme_queue.aws import Queue
from constructs import Construct
from twinstack import aws, kubernetes
from twinstack.environment import Access, Environment
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.testing import Twins, regex
from twinstack.web_service import WebServiceSpec


class ShopEnvironment(Environment):
    network: NetworkSpec
    database: PostgresSpec
    jobs: QueueSpec
    web: WebServiceSpec


class ShopInfrastructure(aws.Infrastructure[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        network = aws.Network(self, environment.network)
        database = aws.Postgres(self, environment.database, network=network)
        Queue(self, environment.jobs)
{aws}


class ShopWorkloads(kubernetes.Workloads[ShopEnvironment]):
    def __init__(self, scope: Construct, environment: ShopEnvironment) -> None:
        super().__init__(scope, environment)
        web = kubernetes.WebService(self, environment.web)
{kubernetes}


def test_it(twin: Twins) -> None:
    prod = twin("prod")
{test}
"""
RIGHT: Final = {
    "aws": "database.instance.add_override('tags.Access', Access.WRITE.value)",
    "kubernetes": "web.deployment.name",
    "test": "prod.infrastructure.has_resource_with('aws_db_instance', {'engine': regex('^postgres$')})",
}
WRONG: Final = [
    ("aws", "aws.Postgress(self, environment.database, network=network)"),
    ("aws", "aws.Postgres(self, environment.databse, network=network)"),
    ("aws", "aws.Postgres(self, environment.database)"),
    ("aws", "aws.Postgres(self, environment.web, network=network)"),
    ("aws", "aws.Postgres(self, environment.database, netwrok=network)"),
    ("aws", "Queue(self, environment.database)"),
    ("aws", "environment.database.multi_azz"),
    ("aws", "environment.jobs.visibility_timeout_secs"),
    ("aws", "environment.context.acount"),
    ("aws", "database.parameter_grup"),
    ("aws", "database.instance.adress"),
    ("aws", "self.conect(environment.network)"),
    ("aws", "Access.OWNER"),
    ("kubernetes", "kubernetes.Worker(self, environment.web)"),
    ("kubernetes", "kubernetes.WebServise(self, environment.web)"),
    ("kubernetes", "web.deploymant"),
    ("test", "prod.infrastructure.has_resorce('aws_db_instance')"),
    ("test", "prod.can_reach('web', 'database', prot=5432)"),
    ("test", "twin('prod', {1: False})"),
]


def test_every_public_name_has_a_type_that_is_known(tmp_path: Path) -> None:
    found = pyright("--verifytypes", "twinstack", "--ignoreexternal", cwd=tmp_path)["typeCompleteness"]
    unclear = [
        f"{symbol['name']}: {each['message']}"
        for symbol in found["symbols"]
        if symbol["isExported"] and not symbol["isTypeKnown"]
        for each in symbol["diagnostics"]
    ]
    assert unclear == []
    assert found["exportedSymbolCounts"]["withKnownType"] > len(found["modules"]) > 0


def test_what_a_product_gets_wrong_is_seen_where_it_stands(tmp_path: Path) -> None:
    """Each mistake in a file of its own, beside one file with none."""
    write(tmp_path / "right.py", {})
    for number, (place, line) in enumerate(WRONG):
        write(tmp_path / f"wrong_{number}.py", {place: line})
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "reportUnusedExpression": False})
    )
    found = pyright(cwd=tmp_path)["generalDiagnostics"]
    seen = {(Path(each["file"]).stem, line_of(each)) for each in found if each["severity"] == "error"}
    assert seen == {(f"wrong_{number}", line) for number, (_, line) in enumerate(WRONG)}


def test_the_other_checker_sees_the_same(tmp_path: Path) -> None:
    for number, (place, line) in enumerate(WRONG):
        write(tmp_path / f"wrong_{number}.py", {place: line})
    write(tmp_path / "right.py", {})
    command = [PROGRAMS / "ty", "check", "--python", sys.prefix, "--output-format", "concise", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    seen = {
        (match[1], line_in(tmp_path, *match.groups()))
        for match in re.finditer(r"^(\w+)\.py:(\d+)", done.stdout, re.MULTILINE)
    }
    assert seen == {(f"wrong_{number}", line) for number, (_, line) in enumerate(WRONG)}, done.stdout


def write(file: Path, wrong: dict[str, str]) -> None:
    """A product, with what is right and then with what is wrong in its places."""
    text = PRODUCT
    for place, right in RIGHT.items():
        indent = "    " if place == "test" else "        "
        lines = [right, *([wrong[place]] if place in wrong else [])]
        text = text.replace(f"{{{place}}}", "\n".join(f"{indent}{line}" for line in lines))
    file.write_text(text, encoding="utf-8")


def line_of(diagnostic: dict[str, Any]) -> str:
    file = Path(diagnostic["file"])
    return line_in(file.parent, file.stem, diagnostic["range"]["start"]["line"] + 1)


def line_in(folder: Path, stem: str, number: str | int) -> str:
    return (folder / f"{stem}.py").read_text(encoding="utf-8").splitlines()[int(number) - 1].strip()
