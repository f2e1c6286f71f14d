"""What a wrong environment gets: everything at once, each with its place, the value, what is allowed, and the fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.layers.places import BASE, LIVE, live
from twinstack.errors import Location, Problem
from twinstack.layers.load import Loaded

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded]


def test_a_right_environment_has_no_problems(accept: Accept) -> None:
    loaded = accept()
    assert loaded.warnings == ()
    assert loaded.environment.name == "live"
    assert loaded.environment.database.identifier == "acme-shop-database-live"


def test_ten_mistakes_are_ten_problems_in_file_order(refuse: Refuse) -> None:
    problems = refuse(
        """\
account: 111122223333
version: 1.10
unknown: true
network:
  cidr: 10.0.0.0/24
database:
  storage_gib: 20GiB
  backup_window: "04:30-05:30"
  multi_azz: true
web:
  scale: {min: 5}
  port: 80
worker:
  resources: {requests: {cpu: 300m}}
"""
    )
    assert [(each.code, each.path, each.location) for each in problems] == [
        ("TW104", "account", live(1)),
        ("TW104", "version", live(2)),
        ("TW103", "unknown", live(3)),
        ("TW310", "network.cidr", live(5)),
        ("TW104", "database.storage_gib", live(7)),
        ("TW701", "database.backup_window", live(8)),
        ("TW103", "database.multi_azz", live(9)),
        ("TW602", "web.scale.min", live(11)),
        ("TW106", "web.port", live(12)),
        ("TW601", "worker.resources.requests.cpu", live(14)),
    ]
    assert all(problem.given and problem.allowed and problem.fix for problem in problems)


def test_a_mistake_hides_no_other_in_the_same_section(refuse: Refuse) -> None:
    problems = refuse(
        """\
protected: true
network: {nat: per_zone}
database:
  bogus: 1
  backup_window: 04:30-05:30
  deletion_protection: false
  encrypted: "no"
"""
    )
    assert [(each.code, each.path) for each in problems] == [
        ("TW103", "database.bogus"),
        ("TW701", "database.backup_window"),
        ("TW401", "database.deletion_protection"),
        ("TW104", "database.encrypted"),
    ]


WEB_KEYS = (
    "acknowledge, architecture, aws_rights, build, cluster_rights, command, compose, digest, drain_seconds, environment_variables, health, image, init_containers, internet, kept_volumes, metrics, metrics_from, mounted_files, name, placement, port, priority, pull_secret, reaches, resources, "
    "scale, secret_name, shared_memory, sidecars, start_seconds, stop_seconds, tag, temporary_storage, title, user, uses, variable, variables_by_prefix, variables_from, writable_folders"
)
TOP_KEYS = (
    "account, database, environment_value, files, first_contents, namespace, network, organization, product, protected, region, settings, "
    "state_bucket_name, suffix, tags, version, web, "
    "worker"
)


@pytest.mark.parametrize(
    ("layer", "path", "line", "given", "allowed", "fix"),
    [
        ("web:\n  scle: {min: 1}", "web.scle", 2, "scle", WEB_KEYS, "did you mean `scale`?"),
        ("web:\n  Scale: {min: 1}", "web.Scale", 2, "Scale", WEB_KEYS, "did you mean `scale`?"),
        ("multi_az: true", "multi_az", 1, "multi_az", TOP_KEYS, "indent it under `database`"),
        ("qqqq: 1", "qqqq", 1, "qqqq", TOP_KEYS, "remove it"),
        (
            "web:\n  scale: {maximum: 1}",
            "web.scale.maximum",
            2,
            "maximum",
            "cpu, headroom, max, memory, min",
            "did you mean `max`?",
        ),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_known_one_suggested(
    refuse: Refuse, layer: str, path: str, line: int, given: str, allowed: str, fix: str
) -> None:
    assert refuse(layer) == (Problem("TW103", "unknown key", path, live(line), given, allowed, fix),)


def test_a_missing_value_says_what_it_is_and_where_to_add_it(refuse: Refuse, base: str) -> None:
    assert refuse("database: {}", base=base.replace("  storage_gib: 20\n", "")) == (
        Problem(
            "TW107",
            "a value is missing",
            "database.storage_gib",
            live(1),
            "nothing",
            "a whole number, 20 to 65536: Storage to begin with, in GiB (gp3).",
            f"add `storage_gib` under `database` in {LIVE}, or in {BASE} for all environments",
        ),
    )


@pytest.mark.parametrize(
    ("layer", "gone", "path", "place", "fix"),
    [
        (
            "",
            "  storage_gib: 20\n",
            "database.storage_gib",
            Location(LIVE),
            f"add `storage_gib` under `database` in {LIVE}, or in {BASE} for all environments",
        ),
        (
            "region: eu-central-1\ndatabase:\n  tls: require\n",
            "  storage_gib: 20\n",
            "database.storage_gib",
            live(2),
            f"add `storage_gib` under `database` in {LIVE}, or in {BASE} for all environments",
        ),
        ("", "  nat: single\n", "network.nat", Location(LIVE), "add `nat`, or name what exists under `existing`"),
        ("", "  port: 8000\n", "web.port", Location(BASE, 21), f"add `port` under `web` in {BASE}"),
    ],
)
def test_a_missing_value_is_placed_where_it_has_to_be_written(
    refuse: Refuse, base: str, layer: str, gone: str, path: str, place: Location, fix: str
) -> None:
    assert gone in base
    (problem,) = refuse(layer, base=base.replace(gone, ""))
    assert (problem.code, problem.path, problem.location, problem.fix) == ("TW107", path, place, fix)


def test_an_empty_base_layer_is_one_problem(refuse: Refuse) -> None:
    (problem,) = refuse("network: {nat: single}", base="# nothing\n")
    assert (problem.code, problem.message, problem.location) == ("TW107", "the file says nothing", Location(BASE, 1))
    assert problem.allowed.startswith("what all environments share, of organization, product, account, region, ")


def test_no_row_of_a_problem_is_more_than_a_line(refuse: Refuse, base: str) -> None:
    problems = refuse("", base="\n".join(base.splitlines()[:5]))
    assert {each.path for each in problems} >= {"database", "web"}
    assert all("\n" not in f"{each.given}{each.allowed}{each.fix}" for each in problems)
    database = next(each for each in problems if each.path == "database")
    assert database.allowed == (
        "a mapping (`key: value`): A PostgreSQL instance on RDS, its parameters, its keys and its two credentials."
    )


@pytest.mark.parametrize(
    ("region", "fix"),
    [
        ("eu-centrl-9", "TW326"),
        ("eu-central-9", "did you mean `eu-central-2`?"),
        ("mars-west-1", "TW104"),
        ("us-west-2", ""),
    ],
)
def test_a_region_that_is_not_known_is_warned_of(accept: Accept, refuse: Refuse, region: str, fix: str) -> None:
    if fix.startswith("TW"):  # not even written like one, or no point of the compass
        assert [each.code for each in refuse(f"region: {region}\ndatabase: {{tls: require}}")] == [fix]
        return
    warnings = accept(f"region: {region}\ndatabase: {{tls: require}}").warnings  # no certificate is known there
    assert [(each.code, each.location, each.given, each.fix) for each in warnings] == (
        [("TW506", live(1), region, fix)] if fix else []
    )


def test_a_problem_in_the_base_layer_names_the_environment_it_is_one_in(refuse: Refuse) -> None:
    problems = refuse("protected: true")
    assert problems == (
        Problem(
            "TW404",
            "production without a NAT gateway in each zone",
            "network.nat",
            Location(BASE, 8),
            "nat: single",
            "per_zone",
            'set `nat` as allowed; or, with a reviewed reason, `network.acknowledge: {TW404: "…"}`',
            environment="live",
        ),
    )
    assert "environments/base.yaml:8  network.nat  (in live)" in str(problems[0])


def test_min_over_max_is_refused(refuse: Refuse) -> None:
    assert refuse("web:\n  scale: {min: 5}") == (
        Problem(
            "TW602",
            "min is over max",
            "web.scale.min",
            live(2),
            "min 5, max 4",
            "min of at most 4",
            "lower min or raise max",
        ),
    )


def test_a_request_over_its_limit_is_refused(refuse: Refuse) -> None:
    assert refuse("web:\n  resources:\n    requests: {cpu: '1'}\n    limits: {memory: 100M}") == (
        Problem(
            "TW601",
            "the memory request is over its limit",
            "web.resources.requests.memory",
            Location(BASE, 26),
            "request 128Mi, limit 100M",
            "a request of at most 100M",
            "lower the request or raise the limit",
            environment="live",
        ),
        Problem(
            "TW601",
            "the cpu request is over its limit",
            "web.resources.requests.cpu",
            live(3),
            "request 1, limit 200m",
            "a request of at most 200m",
            "lower the request or raise the limit",
        ),
    )


def test_an_autoscaler_without_a_request_or_a_target_is_refused(refuse: Refuse) -> None:
    assert refuse(
        "web:\n  scale: {cpu: null}\nworker:\n  scale: {max: 2, cpu: 70}\n  resources: {requests: {cpu: null}}"
    ) == (
        Problem(
            "TW604",
            "nothing says when to scale",
            "web.scale",
            live(2),
            "min 2, max 4, neither cpu nor memory",
            "a target for cpu, memory or both",
            "add `cpu: 70`, or make min and max the same",
        ),
        Problem(
            "TW104",
            "the value does not fit",
            "worker.resources.requests.cpu",
            live(5),
            "nothing",
            "text such as 250m or 0.5",
            "remove the line, or give a value",
        ),
    )


@pytest.mark.parametrize(
    "layer",
    [
        "web:\n  uses: []",
        "web:\n  port: 80",
        "web:\n  health: {live: /x}",
        "worker:\n  command: [x]",
        "web:\n  metrics: /m",
    ],
)
def test_what_is_the_same_everywhere_is_refused_outside_the_base_layer(refuse: Refuse, layer: str) -> None:
    section, key = (part.strip() for part in layer.split(":")[:2])
    assert refuse(layer) == (
        Problem(
            "TW106",
            f"`{key}` is the same in every environment",
            f"{section}.{key}",
            live(2),
            f"`{key}` in {LIVE}",
            f"only in {BASE}: a difference between environments here would be found in production",
            f"move it to {BASE}",
        ),
    )


def test_set_may_not_change_what_is_the_same_everywhere_either(refuse: Refuse) -> None:
    (problem,) = refuse(set_={"web.port": 80})
    assert (problem.code, problem.path, problem.location) == ("TW106", "web.port", Location("--set"))


def test_a_file_that_could_not_be_read_causes_no_complaint_about_what_it_may_have_said(
    refuse: Refuse, base: str
) -> None:
    problems = refuse(
        "account: [", base=base.replace('account: "111122223333"\n', "").replace("  storage_gib: 20\n", "")
    )
    assert [(each.code, each.location) for each in problems] == [("TW101", live(2))]


def test_a_value_that_could_not_be_read_is_refused_once(refuse: Refuse) -> None:
    assert [(each.code, each.path) for each in refuse("account: !vault abc")] == [("TW101", "account")]


def test_an_empty_layer_changes_nothing(accept: Accept) -> None:
    assert accept("# nothing yet\n").environment.account == "111122223333"
