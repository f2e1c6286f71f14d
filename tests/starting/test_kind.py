"""What a kind is, is read from its room: a new room is known without a line here."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

import twinstack
from twinstack.environment import Half
from twinstack.errors import UsageError
from twinstack.starting.kind import built_in_kinds, find_kind
from twinstack.starting.names import MEMBERS_OF_HALVES, refused

ROOT = Path(twinstack.__file__).parent
ROOMS = sorted({file.parent.name for file in ROOT.glob("*/spec.py")} - {"environment"})


def test_every_room_can_be_started_with() -> None:
    assert sorted(built_in_kinds()) == ROOMS


@pytest.mark.parametrize("name", built_in_kinds())
def test_what_is_read_from_a_rooms_source_is_what_it_has(name: str) -> None:
    kind = find_kind(name)
    assert set(kind.constructs) == set(kind.spec.built_in)
    for half, construct in kind.constructs.items():
        assert hasattr(importlib.import_module(f"twinstack.{half.module}"), construct.name)
        assert all(find_kind(need).name in {"network", "cluster"} for need in construct.needs)


def test_a_kind_from_outside_looks_like_one_from_inside() -> None:
    kind = find_kind("acme-queue")
    assert (kind.package, kind.spec.__name__, kind.is_resource) == ("acme_queue", "QueueSpec", True)
    assert kind.constructs[Half.INFRASTRUCTURE].foundation is None
    assert kind.starter.section("jobs", "base", {}) == ""


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("postgress", "did you mean postgres?"),
        ("Reddis", "did you mean redis?"),
        ("cronjob", "did you mean cron_job?"),
        ("cron", "did you mean cron_job?"),
        ("json", "name one of these, or an installed package with a `spec.py`"),
        ("../etc", "name one of these, or an installed package with a `spec.py`"),
        ("environment", "name one of these, or an installed package with a `spec.py`"),
    ],
)
def test_an_unknown_kind_is_refused_with_what_was_meant(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(hint)) as caught:
        find_kind(name)
    assert f'there is no kind "{name}" (there are bucket, cluster, ' in str(caught.value)


def test_a_room_whose_construct_cannot_be_found_is_told_how_to_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "lake_room"
    room.mkdir()
    (room / "__init__.py").write_text("from lake_room.spec import LakeSpec\n\n__all__ = ['LakeSpec']\n")
    (room / "spec.py").write_text(
        "from twinstack.environment import ResourceSpec\n\n\nclass LakeSpec(ResourceSpec): ...\n"
    )
    (room / "aws.py").write_text("class Lake:\n    def __init__(self, scope, lake): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with pytest.raises(UsageError, match=re.escape("written `(self, scope, spec: LakeSpec, *, …)`")):
            _ = find_kind("lake_room").constructs
    finally:
        find_kind.cache_clear()
        for name in [name for name in sys.modules if name.startswith("lake_room")]:
            del sys.modules[name]


def test_the_names_of_the_halves_own_members_are_all_known() -> None:
    import cdk8s
    import cdktf

    from stacks import product
    from stacks.infrastructure import AnalyticsInfrastructure
    from stacks.workloads import AnalyticsWorkloads
    from twinstack import aws, kubernetes

    environment = product.load("dev")
    halves = {
        Half.INFRASTRUCTURE: (aws.Infrastructure, AnalyticsInfrastructure(cdktf.App(), environment)),
        Half.WORKLOADS: (kubernetes.Workloads, AnalyticsWorkloads(cdk8s.App(), environment)),
    }
    for half, (base, made) in halves.items():
        names = {*dir(base), *vars(made), *(child.node.id for child in made.node.children)}
        fields = {name for name in names if re.fullmatch(r"[a-z][a-z0-9_]*", name)}
        of_specs = {
            name for name in fields if any(name == key or name.startswith(f"{key}_") for key in environment.specs)
        }
        missing = fields - of_specs - MEMBERS_OF_HALVES[half]
        assert missing == set()


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("Orders", "postgres", "a field's name is lower-case words, [a-z][a-z0-9_]*"),
        ("2nd", "postgres", "a field's name is lower-case words, [a-z][a-z0-9_]*"),
        ("import", "postgres", "Python keeps this word for itself"),
        ("region", "postgres", "every environment has a member of this name"),
        ("find", "postgres", "every environment has a member of this name"),
        ("logs", "bucket", "the infrastructure half has something of this name"),
        ("backend", "bucket", "the infrastructure half has something of this name"),
        ("labels", "worker", "the workloads half has something of this name"),
        ("taken", "worker", "the product has one of this name already"),
    ],
)
def test_a_name_that_would_hide_something_is_refused(name: str, kind: str, reason: str) -> None:
    assert refused(name, find_kind(kind).spec, {"taken"}) == reason


def test_a_name_that_only_the_other_half_has_is_free() -> None:
    assert refused("backend", find_kind("web_service").spec) is None
    assert refused("logs", find_kind("settings").spec) is None
