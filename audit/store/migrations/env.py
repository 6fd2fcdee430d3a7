"""Runs migrations on the engine it is handed, SQLite or PostgreSQL alike."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

import audit.store.tables  # noqa: F401  (the metadata to compare with)


def render_item(kind: str, obj: Any, _autogen: Any) -> str | Literal[False]:
    """Column types of ours and of SQLModel as plain SQLAlchemy, so that a migration
    never depends on what a class means later."""
    name = type(obj).__name__
    if kind == "type" and name == "AutoString":
        return "sa.String()"
    if kind == "type" and name == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and name == "MsgspecJSON":
        return "sa.Text()"
    return False


with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
