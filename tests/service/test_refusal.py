"""A process that is given too little, or nonsense, says all of it at once and does not start."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.service import configuration
from tests.service.fixtures import Stacks
from tests.service.service import Container
from twinstack.environment import WorkloadSpec

pytestmark = pytest.mark.service

WORKLOADS = ["backend", "worker", "scheduler", "migration"]
MAY_BE_EMPTY = {"SENDGRID_API_KEY", "SENTRY_DSN", "NEW_RELIC_LICENSE_KEY"}
HAS_DEFAULT = {"BODY_LIMIT_MIB", "JWT_SECRET_PREVIOUS", "SHARED_JWT_SECRET_PREVIOUS"}
SENTINEL = "s3ntinel"
MALFORMED = {
    "DATABASE_URL": f"mysql://user:{SENTINEL}@localhost/analytics",
    "DATABASE_ADMIN_URL": f"mysql://user:{SENTINEL}@localhost/analytics",
    "REDIS_URL": f"http://:{SENTINEL}@localhost",
    "JWT_ALGORITHM": SENTINEL,
    "JWT_EXPIRATION_HOURS": SENTINEL,
    "MAIN_APP_API_URL": SENTINEL,
    "FROM_EMAIL": SENTINEL,
    "ENABLE_PREDICTIVE_ANALYTICS": SENTINEL,
    "ENABLE_REALTIME_UPDATES": SENTINEL,
    "ENABLE_EXPORT_FEATURE": SENTINEL,
    "RATE_LIMIT_PER_MINUTE": SENTINEL,
    "RATE_LIMIT_PER_HOUR": SENTINEL,
    "JWT_SECRET": f"too-short-{SENTINEL}",
    "SHARED_JWT_SECRET": f"too-short-{SENTINEL}",
    "EXPORTS_BUCKET": "",
    "AWS_REGION": "",
    "ENVIRONMENT": "",
    "BODY_LIMIT_MIB": SENTINEL,
}


@pytest.mark.parametrize("key", WORKLOADS)
def test_a_process_without_its_variables_names_every_one_of_them(
    key: str, stacks: Stacks, shown: Callable[[str, str], None]
) -> None:
    status, output = started(stacks, key, {}, f"{key}-bare")
    required = names_it_reads(key) - MAY_BE_EMPTY - HAS_DEFAULT
    assert not {name for name in required if name not in output}, output
    assert (status, "Traceback" in output) == (2, False), output
    shown(f"{key} without variables", f"status {status}, names all {len(required)}")


@pytest.mark.parametrize("key", WORKLOADS)
def test_a_process_with_malformed_variables_names_every_one_and_prints_no_value(
    key: str, stacks: Stacks, shown: Callable[[str, str], None]
) -> None:
    read = {name: value for name, value in MALFORMED.items() if name in names_it_reads(key)}
    status, output = started(stacks, key, read, f"{key}-malformed")
    assert not {name for name in read if name not in output}, output
    assert SENTINEL not in output
    assert (status, "Traceback" in output) == (2, False), output
    shown(f"{key} with malformed variables", f"status {status}, names all {len(read)}, prints no value")


@pytest.mark.parametrize("key", WORKLOADS)
def test_a_process_with_one_malformed_variable_prints_none_of_the_right_ones(key: str, stacks: Stacks) -> None:
    values = configuration.example_values(database=1, cache=2, bucket=3) | {"DATABASE_URL": MALFORMED["DATABASE_URL"]}
    variables = configuration.variables_of(workload(key), values)
    status, output = started(stacks, key, variables, f"{key}-one")
    assert (status, "DATABASE_URL" in output) == (2, True), output
    secrets = {name: value for name, value in variables.items() if ("SECRET" in name or "URL" in name) and value}
    assert not {name for name, value in secrets.items() if value in output}, output


def started(stacks: Stacks, key: str, variables: dict[str, str], name: str) -> tuple[int, str]:
    """How its own command ends with these variables alone."""
    spec = workload(key)
    container = Container(name, (), variables=variables, code=stacks.code, folder=stacks.folder)
    return container.run(spec.command or configuration.image_command())


def workload(key: str) -> WorkloadSpec:
    spec = configuration.environment().specs[key]
    assert isinstance(spec, WorkloadSpec)
    return spec


def product_names(key: str) -> set[str]:
    """What the product gives it: without what only a stand-in needs, which no code of the service reads."""
    spec = workload(key)
    return {*spec.own_variables, *(variable.name for variable in configuration.environment().variables_of(spec))}


def names_it_reads(key: str) -> set[str]:
    """As above, without the plain settings that a migration is given and has no use for."""
    return product_names(key) if key != "migration" else {"ENVIRONMENT", "DATABASE_URL", "DATABASE_ADMIN_URL"}
