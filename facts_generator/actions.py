"""The actions of IAM, as cfn-lint has them from AWS's Service Authorization Reference."""

from __future__ import annotations

import json

from facts_generator.versions import schemas


def actions() -> dict[str, list[str]]:
    """For each service its actions in two texts: those on resources that can be named, and those on all or nothing."""
    table = json.loads((schemas().parent / "AdditionalSpecs" / "Policies.json").read_bytes())
    return {service: _parted(row["Actions"]) for service, row in sorted(table.items()) if row["Actions"]}


def _parted(rows: dict[str, dict[str, object]]) -> list[str]:
    narrow = [name for name, row in sorted(rows.items()) if row.get("Resources")]
    return [" ".join(narrow), " ".join(sorted(rows.keys() - {*narrow}))]
