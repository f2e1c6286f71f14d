"""The commands about what stands: releases, status, rollback and destroy. They need the environment, and no synthesis."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from twinstack.cli.delivery.commands import CHANGES, ended, terminated_like_interrupted
from twinstack.cli.ending import collect_again
from twinstack.cli.render import agreed, emit, emit_json, somebody_is_there
from twinstack.errors import ConfigurationError, Location, UsageError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.cluster import Context
    from twinstack.delivery.release import Release


@contextmanager
def cluster_of(environment: str, context: Context) -> Generator[tuple[Release, ApiServer]]:
    """The environment as a release would name it, and its cluster."""
    from twinstack.cli.project import find_product
    from twinstack.delivery.cluster import connect_to_standing
    from twinstack.delivery.release import Release

    release = Release.standing(find_product().load_alone(environment).environment)
    with connect_to_standing(release, context) as api:
        yield release, api


def releases(environment: str, context: Context, *, as_json: bool) -> int:
    """Lists what is remembered."""
    from twinstack.cli.delivery.looks import show_releases
    from twinstack.delivery.records import Records

    with cluster_of(environment, context) as (release, api):
        show_releases(Records.read(api, release.namespace, release.stack), as_json=as_json)
    return 0


def status(environment: str, context: Context, *, as_json: bool) -> int:
    """Shows how it stands; 3 where that is not how it was delivered."""
    from twinstack.cli.delivery.looks import show_status
    from twinstack.delivery.environment_status import EnvironmentStatus

    with cluster_of(environment, context) as (release, api):
        found = EnvironmentStatus.at(api, release.namespace, release.stack)
        show_status(found, release.stack, as_json=as_json)
    return 0 if found.is_whole else CHANGES


def rollback(
    environment: str, version: str | None, context: Context, options: dict[str, Any], *, yes: bool, as_json: bool
) -> int:
    """Applies a former release again, its configuration included; its migrations and volumes stay as they are."""
    from twinstack.cli.delivery.looks import workloads
    from twinstack.cli.delivery.progress import shown
    from twinstack.delivery.engine import Delivery
    from twinstack.delivery.history import to_return_to
    from twinstack.delivery.holder import Holder
    from twinstack.delivery.records import Records
    from twinstack.delivery.version import require_lasting

    if version:
        require_lasting(version, Location("VERSION"))
    if not yes:
        _require_somebody()
    began = time.monotonic()
    with cluster_of(environment, context) as (release, api), terminated_like_interrupted(), shown() as progress:
        collect_again()
        records = Records.read(api, release.namespace, release.stack)
        former = to_return_to(records, version or "")
        delivery = Delivery(
            api,
            former.release,
            records.manifests(former),
            progress,
            Holder.here(),
            again=former.content_number,
            deadline_seconds=release.deadline_seconds,
            watch_seconds=release.watch_seconds,
            keep_releases=release.keep_releases,
            **options,
        )
        seen = delivery.look()
        title = f"{release.stack} back to {former.version} (release {former.content_number})"
        if not yes:
            emit([(title, "bold")], sys.stderr)
            for line in workloads(seen):
                emit(line, sys.stderr)
            if not agreed(f"Return {release.stack} to {former.version}? Migrations are not undone."):
                return CHANGES
            began = time.monotonic()
        outcome = delivery.run(seen)
    return ended(title, former.release, outcome, time.monotonic() - began, as_json=as_json)


def destroy(
    environment: str, halves: tuple[str, ...], context: Context, *, also: tuple[str, ...], yes: bool, as_json: bool
) -> int:
    """Takes the workloads out of the cluster, then the infrastructure; refused while the environment is protected."""
    from twinstack.cli.delivery.progress import shown
    from twinstack.cli.project import find_product_with_engine
    from twinstack.delivery.destruction import Destruction
    from twinstack.delivery.holder import Holder
    from twinstack.delivery.protection import protection

    product = find_product_with_engine()
    (loaded,) = product.load_all([environment])
    one = loaded.environment
    if problems := protection(protected=one.context.protected):
        raise ConfigurationError(problems)
    with terminated_like_interrupted(), shown() as progress:
        collect_again()
        destruction = Destruction(product, loaded, context, progress, Holder.here(), frozenset(also), halves)
        if not yes:
            _require_somebody()
            for line in destruction.preview():
                emit([(f"  - {line}", "red")], sys.stderr)
            if not agreed(
                f"Destroy {one.stack_id} in {one.context.account}, with all it holds? Type its name", one.stack_id
            ):
                return CHANGES
        kept = destruction.run()
    if as_json:
        emit_json({"kept": [one.as_dict() for one in kept]})
    else:
        for each in kept:
            emit([("  = ", "dim"), (str(each.identity), ""), (f"  kept: {each.reason}", "dim")])
        emit([(f"{one.stack_id} is destroyed", "bold green")])
    return 0


def _require_somebody() -> None:
    if not somebody_is_there():
        raise UsageError("nobody can be asked here: say --yes")
