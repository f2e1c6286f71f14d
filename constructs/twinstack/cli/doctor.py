"""`twinstack doctor`: what a release needs around itself, and what to do where it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from twinstack.cli.render import emit, emit_json, number, table
from twinstack.delivery.doctor import Check, Examined, Finding, doctor, is_well
from twinstack.delivery.release import ClusterIdentity, Release
from twinstack.delivery.release_folder import INFRASTRUCTURE, WORKLOADS
from twinstack.errors import UsageError


def run_doctor(
    name: str | None,
    *,
    release: Path | None,
    version: str | None,
    kubeconfig: Path | None,
    context: str,
    as_json: bool,
) -> bool:
    """Looks at an environment as it stands, or at a release; prints what was found; whether nothing failed."""
    if (name is None) == (release is None):
        raise UsageError(
            "name an environment, as `twinstack list` shows it, or a release by --release FOLDER: one of both"
        )
    examined = _of_release(release) if release else _of_environment(str(name), version)
    checks = doctor(examined, kubeconfig=kubeconfig, context=context)
    if as_json:
        emit_json({"environment": examined.name, "ok": is_well(checks), "checks": [one.as_dict() for one in checks]})
    else:
        _show(checks)
    return is_well(checks)


def _of_release(folder: Path) -> Examined:
    release = Release.read(folder)
    halves = {half: folder / half for half in (INFRASTRUCTURE, WORKLOADS) if (folder / half).is_dir()}
    return Examined.of_files(
        release.environment,
        infrastructure=halves.get(INFRASTRUCTURE),
        workloads=halves.get(WORKLOADS),
        namespace=release.namespace,
        cluster=release.cluster,
    )


def _of_environment(name: str, version: str | None) -> Examined:
    from twinstack.cli.project import find_product_with_engine
    from twinstack.environment.placement import ClusterPlan
    from twinstack.environment.spec import Half
    from twinstack.synthesis import synthesized

    product = find_product_with_engine()
    loaded = product.load_all([name], version=version)
    environment = loaded[0].environment
    plan = environment.find(ClusterPlan)
    cluster = getattr(plan, "cluster_name", "")
    with synthesized(product, loaded, product.halves) as output:
        return Examined.of_files(
            name,
            infrastructure=output.stack(environment) if Half.INFRASTRUCTURE in product.halves else None,
            workloads=output.manifests(environment) if Half.WORKLOADS in product.halves else None,
            namespace=environment.context.namespace,
            cluster=ClusterIdentity(cluster, environment.region, environment.account, getattr(plan, "arn", ""))
            if cluster
            else None,
        )


def _show(checks: Sequence[Check]) -> None:
    table(
        ("what", "found", "is"),
        [((one.title, "cyan"), (str(one.finding), _STYLES[one.finding]), one.message) for one in checks],
    )
    bad = [one for one in checks if one.fix and one.finding is not Finding.OK]
    if bad:
        emit([])
    for one in bad:
        emit([(f"{one.title}: ", "cyan"), (one.message, "")])
        emit([("  fix  ", "dim"), (one.fix, "green")])
    failed = [one for one in checks if one.finding is Finding.FAILED]
    if failed:
        emit([(f"{number(failed, 'check')} failed", "bold red")])
    elif any(one.finding is Finding.WARNING for one in checks):
        emit([("a release would go through", "bold yellow")])
    else:
        emit([("all that was looked at is well", "bold green")])


_STYLES: Final = {Finding.OK: "green", Finding.WARNING: "yellow", Finding.FAILED: "bold red", Finding.LEFT_OUT: "dim"}
