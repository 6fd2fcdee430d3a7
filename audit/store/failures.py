"""What a database says when it cannot do something, and what is made of it.

Three kinds: it is busy or full, which may pass and is told as `Busy`; its disk fails under
it, after which nothing it says can be trusted; and everything else, which is our mistake.
"""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection

from audit.domain.problems import N_, Busy, Conflict, Problem

CLASHES = {
    "23503",  # PostgreSQL: foreign_key_violation
    "23505",  # unique_violation
    "SQLITE_CONSTRAINT_FOREIGNKEY",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_UNIQUE",
}
PASSING = (
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN",
    "SQLITE_NOMEM",
    "08",  # PostgreSQL: connection exceptions
    "40",  # another transaction was in the way
    "53",  # no room, memory or connection left
    "55P03",  # a lock was not to be had in time
    "57",  # stopped by somebody: a shutdown, a time limit
    "58",  # errors of its system
)  # fmt: skip
OVERTAKEN = N_(
    "Somebody else saved something at the same moment. Look at what is there now and try again."
)
BUSY = N_("This could not be saved just now. What is on your phone stays there; try again soon.")


def problem_in(error: DBAPIError | NoConnection) -> Problem | None:
    """None: nothing that could be told to anybody but us."""
    if isinstance(error, NoConnection):
        return Busy(BUSY)
    name = name_of(error)
    if isinstance(error, IntegrityError):
        return Conflict(OVERTAKEN) if name in CLASHES else None
    # Without a name: the connection could not be made, or broke.
    lost = error.connection_invalidated or not name
    return Busy(BUSY) if lost or name.startswith(PASSING) else None


def disk_fails(error: DBAPIError) -> bool:
    return name_of(error).startswith("SQLITE_IOERR")


def name_of(error: DBAPIError) -> str:
    """An SQLSTATE, or SQLite's own name for it."""
    for attribute in ("sqlstate", "sqlite_errorname"):
        name = getattr(error.orig, attribute, None)
        if isinstance(name, str):
            return name
    return ""
