"""The built-in definitions beside the projects' own: ours may be stricter, and never let through what those refuse.

The real ones are not in this repository. TWINSTACK_REAL_DEFINITIONS names a folder of them; without it these tests are
skipped, and where the folder that it names is not there they fail.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rehearsal.schema_comparison import compare, digest, rules, subschema
from tests.rehearsal.test_crds import GOOD, changed
from twinstack.api_server import ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import Definition, read_definitions
from twinstack.rehearsal.kubernetes.definitions import all_built_in, install

VARIABLE = "TWINSTACK_REAL_DEFINITIONS"
needs_real = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} is not set: no definitions to compare with"
)
needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask"
)
FILE = Path(__file__).with_name("accepted_differences.yaml")
KNOWN: JsonObject = yaml.safe_load(FILE.read_text(encoding="utf-8"))
BUILT_IN = {one.name: one for one in all_built_in()}
COMPARED = sorted(set(BUILT_IN) - set(KNOWN["no_counterpart"]))
ACCEPTED = {
    (name, path, what): entry
    for name, paths in KNOWN["accepted"].items()
    for path, differences in paths.items()
    for what, entry in differences.items()
}
BROKEN = [key for key, entry in ACCEPTED.items() if "breaks" in entry]


@cache
def real() -> dict[str, Definition]:
    """The real definitions, by name."""
    folder = Path(os.environ[VARIABLE])
    assert folder.is_dir(), f"{VARIABLE} names {folder}, which is not there"
    return {one.name: one for one in read_definitions(folder)}


def counterpart(name: str) -> JsonObject:
    """What one of ours is compared with; of another group and version where EKS took it from there."""
    named = KNOWN["counterparts"].get(name)
    found = real().get(named or name)
    if found is None and (named or name) in KNOWN["not_in_every_folder"]:
        pytest.skip(f"{os.environ[VARIABLE]} has no {named or name}")
    assert found is not None, f"{os.environ[VARIABLE]} has no {named or name}"
    if named is None:
        return found.data
    stored = next(one for one in found.data["spec"]["versions"] if one["storage"])
    return {**found.data, "spec": {**found.data["spec"], "versions": [{**stored, "name": "v1"}]}}


@needs_real
@pytest.mark.parametrize("name", COMPARED)
def test_a_built_in_definition_lets_nothing_through_that_the_real_one_refuses(name: str) -> None:
    found = {(one.path, one.what) for one in compare(BUILT_IN[name].data, counterpart(name))}
    accepted = {(path, what) for known, path, what in ACCEPTED if known == name}
    assert found - accepted == set(), "looser than the real one, and not in accepted_differences.yaml"
    assert accepted - found == set(), "in accepted_differences.yaml, and no difference any more"


@needs_real
def test_what_has_no_counterpart_has_none() -> None:
    assert set(KNOWN["no_counterpart"]) & set(real()) == set()


def test_every_accepted_difference_is_of_a_definition_and_is_accepted_in_one_way() -> None:
    assert {name for name, *_ in ACCEPTED} <= set(COMPARED)
    for key, entry in ACCEPTED.items():
        assert len(entry) == 1, key
        assert set(entry) <= {"breaks", "without", "because"}, key
        assert next(iter(entry.values())), key


@pytest.mark.parametrize("key", [key for key, entry in ACCEPTED.items() if "without" in entry], ids=" ".join)
def test_a_rule_about_what_ours_does_not_have_is_about_nothing_that_it_has(key: tuple[str, str, str]) -> None:
    name, path, _ = key
    ours = subschema(BUILT_IN[name].data, path)
    assert set(_words(ours)) & set(ACCEPTED[key]["without"]) == set()


@needs_real
@pytest.mark.parametrize("key", [key for key, entry in ACCEPTED.items() if "without" in entry], ids=" ".join)
def test_a_rule_about_what_ours_does_not_have_is_about_that(key: tuple[str, str, str]) -> None:
    rule = _rule(key)["rule"]
    assert any(word in rule for word in ACCEPTED[key]["without"])


@pytest.fixture(scope="module")
def ours(control_plane: ControlPlane) -> ApiServer:
    """A cluster with our definitions, in which the good objects stand."""
    install(control_plane.api, BUILT_IN.values())
    return _with_good_objects(control_plane.api)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Another, with the real ones."""
    folder = tmp_path_factory.mktemp("assets")
    for name in ("etcd", "kube-apiserver"):
        (folder / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    with ControlPlane.start(folder) as plane:
        install(plane.api, [real()[name] for name in COMPARED if name in real()])
        yield _with_good_objects(plane.api)


@needs_assets
@pytest.mark.parametrize("key", BROKEN, ids=" ".join)
def test_ours_refuses_what_breaks_a_rule_of_the_real_one(key: tuple[str, str, str], ours: ApiServer) -> None:
    assert ours.apply(_broken(key), dry_run=True).refusal


@needs_assets
@needs_real
@pytest.mark.parametrize("key", BROKEN, ids=" ".join)
def test_the_real_one_refuses_it_by_that_rule(key: tuple[str, str, str], theirs: ApiServer) -> None:
    counterpart(key[0])
    refusal = theirs.apply(_broken(key), dry_run=True).refusal
    assert refusal
    if key[2].startswith("rule "):
        rule = _rule(key)
        assert rule.get("message", rule["rule"]) in refusal


@needs_assets
@needs_real
@pytest.mark.parametrize("kind", [one for one in GOOD if not GOOD[one]["apiVersion"].startswith("eks.")])
def test_the_real_one_takes_the_good_object_and_fills_in_what_ours_does(
    kind: str, ours: ApiServer, theirs: ApiServer
) -> None:
    _is_there(kind)
    mine, real_answer = (api.apply(GOOD[kind], dry_run=True) for api in (ours, theirs))
    assert real_answer.refusal == ""
    assert sorted(_paths(mine.object["spec"])) == sorted(_paths(real_answer.object["spec"]))


@pytest.mark.slow
@needs_assets
@needs_real
@pytest.mark.parametrize("kind", [one for one in GOOD if not GOOD[one]["apiVersion"].startswith("eks.")])
def test_nothing_that_the_real_one_refuses_is_taken_by_ours(kind: str, ours: ApiServer, theirs: ApiServer) -> None:
    """The comparison itself, put to the test: every value of the good object is left out, and set to what is wrong."""
    _is_there(kind)
    taken = []
    for path in _places(GOOD[kind]["spec"], "spec"):
        for wrong in (None, "", "-", "a b", "x" * 300, -1, 2**33, True, [], {}):
            data = changed(GOOD[kind], path, wrong)
            if not ours.apply(data, dry_run=True).refusal and (refusal := theirs.apply(data, dry_run=True).refusal):
                taken.append(f"{path}: {wrong!r}: {refusal}")
    assert taken == []


@needs_real
def test_no_words_of_the_real_ones_are_in_ours() -> None:
    for key in ("rule", "message", "description"):
        theirs = {text for one in real().values() for text in _texts(one.data, key)}
        assert {text for one in BUILT_IN.values() for text in _texts(one.data, key)} & theirs == set(), key


def _is_there(kind: str) -> None:
    """Skips the test of a kind that the folder has no definition of, and need not have."""
    group = GOOD[kind]["apiVersion"].partition("/")[0]
    counterpart(next(name for name, one in BUILT_IN.items() if one.kind == kind and name.endswith(group)))


def _texts(data: Any, key: str) -> Iterator[str]:
    if isinstance(data, dict):
        if isinstance(text := data.get(key), str):
            yield " ".join(text.split())
        data = list(data.values())
    for held in data if isinstance(data, list) else ():
        yield from _texts(held, key)


def _places(data: Any, path: str) -> Iterator[str]:
    """The place of everything in it, the first of each list only."""
    if isinstance(data, dict):
        for key, held in data.items():
            if "." not in key:
                yield f"{path}.{key}"
                yield from _places(held, f"{path}.{key}")
    elif isinstance(data, list) and data:
        yield f"{path}.0"
        yield from _places(data[0], f"{path}.0")


def _with_good_objects(api: ApiServer) -> ApiServer:
    # Rules that compare with what was there before need something that was.
    for kind in ("GatewayClass", "NodePool"):
        assert api.apply(GOOD[kind], force=True).refusal == ""
    return api


def _broken(key: tuple[str, str, str]) -> JsonObject:
    data = GOOD[BUILT_IN[key[0]].kind]
    for path, wrong in ACCEPTED[key]["breaks"].items():
        data = changed(data, path, wrong)
    return data


def _rule(key: tuple[str, str, str]) -> JsonObject:
    name, path, what = key
    return next(one for one in rules(counterpart(name), path) if digest(one["rule"]) == what.removeprefix("rule "))


def _words(schema: Any) -> Iterator[str]:
    """The names of fields and the values that a schema knows."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (str(one) for one in schema.get("enum", ()))
        for held in schema.values():
            yield from _words(held)
    elif isinstance(schema, list):
        for held in schema:
            yield from _words(held)


def _paths(data: Any, path: str = "") -> Iterator[str]:
    """Every value with its place."""
    if isinstance(data, dict):
        for key, held in data.items():
            yield from _paths(held, f"{path}.{key}")
    elif isinstance(data, list):
        for index, held in enumerate(data):
            yield from _paths(held, f"{path}.{index}")
    else:
        yield f"{path} = {json.dumps(data)}"
