"""`twinstack add`, on a copy of the real product and on a product of one's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.added import Add, difference, texts
from tests.cli.test_init import start
from tests.starting.lent import Lend
from tests.starting.products import LEAST, opened, write_product
from twinstack.environment import Half
from twinstack.synthesis import write


def test_a_database_is_added_to_everything_that_has_to_know_it_and_nothing_else_changes(
    analytics: Path, add_to: Add
) -> None:
    before = texts(analytics)
    add_to(analytics, "postgres", "reporting")
    assert difference(before, texts(analytics), ".yaml") == {
        "environments/base.yaml": [
            "+ ",
            "+ reporting:",
            '+   engine_version: "17" # the major version; minor ones follow by themselves',
            "+   database: reporting",
            "+   admin_user: analytics_admin # for the Job that makes the other one",
            "+   application_user: analytics_app # the role that workloads connect as",
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
        "-   uses: [database, cache, settings, credentials, integrations, exports: read] # it signs the addresses of exports",
        "-   uses: [database: admin, settings]",
    ]
    assert (
        "+   uses: [database, cache, settings, credentials, integrations, exports: read, reporting] # it signs the addresses of exports"
        in changed
    )
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
        "-  uses: [database, cache, settings, integrations, exports: write]",
        "+  uses: [database, cache, settings, integrations, exports: write, flags]",
        "--- stacks/environment.py",
        "+++ stacks/environment.py",
        "+    flags: SettingsSpec",
    ]
    assert texts(analytics) == before


@pytest.mark.slow
def test_a_new_products_own_tests_know_what_is_added_later(tmp_path: Path, lend_bindings: Lend) -> None:
    write_product(tmp_path, LEAST)
    lend_bindings(tmp_path)
    assert start(tmp_path, "twinstack", "add", "worker", "mailer").returncode == 0
    assert start(tmp_path, "twinstack", "add", "acme_cron", "nightly").returncode == 0
    assert start(tmp_path, "pytest", "-q", "-p", "no:cacheprovider").returncode == 0
    base = tmp_path / "environments/base.yaml"
    base.write_text(base.read_text().replace("\nmailer:\n", f"\nmailer:\n  digest: sha256:{'0' * 64}\n"))
    tested = start(tmp_path, "pytest", "-q", "-p", "no:cacheprovider")
    assert "AssertionError: mailer" in tested.stdout


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
