"""F22: the server is killed before any statement of its first start."""

import pytest


@pytest.fixture
def bare(either_site):
    """As a machine on which nothing has ever run."""
    site = either_site
    if site.url.startswith("sqlite"):
        site.file.unlink()
    else:
        wipe(site)
    return site


def wipe(site):
    with site.database() as database, database.engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        connection.commit()


def test_killed_before_any_statement_the_next_start_finishes_the_work(bare, tally, full):
    """I2 I5: either nothing of it is there, or all. Each time on a bare machine, so that every
    statement of every migration has its turn."""
    site = bare
    for at in range(1, 1000, 1 if full else 19):
        code, said = site.run("migrate", die_at=at)
        if code == 0:
            break
        assert code == -9, said
        tally.kills += 1
        assert site.run("migrate")[0] == 0
        assert site.run("log", "check")[0] == 0
        if site.url.startswith("sqlite"):
            for file in site.folder.glob("mingcha.sqlite3*"):
                file.unlink()
        else:
            wipe(site)

    assert tally.kills > 2
    with site.database() as database:
        assert database.up_to_date()
    assert site.run("log", "check")[0] == 0
