"""The parameters of a PostgreSQL server."""

__all__: list[str] = []
