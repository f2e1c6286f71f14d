"""Which machines and versions which region has, as cfn-lint reads it from AWS day by day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from facts_generator.versions import extension


def offers() -> dict[str, Any]:
    """The regions in one list, and for each machine the regions that have it, as a number whose bits are theirs."""
    by_region = {
        "ec2": _enums(extension("aws_ec2_instance/instancetype_enum")),
        "elasticache": _enums(extension("aws_elasticache_cachecluster/cachenodetype_enum")),
    }
    rds = extension("aws_rds_dbinstance/dbinstanceclass_enum")
    for engine in ENGINES:
        by_region[f"rds {engine}"] = {
            region: _classes_of(rules, engine) for region, rules in rds.items() if isinstance(rules, dict)
        }
    regions = sorted({region for table in by_region.values() for region in table} - {"all"})
    machines = {
        f"{name} machines": _by_family(_masks({r: t for r, t in table.items() if r != "all" and t}, regions))
        for name, table in by_region.items()
    }
    return {"regions": regions, **machines, "classes by version": _by_version(), **_versions()}


def _enums(table: dict[str, Any]) -> dict[str, list[str]]:
    """By region; the file has a description beside them."""
    return {region: row["enum"] for region, row in table.items() if isinstance(row, dict)}


def _masks(table: dict[str, Iterable[str]], regions: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for region, names in table.items():
        for name in names:
            found[name] = found.get(name, 0) | 1 << regions.index(region)
    return found


def _by_family(masks: dict[str, int]) -> dict[str, dict[str, str]]:
    """`{"db.t4g": {"ff…": "micro small"}}`: the sizes of a family that the same regions have."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, mask in sorted(masks.items()):
        family, _, size = name.rpartition(".")
        found.setdefault(family, {}).setdefault(f"{mask:x}", []).append(size)
    return {family: {mask: " ".join(sizes) for mask, sizes in row.items()} for family, row in found.items()}


def _classes_of(rules: dict[str, Any], engine: str) -> set[str]:
    found: set[str] = set()
    for rule in rules["allOf"]:
        said, then = rule["if"]["properties"], rule["then"]["properties"]["DBInstanceClass"]
        if said["Engine"].get("const") == engine and isinstance(then, dict):
            found.update(then.get("enum", ()))
    return found


def _by_version() -> dict[str, Any]:
    """For each engine, sets of classes and which versions have which of them."""
    found: dict[str, Any] = {}
    for rule in extension("aws_rds_dbinstance/db_instance_class")["allOf"]:
        said, then = rule["if"]["properties"], rule["then"]["properties"]["DBInstanceClass"]
        engine = said["Engine"].get("const")
        match = re.match(r"\^\((.*?)\\\.\.\+\|", said["EngineVersion"].get("pattern", ""))
        if engine not in ENGINES or match is None or not isinstance(then, dict) or "enum" not in then:
            continue
        version = match[1].replace("\\", "")
        if re.fullmatch(ENGINES[engine], version):
            row = found.setdefault(engine, {})
            sizes: dict[str, list[str]] = {}
            for name in sorted(then["enum"]):
                family, _, size = name.rpartition(".")
                sizes.setdefault(family, []).append(size)
            row.setdefault(repr(sizes), [sizes, []])[1].append(version)
    return {engine: [[_joined(sizes), versions] for sizes, versions in row.values()] for engine, row in found.items()}


def _joined(sizes: dict[str, list[str]]) -> str:
    return ";".join(f"{family}:{' '.join(names)}" for family, names in sizes.items())


def _versions() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, file in (("rds", "aws_rds_dbinstance"), ("elasticache", "aws_elasticache_cachecluster")):
        table: dict[str, list[str]] = {}
        gone = _deprecated() if name == "rds" else {}
        for rule in extension(f"{file}/engine_version")["allOf"]:
            said, then = rule["if"]["properties"], rule["then"]["properties"]
            engine, names = said["Engine"].get("const"), then.get("EngineVersion", {}).get("enum")
            if engine and names:
                table[engine] = [one for one in names if one not in gone.get(engine, ())]
        found[f"{name} versions"] = table
    return found


def _deprecated() -> dict[str, list[str]]:
    """The versions that RDS still knows and makes nothing new of."""
    found: dict[str, list[str]] = {}
    for rule in extension("aws_rds_dbinstance/engine_version_deprecated")["allOf"]:
        said = rule["if"]["properties"]
        found.setdefault(said["Engine"]["const"], []).extend(said["EngineVersion"]["enum"])
    return found


ENGINES: Final = {
    "postgres": r"\d+\.\d+",
    "mysql": r"\d+\.\d+\.\d+",
    "mariadb": r"\d+\.\d+\.\d+",
    "aurora-postgresql": r"\d+\.\d+",
}
"""The engines whose machines are kept, with the versions that count: not those of a special kind."""
