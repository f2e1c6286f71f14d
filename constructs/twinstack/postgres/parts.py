"""The parts of a connection to PostgreSQL, for programs that take no URL.

What only AWS knows (the host) and what changes with a rotation (role and password) come from one secret of one version, so
that they belong together; the rest is plain. The JSON's keys are those of AWS's own RDS secrets. Source: AWS Secrets Manager
User Guide, "JSON structure of AWS Secrets Manager secrets", read on 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from twinstack.environment.links import SecretValue, Variable

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def parts(spec: PostgresSpec, *, is_admin: bool) -> tuple[Variable, ...]:
    """Each part as a link asks for it. What lets in the master user is a file alone, as his URL is."""
    return tuple(_parts(spec, is_admin=is_admin))


def after_address(spec: PostgresSpec) -> str:
    """What a connection URL says after the host."""
    return f":{spec.PORT}/{spec.database}{spec.url_options}"


def replica_variables(spec: PostgresSpec) -> Iterator[Variable]:
    """The URL and the parts of what answers reads, under names of their own, since a workload may have both.

    All that is secret comes from one secret, by an entry that is named after who answers: when the replica comes or goes,
    pods read another entry, and so begin anew.
    """
    yield Variable(spec.replica_variable, secret=_entry(spec, "url"), part="url")
    for one in _parts(spec, is_admin=False):
        secret = _entry(spec, one.secret.entry) if one.secret else None
        yield replace(one, name=name_of(spec, f"replica_{one.part}"), secret=secret)


def _entry(spec: PostgresSpec, entry: str) -> SecretValue:
    return replace(spec.replica_connection, entry=f"{spec.reader}_{entry}")


def _parts(spec: PostgresSpec, *, is_admin: bool) -> Iterator[Variable]:
    yield _secret(spec, "host", spec.connection, HOST)
    yield _plain(spec, "port", str(spec.PORT))
    yield _plain(spec, "name", spec.database)
    yield _secret(spec, "user", spec.connection, USER, mounted=is_admin)
    yield _secret(spec, "password", spec.connection, PASSWORD, mounted=is_admin)
    yield _plain(spec, "sslmode", spec.tls)
    yield _plain(spec, "sslrootcert", spec.root_certificate)
    if is_admin:
        yield _plain(spec, "admin_user", spec.admin_user)
        yield _secret(spec, "admin_password", spec.admin_connection, PASSWORD, mounted=True)


def _plain(spec: PostgresSpec, part: str, value: str) -> Variable:
    return Variable(name_of(spec, part), str(value), part=part)


def _secret(spec: PostgresSpec, part: str, secret: SecretValue, entry: str, *, mounted: bool = False) -> Variable:
    return Variable(name_of(spec, part), secret=replace(secret, entry=entry), mounted=mounted, part=part)


def name_of(spec: PostgresSpec, part: str) -> str:
    """The resource's own name for a part, `DATABASE_HOST`: no two fields have the same."""
    return f"{spec.key.upper()}_{part.upper()}"


HOST: Final = "host"
USER: Final = "username"
PASSWORD: Final = "password"  # noqa: S105  the key of it
