"""What a variable may be called, where its value lies, and who may say what the library's own hold."""

from __future__ import annotations

import datetime
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinstack.bucket import BucketSpec
from twinstack.environment import Environment, Variable
from twinstack.errors import ConfigurationError
from twinstack.layers.load import Loaded, load_text
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.worker import WorkerSpec

TODAY = datetime.date(2026, 11, 28)
TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
WORKER = "{{image: acme/a, health: {{command: [well]}}, task_limit_seconds: 60, scale: {{min: 1, max: 1}}, resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 64Mi}}}}, uses: [{}]{}}}\n"  # fmt: skip
NAMES = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=200).filter(
    lambda name: not name[0].isdigit()
)


class Shop(Environment):
    papers: BucketSpec
    settings: SettingsSpec
    credentials: SecretsSpec
    worker: WorkerSpec
    other: WorkerSpec


def load(layer: str = "", *, settings: str = "{A: a}", more: str = "", uses: str = "settings, papers") -> Loaded[Shop]:
    base = (
        f"{TOP}papers: {{}}\nsettings: {{variables: {settings}}}\ncredentials: {{generated: {{JWT_SECRET: {{}}}}}}\n"
        f"worker: {WORKER.format(uses, more)}other: {WORKER.format('papers, credentials', '')}"
    )
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY)


@given(NAMES, NAMES)
def test_two_names_never_have_one_key(one: str, other: str) -> None:
    keys = {Variable(name, "a").key for name in (one, other)}
    assert len(keys) == len({one, other})


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "no_proxy", "npm_config_registry", "_", "camelCase"])
def test_any_name_of_a_shell_is_one_of_a_setting_and_of_a_workload(name: str) -> None:
    loaded = load(settings=f"{{{name}: a}}", more=f", environment_variables: {{{name}2: b}}").environment
    assert loaded.config == {f"env.{name}": "a", "papers-bucket": "acme-shop-papers-live"}
    assert loaded.worker.own_variables[f"{name}2"] == "b"


@pytest.mark.parametrize("name", ["a-b", "a.b", "1a", "a b", "ä", ""])
def test_no_other_is(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(settings=f'{{"{name}": a}}', more=f', environment_variables: {{"{name}": b}}')
    assert [(one.code, one.path.split(".")[0]) for one in caught.value.problems] == [("TW104", "settings"), ("TW104", "worker")]  # fmt: skip


def test_a_secret_is_named_in_capitals_which_alone_its_resource_tells_apart() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("credentials: {generated: {jwt_secret: {}}}")
    assert [one.code for one in caught.value.problems] == ["TW104"]


def test_one_line_says_what_environment_every_workload_is_told() -> None:
    told = load("environment_value: production").environment
    assert [one.own_variables["ENVIRONMENT"] for one in told.workloads] == ["production", "production"]
    assert (told.name, told.context.suffix) == ("live", "-live")
    assert [one.own_variables["ENVIRONMENT"] for one in load().environment.workloads] == ["live", "live"]


@pytest.mark.parametrize("layer", ["environment_value: ''", "environment_value: 1", "environment_value: '${a}'"])
def test_a_value_that_is_none_is_refused(layer: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    assert [(one.code, one.path) for one in caught.value.problems] == [("TW104", "environment_value")]


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("ENVIRONMENT", "remove ENVIRONMENT from `settings`: set `environment_value`"),
        ("AWS_REGION", "remove AWS_REGION from `settings`: every workload that needs it has it already"),
        ("PAPERS_BUCKET", "set `papers.variable` to another name"),
    ],
)
def test_a_setting_that_meets_the_librarys_own_is_told_a_fix_that_exists(name: str, fix: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(settings=f"{{{name}: a}}")
    assert (caught.value.problems[0].code, caught.value.problems[0].fix) == ("TW205", fix)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ("{AWS_REGION: eu-west-1}", [("worker.environment_variables.AWS_REGION", "eu-west-1; from the library eu-central-1")]),
        ("{ENVIRONMENT: x}", [("worker.environment_variables.ENVIRONMENT", "x; from the library live")]),
        ("{ENVIRONMENT: live, AWS_REGION: eu-central-1}", []),
        ("{LOG_LEVEL: debug}", []),
    ],
)  # fmt: skip
def test_a_workload_that_replaces_the_librarys_own_is_warned_of(variables: str, found: list[tuple[str, str]]) -> None:
    loaded = load(f"worker: {{environment_variables: {variables}}}")
    assert [(one.path, one.given) for one in loaded.warnings] == found
    assert {one.code for one in loaded.warnings} <= {"TW354"}


def test_without_a_link_to_aws_the_region_is_the_workloads_own_affair() -> None:
    assert load("worker: {environment_variables: {AWS_REGION: eu-west-1}}", uses="settings").warnings == ()


def test_the_warning_is_acknowledged_where_it_is_meant() -> None:
    layer = "worker: {environment_variables: {ENVIRONMENT: x}, acknowledge: {TW354: it is a canary of its own}}"
    assert load(layer).warnings == ()
