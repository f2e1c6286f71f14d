"""A release: one environment at one version, written down with the digest of all that it consists of.

Reading one imports neither pydantic nor the environment object: what is deployed is what lies in the folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twinstack.delivery import digest
from twinstack.delivery.release_folder import RELEASE_FILE, compare, files_of, protect, read_json
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.fresh_file import write_private

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


@dataclass(frozen=True)
class ClusterIdentity:
    """Which cluster a release is meant for."""

    name: str
    """Its name on EKS."""
    region: str
    account: str
    arn: str
    """Empty for one that is not on EKS."""
    endpoint: str = ""
    """The URL of its API server; empty while only Terraform knows it."""


@dataclass(frozen=True)
class Release:
    """What `release.json` says: what is deployed, where, by whom it was made, and the digest of each file beside it."""

    product: str
    environment: str
    version: str
    """The tag of every image that names none."""
    stack: str
    """`analytics-prod`: what its objects are labelled with (`app.kubernetes.io/instance`)."""
    account: str
    region: str
    namespace: str
    """The product's namespace, where its Lease and its records lie."""
    cluster: ClusterIdentity | None
    """None for a product without one."""
    halves: tuple[str, ...]
    """`infrastructure`, `workloads`, or one of them."""
    protected: bool
    """Production: asks before it is touched, and is not destroyed."""
    deadline_seconds: float
    """How long all that is applied may take to be ready, before the last release is returned to."""
    watch_seconds: float
    """How long all that runs is watched once it is ready, for what fails only after a while; 0: not at all."""
    keep_releases: int
    """How many releases its cluster remembers."""
    notify: Mapping[str, Any]
    """Who is told how it ended: `command`, `webhook_variable`; empty for nobody."""
    revision: str
    """The commit it was made of; empty outside of Git."""
    dirty: bool
    """Whether something had been changed since that commit."""
    made_by: str
    made_at: str
    """The moment, in UTC, as ISO 8601 has it: `2026-11-28T22:15:00Z`."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The digest of each file, by its path in the folder; empty until it is written."""
    digest: str = ""
    """Of all the above; empty until it is written."""
    format: int = 0
    """The form of this document."""

    @classmethod
    def of(
        cls,
        environment: Environment,
        *,
        halves: Sequence[str],
        made_by: str,
        made_at: str,
        revision: str = "",
        dirty: bool = False,
        endpoint: str = "",
        version_from: Location | None = None,
    ) -> Release:
        """A release of this environment, not yet written. Raises ConfigurationError for a version that moves (TW962), at
        the place that says it (`version_from`).
        """
        from twinstack.delivery.version import require_lasting

        require_lasting(environment.context.version, version_from)
        found = cls.standing(environment, endpoint=endpoint)
        given = {"made_by": made_by, "made_at": made_at, "revision": revision, "dirty": dirty}
        return replace(found, halves=tuple(str(half) for half in halves), **given)

    @classmethod
    def standing(cls, environment: Environment, *, endpoint: str = "") -> Release:
        """Where an environment's releases stand, and how they are waited for. Its version is nobody's who only looks there,
        goes back, or takes it down: it may be one that moves.
        """
        from twinstack.environment.placement import ClusterPlan, DeliveryPlan

        context = environment.context
        plan, delivery = environment.find(ClusterPlan), environment.find(DeliveryPlan)
        name = getattr(plan, "cluster_name", "")
        cluster = ClusterIdentity(name, context.region, context.account, getattr(plan, "arn", ""), endpoint)
        return cls(
            product=context.product,
            environment=context.environment,
            version=context.version,
            stack=environment.stack_id,
            account=context.account,
            region=context.region,
            namespace=context.namespace,
            cluster=cluster if name else None,
            halves=(),
            protected=context.protected,
            deadline_seconds=float(getattr(delivery, "deadline_seconds", DEADLINE_SECONDS)),
            watch_seconds=float(getattr(delivery, "watch_seconds", 0)),
            keep_releases=int(getattr(delivery, "keep_releases", 10)),
            notify=_notify(delivery),
            revision="",
            dirty=False,
            made_by="",
            made_at="",
            format=FORMAT,
        )

    @classmethod
    def read(cls, folder: Path) -> Release:
        """The release of a folder, once every file in it is the one that was planned.

        Raises ConfigurationError with all that is wrong: no release or one of another form (TW961), files that were
        changed, taken away or added (TW960).
        """
        document = read_json(folder)
        release = cls.of_document(document, Location(str(folder / RELEASE_FILE)))
        problems = [*compare(folder, release.files)]
        if _digest(release) != release.digest:
            problems.insert(0, _changed_document(folder))
        if problems:
            raise ConfigurationError(problems)
        return release

    @classmethod
    def of_document(cls, document: Mapping[str, Any], location: Location) -> Release:
        """What a `release.json` says, unverified. Raises ConfigurationError for one of another form (TW961)."""
        wanted = {each.name for each in fields(cls)}
        if document.get("format") != FORMAT:
            raise ConfigurationError([_other_format(document.get("format"), location)])
        if set(document) != wanted:
            raise ConfigurationError([_other_fields(wanted ^ set(document), location)])
        try:
            cluster = document["cluster"]
            values: dict[str, Any] = {
                **document,
                "halves": tuple(document["halves"]),
                "files": dict(document["files"]),
                "cluster": None if cluster is None else ClusterIdentity(**cluster),
            }
        except (TypeError, ValueError) as error:
            raise ConfigurationError([_other_fields({str(error)}, location)]) from error
        return cls(**values)

    def write(self, folder: Path) -> Release:
        """Writes `release.json` into a folder that holds all else, last, and returns the release with its digests.

        Nobody but its owner may read the folder then: a Terraform plan lies in it. Raises OSError.
        """
        protect(folder)
        bare = replace(self, files=files_of(folder), format=FORMAT, digest="")
        release = replace(bare, digest=_digest(bare))
        write_private(folder / RELEASE_FILE, json.dumps(release.as_dict(), indent=2) + "\n")
        return release

    def as_dict(self) -> dict[str, Any]:
        """As `release.json` holds it."""
        return asdict(self)

    @property
    def summary(self) -> dict[str, Any]:
        """As a record holds it: without the list of files, which it has no use for."""
        return {key: value for key, value in self.as_dict().items() if key != "files"} | {"halves": [*self.halves]}


def _notify(delivery: Any) -> Mapping[str, Any]:
    told = getattr(delivery, "notify", None)
    if told is None:
        return {}
    return {"command": list(told.command), "webhook_variable": told.webhook_variable or ""}


def _digest(release: Release) -> str:
    """Of the whole document but the digest itself."""
    return digest.of_value({key: value for key, value in release.as_dict().items() if key != "digest"})


def _changed_document(folder: Path) -> Problem:
    return Problem(
        "TW960",
        "a release is not what was planned",
        location=Location(str(folder / RELEASE_FILE)),
        given=f"{RELEASE_FILE} was changed",
        allowed="the folder as `twinstack plan` wrote it",
        fix="plan again, and deploy what that writes",
    )


def _other_format(given: object, location: Location) -> Problem:
    return Problem(
        "TW961",
        "a release that this version of twinstack cannot read",
        location=location,
        given=f"format {given}" if given is not None else "no format",
        allowed=f"format {FORMAT}",
        fix="deploy it with the version of twinstack that planned it, or plan again with this one",
    )


def _other_fields(found: set[str], location: Location) -> Problem:
    return Problem(
        "TW961",
        "a release that this version of twinstack cannot read",
        location=location,
        given=", ".join(sorted(found)),
        allowed="the fields of its format, no more and no fewer",
        fix="plan again, and deploy what that writes",
    )


FORMAT: Final = 1
DEADLINE_SECONDS: Final = 600.0
"""Unless the environment says another: a pod that pulls a large image onto a new node takes minutes, none takes ten."""
