"""Names that follow from content: no two contents share one, and a former content has its former name."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks import product
from twinstack.environment import Environment
from twinstack.environment.content import LONGEST, content_name, digest
from twinstack.errors import ConfigurationError
from twinstack.layers.load import load_text
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec

VARIABLES = ("API_KEY", "DSN", "SIGNING_KEY")
Set = dict[str, int]
SETS: st.SearchStrategy[Set] = st.dictionaries(st.sampled_from(VARIABLES), st.integers(1, 4), min_size=1)


class Shop(Environment):
    """A product of one workload with secrets and settings."""

    settings: SettingsSpec
    keys: SecretsSpec
    web: WebServiceSpec


BASE = """
organization: acme
product: shop
region: eu-west-1
version: "1"
settings: {variables: {LIMIT: 1}}
web:
  image: example.com/web
  port: 80
  health: {live: /, ready: /}
  resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}
  scale: {min: 1, max: 1}
  uses: [settings, keys]
"""


def shop(secrets: Set, name: str = "live", **others: Any) -> Shop:
    generated = {variable: {"version": version} for variable, version in secrets.items()}
    layer = 'account: "111122223333"\nkeys: {}\n'
    values = {"keys.generated": generated, **others}
    return load_text(Shop, name, {"base": BASE, name: layer}, datetime.date(2026, 11, 28), set=values).environment


@given(SETS, SETS)
def test_two_sets_of_secrets_never_share_a_name_and_one_set_always_has_one(first: Set, second: Set) -> None:
    assert (shop(first).web.secret == shop(second).web.secret) == (first == second)


@given(st.lists(SETS, min_size=1, max_size=4), st.integers(0, 3))
def test_only_the_recorded_set_has_the_plain_name_and_returning_to_it_gives_it_again(sets: list[Set], at: int) -> None:
    first = sets[at % len(sets)]
    record = {"shop-web-secrets": shop(first).web.secret_digest}
    for one in sets:
        assert (shop(one, first_contents=record).web.secret == "shop-web-secrets") == (one == first)


@given(SETS)
def test_the_hash_of_a_set_is_the_same_in_every_environment(secrets: Set) -> None:
    assert shop(secrets, "live").web.secret == shop(secrets, "dev").web.secret


@given(st.from_regex(r"[a-z][a-z0-9.-]{0,252}", fullmatch=True), st.integers())
def test_a_name_is_short_enough_for_what_the_driver_makes_of_it(plain: str, content: int) -> None:
    name = content_name(plain, digest(content), {})
    assert len(name) <= LONGEST
    assert 63 + 1 + 63 + 1 + LONGEST <= 253, "{pod}-{namespace}-{class}"
    assert name.endswith(f"-{digest(content)}")
    assert name == content_name(plain, digest(content), {}), "and it is the same every time"


def test_that_a_value_becomes_a_file_alone_is_another_content() -> None:
    """The class has another list of what it copies, and running pods depend on the one they have."""
    environment = product.load("prod")
    urls = [one for one in environment.migration.secret_variables if one.name == "DATABASE_URL"]
    others = [one for one in environment.backend.secret_variables if one.name == "DATABASE_URL"]
    assert [one.secret for one in urls] == [one.secret for one in others]
    assert [one.mounted for one in urls + others] == [True, False]
    assert environment.migration.secret_digest != environment.backend.secret_digest


def test_a_changed_plain_value_gives_the_config_map_another_name_and_back() -> None:
    first, changed = shop({"DSN": 1}), shop({"DSN": 1}, **{"settings.variables.LIMIT": 2})
    assert first.config_name != changed.config_name
    record = {"shop-config": first.contents["shop-config"]}
    assert shop({"DSN": 1}, first_contents=record).config_name == "shop-config"
    changed = shop({"DSN": 1}, first_contents=record, **{"settings.variables.LIMIT": 2})
    assert changed.config_name.startswith("shop-config-")


def test_what_is_recorded_is_what_the_environment_says_of_itself() -> None:
    environment = shop({"DSN": 1})
    recorded = shop({"DSN": 1}, first_contents=dict(environment.contents))
    assert {recorded.web.secret, recorded.config_name} == {"shop-web-secrets", "shop-config"}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_analytics_has_the_required_names(name: str) -> None:
    environment = product.load(name)
    assert environment.backend.secret == "analytics-secrets"
    assert environment.config_name == "analytics-config"
    brought = {f"{one.kubernetes_name}-secrets" for one in environment.monitoring.exporters}
    assert environment.first_contents == {
        plain: content for plain, content in environment.contents.items() if plain not in brought
    }, "what monitoring brings is no field of the product's, and has its hash from the first on"


def test_a_record_for_what_does_not_exist_is_refused_with_what_does() -> None:
    with pytest.raises(ConfigurationError) as refused:
        shop({"DSN": 1}, first_contents={"shop-web-secret": "0123456789"})
    (problem,) = refused.value.problems
    known = shop({"DSN": 1}).contents
    assert (problem.code, problem.path, problem.fix) == (
        "TW209",
        "first_contents.shop-web-secret",
        "did you mean `shop-web-secrets`?",
    )
    assert problem.allowed == ", ".join(f"{plain}: {hash_}" for plain, hash_ in known.items())


def test_a_hash_is_what_a_hash_looks_like() -> None:
    with pytest.raises(ConfigurationError, match=r"first_contents\.shop-config"):
        shop({"DSN": 1}, first_contents={"shop-config": "first"})
