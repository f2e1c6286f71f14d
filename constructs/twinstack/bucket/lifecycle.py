"""What becomes of some of a bucket's objects as they age: cheaper classes of storage, and their end."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import PlainText
from twinstack.environment.writes import Writes

LIFECYCLE: Final = "aws_s3_bucket_lifecycle_configuration"


class StorageClass(StrEnum):
    """Cheaper classes, in the one order in which S3 moves objects. Source: Amazon S3 User Guide, "Transitioning objects using
    Amazon S3 Lifecycle", "Supported transitions".
    """

    STANDARD_IA = "STANDARD_IA"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    ONEZONE_IA = "ONEZONE_IA"
    GLACIER_IR = "GLACIER_IR"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"


Days = Annotated[int, Field(ge=1)]
Transitions = dict[StorageClass, Annotated[int, Field(ge=0)]]


class LifecycleRule(Model):
    """What becomes of the objects whose keys begin alike. Objects below 128 KB are not moved to another class, unless
    `larger_than_bytes` says so, since they would cost more there.

    Where rules meet, S3 does what ends an object sooner. Source: Amazon S3 User Guide, "Setting an S3 Lifecycle
    configuration on a bucket" and "Lifecycle configuration elements", read in November 2026.
    """

    prefix: PlainText = ""
    """What the keys begin with, `reports/`; all objects unless given."""
    larger_than_bytes: Annotated[
        Annotated[int, Field(ge=0)] | None, Writes(LIFECYCLE, "rule.filter.object_size_greater_than")
    ] = None
    """Only objects of more bytes."""
    smaller_than_bytes: Annotated[
        Annotated[int, Field(ge=1)] | None, Writes(LIFECYCLE, "rule.filter.object_size_less_than")
    ] = None
    """Only objects of fewer bytes."""
    transitions: Annotated[Transitions, Writes(LIFECYCLE, "rule.transition", through="transition_blocks")] = Field(
        default_factory=dict
    )
    """Days after which objects move to a class, `{STANDARD_IA: 30, GLACIER: 90}`. What is in GLACIER or DEEP_ARCHIVE cannot be
    read until somebody has restored it, which takes minutes to days."""
    expire_days: Annotated[Days | None, Writes(LIFECYCLE, "rule.expiration.days")] = None
    """Days after which objects are deleted. A versioned bucket keeps them as older versions for a while more."""
    old_version_transitions: Annotated[
        Transitions, Writes(LIFECYCLE, "rule.noncurrent_version_transition", through="old_version_transition_blocks")
    ] = Field(default_factory=dict)
    """The same for older versions, by the days since another one took their place."""
    old_versions_days: Annotated[
        Days | None, Writes(LIFECYCLE, "rule.noncurrent_version_expiration.noncurrent_days")
    ] = None
    """Days that older versions are kept, fewer than the bucket's."""
    old_versions_kept: Annotated[
        Annotated[int, Field(ge=1, le=100)] | None,
        Writes(LIFECYCLE, "rule.noncurrent_version_expiration.newer_noncurrent_versions"),
    ] = None
    """How many of them are kept beyond `old_versions_days`, the newest, until the bucket's own days are over."""
    abandoned_uploads_days: Annotated[
        Days | None, Writes(LIFECYCLE, "rule.abort_incomplete_multipart_upload.days_after_initiation")
    ] = None
    """Days after which unfinished uploads are removed, fewer than the bucket's."""

    @property
    def transition_blocks(self) -> list[dict[str, Any]] | None:
        """As the provider has them, in the order in which they happen."""
        return [{"days": days, "storage_class": to} for to, days in _in_order(self.transitions)] or None

    @property
    def old_version_transition_blocks(self) -> list[dict[str, Any]] | None:
        """Those of older versions."""
        return [
            {"noncurrent_days": days, "storage_class": to} for to, days in _in_order(self.old_version_transitions)
        ] or None

    def rules(self) -> Iterator[Finding]:
        if not any(getattr(self, field) for field in ACTIONS):
            yield Finding(
                "TW712",
                "a lifecycle rule that does nothing",
                given="none of " + ", ".join(ACTIONS),
                allowed="at least one of them",
                fix="say what becomes of the objects, or remove the rule",
            )
        least, most = self.larger_than_bytes, self.smaller_than_bytes
        if least is not None and most is not None and most - least < 2:
            yield Finding(
                "TW712",
                "no object is of such a size",
                ("larger_than_bytes",),
                given=f"larger than {least}, smaller than {most}",
                allowed="room for a size between the two",
                fix="change one of them",
            )
        if self.abandoned_uploads_days and self._has_sizes:
            yield Finding(
                "TW712",
                "an unfinished upload has no size",
                ("abandoned_uploads_days",),
                given=f"{self.abandoned_uploads_days}, beside a size of objects",
                allowed="uploads by their prefix alone",
                fix="move it to a rule without sizes",
            )
        if self.old_versions_kept and not self.old_versions_days:
            yield Finding(
                "TW712",
                "nothing says when the other older versions go",
                ("old_versions_kept",),
                given=f"{self.old_versions_kept}, without old_versions_days",
                allowed="both: those beyond the kept ones go after the days",
                fix="add old_versions_days, 1 for at once",
            )
        yield from _out_of_order("transitions", self.transitions)
        yield from _out_of_order("old_version_transitions", self.old_version_transitions)

    @property
    def _has_sizes(self) -> bool:
        return self.larger_than_bytes is not None or self.smaller_than_bytes is not None


def check_lifecycle(rules: Mapping[str, LifecycleRule], bucket: Mapping[str, int | None]) -> Iterator[Finding]:
    """Findings for rules that the bucket's own days (`expire_days` and so on) leave nothing to do. Paths are from the bucket on."""
    for name, rule in rules.items():
        place = ("lifecycle", name)
        if name in OWN_RULES:
            yield Finding(
                "TW712",
                "a rule that the bucket has itself",
                place,
                name,
                "another name than " + " and ".join(OWN_RULES),
                "rename it",
            )
        for field, most in bucket.items():
            days: int | None = getattr(rule, field)
            if days and most and days > most:
                yield Finding(
                    "TW712",
                    "the bucket's own rule comes first",
                    (*place, field),
                    given=f"{days}, and {most} for the whole bucket",
                    allowed=f"at most {most}",
                    fix=f"lower it; or raise the bucket's {field}, with a rule for each prefix that goes sooner",
                )
        for field, ends in MOVES:
            moves: Transitions = getattr(rule, field)
            end = _first_end(rule, bucket, ends)
            for to, days in moves.items():
                if end is not None and days >= end:
                    yield Finding(
                        "TW712",
                        "objects end before they move",
                        (*place, field, to),
                        given=f"moved after {days} days, ended after {end}",
                        allowed=f"fewer than {end} days",
                        fix=f"lower it, or raise {ends}",
                    )


def check_stays(rules: Mapping[str, LifecycleRule], bucket: Mapping[str, int | None]) -> Iterator[Finding]:
    """A warning for each class that objects leave before what is charged for it is over."""
    for name, rule in rules.items():
        for field, ends in MOVES:
            yield from _too_short(("lifecycle", name), field, getattr(rule, field), _first_end(rule, bucket, ends))


def _first_end(rule: LifecycleRule, bucket: Mapping[str, int | None], field: str) -> int | None:
    """The day on which objects end, by the rule or by the bucket's own days, whichever comes first."""
    return min(filter(None, (getattr(rule, field), bucket[field])), default=None)


def _too_short(place: tuple[str, ...], field: str, moves: Transitions, end: int | None) -> Iterator[Finding]:
    ordered = _in_order(moves)
    ends = [*(days for _, days in ordered[1:]), end]
    for (to, days), left in zip(ordered, ends, strict=False):
        least = CHARGED_DAYS.get(to, 0)
        if left is not None and days < left < days + least:
            yield Finding(
                "TW716",
                "objects leave a class of storage before the days that are charged for it are over",
                (*place, field, to),
                given=f"{left - days} days in {to}",
                allowed=f"{least} days or more, which are charged in any case",
                fix=f"leave {to} out, or let what comes after it wait until day {days + least}",
                warning=True,
                acknowledgeable=True,
            )


def _out_of_order(field: str, moves: Transitions) -> Iterator[Finding]:
    for (one, days), (other, later) in pairwise(_in_order(moves)):
        if later <= days:
            yield Finding(
                "TW712",
                "objects do not move back to a class",
                (field, other),
                given=f"{one} after {days} days, {other} after {later}",
                allowed="one after the other, in the order of " + ", ".join(StorageClass),
                fix=f"let {other} come later than {one}, or leave one out",
            )


def _in_order(moves: Transitions) -> list[tuple[StorageClass, int]]:
    return sorted(moves.items(), key=lambda move: [*StorageClass].index(move[0]))


OWN_RULES: Final = ("clean-up", "expire")
"""The rules of the whole bucket, which its own fields make."""
MOVES: Final = (("transitions", "expire_days"), ("old_version_transitions", "old_versions_days"))
"""What moves objects, and what ends them."""
ACTIONS: Final = (
    "transitions", "expire_days", "old_version_transitions", "old_versions_days", "old_versions_kept", "abandoned_uploads_days",
)  # fmt: skip
CHARGED_DAYS: Final[Mapping[StorageClass, int]] = {
    StorageClass.STANDARD_IA: 30,
    StorageClass.ONEZONE_IA: 30,
    StorageClass.GLACIER_IR: 90,
    StorageClass.GLACIER: 90,
    StorageClass.DEEP_ARCHIVE: 180,
}
"""How many days of a class are charged at least. Until 2026 S3 refused a move to an IA class before day 30; the model of its
API (botocore 1.44.8, LifecycleTransition, Days) says 0 or any number now. Source: Amazon S3 User Guide, "Understanding and
managing Amazon S3 storage classes"."""
