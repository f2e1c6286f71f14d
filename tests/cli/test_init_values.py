"""`twinstack init --set`: what a new product's fields say besides, as `twinstack add --set` has it for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_init import LEAST_OPTIONS, start
from twinstack.starting.new_product import NewProduct
from twinstack.starting.overlay import Typed, as_typed, with_values
from twinstack.starting.wishes import Wishes

SHOP = Wishes(name="shop", organization="acme", region="eu-central-1", workloads=("web_service:web",))


def layers(**values: object) -> dict[str, str]:
    return NewProduct(Wishes(**{**vars(SHOP), "values": values})).layers


def test_what_is_set_stands_where_the_starter_says_it_or_where_all_share_it() -> None:
    made = layers(**{
        "web.placement.zones": ["a", "b"],
        "web.scale.max": 9,
        "web.port": 9000,
        "network.flow_log_retention_days": 14,
    })  # fmt: skip
    assert "  placement: {zones: [a, b]}\n" in made["base"]
    assert "  scale: {min: 2, max: 9, cpu: 70}\n" in made["base"]
    assert "  port: 9000\n" in made["base"], "it is no placeholder any more"
    assert "  scale: {min: 1, max: 9}\n" in made["dev"]
    assert all("  flow_log_retention_days: 14\n" in made[name] for name in ("dev", "prod"))
    assert "flow_log_retention_days" not in made["base"]


def test_a_product_is_made_with_what_is_set(tmp_path: Path) -> None:
    made = start(
        tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--resource", "settings",
        "--set", "cluster.node_pools={spare: {capacity: spot}}", "--set", "web.placement.capacity=spot",
        "--set", "settings.variables.GREETING=hello",
    )  # fmt: skip
    assert (made.stderr, made.returncode) == ("", 0)
    base = (tmp_path / "shop/environments/base.yaml").read_text()
    assert "    LOG_LEVEL: info\n    GREETING: hello\n" in base
    assert "  placement: {capacity: spot}\n" in base


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("web", "--set web: only what the product's fields say is said here: begin it with `web.`"),
        ("wev.port=1", "--set wev.port: only what the product's fields say is said here: begin it with `web.`"),
        ("tags.a=b", "--set tags.a: only what the product's fields say is said here: begin it with one of network, cluster, web"),
        ("web..port=1", '"web..port" is no path'),
        ("web.prot=1", "did you mean `port`?"),
        ("web.port=x", "--set web.port  1 error"),
        ("web.environment_variables.ZIP=01234", 'quote it: "01234"'),
        ("web.environment_variables={RATE: 1.10}", 'quote it: "1.10"'),
    ],
)  # fmt: skip
def test_what_add_refuses_init_refuses(tmp_path: Path, text: str, said: str) -> None:
    refused = start(
        tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--set", text if "=" in text else f"{text}=1"
    )
    assert refused.returncode == 2
    assert said in refused.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_number_is_written_as_it_was_typed_and_stays_so_beside_another() -> None:
    sections = {"base": "web:\n  environment_variables: {A: 007, B: 1}\n"}
    made = with_values(sections, "web", {"environment_variables.C": Typed("1.10")}, "base")
    assert made["base"] == "web:\n  environment_variables:\n    A: 007\n    B: 1\n    C: 1.10\n"
    assert as_typed({"web.port": 8000}) == {"web.port": 8000}
