"""Alembic's entry: migrates over the connection that `services.store.migrate` hands in."""

from alembic import context
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - the metadata knows a table once its module is imported

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
