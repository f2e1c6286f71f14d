"""What shared secrets are described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Access, Environment, Reach, Variable
from twinstack.errors import ConfigurationError, Location, Problem, UsageError
from twinstack.job import JobSpec
from twinstack.layers.load import load_text
from twinstack.secrets import SecretsSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
credentials:
  generated: {JWT_SECRET: {length: 48}}
  provided: {SENTRY_DSN: {description: "Sentry, Client Keys"}}
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    credentials: SecretsSpec


def load(layer: str = "", base: str = BASE) -> SecretsSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.credentials


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_each_variable_is_a_secret_of_its_own() -> None:
    spec = load()
    assert [(variable.name, variable.value, variable.secret) for variable in spec.offer(Access.READ).variables] == [
        ("JWT_SECRET", "", spec.secret("JWT_SECRET")),
        ("SENTRY_DSN", "", spec.secret("SENTRY_DSN")),
    ]
    assert spec.secret("JWT_SECRET").name == "acme-shop-live/credentials/JWT_SECRET"
    assert spec.offer(Access.READ).reach is Reach.NOTHING


def test_a_version_of_one_leaves_the_others_alone() -> None:
    spec = load("credentials: {generated: {JWT_SECRET: {version: 2}}}")
    assert (spec.secret("JWT_SECRET").version, spec.secret("SENTRY_DSN").version) == (2, 1)
    assert spec.generated["JWT_SECRET"].length == 48


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "credentials: {provided: {JWT_SECRET: {description: from somewhere}}}",
            problem(
                "TW205",
                "JWT_SECRET is both generated and provided",
                "credentials.provided.JWT_SECRET",
                "JWT_SECRET",
                "one source for each variable",
                "keep one",
            ),
        ),
        (
            "credentials: {generated: {SHORT: {length: 8}}}",
            problem(
                "TW104",
                "the value does not fit",
                "credentials.generated.SHORT.length",
                "8",
                "a whole number, 32 to 4096",
                "raise it to 32 or more",
            ),
        ),
        (
            "credentials: {provided: {NEW: {}}}",
            problem(
                "TW107",
                "a value is missing",
                "credentials.provided.NEW.description",
                "nothing",
                "text of 1 to 1800 characters: Where the value is to be had, for the person who provides it.",
                f"add `description` under `credentials.provided.NEW` in {FILE}, or in environments/base.yaml for all environments",
            ),
        ),
        (
            "credentials: {provided: {SENTRY_DSN: abc}}",
            problem(
                "TW105",
                "what seems to be a secret in YAML",
                "credentials.provided.SENTRY_DSN",
                "(not shown)",
                "no secret stands in a file under version control",
                "make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here; "
                'or, where everybody may have it, `credentials.acknowledge: {TW105 SENTRY_DSN: "why"}`',
            ),
        ),
    ],
)
def test_what_is_no_secrets_place_is_refused(layer: str, expected: Problem) -> None:
    assert expected in refused(layer)


def variables(layer: str) -> dict[str, str | None]:
    """What a link delivers: the label that is read, or the plain value."""
    offered = load(layer).offer(Access.READ).variables
    return {one.name: one.secret.label if one.secret else one.value for one in offered}


@pytest.mark.parametrize(
    ("layer", "delivered"),
    [
        ("version: 1, former: false", {"JWT_SECRET": "v1"}),
        ("version: 1, former: true", {"JWT_SECRET": "v1", "JWT_SECRET_PREVIOUS": ""}),
        ("version: 2, former: true", {"JWT_SECRET": "v2", "JWT_SECRET_PREVIOUS": "v1"}),
        ("version: 2, former: false", {"JWT_SECRET": "v2"}),
        ("version: 3, former: true", {"JWT_SECRET": "v3", "JWT_SECRET_PREVIOUS": "v2"}),
    ],
)
def test_the_value_before_the_current_one_is_delivered_where_it_is_asked_for(
    layer: str, delivered: dict[str, str]
) -> None:
    found = variables(f"credentials: {{generated: {{JWT_SECRET: {{{layer}}}}}}}")
    assert found == delivered | {"SENTRY_DSN": "v1"}


def test_both_values_are_of_one_secret() -> None:
    offered = load("credentials: {generated: {JWT_SECRET: {version: 2, former: true}}}").offer(Access.READ).variables
    assert {one.secret.name for one in offered[:2] if one.secret} == {"acme-shop-live/credentials/JWT_SECRET"}


@pytest.mark.parametrize(
    ("entry", "delivered", "has_place"),
    [
        ("optional: true", "v1", True),
        ("optional: true, enabled: false", "", False),
        ("optional: true, retired: true", "", True),
        ("optional: true, enabled: false, retired: true", "", True),
        ("retired: true", None, True),
    ],
)
def test_an_optional_secret_is_empty_where_it_is_off_and_a_retired_one_keeps_its_place(
    entry: str, delivered: str | None, has_place: bool
) -> None:
    layer = f"credentials: {{provided: {{SENTRY_DSN: {{{entry}}}}}}}"
    assert variables(layer).get("SENTRY_DSN") == delivered
    assert ("SENTRY_DSN" in load(layer).places) == has_place
    retired = [secret.name for secret in load(layer).offer(Access.READ).retired]
    assert retired == (["acme-shop-live/credentials/SENTRY_DSN"] if "retired" in entry else [])


def test_a_generated_one_is_retired_as_a_provided_one_is() -> None:
    layer = (
        "credentials: {generated: {JWT_SECRET: {retired: true, former: true, version: 2}}, provided: {SENTRY_DSN: {}}}"
    )
    assert variables(layer) == {"SENTRY_DSN": "v1"}
    spec = load(layer)
    assert "JWT_SECRET" in spec.places
    assert [one.name for one in spec.offer(Access.READ).retired] == ["acme-shop-live/credentials/JWT_SECRET"]
    assert {entry.name for entry in spec.local().entries} == {"SENTRY_DSN"}


def test_a_variables_name_leaves_room_for_what_is_added_to_it() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(f"credentials: {{generated: {{{'A' * 201}: {{}}}}}}")
    assert [one.code for one in refused.value.problems] == ["TW104"]
    with pytest.raises(UsageError, match=r"Variable\.name is .* 248 at most"):
        Variable("A" * 249, "x")


def test_the_former_value_of_one_that_is_off_is_empty_too() -> None:
    layer = "optional: true, enabled: false, former: true, version: 2"
    found = variables(f"credentials: {{provided: {{SENTRY_DSN: {{{layer}}}}}}}")
    assert found == {"JWT_SECRET": "v1", "SENTRY_DSN": "", "SENTRY_DSN_PREVIOUS": ""}


def test_what_cannot_be_done_without_is_not_switched_off() -> None:
    assert refused("credentials: {provided: {SENTRY_DSN: {enabled: false}}}") == (
        problem(
            "TW210",
            "a secret that its readers cannot do without is switched off",
            "credentials.provided.SENTRY_DSN.enabled",
            "enabled: false",
            "false only beside `optional: true`, which says that an empty value switches a feature off",
            "say `optional: true` if it is so; to take it away, `retired: true` for one release, then remove the entry",
        ),
    )


def test_a_former_value_and_an_entry_of_its_name_are_refused() -> None:
    layer = "credentials: {generated: {JWT_SECRET: {former: true}, JWT_SECRET_PREVIOUS: {}}}"
    (found,) = refused(layer)
    assert (found.code, found.path) == ("TW205", "credentials.generated.JWT_SECRET.former")


def test_a_field_of_another_name_keeps_the_secrets_where_they_lie() -> None:
    spec = load("credentials: {folder: tokens}")
    assert spec.secret("JWT_SECRET").name == "acme-shop-live/tokens/JWT_SECRET"


def test_none_at_all_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(base=TOP + "credentials: {}\n")
    assert [(each.code, each.path, each.given, each.fix) for each in caught.value.problems] == [
        ("TW707", "credentials", "nothing generated, nothing provided", "remove the spec, or add one")
    ]


class Linked(Environment):
    credentials: SecretsSpec
    migration: JobSpec


JOB = """\
migration:
  image: registry.example/shop
  command: [migrate]
  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
  uses: [credentials]
"""


@pytest.mark.parametrize(
    "entries",
    [
        "generated: {A: {former: true, version: 2}, A_PREVIOUS: {}}",
        "generated: {A: {former: true}}, provided: {A_PREVIOUS: {description: theirs}}",
        "provided: {A: {description: theirs, former: true, optional: true, enabled: false}, A_PREVIOUS: {description: theirs}}",
        "generated: {A: {}}, provided: {A: {description: theirs}}",
    ],
)
def test_two_sources_of_one_variable_are_a_finding_where_it_is_linked_too(entries: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(Linked, "live", {"base": f"{TOP}{JOB}credentials: {{{entries}}}\n", "live": ""}, TODAY)
    assert {one.code for one in caught.value.problems} == {"TW205"}
