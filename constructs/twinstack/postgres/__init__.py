"""A PostgreSQL database on Amazon RDS."""

from twinstack.postgres.spec import PostgresSpec

__all__ = ["PostgresSpec"]
