"""What a value of the wrong type, unit or format gets: what is allowed, and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.layers.places import live
from twinstack.errors import Problem
from twinstack.layers.load import Loaded

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded]


MAPPING = "a mapping (`key: value`)"


@pytest.mark.parametrize(
    ("layer", "path", "given", "allowed", "fix"),
    [
        (
            "account: 111122223333",
            "account",
            "111122223333",
            "twelve digits in quotes, such as '123456789012'",
            'quote it: "111122223333"',
        ),
        (
            "account: 012345678901",
            "account",
            "012345678901",
            "twelve digits in quotes, such as '123456789012'",
            'quote it: "012345678901"',
        ),
        (
            "account: 1234",
            "account",
            "1234",
            "twelve digits in quotes, such as '123456789012'",
            "write the AWS account's twelve digits, quoted",
        ),
        (
            "version: a b",
            "version",
            '"a b" (text)',
            "a tag of letters, digits, dots, hyphens and underscores, such as 1.4.2",
            "did you mean `a-b`?",
        ),
        (
            "organization: Acme_Corp",
            "organization",
            '"Acme_Corp" (text)',
            "words of lower-case letters and digits joined by single hyphens, a letter first, such as our-shop",
            "did you mean `acme-corp`?",
        ),
        (
            "version: 1.10",
            "version",
            "1.10",
            "a tag of letters, digits, dots, hyphens and underscores, such as 1.4.2",
            'quote it: "1.10"',
        ),
        (
            "version: true",
            "version",
            "true",
            "a tag of letters, digits, dots, hyphens and underscores, such as 1.4.2",
            'quote it: "true"',
        ),
        ("protected: yes", "protected", '"yes" (text)', "true or false", "write true, without quotes"),
        ("protected: 1", "protected", "1", "true or false", "write true or false"),
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
            "write a whole number",
        ),
        (
            "database: {instance_class: m5}",
            "database.instance_class",
            '"m5" (text)',
            r"an instance class of RDS, such as db.t4g.micro",
            "write it like db.t3.medium",
        ),
        (
            "database: {backup_window: 3am}",
            "database.backup_window",
            '"3am" (text)',
            'a daily window in UTC, "hh:mm-hh:mm"',
            "write it like 03:00-04:00",
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
            "a list of 2 to 4, each the letter of a zone, such as a",
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
            "did you mean `256M`?",
        ),
        (
            "web: {temporary_storage: 128m}",
            "web.temporary_storage",
            '"128m" (text)',
            'a memory quantity with its unit such as "256Mi" or "1Gi", above zero',
            "did you mean `128Mi`?",
        ),
        (
            "web: {temporary_storage: 1 gb}",
            "web.temporary_storage",
            '"1 gb" (text)',
            'a memory quantity with its unit such as "256Mi" or "1Gi", above zero',
            "did you mean `1G`?",
        ),
        (
            "web: {resources: {limits: {cpu: 2 cores}}}",
            "web.resources.limits.cpu",
            '"2 cores" (text)',
            'a CPU quantity such as "250m" (millicores), "1" or "0.5" (cores), above zero and in whole millicores',
            "write it like 250m",
        ),
        (
            "version: latest",
            "version",
            '"latest" (text)',
            "a release that stays what it is; `latest` moves, so nothing could be rolled back to it",
            "write it like 1.4.2",
        ),
        ("web: 5", "web", "5", MAPPING, "write a mapping (`key: value`)"),
        ("web:", "web", "nothing", MAPPING, "remove the line, or indent under it what belongs to it"),
        (
            "web: {scale: null}",
            "web.scale",
            "nothing",
            "a mapping with cpu, headroom, max, memory and min",
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
        ("tags: {team: {of: 7}}", "tags.team", "a mapping", "text of at most 256 characters", "write text"),
        ("tags: {team: 7}", "tags.team", "7", "text of at most 256 characters", 'quote it: "7"'),
    ],
)
def test_a_wrong_type_or_unit_is_refused(
    refuse: Refuse, layer: str, path: str, given: str, allowed: str, fix: str
) -> None:
    assert refuse(layer) == (Problem("TW104", "the value does not fit", path, live(1), given, allowed, fix),)


def test_a_workloads_own_tag_does_not_move_either(refuse: Refuse) -> None:
    (found,) = refuse("web: {tag: latest}")
    assert (found.code, found.path) == ("TW104", "web.tag")
    assert "`latest` moves" in found.allowed


def test_what_was_meant_is_guessed_where_nothing_may_be_given_as_well(refuse: Refuse) -> None:
    """An optional text: its pattern stands deeper in the schema."""
    found = refuse("web: {secret_name: Shop_Secrets}")
    assert [(one.code, one.path, one.fix) for one in found] == [
        ("TW104", "web.secret_name", "did you mean `shop-secrets`?"),
    ]


def test_a_key_that_names_a_variable_must_look_like_one(refuse: Refuse) -> None:
    assert refuse("settings:\n  variables: {log-level: info}") == (
        Problem(
            "TW104",
            "the key does not fit",
            "settings.variables.log-level",
            live(2),
            "log-level",
            "the name of a variable: letters, digits and underscores, no digit first, such as LOG_LEVEL",
            "rename it",
        ),
    )
