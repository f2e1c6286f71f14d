"""A product: its environments, what they must agree on, and its halves by name."""

from __future__ import annotations

import datetime
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twinstack import Product
from twinstack.errors import ConfigurationError, Location, Problem, UsageError

TODAY = datetime.date(2026, 11, 24)
MODULE = """\
from twinstack import Product
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.settings import SettingsSpec


class Shop(Environment):
    network: NetworkSpec
    settings: SettingsSpec


product = Product(environment=Shop, infrastructure="json:JSONDecoder", workloads="half_of_it:Half")
"""
BASE = """\
organization: acme
product: shop
region: eu-central-1
version: 1.0.0
network: {nat: single}
settings: {variables: {A: b}}
"""
DEV = "account: '111122223333'\nnetwork:\n  cidr: 10.1.0.0/16\n"
PROD = "account: '444455556666'\nprotected: true\nnetwork:\n  cidr: 10.2.0.0/16\n  nat: per_zone\n"
NUMBERS = itertools.count()

Make = Callable[..., Product]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A product in a folder of its own, with these layers."""
    made: list[str] = []
    path = list(sys.path)

    def build(**layers: str) -> Product:
        name = f"product{next(NUMBERS)}"
        folder = tmp_path / "environments"
        folder.mkdir(exist_ok=True)
        for layer, text in {"base": BASE, "dev": DEV, "prod": PROD, **layers}.items():
            (folder / f"{layer}.yaml").write_text(text)
        (tmp_path / f"{name}.py").write_text(MODULE)
        sys.path.insert(0, str(tmp_path))
        made.append(name)
        return __import__(name).product

    yield build
    sys.path[:] = path
    for name in made:
        sys.modules.pop(name, None)


def refused(load: Callable[[], object]) -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load()
    return list(caught.value.problems)


def test_its_environments_are_the_layers_beside_base(make: Make, tmp_path: Path) -> None:
    product = make(staging="")
    assert product.root == tmp_path
    assert product.environments == ["dev", "prod", "staging"]


def test_one_is_loaded_by_name(make: Make) -> None:
    environment = make().load("prod", today=TODAY)
    assert (environment.name, environment.account, environment.network.nat) == ("prod", "444455556666", "per_zone")


def test_a_variation_is_one_more_layer_with_provenance(make: Make) -> None:
    loaded = make().load_with_provenance("prod", set={"network.cidr": "10.9.0.0/16"}, version="2.0.0", today=TODAY)
    assert str(loaded.environment.network.cidr) == "10.9.0.0/16"
    assert loaded.environment.version == "2.0.0"
    assert loaded.merged.locate(("network", "cidr")) == Location("--set")
    assert loaded.merged.layers == ["base", "prod", "set"]


def test_an_environment_that_does_not_exist_is_refused(make: Make) -> None:
    assert refused(lambda: make().load("qa")) == [
        Problem(
            "TW108",
            "an environment that does not exist",
            "",
            Location("environments/qa.yaml"),
            "qa",
            "dev, prod",
            "name one of these, or write environments/qa.yaml",
        )
    ]


def test_base_is_no_environment(make: Make) -> None:
    assert [problem.code for problem in refused(lambda: make().load("base"))] == ["TW108"]


def test_a_layer_with_the_wrong_ending_is_pointed_out(make: Make, tmp_path: Path) -> None:
    product = make()
    (tmp_path / "environments/qa.yml").write_text(DEV)
    (problem,) = refused(lambda: product.load("qa"))
    assert problem.fix == "rename environments/qa.yml to qa.yaml"


def test_a_product_without_a_base_layer_is_refused(make: Make, tmp_path: Path) -> None:
    product = make()
    (tmp_path / "environments/base.yaml").unlink()
    with pytest.raises(UsageError) as caught:
        product.load("dev")
    assert str(caught.value) == (
        f"no environments/base.yaml in {tmp_path} or above it: that is where a product's values are written"
    )


def test_the_problems_of_all_environments_are_shown_at_once(make: Make) -> None:
    product = make(dev="account: 1\n" + DEV.split("\n", 1)[1], prod=PROD + "  natt: x\n")
    assert [(each.code, each.path, each.location) for each in refused(product.load_all)] == [
        ("TW104", "account", Location("environments/dev.yaml", 1)),
        ("TW103", "network.natt", Location("environments/prod.yaml", 6)),
    ]


def test_a_problem_of_base_is_shown_once_with_the_environments_it_concerns(make: Make) -> None:
    product = make(
        base=BASE.replace("nat: single", "natt: single, nat: single"), prod=PROD, qa=DEV.replace("10.1", "10.3")
    )
    (problem,) = refused(product.load_all)
    assert (problem.path, problem.environment) == ("network.natt", "dev, prod, qa")


def test_an_environment_that_was_not_asked_for_hinders_no_other(make: Make) -> None:
    product = make(prod="account: [")
    assert [loaded.environment.name for loaded in product.load_all(["dev"], today=TODAY)] == ["dev"]


def test_set_concerns_only_the_environments_that_were_asked_for(make: Make) -> None:
    product = make()
    (loaded,) = product.load_all(["dev"], set={"settings.variables.A": "c"}, today=TODAY)
    assert loaded.environment.settings.variables == {"A": "c"}


def test_overlapping_address_spaces_are_refused(make: Make) -> None:
    product = make(prod=PROD.replace("10.2.0.0/16", "10.1.128.0/17"))
    expected = Problem(
        "TW311",
        "two environments have overlapping address spaces",
        "network.cidr",
        Location("environments/prod.yaml", 4),
        "prod 10.1.128.0/17, dev 10.1.0.0/16",
        "spaces that do not overlap, or the two can never be connected",
        "choose another range",
    )
    assert refused(product.load_all) == [expected]
    (problem,) = refused(lambda: product.load_all(["dev"]))
    assert problem.code == "TW311"


def test_one_alone_is_loaded_whatever_the_others_say(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    product = make(dev=DEV.replace("10.1.0.0", "10.2.0.0"))
    with pytest.raises(ConfigurationError):
        product.load_all(["prod"])
    monkeypatch.setenv("TWINSTACK_VERSION", "1.2.3")
    assert product.load_alone("prod").environment.context.version == "1.2.3"
    with pytest.raises(ConfigurationError):
        product.load_alone("pord")
    monkeypatch.setenv("TWINSTACK_VERSION", "")
    with pytest.raises(UsageError, match="the version is empty"):
        product.load_alone("prod")


def test_two_environments_with_the_same_names_in_one_account_are_refused(make: Make) -> None:
    product = make(prod=PROD.replace("444455556666", "111122223333") + "suffix: ''\n", dev=DEV + "suffix: ''\n")
    assert refused(product.load_all) == [
        Problem(
            "TW303",
            "two environments would give everything the same names in one account",
            "suffix",
            Location("environments/prod.yaml", 6),
            'prod and dev both end names in ""',
            "a suffix, or an account, of its own",
            "change `suffix` or `account`",
        )
    ]


def test_one_state_bucket_in_two_accounts_is_refused(make: Make) -> None:
    product = make(prod=PROD + "suffix: ''\n", dev=DEV + "suffix: ''\n")
    assert refused(product.load_all) == [
        Problem(
            "TW323",
            "two environments would have one state bucket in two accounts",
            "suffix",
            Location("environments/prod.yaml", 6),
            "prod (444455556666) and dev (111122223333) both say acme-terraform-state",
            "a bucket in each account: another `suffix`, or a `state_bucket_name`",
            "change `suffix`, or give one of them a `state_bucket_name`",
        )
    ]


def test_a_bucket_that_was_opened_to_both_accounts_holds_a_state_of_each(make: Make) -> None:
    shared = BASE + "state_bucket_name: acme-states\n"
    both = make(base=shared, prod=PROD + "suffix: ''\n").load_all(today=TODAY)
    assert len({(one.environment.state_bucket, one.environment.state_key) for one in both}) == 2
    (found,) = refused(make(base=shared, prod=PROD + "suffix: ''\n", dev=DEV + "suffix: ''\n").load_all)
    assert (found.code, found.message) == ("TW323", "two environments would have one state")
    assert found.given.endswith("both say acme-states, shop/terraform.tfstate")


def test_a_half_is_found_by_its_name(make: Make) -> None:
    product = make()
    assert product.half("json:JSONDecoder").__name__ == "JSONDecoder"
    for reference, message in (
        ("nowhere_at_all:Half", 'there is no "nowhere_at_all:Half": No module named'),
        ("json:Nothing", 'there is no "json:Nothing": module'),
    ):
        with pytest.raises(UsageError, match=message):
            product.half(reference)


def test_an_import_that_fails_inside_a_half_is_its_own_failure(make: Make, tmp_path: Path) -> None:
    product = make()
    (tmp_path / "half_of_it.py").write_text("import nowhere_at_all\n")
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        product.half("half_of_it:Half")


def test_loading_it_loads_no_half(make: Make, tmp_path: Path) -> None:
    product = make()
    (tmp_path / "half_of_it.py").write_text("class Half: pass\n")
    product.load("dev", today=TODAY)
    assert "half_of_it" not in sys.modules
    assert product.half(product.workloads or "").__name__ == "Half"
    assert sys.modules.pop("half_of_it")
