"""Whose credentials these are, asked before anything is planned or applied.

Terraform's provider refuses another account too (`allowed_account_ids`), but only once it has read the state.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from twinstack.errors import ConfigurationError, InfrastructureError, MissingToolError, Problem


@dataclass(frozen=True)
class Caller:
    """Who AWS says that these credentials are."""

    account: str
    arn: str


def caller(region: str) -> Caller:
    """Whose credentials the environment, the profile or the machine gives; by boto3, or by the AWS CLI where that is not
    installed.

    Raises ConfigurationError (TW977) where there are none, InfrastructureError (TW977) where AWS does not answer, and
    MissingToolError without either.
    """
    try:
        sts = client("sts", region)
    except MissingToolError:
        return _by_command(region)
    with explained():
        found = sts.get_caller_identity()
    return Caller(found["Account"], found["Arn"])


def require_account(account: str, region: str, who: Caller | None = None) -> Caller:
    """Raises ConfigurationError (TW977) where the credentials are of another account, and as `caller` does."""
    who = who or caller(region)
    if who.account != account:
        raise ConfigurationError([_another(account, who)])
    return who


def client(service: str, region: str) -> Any:
    """AWS's own library for a service. Raises MissingToolError where it is not installed, and as `caller` does."""
    try:
        import boto3
    except ModuleNotFoundError as error:
        raise MissingToolError(f'{error.name} is not installed: pip install "twinstack[state]"') from error
    from botocore.config import Config

    settings = Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": TRIES})
    with explained():
        return boto3.Session(region_name=region).client(service, config=settings)


@contextmanager
def explained() -> Generator[None]:
    """What AWS's library raises, as ours: no credentials are the caller's affair, silence is AWS's."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"botocore", "boto3"}:
            raise
        if type(error).__name__ in NO_CREDENTIALS or _code(error) in EXPIRED:
            raise ConfigurationError([_no_credentials(str(error))]) from error
        raise InfrastructureError(
            [Problem("TW977", f"AWS did not answer: {error}", fix="look at the network, and try again")]
        ) from error


def _by_command(region: str) -> Caller:
    program = shutil.which("aws")
    if program is None:
        raise MissingToolError(
            'neither boto3 nor the AWS CLI is installed, to ask whose credentials these are: pip install "twinstack[state]"'
        )
    command = [program, "sts", "get-caller-identity", "--region", region, "--output", "json"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300)
    if run.returncode:
        raise ConfigurationError([_no_credentials(" ".join(run.stderr.split()))])
    found = json.loads(run.stdout)
    return Caller(found["Account"], found["Arn"])


def _another(account: str, who: Caller) -> Problem:
    return Problem(
        "TW977",
        "the AWS credentials are of another account than the environment's",
        given=f"{who.account} ({who.arn})",
        allowed=account,
        fix="use credentials of that account, for example by AWS_PROFILE",
    )


def _no_credentials(said: str) -> Problem:
    return Problem(
        "TW977",
        "there are no AWS credentials that are in force",
        given=said,
        fix="log in (`aws sso login`), or name a profile by AWS_PROFILE",
    )


def _code(error: Any) -> str:
    return str((getattr(error, "response", None) or {}).get("Error", {}).get("Code", ""))


SECONDS: Final = 10
TRIES: Final = 2
"""Of boto3 it would be a minute, five times: nobody waits so long to be told that there is no network."""
NO_CREDENTIALS: Final = frozenset({
    "NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "TokenRetrievalError", "UnauthorizedSSOTokenError",
    "SSOTokenLoadError", "CredentialRetrievalError",
})  # fmt: skip
EXPIRED: Final = frozenset({
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "RequestExpired",
    "SignatureDoesNotMatch",
})  # fmt: skip
"""Error codes of AWS that say the credentials, not the right, is what is wrong."""
