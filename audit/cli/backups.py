"""`backup`: all but photos in one file, checked before it is called a backup."""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from audit.cli.databases import sqlite_file
from audit.cli.errors import Refused
from audit.settings import Settings


def add(commands: Any) -> None:
    text = "copy the database, in use or not, into one new file, and check the copy"
    backup = commands.add_parser(
        "backup",
        help=text,
        description=text,
        epilog="To restore, stop the application and put the file in the place of "
        "mingcha.sqlite3 in the data folder. For PostgreSQL the pg_dump command is printed. "
        "Photos are files of their own (MINGCHA_PHOTOS) that are never changed: copy them after "
        "the database, and nothing that it names is missing.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")
    backup.set_defaults(run=run_backup)


def run_backup(arguments: argparse.Namespace, settings: Settings) -> int:
    target: Path = arguments.file
    if target.exists():
        raise Refused(f"{target} exists already and is left as it is")
    source = sqlite_file(settings)
    if source is None:
        raise Refused(f"this database is PostgreSQL; back it up with: {_pg_dump(settings, target)}")
    if not source.is_file():
        raise Refused(f"there is no database at {source}")
    part = target.with_name(target.name + ".part")
    try:
        _copy(source, part)
        counted = _check(part)
        target.hardlink_to(part)  # unlike a rename, never takes another file's place
    except FileExistsError as error:
        raise Refused(f"{target} exists already and is left as it is") from error
    except (OSError, sqlite3.Error) as error:
        raise Refused(f"no backup was made: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    print(f"{target}: {counted} rows, checked")
    if _has_photos(target):
        print(f"photos are not in it: now copy {settings.photo_place} too")
    return 0


def _copy(source: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(part)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it


def _check(part: Path) -> int:
    """Opens the copy afresh; gives the number of rows. Raises `Refused`."""
    with closing(sqlite3.connect(f"{part.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
        astray = copy.execute("PRAGMA foreign_key_check").fetchall()
        if said != "ok" or astray:
            raise Refused(f"no backup was made: the copy is damaged ({said})")
        tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return sum(
            copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (ours)
            for (name,) in tables
        )


def _has_photos(copy: Path) -> bool:
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as made:
        return made.execute("SELECT 1 FROM photo LIMIT 1").fetchone() is not None


def _pg_dump(settings: Settings, target: Path) -> str:
    from sqlalchemy.engine import URL, make_url

    url = make_url(settings.url)
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return f"pg_dump --format=custom --file={target} {shown.render_as_string()}"
