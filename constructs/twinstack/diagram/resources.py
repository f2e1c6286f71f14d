"""What a resource is, in a sign and a few short lines, read from the Terraform that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from twinstack.diagram.drawing import Icon
from twinstack.policy.aws.stack import Resource


def picture_of(blocks: Sequence[Resource]) -> tuple[Icon, tuple[str, ...]]:
    """The sign and the lines of what a construct made. Of what is not known here, the type that it has first."""
    for type_name, (icon, describe) in KNOWN.items():
        found = [one for one in blocks if one.type == type_name]
        if found:
            return icon, tuple(line for line in describe(found) if line)
    if not blocks:
        return Icon.SETTINGS, ()
    own = [one for one in blocks if one.type.removeprefix("aws_").split("_")[0] not in _ACCESSORIES] or blocks
    return Icon.THING, (own[0].type.removeprefix("aws_").replace("_", " "),)


def _instance(blocks: Sequence[Resource]) -> Iterator[str]:
    (one, *_) = blocks
    yield _engine(one)
    yield one.literal("instance_class")
    zones = "two zones" if one.get("multi_az") else "one zone"
    yield f"{one.get('allocated_storage')} GiB, {zones}" if one.get("allocated_storage") else zones


def _cache(blocks: Sequence[Resource]) -> Iterator[str]:
    (one, *_) = blocks
    yield _engine(one)
    count = one.get("num_cache_clusters") or 1
    yield f"{'1 node' if count == 1 else f'{count} nodes'}, {one.literal('node_type')}"


def _engine(one: Resource) -> str:
    engine = one.literal("engine")
    return f"{_ENGINES.get(engine, engine)} {one.literal('engine_version')}".strip()


def _name(argument: str) -> Callable[[Sequence[Resource]], Iterator[str]]:
    def line(blocks: Sequence[Resource]) -> Iterator[str]:
        yield blocks[0].literal(argument)

    return line


def _count(word: str) -> Callable[[Sequence[Resource]], Iterator[str]]:
    def line(blocks: Sequence[Resource]) -> Iterator[str]:
        yield f"1 {word}" if len(blocks) == 1 else f"{len(blocks)} {word}s"

    return line


_ENGINES: Final[Mapping[str, str]] = {"postgres": "PostgreSQL", "redis": "Redis", "valkey": "Valkey", "mysql": "MySQL"}
KNOWN: Final[Mapping[str, tuple[Icon, Callable[[Sequence[Resource]], Iterator[str]]]]] = {
    "aws_db_instance": (Icon.DATABASE, _instance),
    "aws_rds_cluster": (Icon.DATABASE, _instance),
    "aws_dynamodb_table": (Icon.DATABASE, _name("name")),
    "aws_elasticache_replication_group": (Icon.MEMORY, _cache),
    "aws_s3_bucket": (Icon.BUCKET, _name("bucket")),
    "aws_efs_file_system": (Icon.BUCKET, _name("creation_token")),
    "aws_sqs_queue": (Icon.QUEUE, _name("name")),
    "aws_sns_topic": (Icon.QUEUE, _name("name")),
    "aws_secretsmanager_secret": (Icon.SECRET, _count("secret")),
}
"""By the type that says most, the first that there is."""
_ACCESSORIES: Final = frozenset({"iam", "kms", "security", "vpc", "cloudwatch"})
