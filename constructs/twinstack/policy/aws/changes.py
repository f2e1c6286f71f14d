"""From one release to the next: what AWS refuses to do to what there is, and what cannot be undone.

Source: Amazon RDS, ElastiCache and EKS user guides ("Deleting a DB instance", "Upgrading engine versions", "Change
authentication mode to use access entries", "Enable EKS Auto Mode on existing clusters"); Route 53 API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.clusters import is_auto, mode_of
from twinstack.policy.aws.stack import Resource, Stack, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "protected-and-removed",
    "Something is removed while it is protected",
    "take its protection off in one release, and remove it in the next",
    compares=True,
    severity="error",
)
def protected_and_removed(before: Stack, after: Stack) -> Iterator[Fault]:
    """AWS refuses to delete what deletion protection is on for: Terraform, which no longer has the block, does not take it off
    first.
    """
    kept = {one.address for one in after.of()}
    for one in before.of(*PROTECTED):
        key = PROTECTED[one.type]
        is_protected = one.literal(key) in ("true", "ACTIVE")
        if is_protected and one.address not in kept and not _leaves(after, one.address):
            yield Fault(one.address, key, f"{one.literal(key)}, and it is removed", "off, one release before")


@RULES(
    "engine-goes-back",
    "A cache's engine changes without its parameters, or back",
    "change engine, engine_version and a parameter group of that family together, and only from Redis to Valkey",
    compares=True,
    severity="error",
)
def engine_goes_back(before: Stack, after: Stack) -> Iterator[Fault]:
    """ElastiCache takes a parameter group of the new engine in the same call that changes it, one that is there by then, and never
    takes Redis again.
    """
    for old, new in _both(before, after, "aws_elasticache_replication_group"):
        was, now = (one.literal("engine").lower() or "redis" for one in (old, new))
        if (was, now) == ("valkey", "redis"):
            yield Fault(new.address, "engine", "valkey becomes redis", "valkey")
        elif was != now:
            yield from _same_group(before, after, old, new, now)


@RULES(
    "cluster-made-anew",
    "A cluster is replaced for how it began",
    "write the value that it was made with, or ignore changes of it",
    compares=True,
    severity="error",
)
def cluster_made_anew(before: Stack, after: Stack) -> Iterator[Fault]:
    """What a cluster brought with it at its making is a flag of that moment: Auto Mode that is turned on later asks for false,
    and the provider makes another cluster for it.
    """
    for old, new in _both(before, after, "aws_eks_cluster"):
        was, now = ("false" if one.literal(ONCE) == "false" else "true" for one in (old, new))
        known = not any("${" in str(one.get(ONCE)) for one in (old, new))
        if was != now and known and not {"all", ONCE} & set(texts(new.lifecycle.get("ignore_changes"))):
            yield Fault(new.address, ONCE, f"{was} becomes {now}", was)
        if is_auto(old) and not new.blocks("compute_config"):
            yield Fault(
                new.address, "compute_config", "taken away, which changes nothing", "enabled: false", doubtful=True
            )


@RULES(
    "access-mode-skips",
    "A cluster's way of letting people in is changed by two steps, or back",
    "go from CONFIG_MAP to API_AND_CONFIG_MAP, and in the next release to API",
    compares=True,
    severity="error",
)
def access_mode_skips(before: Stack, after: Stack) -> Iterator[Fault]:
    """EKS changes the authentication mode one step at a time, and never back."""
    for old, new in _both(before, after, "aws_eks_cluster"):
        was, now = mode_of(old), mode_of(new)
        if was in MODES and now in MODES and MODES.index(now) - MODES.index(was) not in (0, 1):
            step = "API_AND_CONFIG_MAP" if MODES.index(now) > MODES.index(was) else was
            yield Fault(new.address, "access_config.authentication_mode", f"{was} becomes {now}", step)


@RULES(
    "zone-renamed",
    "A zone gets another name",
    "keep it, and make a zone beside it",
    compares=True,
    severity="error",
)
def zone_renamed(before: Stack, after: Stack) -> Iterator[Fault]:
    """A zone has one name for its life: another one is another zone, with other name servers, and the old one's records go with it or
    keep it from being deleted.
    """
    for old, new in _both(before, after, "aws_route53_zone"):
        was, now = (one.literal("name").rstrip(".").lower() for one in (old, new))
        if was and now and was != now:
            yield Fault(new.address, "name", f"{was} becomes {now}", was)


@RULES(
    "user-renamed",
    "A secret is asked for a name that it does not have",
    "keep `admin_user` and `application_user` of a database that stands. Another role for the application is made in SQL, as a "
    "member of the one that there is; another master user is another instance, beside it and filled from a dump",
    compares=True,
    severity="error",
)
def user_renamed(before: Stack, after: Stack) -> Iterator[Fault]:
    """What is made up once, passwords by the name of their user, is written once for each version of a secret: a name that
    comes later stands in no version that is there, so that every plan which reads it ends.
    """
    for old, new in _both(before, after, "aws_secretsmanager_secret_version"):
        was, now = (_written_names(one.get("secret_string_wo")) for one in (old, new))
        same = old.get("secret_string_wo_version") == new.get("secret_string_wo_version")
        if was and same and (missing := [name for name in now if name not in was]):
            yield Fault(
                new.address, "secret_string_wo", f"{', '.join(missing)} instead of {', '.join(was)}", ", ".join(was)
            )


def _written_names(value: object) -> list[str]:
    """The names of `${jsonencode({ name = …, other = … })}`."""
    found = JSON_OBJECT.fullmatch(str(value))
    return JSON_NAME.findall(found[1]) if found else []


def _both(before: Stack, after: Stack, kind: str) -> Iterator[tuple[Resource, Resource]]:
    """What is in both, under the address it has now."""
    moved = {str(one.get("to")): str(one.get("from")) for one in after.listed("moved")}
    old = {one.address: one for one in before.of(kind)}
    for new in after.of(kind):
        was = old.get(new.address) or old.get(moved.get(new.address, ""))
        if was is not None:
            yield was, new


def _leaves(after: Stack, address: str) -> bool:
    """Whether what had this address is only called otherwise now, or let go of without being deleted."""
    moved = {str(one.get("from")) for one in after.listed("moved")}
    forgotten = {
        str(one.get("from"))
        for one in after.listed("removed")
        if Resource("removed", "", one).inner("lifecycle", "destroy") in (False, "false")
    }
    return address in moved | forgotten


def _same_group(before: Stack, after: Stack, old: Resource, new: Resource, engine: str) -> Iterator[Fault]:
    written = new.get("parameter_group_name")
    group, former = after.referred(written), before.referred(old.get("parameter_group_name"))
    family = group.literal("family") if group else str(written or "").removeprefix("default.")
    if written and family and "${" not in family and not family.startswith(engine):
        yield Fault(new.address, "parameter_group_name", f"{family}, with engine {engine}", f"a group of {engine}")
    elif group and former and _replaced_in_place(former, group):
        yield Fault(group.address, "family", f"{former.literal('family')} becomes {family}", "a group beside it")


def _replaced_in_place(former: Resource, group: Resource) -> bool:
    same = former.address == group.address and former.literal("name") == group.literal("name")
    return same and former.literal("family") != group.literal("family")


PROTECTED: Final[Mapping[str, str]] = {
    "aws_db_instance": "deletion_protection",
    "aws_rds_cluster": "deletion_protection",
    "aws_docdb_cluster": "deletion_protection",
    "aws_neptune_cluster": "deletion_protection",
    "aws_eks_cluster": "deletion_protection",
    "aws_dynamodb_table": "deletion_protection_enabled",
    "aws_lb": "enable_deletion_protection",
    "aws_cognito_user_pool": "deletion_protection",
    "aws_cloudwatch_log_group": "deletion_protection_enabled",
}
"""What AWS refuses to delete while this argument is on."""
JSON_OBJECT: Final = re.compile(r"\$\{jsonencode\(\{(.*)\}\)\}", re.DOTALL)
JSON_NAME: Final = re.compile(r"(?:^|,)\s*([A-Za-z_][\w-]*)\s*=")
ONCE: Final = "bootstrap_self_managed_addons"
MODES: Final = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
