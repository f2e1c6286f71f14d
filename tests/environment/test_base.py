"""The environment class, and what it refuses to be."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import pytest
from pydantic import ValidationError

from twinstack.environment import Environment
from twinstack.errors import Problem, UsageError
from twinstack.layers.load import Loaded
from twinstack.network import NetworkSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec

Accept = Callable[..., Loaded]
Refuse = Callable[..., Sequence[Problem]]


@pytest.mark.parametrize("name", ["links", "context", "specs", "bind", "stack_id", "config"])
def test_a_field_that_hides_a_member_of_environment_is_refused_when_the_class_is_made(name: str) -> None:
    with pytest.raises(UsageError, match=f"Hidden.{name} hides a member of Environment: give the field another name"):
        type("Hidden", (Environment,), {"__annotations__": {name: NetworkSpec}, "__module__": __name__})


@pytest.mark.parametrize("name", ["tags", "suffix", "namespace", "version", "region", "account"])
@pytest.mark.parametrize("kind", [NetworkSpec, NetworkSpec | None])
def test_a_spec_in_the_place_of_a_field_that_every_environment_has_is_refused(name: str, kind: object) -> None:
    with pytest.raises(UsageError, match=f"Hidden.{name} hides a field that every environment has"):
        type("Hidden", (Environment,), {"__annotations__": {name: kind}, "__module__": __name__})


def test_a_product_may_say_for_itself_what_every_environment_would() -> None:
    own = type("Own", (Environment,), {"__annotations__": {"organization": str}, "organization": "acme"})
    assert own.__pydantic_fields__["organization"].default == "acme"


def test_a_field_that_begins_with_an_underscore_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"Odd\._table: a name that begins with an underscore is no field: write `table`"
    ):
        type("Odd", (Environment,), {"__annotations__": {"_table": NetworkSpec}, "__module__": __name__})


@pytest.mark.parametrize("name", ["Database", "dataBase", "données"])
def test_a_field_that_is_no_lower_case_word_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="field names are lower-case words"):
        type("Odd", (Environment,), {"__annotations__": {name: NetworkSpec}, "__module__": __name__})


def test_a_copy_with_changes_is_refused(accept: Accept) -> None:
    environment = accept().environment
    with pytest.raises(UsageError, match=r"Shop is immutable and is not copied: load a variation with one more layer"):
        environment.model_copy(update={"account": "1"})
    with pytest.raises(UsageError, match="PostgresSpec is immutable"):
        environment.database.model_copy(update={"multi_az": False})


def test_nothing_in_it_can_be_set(accept: Accept) -> None:
    environment = accept().environment
    with pytest.raises(ValidationError, match="frozen"):
        environment.database.multi_az = False


def test_one_made_by_hand_has_no_names_and_says_so() -> None:
    spec = SettingsSpec(variables={"A": "b"})
    with pytest.raises(UsageError, match="this SettingsSpec belongs to no environment yet"):
        _ = spec.aws_name


def test_specs_are_bound_to_their_fields_and_to_one_context(accept: Accept) -> None:
    environment = accept().environment
    assert list(environment.specs) == ["network", "database", "files", "settings", "web", "worker"]
    assert [spec.key for spec in environment.specs.values()] == list(environment.specs)
    assert {id(spec.context) for spec in environment.specs.values()} == {id(environment.context)}
    assert [spec.key for spec in environment.resources] == ["database", "files", "settings", "web"]
    assert [spec.key for spec in environment.workloads] == ["web", "worker"]


def test_a_kind_is_found_where_there_is_exactly_one(accept: Accept) -> None:
    from twinstack.redis import RedisSpec

    environment = accept().environment
    assert environment.find(WebServiceSpec) is environment.web
    assert environment.find(RedisSpec) is None


@pytest.mark.parametrize(
    ("layer", "name", "state_key"),
    [
        ("", "acme-shop-database-live", "shop/live/terraform.tfstate"),
        ("suffix: ''", "acme-shop-database", "shop/terraform.tfstate"),
        ("suffix: -blue", "acme-shop-database-blue", "shop/live/terraform.tfstate"),
        ("database: {name: ''}", "acme-shop-live", "shop/live/terraform.tfstate"),
        ("database: {name: main_store}", "acme-shop-main-store-live", "shop/live/terraform.tfstate"),
    ],
)
def test_names_are_organization_product_part_and_suffix(accept: Accept, layer: str, name: str, state_key: str) -> None:
    environment = accept(layer).environment
    assert environment.database.identifier == name
    assert environment.state_key == state_key
    assert environment.stack_id == "shop-live"


@pytest.mark.parametrize(
    ("layer", "bucket"),
    [
        ("", "acme-terraform-state-live"),
        ("suffix: ''", "acme-terraform-state"),
        ("state_bucket_name: acme-states", "acme-states"),
    ],
)
def test_the_state_has_a_bucket_in_each_account(accept: Accept, layer: str, bucket: str) -> None:
    assert accept(layer).environment.state_bucket == bucket


def test_plain_variables_make_the_config_map(accept: Accept) -> None:
    assert accept().environment.config == {"files-bucket": "acme-shop-files-live", "log-level": "info"}


def test_a_shallow_copy_is_the_same_environment(accept: Accept) -> None:
    environment = accept().environment
    assert copy.copy(environment).database.identifier == environment.database.identifier


@pytest.mark.parametrize("key", ["aws:owner", "AWS:owner"])
def test_a_tag_that_aws_keeps_for_itself_is_refused(refuse: Refuse, key: str) -> None:
    (found,) = refuse(f"tags: {{'{key}': x}}")
    assert (found.code, found.path) == ("TW104", f"tags.{key}")
    assert "which AWS keeps for itself" in found.allowed
