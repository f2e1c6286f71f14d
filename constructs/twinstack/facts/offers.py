"""What a region has: machines, engine versions and zones; and which machine runs which version."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from twinstack.facts.data import offers_file
from twinstack.facts.value import listed, nearest_of


@dataclass(frozen=True, slots=True)
class Offer:
    """What AWS does not offer there."""

    path: str
    """The argument."""
    given: str
    """What was asked for, with what decides it."""
    allowed: str
    """What there is."""
    nearest: str
    """The nearest that there is; empty where none is near."""
    source: str
    """Where that is from."""
    may_be_newer: bool
    """Whether it may be newer than the data: nobody has it there."""


Judge: TypeAlias = Callable[[str, str, Mapping[str, Any], str], Offer | None]


def refused_offers(type_: str, arguments: Mapping[str, Any], region: str) -> Iterator[Offer]:
    """What a resource asks for and the region does not have. A region that the data does not have is passed over."""
    for path, judge in _JUDGES.get(type_, {}).items():
        for value in _literals_at(arguments, path.split(".")):
            if found := judge(path, value, arguments, region):
                yield found


def judged_arguments(type_: str) -> Collection[str]:
    """The arguments of a type that are judged by what a region has."""
    return _JUDGES.get(type_, {}).keys()


def machines(service: str, region: str) -> Sequence[str]:
    """The machines of a service in a region, `ec2`, `elasticache` or `rds postgres`; empty for an unknown region."""
    bit = _bit(region)
    return [name for name, mask in _masks(service).items() if mask & bit] if bit else ()


def known_machines(service: str) -> Collection[str]:
    """The machines that any region has."""
    return _masks(service).keys()


def regions() -> Collection[str]:
    """The regions that the data knows."""
    return offers_file()["regions"]


def engine_versions(service: str, engine: str) -> list[str]:
    """The versions of an engine that can be made, of `rds` or `elasticache`; empty for an engine that is not known."""
    return offers_file()[f"{service} versions"].get(engine, [])


def classes_of_version(engine: str, version: str) -> Collection[str]:
    """The RDS classes that run a version, `15` or `15.17`; empty where it is not known."""
    found: set[str] = set()
    for packed, versions in offers_file()["classes by version"].get(engine, ()):
        if any(_is_version(one, version) for one in versions):
            for family in packed.split(";"):
                name, _, sizes = family.partition(":")
                found.update(f"{name}.{size}" for size in sizes.split())
    return found


def _machine_of(service: str) -> Judge:
    def judge(path: str, value: str, _: Mapping[str, Any], region: str) -> Offer | None:
        return _unless_offered(path, value, service, region)

    return judge


def _unless_offered(path: str, value: str, service: str, region: str) -> Offer | None:
    there = machines(service, region)
    if not there or value in there or not _masks(service):
        return None
    family = value.rpartition(".")[0]
    of_family = [name for name in there if name.startswith(f"{family}.")]
    near = nearest_of(value, of_family) or _same_size(value, there) or nearest_of(value, there)
    is_known = value in known_machines(service)
    allowed = (
        f"in {region}: {listed(of_family)}" if of_family else f"a machine that {region} has, such as {near or there[0]}"
    )
    return Offer(path, f"{value} in {region}", allowed, near, _source(), may_be_newer=not is_known)


def _class_of_rds(path: str, value: str, arguments: Mapping[str, Any], region: str) -> Offer | None:
    engine, version = arguments.get("engine"), str(arguments.get("engine_version") or "")
    service = f"rds {engine}"
    if not isinstance(engine, str) or f"{service} machines" not in offers_file():
        return None
    if found := _unless_offered(path, value, service, region):
        return found
    classes = classes_of_version(engine, version) if version and "${" not in version else ()
    if not classes or value in classes:
        return None
    both = sorted({*classes} & {*machines(service, region)}) or sorted(classes)
    family = [name for name in both if name.rpartition(".")[0] == value.rpartition(".")[0]]
    near = _same_size(value, both) or nearest_of(value, both)
    allowed = listed(family) if family else f"a class that runs {engine} {version}, such as {near}"
    return Offer(path, f"{value} with {engine} {version}", allowed, near, _source(), may_be_newer=False)


def _same_size(value: str, classes: Collection[str]) -> str:
    """The next family of the same letter and size: db.t4g.micro for db.t2.micro."""
    family, _, size = value.rpartition(".")
    letters = re.sub(r"\d.*$", "", family)
    same = [name for name in classes if name.endswith(f".{size}") and re.fullmatch(rf"{letters}\d\w*\.\w+", name)]
    return min(same) if same else ""


def _version_of(service: str) -> Judge:
    def judge(path: str, value: str, arguments: Mapping[str, Any], _: str) -> Offer | None:
        engine = arguments.get("engine") or ("redis" if service == "elasticache" else "")
        known = engine_versions(service, engine) if isinstance(engine, str) else []
        if not known or any(_is_version(one, value) for one in known):
            return None
        newest = max(_order(one) for one in known)
        near = nearest_of(value, [one for one in known if _is_version(one, value.partition(".")[0])] or known)
        return Offer(path, f"{engine} {value}", listed(known), near, _source(), may_be_newer=_order(value) > newest)

    return judge


def _zone(path: str, value: str, _: Mapping[str, Any], region: str) -> Offer | None:
    """A zone is its region's name and a letter, or for a Local Zone or Wavelength Zone three more words."""
    if re.fullmatch(rf"{re.escape(region)}([a-z]|-[a-z0-9-]+-[0-9]+[a-z])", value) or region not in regions():
        return None
    letter = value[-1:] if value[-1:].isalpha() and value[-2:-1].isdigit() else ""
    near = f"{region}{letter}" if letter else ""
    page = "AWS Regions and Availability Zones User Guide, AWS Availability Zones"
    return Offer(path, f"{value} in {region}", f"{region} and a letter, {region}a", near, page, may_be_newer=False)


def _family_of_parameters(service: str) -> Judge:
    """`postgres15`: an engine and as much of its version as its families are told by."""

    def judge(path: str, value: str, _: Mapping[str, Any], __: str) -> Offer | None:
        families = _families(service)
        if value in families or not families:
            return None
        near = nearest_of(value, families)
        newer = re.fullmatch(r"[a-z-]+[0-9.]+(\.x)?", value) is not None and value.rstrip("0123456789.x") in {
            family.rstrip("0123456789.x") for family in families
        }
        return Offer(path, value, listed(sorted(families)), near, _source(), may_be_newer=newer)

    return judge


@cache
def _families(service: str) -> frozenset[str]:
    found: set[str] = set()
    for engine, versions in offers_file()[f"{service} versions"].items():
        for version in versions:
            major, _, rest = version.partition(".")
            minor = rest.partition(".")[0]
            if service == "elasticache":
                found.add(f"{engine}{_FAMILIES_OF_ELASTICACHE.get(f'{engine}{major}', f'{major}.{minor}')}")
            elif engine in _BY_MAJOR and int(major) >= _BY_MAJOR[engine]:
                found.add(f"{engine}{major}")
            else:
                found.add(f"{engine}{major}.{minor}")
    return frozenset(found)


def _literals_at(arguments: Any, path: list[str]) -> Iterator[str]:
    if isinstance(arguments, list | tuple):
        for one in arguments:
            yield from _literals_at(one, path)
    elif path and isinstance(arguments, Mapping):
        yield from _literals_at(arguments.get(path[0]), path[1:])
    elif not path and isinstance(arguments, str | int | float) and arguments and "${" not in str(arguments):
        yield str(arguments)


@cache
def _masks(service: str) -> Mapping[str, int]:
    rows = offers_file().get(f"{service} machines", {})
    return {
        f"{family}.{size}": int(mask, 16)
        for family, row in rows.items()
        for mask, sizes in row.items()
        for size in sizes.split()
    }


def _bit(region: str) -> int:
    known = offers_file()["regions"]
    return 1 << known.index(region) if region in known else 0


def _is_version(full: str, given: str) -> bool:
    """Whether what was given is the version or begins it: 15 and 15.17 for 15.17, and not 1."""
    return full == given or full.startswith(f"{given}.")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _source() -> str:
    data = offers_file()
    return f"cfn-lint {data['versions']['cfn-lint']}, read on {data['read']}"


_BY_MAJOR: Final = {"postgres": 10, "aurora-postgresql": 10}
"""From which version on an engine's families are told by the first number alone."""
_FAMILIES_OF_ELASTICACHE: Final = {"redis6": "6.x", "redis7": "7", "valkey7": "7", "valkey8": "8", "valkey9": "9"}
"""What follows the engine in a family's name, where it is not the version's first two numbers. Source: Amazon ElastiCache API
Reference, CreateCacheParameterGroup, CacheParameterGroupFamily; valkey9 by the same rule."""
_INSTANCE: Final[Mapping[str, Judge]] = {"instance_type": _machine_of("ec2"), "availability_zone": _zone}
_JUDGES: Final[Mapping[str, Mapping[str, Judge]]] = {
    "aws_db_instance": {
        "instance_class": _class_of_rds,
        "engine_version": _version_of("rds"),
        "availability_zone": _zone,
    },
    "aws_db_parameter_group": {"family": _family_of_parameters("rds")},
    "aws_ebs_volume": {"availability_zone": _zone},
    "aws_eks_node_group": {"instance_types": _machine_of("ec2")},
    "aws_elasticache_cluster": {
        "node_type": _machine_of("elasticache"),
        "engine_version": _version_of("elasticache"),
        "availability_zone": _zone,
    },
    "aws_elasticache_parameter_group": {"family": _family_of_parameters("elasticache")},
    "aws_elasticache_replication_group": {
        "node_type": _machine_of("elasticache"),
        "engine_version": _version_of("elasticache"),
        "preferred_cache_cluster_azs": _zone,
    },
    "aws_instance": _INSTANCE,
    "aws_launch_template": {"instance_type": _machine_of("ec2"), "placement.availability_zone": _zone},
    "aws_rds_cluster": {"engine_version": _version_of("rds"), "availability_zones": _zone},
    "aws_rds_cluster_instance": {
        "instance_class": _class_of_rds,
        "engine_version": _version_of("rds"),
        "availability_zone": _zone,
    },
    "aws_spot_instance_request": _INSTANCE,
    "aws_subnet": {"availability_zone": _zone},
}
"""The arguments whose values depend on the region or on each other, by type."""
