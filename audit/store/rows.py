"""Putting in rows that may be there already, a few or many at a time."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

MOST = 64  # rows in one statement: so few texts of statements stay prepared


def insert_new(session: Session, table: Any, rows: list[dict[str, Any]], key: Any) -> list[UUID]:
    """The keys of those that were not there yet."""
    if not rows:
        return []
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    query = dialect.insert(table).on_conflict_do_nothing().returning(key)
    return list(session.execute(query, rows).scalars())


def insert_all(session: Session, table: Any, rows: Sequence[Sequence[Any]]) -> bool:
    """All of them, or none if one of them is there already.

    `rows` have a value for each column, in the table's order, as `bound` makes them. One
    statement for many rows: going back and forth between Python and the database for each of
    them would take longer than all that either of them does.
    """
    if not rows:
        return True
    connection = session.connection()
    connection.exec_driver_sql("SAVEPOINT rows")
    new = 0
    for first in range(0, len(rows), MOST):
        several = rows[first : first + MOST]
        statement = _statement(table, len(several), connection.dialect.paramstyle)
        new += connection.exec_driver_sql(statement, tuple(chain(*several))).rowcount
    whole = new == len(rows)
    if not whole:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT rows")
    connection.exec_driver_sql("RELEASE SAVEPOINT rows")
    return whole


def bound(session: Session, column: Any) -> Callable[[Any], Any]:
    """Makes a value of this column what the database's driver takes."""
    dialect = session.get_bind().dialect
    return column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=2 * MOST)
def _statement(table: Any, count: int, paramstyle: str) -> str:
    columns = [column.name for column in table.__table__.columns]
    row = ", ".join(["?" if paramstyle == "qmark" else "%s"] * len(columns))
    rows = ", ".join([f"({row})"] * count)
    names = ", ".join(columns)
    return f"INSERT INTO {table.__tablename__} ({names}) VALUES {rows} ON CONFLICT DO NOTHING"  # noqa: S608  # the words are ours
