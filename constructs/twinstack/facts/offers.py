"""What a region has: machines, engine versions and zones; and which machine runs which version."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from twinstack.facts.certainty import Certainty
from twinstack.facts.data import offers_file
from twinstack.facts.support import KUBERNETES
from twinstack.facts.value import listed, nearest_of
from twinstack.facts.versions import is_version, may_have_come, order


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
    certainty: Certainty = Certainty.CLOSED
    """Whether AWS may have it by now."""


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
        if any(is_version(one, version) for one in versions):
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
    near = nearest_of(value, of_family) or _same_size(value, there)
    is_known = value in known_machines(service) or _is_gone(value, service)
    allowed = (
        f"in {region}: {listed(of_family)}" if of_family else f"a machine of {region}, such as {near or there[-1]}"
    )
    is_size = _SIZE.fullmatch(value.rpartition(".")[2]) is not None
    certainty = Certainty.OFFER if is_known else Certainty.NEWER if is_size else Certainty.CLOSED
    return Offer(path, f"{value} in {region}", allowed, near, _source(), certainty)


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
    near = _same_size(value, both)
    allowed = listed(family) if family else f"a class that runs {engine} {version}, such as {near or both[0]}"
    return Offer(path, f"{value} with {engine} {version}", allowed, near, _source(), Certainty.OFFER)


def _same_size(value: str, classes: Collection[str]) -> str:
    """The next generation of the same letters and size, of the same processor where there is one: m8g.large for m9g.large,
    db.t3.micro for db.t2.micro.
    """
    family, _, size = value.rpartition(".")
    mine = _FAMILY.fullmatch(family)
    if mine is None:
        return ""
    found: list[tuple[bool, int, str]] = []
    for name in classes:
        one, _, its_size = name.rpartition(".")
        its = _FAMILY.fullmatch(one)
        if its_size == size and its is not None and its[1] == mine[1]:
            found.append((its[3] != mine[3], abs(int(its[2]) - int(mine[2])), name))
    return min(found)[2] if found else ""


def _is_gone(value: str, service: str) -> bool:
    """Whether a machine is of a generation before all that are known of its letters: cache.t1.micro."""
    mine = _FAMILY.fullmatch(value.rpartition(".")[0])
    known = [_FAMILY.fullmatch(name.rpartition(".")[0]) for name in known_machines(service)]
    generations = [int(one[2]) for one in known if one is not None and mine is not None and one[1] == mine[1]]
    return mine is not None and bool(generations) and int(mine[2]) < min(generations)


def _version_of(service: str) -> Judge:
    def judge(path: str, value: str, arguments: Mapping[str, Any], _: str) -> Offer | None:
        engine = arguments.get("engine") or ("redis" if service == "elasticache" else "")
        known = engine_versions(service, engine) if isinstance(engine, str) else []
        if not known or any(_is_taken(service, one, value) for one in known):
            return None
        line = [one for one in known if is_version(one, value.partition(".")[0])]
        newest = max(line or known, key=order)
        near = _as_long_as(value, newest) if order(value) > order(newest) else nearest_of(value, line or known)
        is_next = engine not in ENDED and may_have_come(value, known)
        allowed = listed(line or list(dict.fromkeys(one.partition(".")[0] for one in known)))
        never = engine in ENDED and order(value) > order(newest)
        certainty = Certainty.NEWER if is_next else Certainty.CLOSED if never else Certainty.OFFER
        return Offer(path, f"{engine} {value}", allowed, near, _source(), certainty)

    return judge


def _as_long_as(value: str, version: str) -> str:
    """As many parts of a version as were given: `18` for `19`."""
    return ".".join(version.split(".")[: value.count(".") + 1])


def _is_taken(service: str, known: str, value: str) -> bool:
    """RDS takes a part of a version, `15`, for the newest minor version; ElastiCache wants all of it, but for `6.x`."""
    return (
        is_version(known, value) if service == "rds" else value in (known, "6.x" if known.startswith("6.") else known)
    )


def _kubernetes(path: str, value: str, _: Mapping[str, Any], __: str) -> Offer | None:
    if value in KUBERNETES:
        return None
    certainty = Certainty.NEWER if may_have_come(value, KUBERNETES) else Certainty.OFFER
    page = "Amazon EKS User Guide, Kubernetes release calendar: what can be made, extended support included"
    return Offer(path, value, listed(tuple(KUBERNETES)), nearest_of(value, KUBERNETES), page, certainty)


def _addon(path: str, value: str, _: Mapping[str, Any], __: str) -> Offer | None:
    """Vendors have add-ons of their own, so only a name that is spelled like one of AWS's is told."""
    near = "" if value in ADDONS else nearest_of(value, ADDONS)
    page = 'Amazon EKS User Guide, "AWS add-ons" and "Community add-ons", November 2026'
    return Offer(path, value, listed(ADDONS), near, page, Certainty.NEWER) if near else None


def _zone(path: str, value: str, _: Mapping[str, Any], region: str) -> Offer | None:
    """A zone is its region's name and a letter; a Local Zone's name has more words before the letter, and a Wavelength Zone's
    ends in a number.
    """
    if re.fullmatch(rf"{re.escape(region)}([a-z]|-[a-z0-9-]+-[0-9]+[a-z]?)", value) or region not in regions():
        return None
    letter = value[-1:] if value[-1:].isalpha() and value[-2:-1].isdigit() else ""
    near = f"{region}{letter}" if letter else ""
    page = "AWS Regions and Availability Zones User Guide, AWS Availability Zones"
    return Offer(path, f"{value} in {region}", f"{region} and a letter, {region}a", near, page)


def _family_of_parameters(service: str) -> Judge:
    """`postgres15`: an engine and as much of its version as its families are told by."""

    def judge(path: str, value: str, _: Mapping[str, Any], __: str) -> Offer | None:
        families = _families(service)
        # Oracle's, Db2's and SQL Server's are called otherwise, `oracle-se2-19`, `sqlserver-se-16.0`.
        if value in families or not families or (service == "rds" and value.startswith(_NAMED_OTHERWISE)):
            return None
        near = nearest_of(value, families)
        of_engine = [family for family in families if _engine_of(family) == _engine_of(value)]
        return Offer(
            path, value, listed(sorted(of_engine or families)), near, _source(), _certainty_of_family(value, families)
        )

    return judge


def _certainty_of_family(value: str, families: Collection[str]) -> Certainty:
    engine = _engine_of(value)
    numbers = [family.removeprefix(engine) for family in families if _engine_of(family) == engine]
    if not numbers or value == engine:
        return Certainty.CLOSED
    is_next = engine not in ENDED and may_have_come(value.removeprefix(engine), numbers)
    return Certainty.NEWER if is_next else Certainty.OFFER


def _engine_of(family: str) -> str:
    return family.rstrip("0123456789.x")


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


def _source() -> str:
    data = offers_file()
    return f"cfn-lint {data['versions']['cfn-lint']}, read on {data['read']}"


def _scope(path: str, value: str, _: Mapping[str, Any], region: str) -> Offer | None:
    """What stands before CloudFront is made in one region for all."""
    page = "AWS WAF Developer Guide, Using AWS WAF with Amazon CloudFront"
    if value != "CLOUDFRONT" or region in ("us-east-1", ""):
        return None
    return Offer(path, f"{value} in {region}", "REGIONAL, or CLOUDFRONT in us-east-1", "REGIONAL", page)


_FAMILY: Final = re.compile(r"((?:\w+\.)?[a-z]+)(\d+)([a-z-]*)")
_SIZE: Final = re.compile(r"nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?|mem\d+x")
"""What a machine's size is called, whatever its family. Source: Amazon EC2 Instance Types guide, "Naming conventions"."""
ADDONS: Final = (
    "adot", "amazon-cloudwatch-observability", "amazon-sagemaker-hyperpod-observability",
    "amazon-sagemaker-hyperpod-taskgovernance", "amazon-sagemaker-hyperpod-training-operator", "aws-ebs-csi-driver", "aws-efs-csi-driver", "aws-fsx-csi-driver",
    "aws-guardduty-agent", "aws-mountpoint-s3-csi-driver", "aws-network-flow-monitoring-agent",
    "aws-privateca-connector-for-kubernetes", "aws-secrets-store-csi-driver-provider", "cert-manager", "coredns", "eks-node-monitoring-agent", "eks-pod-identity-agent",
    "external-dns", "fluent-bit", "kube-proxy", "kube-state-metrics", "metrics-server", "prometheus-node-exporter",
    "snapshot-controller", "vpc-cni",
)  # fmt: skip
"""The add-ons of AWS and of the community."""
ENDED: Final = frozenset({"redis"})
"""The engines of which AWS brings no further version. Source: Amazon ElastiCache User Guide, "Redis OSS", which ends at 7.1."""
_BY_MAJOR: Final = {"postgres": 10, "aurora-postgresql": 10}
"""From which version on an engine's families are told by the first number alone."""
_FAMILIES_OF_ELASTICACHE: Final = {"redis6": "6.x", "redis7": "7", "valkey7": "7", "valkey8": "8", "valkey9": "9"}
"""What follows the engine in a family's name, where it is not the version's first two numbers. Source: Amazon ElastiCache API
Reference, CreateCacheParameterGroup, CacheParameterGroupFamily; valkey9 by the same rule."""
_NAMED_OTHERWISE: Final = ("oracle-", "sqlserver-", "db2-", "custom-")
_INSTANCE: Final[Mapping[str, Judge]] = {"instance_type": _machine_of("ec2"), "availability_zone": _zone}
_JUDGES: Final[Mapping[str, Mapping[str, Judge]]] = {
    "aws_db_instance": {
        "instance_class": _class_of_rds,
        "engine_version": _version_of("rds"),
        "availability_zone": _zone,
    },
    "aws_db_parameter_group": {"family": _family_of_parameters("rds")},
    "aws_ebs_volume": {"availability_zone": _zone},
    "aws_eks_addon": {"addon_name": _addon},
    "aws_eks_cluster": {"version": _kubernetes},
    "aws_eks_node_group": {"instance_types": _machine_of("ec2"), "version": _kubernetes},
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
    "aws_wafv2_ip_set": {"scope": _scope},
    "aws_wafv2_regex_pattern_set": {"scope": _scope},
    "aws_wafv2_rule_group": {"scope": _scope},
    "aws_wafv2_web_acl": {"scope": _scope},
}
"""The arguments whose values depend on the region or on each other, by type."""
