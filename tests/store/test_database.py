import threading
from uuid import UUID

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from audit.domain.branch import Region
from audit.domain.problems import Conflict
from audit.domain.text import Text
from audit.store.branches import list_regions, save_region
from audit.store.database import Database, alembic_config
from audit.store.events import list_events
from audit.store.tables import BranchRow, RegionRow
from tests.world import fill_visit, release_visit

OVERTAKEN = "Somebody else saved something at the same moment."
BAY = Region(UUID(int=10), Text("海湾", "Bay"))


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_is_brought_to_the_newest_schema(either_database):
    assert tables(either_database) == set(SQLModel.metadata.tables)
    assert either_database.up_to_date()


def test_migrating_again_changes_nothing_and_keeps_what_is_there(either_database):
    with either_database.writing() as session:
        save_region(session, BAY)

    either_database.migrate()

    with either_database.reading() as session:
        assert list_regions(session) == [BAY]


def test_the_schema_is_the_one_the_tables_describe(either_database):
    command.check(alembic_config(either_database.engine))  # raises when there is a difference


def test_every_migration_can_be_undone_and_done_again(either_database):
    config = alembic_config(either_database.engine)

    command.downgrade(config, "base")
    emptied = tables(either_database)
    command.upgrade(config, "head")

    assert emptied == set()
    assert tables(either_database) == set(SQLModel.metadata.tables)


KEPT = ("person", "checklist", "visit", "event", "release")


def test_what_is_there_outlives_every_migration(either_database, place):
    """Rows refer to each other across all tables, as they do where there is something to lose."""
    fill_visit(either_database, place)
    release_visit(either_database, place)
    config = alembic_config(either_database.engine)
    before = rows(either_database)
    assert min(map(len, before.values())) > 0

    for _ in range(len(steps(config)) - 1):
        command.downgrade(config, "-1")
    oldest = rows(either_database)
    for _ in range(len(steps(config)) - 1):
        command.upgrade(config, "+1")

    assert rows(either_database) == oldest == before
    with either_database.reading() as session:
        assert len(list_events(session, place.harbour_visit)) > 60


def steps(config):
    return [*ScriptDirectory.from_config(config).walk_revisions()]


def rows(database):
    with database.engine.connect() as connection:
        return {
            name: {str(row[0]) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')}
            for name in KEPT
        }


def test_a_migration_that_leaves_rows_pointing_nowhere_is_not_made(database, world):
    config = alembic_config(database.engine)
    command.downgrade(config, "-1")
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("DELETE FROM region")
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")

    with pytest.raises(RuntimeError, match="branch"):
        command.upgrade(config, "head")

    assert not database.up_to_date()
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_schema_that_is_behind_is_noticed(either_database):
    command.downgrade(alembic_config(either_database.engine), "-1")

    assert not either_database.up_to_date()


def test_sqlite_keeps_what_it_acknowledged_and_holds_its_keys(database):
    with database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_row_that_points_nowhere_is_refused_in_words(either_database):
    with pytest.raises(Conflict, match=OVERTAKEN), either_database.writing() as session:
        session.add(
            BranchRow(
                id=UUID(int=1), code="X", region_id=UUID(int=9), kind="bank", name_zh="", name_en=""
            )
        )


def test_a_row_that_is_there_already_is_refused_in_words(either_database):
    with either_database.writing() as session:
        save_region(session, BAY)

    for again in (BAY.id, UUID(int=11)):
        with pytest.raises(Conflict, match=OVERTAKEN), either_database.writing() as session:
            session.add(RegionRow(id=again, name_zh="海湾", name_en="Bay"))


def test_our_own_mistake_is_not_taken_for_a_clash(either_database):
    with pytest.raises(IntegrityError), either_database.writing() as session:
        session.execute(
            text(
                "INSERT INTO region (id, name_zh) VALUES ('00000000000000000000000000000001', 'a')"
            )
        )


def test_a_problem_raised_while_writing_leaves_nothing_behind(either_database):
    def write_and_fail() -> None:
        with either_database.writing() as session:
            save_region(session, BAY)
            raise Conflict("no")

    with pytest.raises(Conflict):
        write_and_fail()

    with either_database.reading() as session:
        assert list_regions(session) == []


def test_writers_wait_for_each_other_and_none_is_lost(either_database):
    def write(number: int) -> None:
        with either_database.writing() as session:
            known = len(list_regions(session))
            save_region(session, Region(UUID(int=number), Text(f"{known} {number}", str(number))))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with either_database.reading() as session:
        found = list_regions(session)
    assert {region.id.int for region in found} == set(range(1, 9))
    if either_database.sqlite:
        assert {region.name.zh.split()[0] for region in found} == set("01234567")


def test_a_reader_sees_what_was_committed_and_not_what_is_being_written(either_database):
    with either_database.writing() as session:
        save_region(session, BAY)
        session.execute(text("SELECT 1"))
        with either_database.reading() as other:
            during = list_regions(other)

    with either_database.reading() as session:
        assert (during, list_regions(session)) == ([], [BAY])
