"""Errors reported to Sentry, where a DSN says so."""

from __future__ import annotations

import sentry_sdk

from settings import WorkerSettings


def report_errors(settings: WorkerSettings, version: str) -> None:
    """Start reporting, without request bodies, addresses or tokens; nothing happens without a DSN."""
    if dsn := settings.sentry_dsn.get_secret_value():
        sentry_sdk.init(
            dsn=dsn,
            environment=settings.environment,
            release=version,
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,
        )
