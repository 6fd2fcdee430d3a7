"""Runs migrations on the engine it is handed, SQLite or PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
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


@contextmanager
def keys_put_off(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and does not drop the old one while rows point
    to it: so keys are looked at once, at the end (https://sqlite.org/lang_altertable.html, 7)."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")  # has no effect within a transaction
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def look_at_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows would point nowhere after migrating: {broken[:5]}")


with context.config.attributes["engine"].connect() as connection, keys_put_off(connection):
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        transactional_ddl=True,  # all steps or none, on either database
    )
    with context.begin_transaction():
        context.run_migrations()
        look_at_keys(connection)
