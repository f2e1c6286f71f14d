"""A file system from release to release: what comes, what changes in place, what cannot, and what would be lost, by both halves."""

from __future__ import annotations

import copy
import json
import shutil
from functools import cache
from typing import Any

import pytest
import yaml

from tests.file_system.test_file_system import FIRST, document, manifests
from twinstack.changes.difference import Change
from twinstack.changes.effect import Effect
from twinstack.changes.former import Outputs
from twinstack.changes.infrastructure import changes_of_infrastructure
from twinstack.changes.workloads import changes_of_workloads
from twinstack.delivery.infrastructure_plan import Action
from twinstack.rehearsal.change.infrastructure import rehearse_infrastructure
from twinstack.testing import Golden

FIELDS = ("network", "cluster", "database", "files", "media", "web", "worker")
PRODUCTION = "protected: true\nnetwork: {nat: per_zone}\n"


@cache
def halves(layer: str = "", media: str = FIRST) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a release makes of it, on both sides."""
    return document(PRODUCTION + layer, media=media).blocks, [*manifests(PRODUCTION + layer, media=media).values()]


def without() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A release of the same product that has none."""
    stack, objects = copy.deepcopy(halves())
    for named in stack["resource"].values():
        for key in [one for one in named if one.startswith(("media", "file_systems")) or "efs" in one]:
            del named[key]
    stack["resource"] = {type_name: named for type_name, named in stack["resource"].items() if named}
    for name in [one for one in stack["output"] if one.startswith("media")]:
        del stack["output"][name]
    return stack, [one for one in objects if "media" not in one["metadata"]["name"]]


def changes(before: tuple[Any, Any], after: tuple[Any, Any]) -> dict[str, Change]:
    found = (
        *changes_of_infrastructure(before[0], after[0], FIELDS),
        *changes_of_workloads(before[1], after[1], FIELDS),
    )
    return {one.subject: one for one in found}


@pytest.mark.parametrize(
    ("layer", "argument"),
    [
        ("media: {cold_after_days: 60}\n", "lifecycle_policy[0].transition_to_ia"),
        ("media: {cold_after_days: null}\n", "lifecycle_policy"),
        ("media: {throughput: bursting}\n", "throughput_mode"),
    ],
)
def test_how_it_stores_is_changed_in_place(layer: str, argument: str) -> None:
    (change,) = changes(halves(), halves(layer)).values()
    assert (change.subject, change.action, change.effect) == (
        "aws_efs_file_system.media", Action.CHANGED, Effect.SAFE,
    )  # fmt: skip
    assert [(one.path, one.forces) for one in change.fields] == [(argument, False)]


def test_without_a_copy_of_every_day_is_weaker() -> None:
    (change,) = changes(
        halves(), halves("media: {backup: false, acknowledge: {TW402: copies are made elsewhere}}\n")
    ).values()
    assert (change.subject, change.effect) == ("aws_efs_backup_policy.media", Effect.UNPROTECTS)
    assert "no backups are made of it any more" in change.why


def test_another_path_restarts_its_pods_and_touches_no_file() -> None:
    found = changes(halves(), halves(media=FIRST.replace("/app/media", "/srv/media")))
    assert not [one for one in found if one.startswith("aws_")]
    assert {found[f"Deployment shop/shop-{one}"].effect for one in ("web", "worker")} == {Effect.RESTARTS}


def test_another_user_is_what_kubernetes_refuses() -> None:
    found = changes(halves(), halves("media: {user: 33}\n"))
    assert [*found] == ["StorageClass shop-live-files-media"]
    assert "Kubernetes refuses it in place" in found["StorageClass shop-live-files-media"].why


def test_another_name_is_another_file_system() -> None:
    found = changes(halves(), halves("media: {name: papers}\n"))
    change = found["aws_efs_file_system.media"]
    assert (change.action, change.effect) == (Action.REPLACED, Effect.DESTROYS_DATA)
    assert change.why == (
        "creation_token forces it; it holds the files on it; Terraform refuses it, for prevent_destroy is on"
    )
    assert [one for one, other in found.items() if other.effect is Effect.DESTROYS_DATA] == [
        "aws_efs_file_system.media", "PersistentVolumeClaim shop/shop-media",
    ]  # fmt: skip


def test_one_that_comes_is_all_new_and_one_that_goes_is_named_with_its_files() -> None:
    added = changes(without(), halves())
    assert {one.action for one in added.values()} == {Action.CREATED}
    removed = changes(halves(), without())
    assert [one for one, other in removed.items() if other.effect is Effect.DESTROYS_DATA] == [
        "aws_efs_file_system.media", "aws_kms_key.media", "PersistentVolumeClaim shop/shop-media",
    ]  # fmt: skip
    assert "removed together with" not in removed["StorageClass shop-live-files-media"].why, "it keeps what it made"


@pytest.mark.parametrize(
    ("variant", "layer"), [("production", PRODUCTION), ("development", "media: {backup: false}\n")]
)
def test_output_is_what_was_reviewed(golden: Golden, variant: str, layer: str) -> None:
    """What it adds to both halves, of one that is protected and of one that is not."""
    stack, objects = document(layer).blocks, manifests(layer).values()
    own = {
        f"{type_name}.{key}": block
        for type_name, named in stack["resource"].items()
        for key, block in named.items()
        if key.startswith(("media", "file_systems")) or "efs" in key
    }
    own |= {f"output.{key}": one for key, one in stack["output"].items() if key.startswith("media")}
    shared = [one for one in objects if "media" in one["metadata"]["name"] or one["kind"] == "Deployment"]
    golden(
        f"golden/{variant}",
        {"media.tf.json": json.dumps(own, indent=2) + "\n", "media.k8s.yaml": yaml.safe_dump_all(shared)},
    )


@pytest.mark.slow
@pytest.mark.parametrize("program", ["terraform", "tofu"])
def test_real_terraform_brings_it_changes_it_and_holds_it_where_it_is(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} on the path")

    def rehearsed(before: tuple[Any, Any], after: tuple[Any, Any]) -> Any:
        return rehearse_infrastructure(
            Outputs("before", before[0], []), Outputs("after", after[0], []), "shop-live", program=program
        )

    added = rehearsed(without(), halves())
    assert added.passed
    assert "aws_efs_mount_target.media_a" in {one.address for one in added.changes}
    colder = rehearsed(halves(), halves("media: {cold_after_days: 60}\n"))
    assert [(one.address, one.action) for one in colder.changes] == [("aws_efs_file_system.media", "changed")]
    renamed = rehearsed(halves(), halves("media: {name: papers}\n"))
    assert ("TW991", "aws_efs_file_system.media") in {(one.code, one.path) for one in renamed.problems}
    removed = rehearsed(halves(), without())
    assert ("TW991", "aws_efs_file_system.media") in {(one.code, one.path) for one in removed.problems}
