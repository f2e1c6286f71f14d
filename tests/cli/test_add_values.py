"""`twinstack add --set`: what the new thing says besides, in the layer that says it already, or in the one that all share."""

from __future__ import annotations

from pathlib import Path

from tests.cli.added import difference, texts
from tests.cli.test_init import start


def test_fields_that_no_starter_has_are_said_where_all_environments_share_them(analytics: Path) -> None:
    before = texts(analytics)
    added = start(
        analytics, "twinstack", "add", "worker", "mailer", "--uses", "cache",
        "--set", "mailer.placement.zones=[a, b]", "--set", "mailer.priority={value: 10}", "--set", "mailer.scale.max=3",
    )  # fmt: skip
    assert (added.stderr, added.returncode) == ("", 0)
    changed = difference(before, texts(analytics), ".yaml")
    base = [line.removeprefix("+ ") for line in changed["environments/base.yaml"]]
    assert "  placement: {zones: [a, b]}" in base
    assert "  priority: {value: 10}" in base
    assert "  scale: {min: 2, max: 3, cpu: 70}" in base
    assert "  task_limit_seconds: 300" in base
    assert changed["environments/dev.yaml"] == ["+ mailer:", "+   scale: {min: 1, max: 3}", "+ "]


def test_what_each_environment_says_is_said_in_each(analytics: Path) -> None:
    before = texts(analytics)
    added = start(
        analytics, "twinstack", "add", "postgres", "orders",
        "--set", "orders.storage_gib=50", "--set", "orders.replica.instance_class=db.t4g.medium",
    )  # fmt: skip
    assert (added.stderr, added.returncode) == ("", 0)
    changed = difference(before, texts(analytics), ".yaml")
    assert "+   replica: {instance_class: db.t4g.medium}" in changed["environments/base.yaml"]
    assert "+   storage_gib: 50" not in changed["environments/base.yaml"]
    assert all("+   storage_gib: 50" in changed[f"environments/{name}.yaml"] for name in ("dev", "staging", "prod"))


def test_a_file_system_is_built_in_both_halves_and_told_its_path(analytics: Path) -> None:
    before = texts(analytics)
    added = start(
        analytics, "twinstack", "add", "file_system", "media", "--uses", "backend:write", "--set", "media.path=/srv/media",
    )  # fmt: skip
    assert (added.stderr, added.returncode) == ("", 0)
    changed = difference(before, texts(analytics))
    assert "+   path: /srv/media" in changed["environments/base.yaml"]
    assert changed["stacks/infrastructure.py"] == [
        "+         self.media = aws.FileSystem(self, environment.media, network=self.network, cluster=self.cluster)"
    ]
    assert changed["stacks/workloads.py"] == ["+         self.media = kubernetes.FileSystem(self, environment.media)"]


def test_values_of_something_else_and_values_that_do_not_fit_are_refused(analytics: Path) -> None:
    before = texts(analytics)
    other = start(analytics, "twinstack", "add", "bucket", "papers", "--set", "exports.versioned=false")
    assert other.returncode == 2
    assert "--set exports.versioned: only what is added is said here: begin it with `papers.`" in other.stderr
    wrong = start(analytics, "twinstack", "add", "bucket", "papers", "--set", "papers.versionned=false")
    assert wrong.returncode == 2
    assert "did you mean `versioned`?" in wrong.stderr
    assert texts(analytics) == before


def test_a_number_that_would_be_delivered_otherwise_is_refused_as_it_was_typed(analytics: Path) -> None:
    before = texts(analytics)
    wrong = start(analytics, "twinstack", "add", "settings", "zips", "--set", "zips.variables.ZIP=01234")
    assert wrong.returncode == 2
    assert 'quote it: "01234"' in wrong.stderr
    assert texts(analytics) == before
