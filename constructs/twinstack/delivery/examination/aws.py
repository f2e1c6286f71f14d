"""The account: whose credentials, the bucket of the state and who is at work on it, the secrets' values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from twinstack.delivery.account import client, explained, require_account
from twinstack.delivery.examination.check import Check, Finding, attempt, left_out
from twinstack.delivery.examination.examined import Examined
from twinstack.delivery.secrets import needed_secrets, put_commands, secret_states


def account(examined: Examined) -> Iterator[Check]:
    """Nothing more is asked of AWS where the credentials are not the right ones."""
    if not examined.account:
        yield from left_out(TITLES, "the outputs name no account")
        return
    credentials = attempt(TITLES[0], lambda: [_credentials(examined)])
    yield from credentials
    if any(one.finding is not Finding.OK for one in credentials):
        yield from left_out(TITLES[1:], "it takes credentials of the environment's account")
        return
    yield from attempt(TITLES[1], lambda: _state(examined))
    yield from attempt(TITLES[2], lambda: _secrets(examined))


def _credentials(examined: Examined) -> Check:
    who = require_account(examined.account, examined.region)
    return Check(TITLES[0], Finding.OK, f"{who.arn}")


def _state(examined: Examined) -> Iterator[Check]:
    from botocore.exceptions import ClientError

    title, backend = TITLES[1], examined.backend
    if not backend:
        yield Check(title, Finding.LEFT_OUT, "the state is not kept in S3")
        return
    bucket = str(backend["bucket"])
    s3 = client("s3", str(backend.get("region") or examined.region))
    owner = {"Bucket": bucket, "ExpectedBucketOwner": examined.account}
    with explained():
        try:
            s3.head_bucket(**owner)
        except ClientError as error:
            yield _no_bucket(examined, bucket, str(error.response["Error"]["Code"]), str(error))
            return
        lock = _lock(s3, owner, f"{backend.get('key', '')}.tflock")
    if lock:
        yield Check(
            title,
            Finding.WARNING,
            f"{bucket} is there; the state is locked by {lock.get('Who')}, since {lock.get('Created')}",
            "wait until they are done; a deploy says how to go on where they are gone",
        )
    else:
        yield Check(title, Finding.OK, f"{bucket} is there, and nobody is at work on the state")


def _no_bucket(examined: Examined, bucket: str, code: str, said: str) -> Check:
    if code in {"404", "NoSuchBucket"}:
        fix = f"make it: `twinstack bootstrap {examined.name} --apply`"
        return Check(TITLES[1], Finding.FAILED, f"there is no bucket {bucket}", fix)
    if code in {"403", "AccessDenied"}:
        fix = "use credentials that may list it (s3:ListBucket), or give another `state_bucket_name`"
        return Check(TITLES[1], Finding.FAILED, f"{bucket} is somebody else's, or may not be looked at", fix)
    return Check(TITLES[1], Finding.FAILED, said)


def _lock(s3: Any, owner: dict[str, str], key: str) -> dict[str, Any]:
    """Who holds the state, as Terraform writes it into the lock's object; empty where nobody does, or it is not shown."""
    from botocore.exceptions import ClientError

    try:
        found: dict[str, Any] = json.loads(s3.get_object(**owner, Key=key)["Body"].read())
    except (ClientError, ValueError):
        return {}
    return found


def _secrets(examined: Examined) -> Iterator[Check]:
    needed = needed_secrets(examined.manifests)
    if not needed:
        yield Check(TITLES[2], Finding.OK, "no pod mounts any")
        return
    states = secret_states(needed, examined.region, put_commands(examined.stack))
    bad = [(state, problem) for state in states if (problem := state.problem())]
    unknown = [state for state in states if state.unknown]
    for state, problem in bad:
        yield Check(TITLES[2], Finding.FAILED, f"{state.secret.name}: {problem.given}", problem.fix)
    for state in unknown:
        fix = "give these credentials secretsmanager:DescribeSecret on it"
        yield Check(TITLES[2], Finding.LEFT_OUT, f"{state.secret.name}: {state.unknown}", fix)
    if not bad and not unknown:
        yield Check(TITLES[2], Finding.OK, f"{len(states)} have the version that pods ask for")


TITLES: Final[Sequence[str]] = ("credentials", "state bucket", "secrets")
