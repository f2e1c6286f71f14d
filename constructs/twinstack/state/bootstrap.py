"""Looks at the state bucket of an environment, and makes it or puts it right where that is asked for.

What lies in it is never touched.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from twinstack.errors import BootstrapError, MissingToolError, UsageError
from twinstack.state.commands import FIRST_REGION, change, creation
from twinstack.state.settings import SETTINGS, Setting

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


class Outcome(StrEnum):
    """What became of one thing."""

    RIGHT = "right"
    MADE = "made"
    CHANGED = "changed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at."""

    name: str
    wanted: str
    outcome: Outcome
    command: str = ""
    """What makes it right, for a shell; empty where it is right, or was made so."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, made and changed."""

    environment: str
    account: str
    region: str
    bucket: str
    steps: tuple[Step, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing is left to be done."""
        return not any(step.outcome is Outcome.WRONG for step in self.steps)

    @property
    def is_unchanged(self) -> bool:
        """Whether everything was right as it was found."""
        return all(step.outcome is Outcome.RIGHT for step in self.steps)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self) | {"right": self.is_right, "unchanged": self.is_unchanged}


def bootstrap(environment: Environment, *, apply: bool = False) -> Report:
    """Looks at the bucket and each of its settings; with `apply` it makes what is missing and puts right what is not.

    The credentials are those that boto3 finds, and must be of the environment's account: every call names the owner
    that it expects. Raises UsageError for credentials of another account and for a bucket of another owner or region,
    BootstrapError where AWS refuses or cannot be reached, MissingToolError without boto3.
    """
    with _explained():
        session = _session(environment.region)
        _check_account(session, environment)
        s3 = session.client("s3")
        owner = {"Bucket": environment.state_bucket, "ExpectedBucketOwner": environment.account}
        steps = [_bucket(s3, environment, owner, apply=apply)]
        is_there = steps[0].outcome is not Outcome.WRONG
        steps += [
            _setting(s3, environment, setting, owner, apply=apply)
            if is_there
            else Step(setting.name, setting.wanted, Outcome.WRONG, change(environment, setting, {}))
            for setting in SETTINGS
        ]
    return Report(environment.name, environment.account, environment.region, environment.state_bucket, tuple(steps))


def _session(region: str) -> Any:
    try:
        import boto3
    except ModuleNotFoundError as error:
        raise MissingToolError(f'{error.name} is not installed: pip install "twinstack[state]"') from error
    return boto3.Session(region_name=region)


def _check_account(session: Any, environment: Environment) -> None:
    identity = session.client("sts").get_caller_identity()
    if identity["Account"] != environment.account:
        raise UsageError(
            f"the credentials are of account {identity['Account']} ({identity['Arn']}), and {environment.name} is in "
            f"{environment.account}: use credentials of that account, for example by AWS_PROFILE"
        )


def _bucket(s3: Any, environment: Environment, owner: dict[str, str], *, apply: bool) -> Step:
    bucket, region = environment.state_bucket, environment.region
    step = ("bucket", f"{bucket}, in {region}")
    found = _head(s3, bucket, owner)
    if found is None:
        if not apply:
            return Step(*step, Outcome.WRONG, creation(environment))
        _create(s3, bucket, region)
        return Step(*step, Outcome.MADE)
    if found != region:
        raise UsageError(
            f"the bucket {bucket} is in {found}, and {environment.name} is in {region}, where Terraform looks for it: give "
            "another `state_bucket_name`"
        )
    return Step(*step, Outcome.RIGHT)


def _head(s3: Any, bucket: str, owner: dict[str, str]) -> str | None:
    """The bucket's region; None where there is none. Raises UsageError for somebody else's."""
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(**owner)
    except ClientError as error:
        if _code(error) in {"404", "NoSuchBucket"}:
            return None
        if _code(error) in {"403", "AccessDenied"}:
            raise UsageError(_foreign(bucket)) from error
        if _code(error) not in {"301", "PermanentRedirect"}:
            raise
    # S3 says nothing where it means us-east-1.
    return s3.get_bucket_location(**owner).get("LocationConstraint") or FIRST_REGION


def _create(s3: Any, bucket: str, region: str) -> None:
    from botocore.exceptions import ClientError

    place = {} if region == FIRST_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **place)
    except ClientError as error:
        if _code(error) == "BucketAlreadyExists":
            raise UsageError(_foreign(bucket)) from error
        if _code(error) != "BucketAlreadyOwnedByYou":  # somebody else's run was faster
            raise


def _setting(s3: Any, environment: Environment, setting: Setting, owner: dict[str, str], *, apply: bool) -> Step:
    bucket = owner["Bucket"]
    found = _read(s3, setting, owner)
    if setting.is_right(found, bucket):
        return Step(setting.name, setting.wanted, Outcome.RIGHT)
    if not apply:
        return Step(setting.name, setting.wanted, Outcome.WRONG, change(environment, setting, found))
    getattr(s3, f"put_{setting.api}")(**owner, **setting.put(found, bucket))
    # S3 shows some settings, lifecycle rules above all, only a while after it took them.
    for _ in range(PATIENCE_SECONDS):
        if setting.is_right(_read(s3, setting, owner), bucket):
            return Step(setting.name, setting.wanted, Outcome.CHANGED)
        time.sleep(1)
    raise BootstrapError(
        f"{bucket}: {setting.name} was set, and S3 says otherwise: run it again, then look at it there"
    )


def _read(s3: Any, setting: Setting, owner: dict[str, str]) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    try:
        found: dict[str, Any] = getattr(s3, f"get_{setting.api}")(**owner)
    except ClientError as error:
        if _code(error) != setting.absent:
            raise
        return {}
    return found


def _foreign(bucket: str) -> str:
    return (
        f"the bucket {bucket} is somebody else's, or these credentials may not look at it: a bucket's name is unique in the "
        "world. Give the environment another `state_bucket_name`, or the credentials s3:ListBucket on this one"
    )


@contextmanager
def _explained() -> Generator[None]:
    """What AWS's library raises, as one sentence."""
    try:
        yield
    except (UsageError, MissingToolError, BootstrapError):
        raise
    except Exception as error:
        if type(error).__module__.split(".")[0] not in {"botocore", "boto3"}:
            raise
        if type(error).__name__ in NO_CREDENTIALS:
            raise UsageError(f"no AWS credentials: {error}") from error
        raise BootstrapError(f"AWS: {error}") from error


def _code(error: Any) -> str:
    return str(error.response["Error"]["Code"])


PATIENCE_SECONDS: Final = 20
NO_CREDENTIALS: Final = {
    "NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "TokenRetrievalError", "UnauthorizedSSOTokenError",
    "SSOTokenLoadError", "CredentialRetrievalError",
}  # fmt: skip
