"""No secret is taken from a layer: not by its shape, not by its name; names of things are none, and what is public may be said."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import pytest

from tests.layers.test_secrets_in_text import KEYS, made_up
from tests.shop import BASE, Shop
from twinstack.environment.quantities import PlainText
from twinstack.environment.spec import Spec
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import Loaded, load_text

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded[Shop]]
TODAY = datetime.date(2026, 11, 24)
KEY = KEYS["an AWS access key"]
ALLOWED = "no secret stands in a file under version control"
FIX = "make it a key of a SecretsSpec (`generated` or `provided`) and rotate the value that was written here"


def live(line: int) -> Location:
    return Location("environments/live.yaml", line)


def test_something_that_looks_like_a_secret_is_refused_and_never_shown(refuse: Refuse) -> None:
    problems = refuse(f"account: {KEY}\nsettings:\n  variables: {{API_TOKEN: hunter2hunter2}}\n# {KEY}")
    given = "(not shown)"
    account = ("twelve digits in quotes, such as '123456789012'", "write the AWS account's twelve digits, quoted")
    fix = f'{FIX}; or, where everybody may have it, `settings.acknowledge: {{TW105 API_TOKEN: "why"}}`'
    assert problems == (
        Problem("TW104", "the value does not fit", "account", live(1), given, *account),
        Problem("TW105", "an AWS access key in YAML", "account", live(1), given, ALLOWED, FIX),
        Problem("TW105", "what seems to be a secret in YAML", "settings.variables.API_TOKEN", live(3), given, ALLOWED, fix),
        Problem("TW105", "an AWS access key in YAML", "", live(4), given, ALLOWED, FIX),
    )  # fmt: skip
    assert KEY not in "".join(map(str, problems))


@pytest.mark.parametrize(
    ("layer", "codes"),
    [
        ("web: {environment_variables: {DB_PASSWORD: correct-horse}}", ["TW105"]),
        ("web: {environment_variables: {DB_PASSWORD: '12345678'}}", ["TW105"]),
        ("settings: {variables: {DB_PASSWORD: 12345678}}", ["TW105"]),
        ("database: {parameters: {some_password: correct-horse}}", ["TW105", "TW382"]),  # no parameter of PostgreSQL
        ("tags: {ApiToken: correct-horse}", ["TW105"]),
    ],
)
def test_a_name_that_the_product_chose_is_looked_at(refuse: Refuse, layer: str, codes: list[str]) -> None:
    assert [problem.code for problem in refuse(layer)] == codes


@pytest.mark.parametrize("layer", ["web: {pull_secret: registry}", "web: {secret_name: shop-secrets}"])
def test_a_field_that_holds_the_name_of_a_thing_is_not_taken_for_a_secret(accept: Accept, layer: str) -> None:
    assert accept(layer).warnings == ()


def test_a_secret_in_a_field_that_holds_a_name_is_known_by_its_shape(refuse: Refuse) -> None:
    token = "xoxb-" + made_up(12, "0123456789") + "-a"
    assert [(problem.code, problem.path) for problem in refuse(f"web: {{pull_secret: {token}}}")] == [
        ("TW105", "web.pull_secret")
    ]


def test_what_stands_under_an_unknown_key_is_refused_for_the_key_alone(refuse: Refuse) -> None:
    problems = refuse("web: {env_from_secret: {TOKEN: mysecret/token}}")
    assert [problem.code for problem in problems] == ["TW103"]


def test_a_secret_that_another_layer_writes_over_is_refused_where_it_stands(refuse: Refuse) -> None:
    base = BASE.replace("{LOG_LEVEL: info}", "{LOG_LEVEL: info, DB_PASSWORD: correct-horse}")
    (problem,) = refuse("settings: {variables: {DB_PASSWORD: '${FROM_ELSEWHERE}'}}", base=base)
    assert (problem.path, problem.location) == (
        "settings.variables.DB_PASSWORD",
        Location("environments/base.yaml", 20),
    )


def test_a_secret_on_the_command_line_is_refused_too() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(Shop, "live", {"base": BASE}, TODAY, set={"settings.variables.API_TOKEN": "hunter2hunter2"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.location, problem.given) == ("TW105", Location("--set"), "(not shown)")


def test_what_is_public_may_be_acknowledged_by_its_name(accept: Accept) -> None:
    loaded = accept(
        f"""\
settings:
  variables: {{GOOGLE_MAPS_API_KEY: {KEYS["a Google key"]}, CSRF_TOKEN: csrftoken}}
  acknowledge:
    TW105 GOOGLE_MAPS_API_KEY: in every page, and restricted to our hosts
    TW105 CSRF_TOKEN: the cookie's name
"""
    )
    assert loaded.warnings == ()
    assert loaded.environment.settings.variables["CSRF_TOKEN"] == "csrftoken"


def test_one_that_is_acknowledged_acknowledges_no_other(refuse: Refuse) -> None:
    problems = refuse(
        "settings: {variables: {CSRF_TOKEN: csrftoken, API_TOKEN: other}, acknowledge: {TW105 CSRF_TOKEN: a cookie's name}}"
    )
    assert [problem.path for problem in problems] == ["settings.variables.API_TOKEN"]


def test_an_acknowledgement_of_what_is_no_secret_is_reported(accept: Accept) -> None:
    warnings = accept("settings: {acknowledge: {TW105 LOG_LEVEL: everybody may have it}}").warnings
    assert [(problem.code, problem.path) for problem in warnings] == [("TW491", "settings.acknowledge.TW105 LOG_LEVEL")]


@pytest.mark.parametrize("what", ["a private key", "a Stripe key", "a password in a URL", "a GitHub token"])
def test_what_is_never_public_cannot_be_acknowledged(refuse: Refuse, what: str) -> None:
    layer = f"settings: {{variables: {{A: '{KEYS[what]}'}}, acknowledge: {{TW105 A: everybody may have it}}}}"
    (problem,) = [each for each in refuse(layer) if not each.warning]
    assert (problem.code, problem.path, problem.fix) == ("TW105", "settings.variables.A", FIX)


def test_a_spec_of_somebody_elses_with_a_free_field_is_looked_at() -> None:
    class Crm(Spec):
        api_key: str
        session_token: PlainText = ""

    class WithCrm(Shop):
        crm: Crm

    with pytest.raises(ConfigurationError) as caught:
        load_text(WithCrm, "live", {"base": f"{BASE}crm: {{api_key: abc, session_token: abcd}}\n"}, TODAY)
    assert [problem.path for problem in caught.value.problems] == ["crm.api_key", "crm.session_token"]


def test_an_odd_value_at_a_typed_field_is_not_repeated(refuse: Refuse) -> None:
    (problem,) = refuse("account: Tr0ub4dor&3")
    assert (problem.code, problem.given) == ("TW104", "(not shown)")
