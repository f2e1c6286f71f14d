"""What AWS does not take of several arguments together: storage and what it can do, the logs of an engine, two windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

from twinstack.facts.alarms import refused_spans
from twinstack.facts.certainty import Certainty
from twinstack.facts.conditions import number_of
from twinstack.facts.lifecycles import refused_days
from twinstack.facts.offers import Offer
from twinstack.facts.parameters import refused_parameters
from twinstack.facts.value import listed, nearest_of
from twinstack.facts.windows import (
    DAILY_WINDOW,
    LONGEST_WEEKLY_MINUTES,
    SHORTEST_MINUTES,
    WEEKLY_WINDOW,
    daily_minutes,
    weekly_minutes,
    windows_overlap,
)

Arguments: TypeAlias = Mapping[str, Any]
Span: TypeAlias = tuple[float, float]


def refused_together(type_: str, arguments: Arguments) -> Iterator[Offer]:
    """What of a resource's literal arguments is wrong beside another of them. What is computed is passed over."""
    for judge in _JUDGES.get(type_, ()):
        yield from judge(arguments)


def _storage(arguments: Arguments) -> Iterator[Offer]:
    """The size that an engine takes of a kind of storage, and what that size can do."""
    engine = _text(arguments, "engine").split("-")[0]
    size, kind = number_of(arguments.get("allocated_storage")), _text(arguments, "storage_type")
    iops = number_of(arguments.get("iops"))
    if engine not in ENGINES or "${" in kind or "${" in str(arguments.get("iops") or ""):
        return
    kind = kind or ("io1" if iops else "gp2")
    limits = ENGINES[engine].get(kind)
    if limits is None:
        yield Offer("storage_type", f"{kind} with {engine}", listed(tuple(ENGINES[engine])), "gp3", _RDS)
        return
    if size is None:
        return
    least, most = limits
    if not least <= size <= most:
        near = least if size < least else most
        yield Offer(
            "allocated_storage", f"{size:g} with {kind}", f"{least:,} to {most:,} GiB with {kind}", f"{near}", _RDS
        )
        return
    ceiling = number_of(arguments.get("max_allocated_storage"))
    if ceiling and ceiling > most:
        yield Offer(
            "max_allocated_storage", f"{ceiling:g} with {kind}", f"at most {most:,} GiB with {kind}", f"{most}", _RDS
        )
    yield from _speed(engine, kind, size, iops, number_of(arguments.get("storage_throughput")))


def _speed(engine: str, kind: str, size: float, iops: float | None, throughput: float | None) -> Iterator[Offer]:
    if throughput is not None and kind != "gp3":
        yield Offer("storage_throughput", f"{throughput:g} with {kind}", "nothing but with gp3", "", _RDS_STORAGE)
    if kind == "gp3":
        yield from _speed_of_gp3(engine, size, iops, throughput)
    elif kind in RATIOS and iops is None:
        yield Offer("iops", f"nothing with {kind}", f"a number, which {kind} is charged by", "", _RDS_STORAGE)
    elif kind in RATIOS and iops:
        lowest, highest = RATIOS[kind]
        if not lowest * size <= iops <= highest * size:
            near = f"{lowest * size if iops < lowest * size else highest * size:g}"
            words = f"{lowest * size:,g} to {highest * size:,g} with {size:g} GiB of {kind}"
            yield Offer("iops", f"{iops:g} with {size:g} GiB of {kind}", words, near, _RDS_STORAGE)
    elif iops:
        yield Offer("iops", f"{iops:g} with {kind}", f"nothing: {kind} has what its size gives", "", _RDS_STORAGE)


def _speed_of_gp3(engine: str, size: float, iops: float | None, throughput: float | None) -> Iterator[Offer]:
    """Small gp3 storage has what it has: 3,000 operations and 125 MiB a second. From a size on, more can be said."""
    from_size = STRIPED_FROM.get(engine)
    if from_size is not None and size < from_size:
        for path, value in (("iops", iops), ("storage_throughput", throughput)):
            if value:
                words = f"nothing below {from_size} GiB of gp3, which has 3,000 operations and 125 MiB a second"
                yield Offer(path, f"{value:g} with {size:g} GiB of gp3", words, "", _RDS_STORAGE)
        return
    if iops and from_size is not None and not LEAST_STRIPED <= iops <= MOST_STRIPED:
        near = LEAST_STRIPED if iops < LEAST_STRIPED else MOST_STRIPED
        words = f"{LEAST_STRIPED:,} to {MOST_STRIPED:,} from {from_size} GiB of gp3 on"
        yield Offer("iops", f"{iops:g} with {size:g} GiB of gp3", words, f"{near}", _RDS_STORAGE)
    if iops and throughput and throughput * 4 > iops:
        words = f"at most a quarter of the iops, {iops / 4:g}"
        yield Offer("storage_throughput", f"{throughput:g} with {iops:g} iops", words, f"{iops / 4:g}", _RDS_STORAGE)


def _logs(arguments: Arguments) -> Iterator[Offer]:
    engine = _text(arguments, "engine").split("-")[0]
    known = LOGS.get(engine, ())
    given = arguments.get("enabled_cloudwatch_logs_exports")
    for log in cast("list[Any]", given) if known and isinstance(given, list | tuple) else ():
        if isinstance(log, str) and "${" not in log and log not in known:
            near = nearest_of(log, known)
            yield Offer("enabled_cloudwatch_logs_exports", f"{log} of {engine}", listed(known), near, _RDS_LOGS)


def _insights(arguments: Arguments) -> Iterator[Offer]:
    """The advanced insights keep what they see for fifteen months."""
    kept = number_of(arguments.get("performance_insights_retention_period"))
    if _text(arguments, "database_insights_mode") == "advanced" and kept is not None and kept < ADVANCED_DAYS:
        path = "performance_insights_retention_period"
        yield Offer(path, f"{kept:g} with advanced insights", f"{ADVANCED_DAYS} or more", f"{ADVANCED_DAYS}", _INSIGHTS)


def _tiers(arguments: Arguments) -> Iterator[Offer]:
    """Nodes with disks are made with data tiering, and others without."""
    kind, tiers = _text(arguments, "node_type"), str(arguments.get("data_tiering_enabled") or "false").lower()
    if "${" in kind + tiers or not kind:
        return
    if kind.startswith(WITH_DISKS) and tiers == "false":
        near = kind.replace("gd.", "g.")
        yield Offer("node_type", kind, "a node without disks, or data_tiering_enabled beside it", near, _TIERING)
    if not kind.startswith(WITH_DISKS) and tiers == "true":
        yield Offer("node_type", f"{kind} with data tiering", "a node with disks, cache.r6gd", "", _TIERING)


def _windows(daily: str, weekly: str, kept: str) -> Callable[[Arguments], Iterator[Offer]]:
    """The two windows of a database or cache, which must not meet while there are backups."""

    def judge(arguments: Arguments) -> Iterator[Offer]:
        first, second = _text(arguments, daily), _text(arguments, weekly).lower()
        is_daily, is_weekly = DAILY_WINDOW.fullmatch(first), WEEKLY_WINDOW.fullmatch(second)
        if is_daily:
            start, end = daily_minutes(first)
            if end - start < SHORTEST_MINUTES:
                yield Offer(daily, first, f"at least {SHORTEST_MINUTES} minutes", "", _WINDOWS)
                return
        if is_weekly:
            start, end = weekly_minutes(second)
            if not SHORTEST_MINUTES <= end - start <= LONGEST_WEEKLY_MINUTES:
                yield Offer(weekly, second, f"{SHORTEST_MINUTES} minutes to 24 hours", "", _WINDOWS)
                return
        if is_daily and is_weekly and number_of(arguments.get(kept)) != 0 and windows_overlap(first, second):
            yield Offer(daily, f"{first}, {weekly} {second}", "two windows that do not meet", "", _WINDOWS)

    return judge


def _volume(arguments: Arguments, unless_said: str = "gp2") -> Iterator[Offer]:
    """An EBS volume: size, operations and throughput by its kind."""
    kind = _text(arguments, "volume_type") or _text(arguments, "type") or unless_said
    if kind and kind not in VOLUMES:
        return
    size_name = "volume_size" if "volume_size" in arguments else "size"
    spans = dict(zip((size_name, "iops", "throughput"), VOLUMES[kind or "gp3"], strict=True))
    spans = spans if kind else {size_name: spans[size_name]}  # gp3 takes the largest
    for path, span in spans.items():
        value = number_of(arguments.get(path))
        if value is None or (value == 0 and path != size_name):  # which the provider's SDK takes for nothing
            continue
        if span is None:
            yield Offer(path, f"{value:g} with {kind}", f"nothing with {kind}", "", _EBS)
        elif not span[0] <= value <= span[1]:
            near = f"{span[0] if value < span[0] else span[1]}"
            beside = f" with {kind}" if kind else ""
            yield Offer(path, f"{value:g}{beside}", f"{span[0]:,} to {span[1]:,}{beside}", near, _EBS)


def _volumes_of(*blocks: str) -> Callable[[Arguments], Iterator[Offer]]:
    """The volumes in blocks, `ebs` in `block_device_mappings`."""

    def judge(arguments: Arguments) -> Iterator[Offer]:
        inner: list[Arguments] = [arguments]
        for name in blocks:
            inner = [one for outer in inner for one in _blocks(outer.get(name))]
        for volume in inner:
            for found in _volume(volume, ""):  # the image's own kind, which nobody knows here
                path = ".".join((*blocks, found.path))
                yield Offer(path, found.given, found.allowed, found.nearest, found.source, Certainty.CLOSED)

    return judge


def _blocks(value: Any) -> list[Arguments]:
    every = cast("list[Any]", value) if isinstance(value, list | tuple) else [value]
    return [one for one in every if isinstance(one, Mapping)]


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    return value if isinstance(value, str) else ""


_RDS: Final = "Amazon RDS API Reference, CreateDBInstance, AllocatedStorage, as botocore 1.44.8 has it"
_RDS_STORAGE: Final = "Amazon RDS User Guide, Amazon RDS DB instance storage"
_RDS_LOGS: Final = "Amazon RDS API Reference, CreateDBInstance, EnableCloudwatchLogsExports, as botocore 1.44.8 has it"
_INSIGHTS: Final = "Amazon RDS User Guide, Turning on the Advanced mode of Database Insights"
_TIERING: Final = "Amazon ElastiCache User Guide, Data tiering in ElastiCache"
ADVANCED_DAYS: Final = 465
WITH_DISKS: Final = "cache.r6gd."
_EBS: Final = "Amazon EC2 API Reference, CreateVolume, as botocore 1.44.8 has it"
_WINDOWS: Final = (
    "Amazon RDS API Reference, CreateDBInstance; Amazon ElastiCache API Reference, CreateReplicationGroup: the windows"
)
_OPEN: Final[Mapping[str, tuple[int, int]]] = {
    "gp2": (5, 65536), "gp3": (20, 65536), "io1": (100, 65536), "io2": (100, 65536), "standard": (5, 3072),
}  # fmt: skip
"""Of gp2 the reference says 20; what can be ordered begins with 5. Source: Amazon RDS API Reference,
DescribeOrderableDBInstanceOptions, the example of MySQL: MinStorageSize 5 with gp2."""
ENGINES: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "postgres": _OPEN,
    "mysql": _OPEN,
    "mariadb": _OPEN,
    "oracle": {**_OPEN, "gp2": (10, 65536), "standard": (10, 3072)},
    "sqlserver": {
        "gp2": (20, 16384), "gp3": (20, 16384), "io1": (100, 16384), "io2": (100, 65536), "standard": (20, 1024),
    },
    "db2": {"gp3": (20, 65536), "io1": (100, 65536), "io2": (100, 65536)},
}  # fmt: skip
"""The least and the most GiB of each kind of storage, by engine."""
RATIOS: Final[Mapping[str, Span]] = {"io1": (0.5, 50), "io2": (0.5, 1000)}
"""Operations a second for each GiB."""
STRIPED_FROM: Final[Mapping[str, int]] = {"postgres": 400, "mysql": 400, "mariadb": 400, "db2": 400, "oracle": 200}
"""From how many GiB of gp3 on operations and throughput can be said. SQL Server takes them of any size."""
LEAST_STRIPED: Final = 12000
MOST_STRIPED: Final = 64000
LOGS: Final[Mapping[str, tuple[str, ...]]] = {
    "postgres": ("postgresql", "upgrade", "iam-db-auth-error"),
    "mysql": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
    "mariadb": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
    "oracle": ("alert", "audit", "listener", "trace", "oemagent"),
    "sqlserver": ("agent", "error"),
    "db2": ("diag.log", "notify.log", "iam-db-auth-error"),
}
VOLUMES: Final[Mapping[str, tuple[Span, Span | None, Span | None]]] = {
    "gp2": ((1, 16384), None, None),
    "gp3": ((1, 65536), (3000, 80000), (125, 2000)),
    "io1": ((4, 16384), (100, 64000), None),
    "io2": ((4, 65536), (100, 256000), None),
    "st1": ((125, 16384), None, None),
    "sc1": ((125, 16384), None, None),
    "standard": ((1, 1024), None, None),
}
"""The size in GiB, the operations a second and the MiB a second of each kind of volume."""
_JUDGES: Final[Mapping[str, tuple[Callable[[Arguments], Iterator[Offer]], ...]]] = {
    "aws_cloudwatch_metric_alarm": (refused_spans,),
    "aws_db_instance": (
        _storage,
        _logs,
        _insights,
        _windows("backup_window", "maintenance_window", "backup_retention_period"),
    ),
    "aws_db_parameter_group": (refused_parameters,),
    "aws_ebs_volume": (_volume,),
    "aws_elasticache_parameter_group": (refused_parameters,),
    "aws_elasticache_replication_group": (
        _tiers,
        _windows("snapshot_window", "maintenance_window", "snapshot_retention_limit"),
    ),
    "aws_instance": (_volumes_of("ebs_block_device"), _volumes_of("root_block_device")),
    "aws_launch_template": (_volumes_of("block_device_mappings", "ebs"),),
    "aws_s3_bucket_lifecycle_configuration": (refused_days,),
}
TOGETHER: Final[Mapping[str, frozenset[str]]] = {
    "aws_db_instance": frozenset(
        {
            "allocated_storage", "backup_window", "enabled_cloudwatch_logs_exports", "iops", "maintenance_window",
            "max_allocated_storage", "storage_throughput", "storage_type",
        }
    ),
    "aws_db_parameter_group": frozenset({"parameter.name", "parameter.value"}),
    "aws_elasticache_parameter_group": frozenset({"parameter.value"}),
    "aws_elasticache_replication_group": frozenset({"maintenance_window", "snapshot_window"}),
    "aws_launch_template": frozenset(
        {f"block_device_mappings.ebs.{one}" for one in ("iops", "throughput", "volume_size")}
    ),
}  # fmt: skip
"""The arguments of our types that are judged beside others."""
