"""What a wrong environment gets: everything at once, each with its place, the value, what is allowed, and the fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from twinstack.environment.load import Loaded
from twinstack.errors import Location, Problem

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded]

LIVE = "environments/live.yaml"
BASE = "environments/base.yaml"


def live(line: int) -> Location:
    return Location(LIVE, line)


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
    "acknowledge, build, command, compose, digest, drain_seconds, environment_variables, health, image, internet, metrics, name, port, pull_secret, resources, "
    "scale, secret_name, start_seconds, stop_seconds, tag, temporary_storage, title, user, uses, variable"
)
TOP_KEYS = (
    "account, database, files, namespace, network, organization, product, protected, region, settings, suffix, tags, version, web, "
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
            "cpu, max, memory, min",
            "did you mean `max`?",
        ),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_known_one_suggested(
    refuse: Refuse, layer: str, path: str, line: int, given: str, allowed: str, fix: str
) -> None:
    assert refuse(layer) == (Problem("TW103", "unknown key", path, live(line), given, allowed, fix),)


MAPPING = "a mapping (`key: value`)"


@pytest.mark.parametrize(
    ("layer", "path", "given", "allowed", "fix"),
    [
        (
            "account: 111122223333",
            "account",
            "111122223333",
            "text that matches ^[0-9]{12}$",
            'quote it: "111122223333"',
        ),
        (
            "account: 012345678901",
            "account",
            "012345678901",
            "text that matches ^[0-9]{12}$",
            'quote it: "012345678901"',
        ),
        (
            "account: 1234",
            "account",
            "1234",
            "text that matches ^[0-9]{12}$",
            "write the AWS account's twelve digits, quoted",
        ),
        (
            "version: a b",
            "version",
            '"a b" (text)',
            "text that matches ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
            "did you mean `a-b`?",
        ),
        (
            "organization: Acme_Corp",
            "organization",
            '"Acme_Corp" (text)',
            "text that matches ^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            "did you mean `acme-corp`?",
        ),
        (
            "version: 1.10",
            "version",
            "1.10",
            "text that matches ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
            'quote it: "1.10"',
        ),
        (
            "version: true",
            "version",
            "true",
            "text that matches ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
            'quote it: "true"',
        ),
        ("protected: yes", "protected", '"yes" (text)', "true or false", "write true, without quotes"),
        ("protected: 1", "protected", "1", "true or false", "correct the value"),
        (
            "database: {multi_az: 'false'}",
            "database.multi_az",
            '"false" (text)',
            "true or false",
            "write false, without quotes",
        ),
        ("database: {multi_az: maybe}", "database.multi_az", '"maybe" (text)', "true or false", "write true or false"),
        (
            "database: {storage_gib: 100GiB}",
            "database.storage_gib",
            '"100GiB" (text)',
            "a whole number, 20 to 65536",
            "write the number alone, 100, in the unit that the key names",
        ),
        (
            "database: {storage_gib: '100'}",
            "database.storage_gib",
            '"100" (text)',
            "a whole number, 20 to 65536",
            "remove the quotes: 100",
        ),
        (
            "database: {storage_gib: 5}",
            "database.storage_gib",
            "5",
            "a whole number, 20 to 65536",
            "raise it to 20 or more",
        ),
        (
            "database: {storage_gib: 70000}",
            "database.storage_gib",
            "70000",
            "a whole number, 20 to 65536",
            "lower it to 65536 or less",
        ),
        (
            "database: {storage_gib: 20.5}",
            "database.storage_gib",
            "20.5",
            "a whole number, 20 to 65536",
            "correct the value",
        ),
        (
            "database: {instance_class: m5}",
            "database.instance_class",
            '"m5" (text)',
            r"text that matches ^db\.[a-z0-9]+\.[a-z0-9]+$",
            "write it like db.t3.medium",
        ),
        (
            "database: {backup_window: 3am}",
            "database.backup_window",
            '"3am" (text)',
            'a daily window in UTC, "hh:mm-hh:mm"',
            "correct the value",
        ),
        (
            "database: {tls: verify_full}",
            "database.tls",
            '"verify_full" (text)',
            "require or verify-full",
            "did you mean `verify-full`?",
        ),
        (
            "network: {nat: all}",
            "network.nat",
            '"all" (text)',
            "none, single or per_zone, or null",
            "choose one of these",
        ),
        (
            "network: {cidr: 10.1.2.3/16}",
            "network.cidr",
            '"10.1.2.3/16" (text)',
            "an address range such as 10.40.0.0/16",
            "did you mean 10.1.0.0/16?",
        ),
        (
            "network: {cidr: ten}",
            "network.cidr",
            '"ten" (text)',
            "an address range such as 10.40.0.0/16",
            "write it as address/length",
        ),
        (
            "network: {zones: a}",
            "network.zones",
            '"a" (text)',
            "a list of 2 to 4, each text that matches ^[a-z]$",
            "write a list: [a]",
        ),
        (
            "web: {resources: {requests: {memory: 256}}}",
            "web.resources.requests.memory",
            "256",
            "text such as 256Mi or 1Gi",
            "write it in its unit and format, for example 256Mi",
        ),
        (
            "web: {resources: {requests: {cpu: 0.1}}}",
            "web.resources.requests.cpu",
            "0.1",
            "text such as 250m or 0.5",
            "write it in its unit and format, for example 250m",
        ),
        (
            "web: {resources: {limits: {memory: 256MB}}}",
            "web.resources.limits.memory",
            '"256MB" (text)',
            'a memory quantity with its unit such as "256Mi" or "1Gi", above zero',
            "correct the value",
        ),
        ("web: 5", "web", "5", MAPPING, "correct the value"),
        ("web:", "web", "nothing", MAPPING, "remove the line, or indent under it what belongs to it"),
        (
            "web: {scale: null}",
            "web.scale",
            "nothing",
            "a mapping with cpu, max, memory and min",
            "remove the line, or indent under it what belongs to it",
        ),
        (
            "database: {storage_gib: ~}",
            "database.storage_gib",
            "nothing",
            "a whole number, 20 to 65536",
            "remove the line, or give a value",
        ),
        (
            "settings: {variables: {LOG_LEVEL: [info]}}",
            "settings.variables.LOG_LEVEL",
            "a list",
            "text, or a whole number, or true or false",
            "correct the value",
        ),
        ("tags: {team: 7}", "tags.team", "7", "text", 'quote it: "7"'),
    ],
)
def test_a_wrong_type_or_unit_is_refused(
    refuse: Refuse, layer: str, path: str, given: str, allowed: str, fix: str
) -> None:
    assert refuse(layer) == (Problem("TW104", "the value does not fit", path, live(1), given, allowed, fix),)


def test_a_key_that_names_a_variable_must_look_like_one(refuse: Refuse) -> None:
    assert refuse("settings:\n  variables: {log-level: info}") == (
        Problem(
            "TW104",
            "the key does not fit",
            "settings.variables.log-level",
            live(2),
            "log-level",
            "a key that matches ^[A-Z][A-Z0-9_]*$",
            "rename it",
        ),
    )


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
        ("", "live: /live, ", "web.health.live", Location(BASE, 24), f"add `live` under `web.health` in {BASE}"),
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
    ("region", "fix"), [("eu-centrall-1", "did you mean `eu-central-1`?"), ("mars-west-1", None), ("us-west-2", "")]
)
def test_a_region_that_is_not_known_is_warned_of(accept: Accept, refuse: Refuse, region: str, fix: str | None) -> None:
    if fix is None:  # not even written like one
        assert [each.code for each in refuse(f"region: {region}")] == ["TW104"]
        return
    warnings = accept(f"region: {region}").warnings
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


def test_two_things_with_one_name_are_refused(refuse: Refuse) -> None:
    def problem(kind: str, given: str) -> Problem:
        message, owner = f"two things would have one {kind} name", "which is web's too"
        return Problem(
            "TW303",
            message,
            "worker.name",
            live(2),
            f"{given}, {owner}",
            "a name of its own",
            "give one of them another `name`",
        )

    assert refuse("worker:\n  name: web") == (
        problem("Kubernetes workload", "shop-web"),
        problem("IAM role", "acme-shop-web-live"),
        problem("Kubernetes Secret", "shop-web-secrets"),
    )


def test_two_names_that_differ_only_in_case_are_one(refuse: Refuse) -> None:
    problems = refuse("worker:\n  name: WEB")
    assert ("TW303", "two things would have one IAM role name", "acme-shop-WEB-live, which is web's too") in [
        (each.code, each.message, each.given) for each in problems
    ]


def test_a_name_that_is_too_long_is_refused_with_the_number_of_characters(refuse: Refuse) -> None:
    name = "a" * 60
    assert refuse(f"database:\n  name: {name}") == (
        Problem(
            "TW301",
            "the RDS instance name is too long",
            "database.name",
            live(2),
            f"acme-shop-{name}-live (75 characters)",
            "1 to 63 characters",
            "set `name` to a part that is 12 characters shorter",
        ),
        Problem(
            "TW301",
            "the IAM role name is too long",
            "database.name",
            live(2),
            f"acme-shop-{name}-monitoring-live (86 characters)",
            "1 to 64 characters",
            "set `name` to a part that is 22 characters shorter",
        ),
    )


def test_a_name_that_no_part_could_make_short_enough_blames_what_it_follows(refuse: Refuse) -> None:
    problems = refuse(f"organization: {'a' * 60}\ndatabase: {{name: ''}}")
    rds = next(each for each in problems if "RDS" in each.message)
    assert (rds.path, rds.location, rds.fix) == (
        "database",
        live(2),
        "shorten `organization` or `product` by 7 characters",
    )


def test_a_name_with_characters_that_are_not_accepted_is_refused(refuse: Refuse) -> None:
    assert refuse("files:\n  name: Exports") == (
        Problem(
            "TW302",
            "the S3 bucket name has characters that are not accepted",
            "files.name",
            live(2),
            "acme-shop-Exports-live",
            "lower-case letters, digits and hyphens, no hyphen first or last",
            "set `name` to a part that fits",
        ),
    )


@pytest.mark.parametrize("name", ["Live", "my env", "-x", "x_y", "9lives", "live-"])
def test_an_environment_whose_name_cannot_be_part_of_others_is_refused(refuse: Refuse, name: str) -> None:
    problem = next(each for each in refuse(name=name) if each.code == "TW109")
    assert problem == Problem(
        "TW109",
        "an environment name that cannot be part of other names",
        "",
        Location(f"environments/{name}.yaml"),
        name,
        "lower-case letters and digits, words joined by single hyphens, a letter first",
        "rename the file",
    )


@pytest.mark.parametrize("namespace", ["default", "kube-system", "eks-mine", "aws-observability"])
def test_a_namespace_that_kubernetes_or_aws_keeps_is_refused(refuse: Refuse, namespace: str) -> None:
    assert refuse(f"namespace: {namespace}") == (
        Problem(
            "TW104",
            "the value does not fit",
            "namespace",
            live(1),
            f'"{namespace}" (text)',
            "a namespace of the product's own, not one that Kubernetes or AWS keeps for itself",
            "correct the value",
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


def test_production_gives_up_no_protection_without_an_acknowledgement(refuse: Refuse) -> None:
    problems = refuse(
        """\
protected: true
network: {nat: per_zone}
database:
  deletion_protection: false
  backup_retention_days: 1
  encrypted: false
  multi_az: false
  final_snapshot: false
files:
  versioned: false
"""
    )
    assert [(each.code, each.path, each.location) for each in problems] == [
        ("TW401", "database.deletion_protection", live(4)),
        ("TW402", "database.backup_retention_days", live(5)),
        ("TW403", "database.encrypted", live(6)),
        ("TW404", "database.multi_az", live(7)),
        ("TW405", "database.final_snapshot", live(8)),
        ("TW402", "files.versioned", live(10)),
    ]
    assert problems[0] == Problem(
        "TW401",
        "production without deletion protection",
        "database.deletion_protection",
        live(4),
        "deletion_protection: false",
        "true",
        'set `deletion_protection` as allowed; or, with a reviewed reason, `database.acknowledge: {TW401: "…"}`',
    )


def test_an_acknowledgement_with_its_reason_lets_a_relaxation_pass(accept: Accept) -> None:
    loaded = accept(
        """\
protected: true
network: {nat: per_zone}
database:
  multi_az: false
  acknowledge: {TW404: "the nightly batch can wait for a restore"}
"""
    )
    assert loaded.warnings == ()
    assert loaded.environment.database.multi_az is False


def test_an_acknowledgement_without_a_reason_is_refused(refuse: Refuse) -> None:
    assert refuse("database:\n  acknowledge: {TW404: ok}") == (
        Problem(
            "TW104",
            "the value does not fit",
            "database.acknowledge.TW404",
            live(2),
            '"ok" (text)',
            "text of at least 10 characters",
            "correct the value",
        ),
    )


def test_an_acknowledgement_that_nothing_needs_is_reported(accept: Accept) -> None:
    assert accept("database:\n  acknowledge: {TW404: not needed at all here}").warnings == (
        Problem(
            "TW491",
            "an acknowledgement that nothing needs",
            "database.acknowledge.TW404",
            live(2),
            fix="remove it, so that the rule holds again",
            warning=True,
        ),
    )


def test_a_rule_without_a_relaxation_cannot_be_acknowledged(refuse: Refuse) -> None:
    (problem,) = refuse("database:\n  backup_window: 04:30-05:30\n  acknowledge: {TW701: we would like it this way}")
    assert problem.code == "TW701"


def test_something_that_looks_like_a_secret_is_refused_and_never_shown(refuse: Refuse) -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    problems = refuse(f"account: {key}\nsettings:\n  variables: {{API_TOKEN: hunter2hunter2}}\n# {key}")
    allowed = "no secret stands in a file under version control"
    fix = "make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here"
    assert problems == (
        Problem(
            "TW104",
            "the value does not fit",
            "account",
            live(1),
            "(not shown)",
            "text that matches ^[0-9]{12}$",
            "write the AWS account's twelve digits, quoted",
        ),
        Problem("TW105", "an AWS access key in YAML", "account", live(1), "(not shown)", allowed, fix),
        Problem(
            "TW105",
            "what seems to be a secret in YAML",
            "settings.variables.API_TOKEN",
            live(3),
            "(not shown)",
            allowed,
            fix,
        ),
        Problem("TW105", "an AWS access key in YAML", "", live(4), "(not shown)", allowed, fix),
    )
    assert key not in "".join(map(str, problems))


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
