"""The variables that each process is given, checked before anything else happens.

A process reads only what its links offer: the scheduler gets no secrets, so it must not ask for one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

REFUSED = 2
"""The exit status of a process that was given wrong variables."""


def _address(*schemes: str, path: bool = False) -> AfterValidator:
    """Require a URL with one of the schemes and a host; never repeats the value, which may hold a password."""
    expected = f"must be an address {' or '.join(f'{scheme}://host' for scheme in schemes)}{'/name' if path else ''}"

    def check(value: SecretStr | str) -> SecretStr | str:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        try:
            parts = urlsplit(text)
            valid = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:
            valid = False
        if not valid or (path and not parts.path.strip("/")):
            raise ValueError(expected)
        return value

    return AfterValidator(check)


def _optional(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text and urlsplit(text).scheme != "https":
        raise ValueError("must be an address https://host, or empty")
    return value


def _former(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < SHORTEST_KEY:
        raise ValueError(f"must have at least {SHORTEST_KEY} characters, or be empty")
    return value


Text = Annotated[str, Field(min_length=1)]
SHORTEST_KEY = 32
"""Characters: of 256 bits, as HS256 wants. Source: RFC 7518, section 3.2."""
Secret = Annotated[SecretStr, Field(min_length=SHORTEST_KEY)]
FormerSecret = Annotated[SecretStr, AfterValidator(_former)]
PostgresUrl = Annotated[SecretStr, _address("postgresql", path=True)]
RedisUrl = Annotated[SecretStr, _address("redis", "rediss")]
Count = Annotated[int, Field(ge=1)]


class ProcessSettings(BaseSettings):
    """What every process gets."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    environment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    database_url: PostgresUrl


class MigrationSettings(ProcessSettings):
    """The migration's: the master user runs it, the application's role must be able to work afterwards.

    In the cluster both addresses are files, so that no Kubernetes Secret holds the master user's.
    """

    database_admin_url: PostgresUrl

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, FileSettingsSource(settings_cls), env_settings


class FileSettingsSource(PydanticBaseSettingsSource):
    """`DATABASE_URL` from the file that `DATABASE_URL_FILE` names, where it names one."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:  # noqa: ARG002
        path = os.environ.get(f"{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, str]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class SchedulerSettings(ProcessSettings):
    """The scheduler's: where the broker is, and the plain settings."""

    redis_url: RedisUrl
    jwt_algorithm: Literal["HS256", "HS384", "HS512"]
    jwt_expiration_hours: Annotated[int, Field(ge=1, le=8760)]
    main_app_api_url: Annotated[str, _address("http", "https")]
    from_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    enable_predictive_analytics: bool
    enable_realtime_updates: bool
    enable_export_feature: bool
    rate_limit_per_minute: Count
    rate_limit_per_hour: Count


class WorkerSettings(SchedulerSettings):
    """The worker's: everything but what concerns requests. The keys that sign tokens are not its own.

    An empty SENDGRID_API_KEY, SENTRY_DSN or NEW_RELIC_LICENSE_KEY switches that feature off. No code here reads the
    New Relic key: its agent does by itself, once a team adds it to the requirements.
    """

    aws_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d+$")]
    exports_bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    sendgrid_api_key: SecretStr
    sentry_dsn: Annotated[SecretStr, AfterValidator(_optional)]
    new_relic_license_key: SecretStr


class WebSettings(WorkerSettings):
    """The web process's: the worker's, the keys of tokens with the former ones of a rotation, and the edge's body limit."""

    jwt_secret: Secret
    shared_jwt_secret: Secret
    jwt_secret_previous: FormerSecret = SecretStr("")
    shared_jwt_secret_previous: FormerSecret = SecretStr("")
    jwt_overlap_seconds: Annotated[int, Field(ge=0, le=86400)] = 900
    """How long a process that knows a former key signs with it: above a whole rollout with its deadline of 240 s."""
    body_limit_mib: Annotated[int, Field(ge=1, le=1024)] = 10
    readiness_outage_seconds: Annotated[int, Field(ge=0, le=3600)] = 150
    """How long the database may be away before the process asks to be left out: above a Multi-AZ failover's 60 to 120 s.

    Source: Amazon RDS User Guide, "Failing over a Multi-AZ DB instance for Amazon RDS", read in November 2026.
    """


SettingsT = TypeVar("SettingsT", bound=ProcessSettings)


def load(kind: type[SettingsT]) -> SettingsT:
    """Read the variables, or end the process with status 2, naming every wrong one and no value."""
    try:
        return kind()
    except ValidationError as error:
        wrong = {str(each["loc"][0]).upper(): _rule(each["type"], each["msg"]) for each in error.errors()}
    lines = [f"refusing to start: {len(wrong)} of the variables are missing or wrong"]
    lines += [f"  {name}: {rule}" for name, rule in sorted(wrong.items())]
    sys.stderr.write("\n".join(lines) + "\n")
    raise SystemExit(REFUSED)


def _rule(kind: str, message: str) -> str:
    if kind == "missing":
        return "missing"
    return message.removeprefix("Value error, ")
