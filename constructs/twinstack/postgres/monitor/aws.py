"""How an exporter is let into a database: a password of its own, and the URL with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from constructs import Construct

from twinstack.aws import ConnectionSecret, Infrastructure, Key, Passwords, Secret
from twinstack.postgres.parts import PASSWORD, after_address
from twinstack.postgres.spec import PostgresSpec


class Monitor(Construct):
    """The secrets of the role that reads figures. The password is in none of the others' secret: those were written, version
    by version, before there was this role.
    """

    def __init__(
        self,
        scope: Construct,
        spec: PostgresSpec,
        *,
        stack: Infrastructure[Any],
        key: Key,
        endpoint: Callable[[int], str],
    ) -> None:
        super().__init__(scope, "monitor")
        self.passwords: Passwords = Passwords(
            self,
            f"{spec.key}_monitor_password",
            spec.monitor_password,
            (PASSWORD,),
            stack=stack,
            key=key,
            description=f"Password of {spec.monitor_of(1)}. Read by Terraform only.",
        )
        rest = after_address(spec)
        self.url: Secret = ConnectionSecret(
            self,
            f"{spec.key}_monitor_url",
            spec.monitor_url,
            stack=stack,
            key=key,
            shape=f"postgresql://{spec.monitor_of(1)}:PASSWORD@ADDRESS{rest}",
            url=lambda version: (
                f"postgresql://{spec.monitor_of(version)}:${{{self.passwords.read(PASSWORD, version)}}}@${{{endpoint(version)}}}{rest}"
            ),
            endpoint=endpoint,
        )
