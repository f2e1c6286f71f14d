"""The benchmark of syntheses compares what it says: the same work in TypeScript, products that grow, ratios within a round."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import growing, synthesis, typescript, watching
from benchmarks.former import ROOT, UNMONITORED, unmonitored_in
from benchmarks.measure import Run
from benchmarks.watching import Watched
from stacks.environment import AnalyticsEnvironment
from tests.shop import TODAY
from twinstack.bindings.node import find_node
from twinstack.cli.project import load_product
from twinstack.layers.load import load_text

TYPES = {
    "p.Config": {
        "datatype": True,
        "name": "Config",
        "properties": [
            {"name": "bucketName", "type": {"primitive": "string"}},
            {"name": "count", "type": {"union": {"types": [{"fqn": "cdktf.IResolvable"}, {"primitive": "number"}]}}},
            {"name": "rule", "type": {"collection": {"kind": "array", "elementtype": {"fqn": "p.Rule"}}}},
            {"name": "tags", "type": {"collection": {"kind": "map", "elementtype": {"primitive": "string"}}}},
        ],
    },
    "p.Rule": {"datatype": True, "name": "Rule", "properties": [{"name": "maxDays", "type": {"primitive": "number"}}]},
}


def test_values_are_written_by_their_types() -> None:
    text = typescript._Text(TYPES)
    given = {
        "bucket_name": "b",
        "count": "${x}",
        "rule": [{"max_days": 1, "newer": 2}],
        "tags": {"a_b": "c"},
        "later": 3,
    }
    assert text.struct(given, TYPES["p.Config"]) == (
        '{ bucketName: "b", count: Token.asNumber("${x}"), rule: [{ maxDays: 1 }], tags: { "a_b": "c" } }'
    )
    assert text.left == [(("rule", 0, "newer"), 2), (("later",), 3)]


def test_a_difference_is_found_wherever_it_is() -> None:
    assert [*typescript._differences({"a": [{"b": 1}], "c": 1}, {"a": [{"b": 2}], "c": 1})] == [
        "a[0].b: 1, in TypeScript 2"
    ]
    assert [*typescript._differences({"a": 1}, {})] == ["a: 1, in TypeScript null"]


def test_a_bar_is_the_median_of_the_ratios_within_each_round(tmp_path: Path) -> None:
    def of(*walls: float) -> list[Run]:
        return [Run(one, one, int(one * 100)) for one in walls]

    program = typescript.Program(tmp_path, 0, 0)
    runs = {name: of(1, 1, 1) for name in synthesis._cases(tmp_path, tmp_path, tmp_path, program)}
    runs[synthesis.PROD] = of(1, 10, 3)
    runs[f"{synthesis.PROD}, {synthesis.AT}"] = of(4, 20, 9)
    bars = {bar.name: bar for bar in synthesis._bars(runs)}
    assert bars[f"{synthesis.PROD}, against {synthesis.BEFORE}"].value == pytest.approx(1 / 3)


@pytest.mark.parametrize(("every_link", "links"), [(False, 6), (True, 12)])
def test_a_product_grows_as_it_says(
    every_link: bool, links: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing.write(tmp_path, 3, every_link=every_link)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("grown", "grown.infrastructure", "grown.workloads"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    environment = load_product("grown:product", tmp_path).load("live")
    assert len(environment.links) == links


def test_a_watch_that_ends_is_told(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/prod.yaml").write_text("")
    (tmp_path / watching.FILE).parent.mkdir(parents=True)
    (tmp_path / watching.FILE).write_text("{}")
    ended = subprocess.Popen(["true"], text=True)
    ended.wait()
    with pytest.raises(RuntimeError, match="has ended"):
        Watched(tmp_path, ended).change(40)


def test_what_is_compared_with_former_commits_has_nobody_who_watches_production(tmp_path: Path) -> None:
    folder = unmonitored_in(tmp_path) / "environments"
    layers = {name: (folder / f"{name}.yaml").read_text("utf-8") for name in ("base", "prod")}
    found = load_text(AnalyticsEnvironment, "prod", layers, TODAY).environment
    assert found.monitoring.kind == UNMONITORED["monitoring.kind"]
    assert found.cluster.exporters is UNMONITORED["cluster.exporters"]
    assert not found.monitoring.exporters


@pytest.mark.slow
def test_the_program_in_typescript_makes_the_same(tmp_path: Path) -> None:
    made = ROOT / synthesis.TERRAFORM, ROOT / synthesis.MANIFESTS
    if not typescript.COMPILER.is_file() or not made[0].is_file():
        pytest.skip("make cli and make synth were not run")
    program = typescript.write(tmp_path / "program", *made)
    node = find_node()
    subprocess.run([node, *program.compile], check=True)
    subprocess.run([node, *program.run], check=True)
    assert typescript.differences(program, *made) == []
