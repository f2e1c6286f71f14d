"""`twinstack scan`: what checkov and the rules find in both halves, but for what is accepted with a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.cli.files import put_files
from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit, emit_json, table
from twinstack.cli.reports import put_reports
from twinstack.errors import Location
from twinstack.formats.row import Level, Row
from twinstack.product import BASE, FOLDER

if TYPE_CHECKING:
    from twinstack.layers.load import Loaded
    from twinstack.policy.scan import ScanReport


def scan(
    names: Sequence[str],
    *,
    as_json: bool,
    sarif: Path | None = None,
    junit: Path | None = None,
    baselines: Path | None = None,
) -> bool:
    """Scans one environment after the other, synthesized into a temporary folder; whether nothing is left.

    What is accepted is written to `baselines` as checkov's own, with the Terraform JSON that it can read.
    """
    product = find_product_with_engine()
    from twinstack.policy.accepted import outside_rooms, own_package
    from twinstack.policy.baseline import baseline, readable
    from twinstack.policy.judgement import Cluster
    from twinstack.policy.scan import scan as run
    from twinstack.synthesis import synthesized

    loaded = product.load_all(names)
    reports: dict[str, ScanReport] = {}
    files: dict[Path, str] = {}
    with synthesized(product, loaded) as output:
        for environment in (one.environment for one in loaded):
            reports[environment.name] = run(
                stack := output.stack(environment) / "cdk.tf.json",
                output.manifests(environment),
                rooms=[*outside_rooms(environment), own_package(environment)],
                cluster=Cluster.of(environment),
                acknowledged={key: spec.acknowledge for key, spec in environment.specs.items()},
            )
            if baselines is not None:
                accepted = (one for one, _ in reports[environment.name].accepted)
                files[baselines / f"{environment.stack_id}.baseline"] = baseline(accepted)
                files[baselines / environment.stack_id / stack.name] = readable(json.loads(stack.read_bytes()))
    if baselines is not None:
        put_files(files, baselines)
    rows = [row for one in loaded for row in rows_of_scan(one, reports[one.environment.name])]
    place = Location(f"{FOLDER}/{BASE}.yaml", 1)
    put_reports(rows, "scan", product.root, place, sarif=sarif, junit=junit)
    if as_json:
        emit_json({name: report.as_dict() for name, report in reports.items()})
    else:
        for name, report in reports.items():
            _show(name, report)
        _show_unused(list(reports.values()))
    return not any(report.failed for report in reports.values())


def rows_of_scan(loaded: Loaded[Any], report: ScanReport) -> Iterator[Row]:
    """What failed, at the section of what it was made of, as far as its name says that."""
    name = loaded.environment.name
    for one in report.failed:
        words = {part for part in re.split(r"[^a-z0-9_]+", one.resource.lower().replace("-", "_")) if part}
        keys = [
            key for key in loaded.environment.specs if any(word == key or word.startswith(f"{key}_") for word in words)
        ]
        place = loaded.merged.locate((max(keys, key=len),)) if keys else None
        title = one.title or one.check
        yield Row(one.check, title, Level.ERROR, one.resource, f"{one.resource}: {title}", place, group=name)


def _show_unused(reports: Sequence[ScanReport]) -> None:
    """What is accepted and stands in none of these environments: to be removed, if it stands in no other either."""
    unused = [one for one in reports[0].unused if all(one in report.unused for report in reports)] if reports else []
    if unused:
        emit([(f"accepted, and not found here: {', '.join(sorted({one.said for one in unused}))}", "dim")])


def _show(name: str, report: ScanReport) -> None:
    for one in report.failed:
        emit([("failed ", "bold red"), (f"{one.check} {one.resource}: {one.title}", "")])
    reasons = {accepted.check: accepted.reason for _, accepted in report.accepted}
    if reasons:
        table(("accepted", "because"), [((check, "cyan"), reason) for check, reason in sorted(reasons.items())])
    emit(
        [
            (
                f"{name}: {report.passed} checks passed, {len(report.failed)} failed, {len(report.accepted)} accepted",
                "bold",
            )
        ]
    )
