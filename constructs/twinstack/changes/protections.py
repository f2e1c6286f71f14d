"""What keeps a thing, or what it holds, from being lost or read, and is off after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from twinstack.changes.effect import Effect
from twinstack.changes.judgement import GUARDS, blocks
from twinstack.changes.openings import at, is_on
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET
from twinstack.facts.conditions import number_of
from twinstack.facts.rights import denies

Arguments: TypeAlias = Mapping[str, Any]
Found: TypeAlias = Iterator[tuple[str, str]]
"""The argument, and what is lost by it."""


def taken_off(type_name: str, before: Arguments, after: Arguments) -> Found:
    """Each protection that a change takes off, or makes less."""
    for path, why in {**ON, **ON_OF.get(type_name, {})}.items():
        if is_on(at(before, path)) and not is_on(at(after, path)) and at(after, path) is not UNKNOWN_YET:
            yield path, why
    for path, why in OFF.items():
        if not is_on(at(before, path)) and is_on(at(after, path)) and path in after:
            yield path, why
    for path, (usual, why) in {**DAYS, **DAYS_OF.get(type_name, {})}.items():
        if path in before or path in after:
            was, becomes = (number_of(one.get(path)) for one in (before, after))
            first, second = (usual if one is None else one for one in (was, becomes))
            if second < first and after.get(path) is not UNKNOWN_YET:
                yield path, why
    for path, why in SAID.items():
        if before.get(path) and not after.get(path):
            yield path, why
    for judge in _JUDGES.get(type_name, ()):
        yield from judge(before, after)


def taken_off_with(type_name: str, before: Arguments) -> Iterator[tuple[Effect, str]]:
    """What goes with a resource that keeps another one, which stays."""
    if why := KEEPERS.get(type_name):
        yield Effect.UNPROTECTS, why
    if "policy" in before and denies(before["policy"]):
        yield Effect.UNPROTECTS, "what its policy denied is denied no more"


def _firewall(before: Arguments, after: Arguments) -> Found:
    left = {one.get("name") for one in blocks(after.get("rule"))}
    gone = [str(one.get("name")) for one in blocks(before.get("rule")) if one.get("name") not in left]
    if gone and after.get("rule") is not UNKNOWN_YET:
        yield "rule", f"it no longer asks {', '.join(gone)}"


def _tags_of_images(before: Arguments, after: Arguments) -> Found:
    if before.get("image_tag_mutability") == "IMMUTABLE" and after.get("image_tag_mutability") != "IMMUTABLE":
        yield "image_tag_mutability", "a tag may come to mean another image"


def _tls(before: Arguments, after: Arguments) -> Found:
    was, becomes = (
        {str(one.get("name")): str(one.get("value")) for one in blocks(side.get("parameter"))}
        for side in (before, after)
    )
    for name, on in TLS.items():
        if was.get(name) == on and becomes.get(name, on) != on:
            yield "parameter", f"{name}: connections without TLS are taken"


ON: Final[Mapping[str, str]] = {
    **dict.fromkeys(GUARDS, "AWS no longer refuses to delete it"),
    "at_rest_encryption_enabled": "what it holds is not encrypted",
    "enable_key_rotation": "its key is not rotated any more",
    "enable_log_file_validation": "nobody notices that a record was changed",
    "enable_logging": "nobody records who does what any more",
    "automatic_failover_enabled": "no other node takes over when it fails",
    "multi_az": "nothing takes over when its zone fails",
    "multi_az_enabled": "nothing takes over when its zone fails",
    "enforce_workgroup_configuration": "each query may go around its settings",
    "point_in_time_recovery.enabled": "no backup is kept of what it held before",
    "storage_encrypted": "what it holds is not encrypted",
    "encrypted": "what it holds is not encrypted",
    "transit_encryption_enabled": "connections to it are not encrypted",
}
"""Of any type: what protects while it is on."""
ON_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_efs_backup_policy": {"backup_policy.status": "no backups are made of it any more"},
    "aws_guardduty_detector": {"enable": "nobody looks for intruders any more"},
    "aws_s3_bucket_versioning": {
        "versioning_configuration.status": "what is written over or deleted is gone at once",
        "versioning_configuration.mfa_delete": "versions are deleted without a second factor",
    },
}
OFF: Final[Mapping[str, str]] = {
    "bypass_policy_lockout_safety_check": "its policy may come to let nobody change it",
    "delete_automated_backups": "its backups go with it",
    "force_delete": "it may be deleted with what is in it",
    "force_destroy": "it may be deleted with what is in it",
    "skip_final_snapshot": "no snapshot is made of it when it is deleted",
}
"""Of any type: what protects while it is off."""
DAYS: Final[Mapping[str, tuple[float, str]]] = {
    "automated_snapshot_retention_period": (1, "backups are kept for a shorter time"),
    "automatic_backup_retention_days": (0, "backups are kept for a shorter time"),
    "backup_retention_period": (0, "backups are kept for a shorter time"),
    "snapshot_retention_limit": (0, "backups are kept for a shorter time"),
}
"""Of any type: what protects for so many days; how many where nothing is said."""
DAYS_OF: Final[Mapping[str, Mapping[str, tuple[float, str]]]] = {
    "aws_kms_key": {"deletion_window_in_days": (30, "a deletion can be taken back for a shorter time")},
    "aws_secretsmanager_secret": {"recovery_window_in_days": (30, "a deletion can be taken back for a shorter time")},
}
SAID: Final[Mapping[str, str]] = {"final_snapshot_identifier": "no snapshot is made of it when it is deleted"}
"""Of any type: what protects while it says something."""
TLS: Final = {"rds.force_ssl": "1", "require_secure_transport": "1"}
KEEPERS: Final[Mapping[str, str]] = {
    "aws_efs_backup_policy": "no backups are made of it any more",
    "aws_efs_file_system_policy": "it is reached without TLS, and by root",
    "aws_s3_bucket_object_lock_configuration": "objects may be deleted before their time",
    "aws_s3_bucket_server_side_encryption_configuration": "new objects have S3's own encryption",
    "aws_s3_bucket_versioning": "what is written over or deleted is gone at once",
    "aws_wafv2_web_acl_association": "nothing looks at its requests any more",
    "aws_wafv2_web_acl_logging_configuration": "nobody records what the firewall does any more",
}
"""Types that keep another resource, and what goes with them."""
_JUDGES: Final[Mapping[str, tuple[Callable[[Arguments, Arguments], Found], ...]]] = {
    "aws_db_parameter_group": (_tls,),
    "aws_ecr_repository": (_tags_of_images,),
    "aws_rds_cluster_parameter_group": (_tls,),
    "aws_wafv2_web_acl": (_firewall,),
}
