"""What a bucket is described by."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.bucket.cors import CorsRule
from twinstack.bucket.lifecycle import LIFECYCLE, LifecycleRule, check_lifecycle, check_stays
from twinstack.environment.links import Access, Offer, Reach, Variable
from twinstack.environment.model import Finding
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import VariableName
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import StandIn
from twinstack.environment.writes import Writes

RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class BucketEncryption(StrEnum):
    """Who holds the key: S3 itself, or a KMS key of the bucket's own."""

    AES256 = "AES256"
    KMS = "aws:kms"


class BucketSpec(ResourceSpec):
    """A private bucket: no public access, TLS only, owner enforced, encrypted.

    Each access is one right and no other: `read` an object whose key is known, `write` one, `list` the keys, `delete` an
    object. A workload asks for as many as it needs. Without `list`, S3 answers 403 for a key that does not exist, where
    it would answer 404. Sources: Amazon S3 User Guide, "Security best practices"; Amazon S3 API Reference, "GetObject",
    read in November 2026.
    """

    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ, Access.WRITE, Access.LIST, Access.DELETE)
    levels_add_up: ClassVar[bool] = True

    encryption: Annotated[
        BucketEncryption,
        Writes(
            "aws_s3_bucket_server_side_encryption_configuration",
            "rule.apply_server_side_encryption_by_default.sse_algorithm",
        ),
    ] = BucketEncryption.AES256
    """`AES256`, or `aws:kms` for a key of the bucket's own."""
    versioned: bool = True
    """Keeps overwritten and deleted objects as older versions."""
    old_versions_days: Annotated[
        int, Field(ge=1), Writes(LIFECYCLE, "rule.noncurrent_version_expiration.noncurrent_days")
    ] = 90
    """Days that older versions are kept."""
    expire_days: Annotated[Annotated[int, Field(ge=1)] | None, Writes(LIFECYCLE, "rule.expiration.days")] = None
    """Days after which objects are deleted; none: never. A versioned bucket keeps them as older versions for a while more."""
    abandoned_uploads_days: Annotated[
        int, Field(ge=1), Writes(LIFECYCLE, "rule.abort_incomplete_multipart_upload.days_after_initiation")
    ] = 7
    """Days after which unfinished uploads are removed."""
    lifecycle: dict[RuleName, LifecycleRule] = Field(default_factory=dict, max_length=100)
    """What becomes of some of its objects, by a name of each rule: cheaper classes of storage, an earlier end, by what their
    keys begin with."""
    cors: dict[RuleName, CorsRule] = Field(default_factory=dict, max_length=100)
    """Which pages of other origins may use it from a browser, by a name of each rule. An edge's own pages are of another
    origin than the bucket too."""
    variable: VariableName | None = Field(default=None, json_schema_extra={"base_only": True})
    """The variable that carries the bucket's name; `{FIELD}_BUCKET` unless given."""

    @property
    def aws_services(self) -> tuple[str, ...]:
        return ("s3",)

    @property
    def bucket_name(self) -> str:
        """`shadower-analytics-exports`."""
        return self.aws_name

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        variable = Variable(self.variable or f"{self.key.upper()}_BUCKET", self.bucket_name, part="name")
        return Offer((variable,), Reach.AWS_API, 443)

    @property
    def fixed_ports(self) -> tuple[int, ...]:
        from twinstack.bucket.local import PORT

        return (PORT,)

    def local(self) -> StandIn:
        from twinstack.bucket.local import stand_in

        return stand_in(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "S3 bucket", self.bucket_name

    def rules(self) -> Iterator[Finding]:
        yield from check_lifecycle(self.lifecycle, self._days)

    def review(self) -> Iterator[Finding]:
        yield from check_stays(self.lifecycle, self._days)
        if not self.context.protected:
            return
        if any(rule.is_for_everybody for rule in self.cors.values()):
            yield relaxed(
                "TW711", "origins of its own in its CORS rules", "cors", "*", "the origins of pages that you know"
            )
        if not self.versioned:
            yield relaxed("TW402", "older versions to go back to", "versioned", False, "true")

    @property
    def _days(self) -> dict[str, int | None]:
        """What its own rules say of every object."""
        return {
            "expire_days": self.expire_days,
            "old_versions_days": self.old_versions_days,
            "abandoned_uploads_days": self.abandoned_uploads_days,
        }
