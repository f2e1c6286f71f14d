"""What is done to a product that runs, each from a settled first release, and back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stacks import product
from tests.rotation.run import Run
from twinstack.secrets import SecretsSpec


@dataclass(frozen=True)
class Scenario:
    """One thing that is done."""

    key: str
    title: str
    """For the table: what is done, in a few words."""
    play: Callable[[Run], None]
    first: Callable[[], Mapping[str, Any]] = dict
    """Values of the first release that differ from prod's."""


def place_of(kind: str, variable: str) -> str:
    """The path of a secret variable in the environment, `credentials.provided.SENTRY_DSN`."""
    environment = product.load("prod")
    for spec in environment.find_all(SecretsSpec):
        if variable in getattr(spec, kind):
            return f"{spec.key}.{kind}.{variable}"
    raise LookupError(f"prod has no {kind} {variable}")


def provide_output(path: str) -> str:
    """The name of the output with the command that provides a secret."""
    key, _, variable = path.split(".")
    return f"{key}_provide_{variable.lower()}"


def change_and_back(run: Run, **values: Any) -> None:
    """One change of values, and the return."""
    before = run.first()
    run.change(run.releases.of(run.values(**values)))
    run.back(before)


def database_password(run: Run) -> None:
    change_and_back(run, database__password_version=2)


def database_password_twice(run: Run) -> None:
    run.first()
    before = run.releases.of(run.values(database__password_version=2))
    run.change(before)
    run.change(run.releases.of(run.values(database__password_version=3)))
    run.back(before)


def cache_token(run: Run) -> None:
    change_and_back(run, cache__password_version=2)


def jwt_secret(run: Run) -> None:
    change_and_back(run, **{f"{place_of('generated', 'JWT_SECRET')}.version": 2})


def provided_value(run: Run) -> None:
    path = place_of("provided", ROTATED)
    before = run.first()
    after = run.releases.of(run.values(**{f"{path}.version": 2}))
    run.change(after, provide=lambda: run.provide(provide_output(path), value="the-new-value"))
    _expect(run, "analytics-backend", ROTATED, "the-new-value")
    run.back(before)


def provided_value_late(run: Run) -> None:
    path = place_of("provided", ROTATED)
    before = run.first()
    after = run.releases.of(run.values(**{f"{path}.version": 2}))
    run.change_infrastructure(after)
    run.apply_manifests(after, waits=False)
    run.sampler.mark("the value arrives")
    run.provide(provide_output(path), value="the-new-value")
    run.wait("the rollout completes by itself", run.is_settled)
    _expect(run, "analytics-backend", ROTATED, "the-new-value")
    run.back(before)


def secret_added(run: Run) -> None:
    """Its manifests come before its value, which is what somebody does who does not read the page."""
    before = run.first()
    after = run.releases.of(run.values(**added()))
    run.change_infrastructure(after)
    run.apply_manifests(after, waits=False)
    run.sampler.mark("the value arrives")
    run.provide_all()
    run.wait("the rollout completes by itself", run.is_settled)
    run.back(before)


def secret_removed(run: Run) -> None:
    """In the two steps of the page: retired in one release, its entry removed in a later one."""
    before = run.first()
    retired = run.releases.of(run.values(**added(retired=True)))
    run.change(retired)
    _expect(run, "analytics-backend", "PARTNER_API_KEY", "")
    run.back(before)
    run.change(retired)
    run.change(run.releases.of(run.values()))
    run.back(retired)


def optional_switched(run: Run) -> None:
    """One that is off in prod is switched on, then off again by retiring it."""
    path = place_of("provided", OPTIONAL)
    before = run.first()
    _expect(run, "analytics-backend", OPTIONAL, "")
    on = run.releases.of(run.values(**{f"{path}.enabled": True}))
    run.change(on, provide=lambda: run.provide(provide_output(path), value="switched-on"))
    _expect(run, "analytics-backend", OPTIONAL, "switched-on")
    run.back(before)
    _expect(run, "analytics-backend", OPTIONAL, "")
    run.change(on)
    run.change(run.releases.of(run.values(**{f"{path}.enabled": True, f"{path}.retired": True})))
    _expect(run, "analytics-backend", OPTIONAL, "")
    run.back(on)
    _expect(run, "analytics-backend", OPTIONAL, "switched-on")


def setting(run: Run) -> None:
    before = run.first()
    run.change(run.releases.of(run.values(settings__variables__RATE_LIMIT_PER_MINUTE=200)))
    _expect(run, "analytics-backend", "RATE_LIMIT_PER_MINUTE", "200")
    run.back(before)
    _expect(run, "analytics-backend", "RATE_LIMIT_PER_MINUTE", "100")


def migration_fails(run: Run) -> None:
    """Once without retries, for a reason outside; then the reason is gone, and the same release is tried again."""
    before = run.first()
    after = run.releases.of(run.values(database__password_version=2, migration__retries=0))
    run.change_infrastructure(after)
    run.programs.migration_fails.set()
    seen = len(run.problems)
    if run.apply_manifests(after):
        run.problems.append("the migration failed, and the release went on")
    # The commands end by showing the log of the Job, which simulated nodes have none of.
    run.problems[seen:] = [one for one in run.problems[seen:] if "the commands of the page failed" not in one]
    run.programs.migration_fails.clear()
    run.sampler.mark("another try")
    run.apply_manifests(after)
    run.wait("the second try is settled", run.is_settled)
    run.back(before)


def _expect(run: Run, workload: str, variable: str, value: str) -> None:
    """Whether all pods that run hold this value; those that are ending have to be gone first."""
    if not run.wait_for(lambda: run.delivered(workload, variable) == {value}):
        found = sorted(run.delivered(workload, variable))
        run.problems.append(f"pods of {workload} hold {found} as {variable}, not {value!r}")


def added(**more: Any) -> dict[str, Any]:
    """One provided secret more, beside the one that is rotated."""
    field = place_of("provided", ROTATED).partition(".")[0]
    entry = {"description": "the partner's portal, API keys", "optional": True, **more}
    return {f"{field}.provided.PARTNER_API_KEY": entry}


ROTATED: Final = "SENDGRID_API_KEY"
OPTIONAL: Final = "NEW_RELIC_LICENSE_KEY"
SCENARIOS: Final = (
    Scenario("database-password", "the database's password is rotated", database_password),
    Scenario("database-password-twice", "the database's password is rotated twice", database_password_twice),
    Scenario("cache-token", "the Redis token is rotated", cache_token),
    Scenario("jwt-secret", "`JWT_SECRET` is rotated", jwt_secret),
    Scenario("provided", "a provided secret is rotated", provided_value),
    Scenario("provided-late", "the same, but its value arrives after the manifests", provided_value_late),
    Scenario("secret-added", "a provided secret is added, its value after the manifests", secret_added),
    Scenario("secret-removed", "a provided secret is removed", secret_removed, first=added),
    Scenario("optional", "an optional secret is switched on, and off again", optional_switched),
    Scenario("setting", "a setting changes", setting),
    Scenario("migration-fails", "a migration fails, and is tried again", migration_fails),
)
