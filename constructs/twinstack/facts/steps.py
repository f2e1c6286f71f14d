"""What AWS does not do from one state to another: what goes one step at a time, one way only, or is protected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from twinstack.facts.conditions import is_before, number_of, version_of

Arguments: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A change that is refused, though both states are right by themselves."""

    type: str
    """`aws_db_instance`."""
    path: str
    """The argument."""
    code: str
    """AWS's error code; empty where the provider refuses it in the plan."""
    message: str
    """What AWS says, or the provider."""
    fix: str
    """How to get there."""
    source: str
    """Where it is written."""


def refused_steps(type: str, before: Arguments | None, after: Arguments | None) -> Iterator[RefusedStep]:  # noqa: A002
    """What is refused of a change between two states of a resource; None is that it is not there.

    Values are looked at where they are known; blocks as Terraform's JSON or its state has them.
    """
    rule = _RULES.get(type)
    if rule is None:
        return
    for path, code, message, fix, source in rule(before, after):
        yield RefusedStep(type, path, code, message, fix, source)


_Row: TypeAlias = tuple[str, str, str, str, str]


def _at(arguments: Arguments | None, path: str) -> Any:
    """The value at a path, into the first of each repeated block; None where there is none."""
    value: Any = arguments
    for name in path.split("."):
        value = _first(value).get(name)
    return value


def _first(block: Any) -> Mapping[str, Any]:
    """A block, or the first of a repeated one; nothing for what is none."""
    if isinstance(block, Mapping):
        return cast("Mapping[str, Any]", block)
    return _first(cast("list[Any]", block)[0]) if isinstance(block, list) and block else {}


def _database(before: Arguments | None, after: Arguments | None) -> Iterator[_Row]:
    if before is not None and after is None:
        if before.get("deletion_protection") is True:
            yield (
                "deletion_protection", "InvalidParameterCombination", "Cannot delete protected DB Instance",
                "turn deletion_protection off in a release of its own first", _RDS_DELETE,
            )  # fmt: skip
        return
    if before is None or after is None:
        return
    old, new, most = (
        number_of(before.get("allocated_storage")), number_of(after.get("allocated_storage")),
        number_of(after.get("max_allocated_storage")),
    )  # fmt: skip
    # With storage autoscaling the provider leaves a smaller number alone.
    if old is not None and new is not None and new < old and not (most is not None and most > new):
        yield (
            "allocated_storage", "InvalidParameterCombination",
            f"Invalid storage size for engine name {after.get('engine')} and storage type {after.get('storage_type')}: "
            f"{new:g}", f"keep {old:g} GiB; a smaller database is a new one, filled from a dump", _RDS_STORAGE,
        )  # fmt: skip
    yield from _engine(before.get("engine_version"), after)
    versions = (before.get("password_wo_version"), after.get("password_wo_version"))
    is_major = version_of(before.get("engine_version"))[:1] != version_of(after.get("engine_version"))[:1]
    if (
        _at(after, "blue_green_update.enabled") is True
        and None not in versions
        and len({*versions}) > 1
        and not is_major
    ):
        yield (
            "password_wo_version", "InvalidParameterCombination",
            "Cannot change master user password on an RDS postgres Read Replica because it uses physical replication",
            "rotate in a release without blue_green_update", "hashicorp/terraform-provider-aws issue 46544",
        )  # fmt: skip


def _engine(old: Any, after: Arguments) -> Iterator[_Row]:
    new = after.get("engine_version")
    if is_before(new, old):
        yield (
            "engine_version", "InvalidParameterCombination",
            f"Cannot upgrade {after.get('engine')} from {old} to {new}",
            "AWS never goes back: restore a snapshot of before into a new instance", _RDS_UPGRADE,
        )  # fmt: skip
    elif (
        version_of(old)[:1] < version_of(new)[:1]
        and version_of(old)
        and after.get("allow_major_version_upgrade") is not True
    ):
        yield (
            "engine_version", "InvalidParameterCombination",
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
            "set allow_major_version_upgrade for this release, and a parameter group of the new family", _RDS_UPGRADE,
        )  # fmt: skip


def _cluster(before: Arguments | None, after: Arguments | None) -> Iterator[_Row]:
    if before is not None and after is None:
        if before.get("deletion_protection") is True:
            yield (
                "deletion_protection", "InvalidRequestException",
                "Cannot delete the cluster because deletion protection is enabled",
                "turn deletion_protection off in a release of its own first",
                'Amazon EKS User Guide, "Protect EKS clusters from accidental deletion"',
            )  # fmt: skip
        return
    if after is not None:
        modes = {path: _at(after, path) for path in _AUTO_MODE}
        said = {path: value for path, value in modes.items() if isinstance(value, bool)}
        if len(set(said.values())) > 1:
            odd = next(path for path, value in said.items() if value is False)
            yield (
                odd,
                "",
                f"{', '.join(_AUTO_MODE)} must all be true or all be false",
                "set all three alike",
                _EKS_CLUSTER,
            )
    if before is None or after is None:
        return
    old, new = version_of(before.get("version"))[:2], version_of(after.get("version"))[:2]
    if len(old) == len(new) == _MINOR and old != new and new != (old[0], old[1] + 1):
        yield (
            "version", "InvalidParameterException",
            f"Unsupported Kubernetes minor version update from {before['version']} to {after['version']}",
            f"go to {old[0]:g}.{old[1] + 1:g} first" if new > old else "AWS never goes back: a new cluster, and the traffic over",
            'Amazon EKS User Guide, "Update existing cluster to new Kubernetes version"',
        )  # fmt: skip
    first, second = (_at(one, "access_config.authentication_mode") for one in (before, after))
    if first in _MODES and second in _MODES and _MODES.index(second) - _MODES.index(first) not in (0, 1):
        yield (
            "access_config.authentication_mode", "InvalidParameterException",
            f"Unsupported authentication mode update from {first} to {second}",
            f"it goes one way, a step at a time: {', '.join(_MODES)}",
            'Amazon EKS User Guide, "Change authentication mode to use access entries"',
        )  # fmt: skip
    key = "encryption_config.provider.key_arn"
    first, second = _at(before, key), _at(after, key)
    if isinstance(first, str) and isinstance(second, str) and first != second:
        yield (
            key, "InvalidParameterException", "Encryption is already enabled with another key",
            "keep the key: it can be rotated, not exchanged",
            'Amazon EKS User Guide, "Encrypt Kubernetes secrets with KMS on existing clusters"',
        )  # fmt: skip


def _cache(_before: Arguments | None, after: Arguments | None) -> Iterator[_Row]:
    if after is None:
        return
    nodes = number_of(after.get("num_cache_clusters"))
    if after.get("multi_az_enabled") is True and after.get("automatic_failover_enabled") is not True:
        yield (
            "multi_az_enabled", "", "automatic_failover_enabled must be true if multi_az_enabled is true",
            "set automatic_failover_enabled", _CACHE,
        )  # fmt: skip
    if after.get("automatic_failover_enabled") is True and nodes is not None and nodes < _FAILOVER_NODES:
        yield (
            "num_cache_clusters", "", "must be at least 2 if automatic_failover_enabled is true",
            "keep two nodes, or turn automatic_failover_enabled off in a release before", _CACHE,
        )  # fmt: skip


def _versioning(before: Arguments | None, after: Arguments | None) -> Iterator[_Row]:
    first, second = (_at(one, "versioning_configuration.status") for one in (before, after))
    if second == "Disabled" and first in ("Enabled", "Suspended"):
        yield (
            "versioning_configuration.status", "",
            f"versioning_configuration.status cannot be updated from '{first}' to 'Disabled'", "say Suspended",
            "hashicorp/terraform-provider-aws internal/service/s3/bucket_versioning.go@01c08000ddb14181b5bd19201d8fca311dc570e4",
        )  # fmt: skip


_RULES: Final[Mapping[str, Callable[[Arguments | None, Arguments | None], Iterator[_Row]]]] = {
    "aws_db_instance": _database,
    "aws_eks_cluster": _cluster,
    "aws_elasticache_replication_group": _cache,
    "aws_s3_bucket_versioning": _versioning,
}
_AUTO_MODE: Final = (
    "compute_config.enabled", "kubernetes_network_config.elastic_load_balancing.enabled",
    "storage_config.block_storage.enabled",
)  # fmt: skip
_MODES: Final = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
_MINOR: Final = 2
_FAILOVER_NODES: Final = 2
_RDS_DELETE: Final = 'Amazon RDS User Guide, "Deleting a DB instance"'
_RDS_STORAGE: Final = 'Amazon RDS User Guide, "Working with storage"; hashicorp/terraform-provider-aws issue 40482'
_RDS_UPGRADE: Final = 'Amazon RDS API Reference, "ModifyDBInstance"'
_EKS_CLUSTER: Final = (
    "hashicorp/terraform-provider-aws internal/service/eks/cluster.go@00555dc5b38f92abbfa230badea0ed0754cea81e"
)
_CACHE: Final = (
    "hashicorp/terraform-provider-aws internal/service/elasticache/replication_group.go"
    "@001b6364c1a3b3045e152f655440a6d47eb44a70"
)
