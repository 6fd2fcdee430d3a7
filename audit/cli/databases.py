"""Opening the database that the settings name, with plain words when that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from audit.cli.errors import Refused
from audit.settings import Settings

if TYPE_CHECKING:
    from audit.store.database import Database


@contextmanager
def opened(settings: Settings, *, migrate: bool = True) -> Iterator["Database"]:
    """Closed at the end; brought up to date first unless `migrate` is off."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import DBAPIError

    from audit.store.database import Database

    shown = make_url(settings.url).render_as_string(hide_password=True)
    try:
        database = Database(settings.url)
        try:
            if migrate:
                database.migrate()
            yield database
        finally:
            database.close()
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Refused(f"the database {shown} cannot be used: {reason}") from error
    except OSError as error:
        raise Refused(f"the database {shown} cannot be used: {error}") from error


def sqlite_file(settings: Settings) -> Path | None:
    """The database's file; None when it is not SQLite."""
    if not settings.url.startswith("sqlite:///"):
        return None
    return Path(settings.url.removeprefix("sqlite:///"))


def exists(settings: Settings) -> bool:
    file = sqlite_file(settings)
    return file is None or file.is_file()
