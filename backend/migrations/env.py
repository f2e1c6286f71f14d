"""What alembic runs: the versions in this folder, on the connection that `migrate` opened and locked."""

from __future__ import annotations

from alembic import context

from schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
