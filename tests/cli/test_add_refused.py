"""What `twinstack add` refuses: it says all reasons at once, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.added import Add, texts
from tests.cli.test_init import start
from tests.starting.products import LEAST, write_product
from twinstack.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("postgress", "reporting"), 'there is no kind "postgress"'),
        (("postgres", "database"), 'nothing can be called "database": the product has one of this name already'),
        (("postgres", "watched"), 'nothing can be called "watched": every environment has a member of this name'),
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
        (("worker", "mailer", "scheduler"), '--uses scheduler: the product has no resource "scheduler": there are '),
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
