"""What makes and puts right a state bucket, as commands of the AWS command line: to be read, and to be pasted into a shell."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from twinstack.state.settings import SETTINGS, Found, Setting

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


def commands(environment: Environment) -> list[str]:
    """Everything that an environment's bucket takes where there is none yet. AWS is not asked."""
    return [creation(environment), *(change(environment, setting, {}) for setting in SETTINGS)]


def creation(environment: Environment) -> str:
    """Makes the bucket, and only with credentials of the environment's account."""
    place = []
    if environment.region != FIRST_REGION:
        place = ["--create-bucket-configuration", f"LocationConstraint={environment.region}"]
    region = environment.region
    whose = f'test "$(aws sts get-caller-identity --region {region} --query Account --output text)" ='
    made = [
        "aws", "s3api", "create-bucket", "--region", region, "--bucket", environment.state_bucket,
        "--object-ownership", "BucketOwnerEnforced", *place,
    ]  # fmt: skip
    return f"{whose} {environment.account} && {shlex.join(made)}"


def change(environment: Environment, setting: Setting, found: Found) -> str:
    """Puts one setting right, and keeps what was `found` beside it."""
    given = {
        "Region": environment.region,
        "Bucket": environment.state_bucket,
        "ExpectedBucketOwner": environment.account,
        **setting.put(found, environment.state_bucket),
    }
    options = [word for name, value in given.items() for word in (f"--{_dashed(name)}", _written(value))]
    return shlex.join(["aws", "s3api", f"put-{setting.api.replace('_', '-')}", *options])


def _dashed(name: str) -> str:
    """`ExpectedBucketOwner` as the command line spells it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _written(value: str | Mapping[str, Any]) -> str:
    return value if isinstance(value, str) else json.dumps(value)


FIRST_REGION: Final = "us-east-1"
"""Which takes no place of its own."""
