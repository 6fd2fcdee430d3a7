import time

import pytest

from audit.domain.branch import Region
from audit.domain.problems import NotFound
from audit.domain.text import Text
from audit.ids import new_id
from audit.store.branches import list_regions, save_region


def named(name: str) -> Region:
    return Region(new_id(), Text(name, name))


def saved(database) -> set[str]:
    with database.reading() as session:
        return {region.name.en for region in list_regions(session)}


def waiting_together(database, run, several):
    """Submitted while somebody else is writing, so that all but the first wait for it."""
    with database.writing():
        return [database.writers.submit(run, what) for what in several]


def test_what_waits_for_the_same_is_done_together(database):
    groups = []

    def run(session, several):
        groups.append(len(several))
        return [save_region(session, named(what)) or what for what in several]

    futures = waiting_together(database, run, "abcdef")

    assert [future.result() for future in futures] == list("abcdef")
    assert saved(database) == set("abcdef")
    assert sum(groups) == 6
    assert len(groups) <= 2


def test_everybody_gets_their_own_result_whatever_else_waits(database):
    def run(session, several):
        return [save_region(session, named(what)) or what for what in several]

    def count(session, several):
        return [f"{what}: {len(list_regions(session))}" for what in several]

    with database.writing():
        first = database.writers.submit(run, "a")
        kinds = zip((run, count) * 2, "bcde", strict=True)
        others = [database.writers.submit(kind, what) for kind, what in kinds]

    assert first.result() == "a"
    assert [future.result() for future in others] == ["b", "c: 3", "d", "e: 3"]


def test_a_problem_of_one_is_not_the_others(either_database):
    def run(session, several):
        return [
            NotFound("no") if what == "b" else save_region(session, named(what)) or what
            for what in several
        ]

    with either_database.reading():
        futures = [either_database.writers.submit(run, what) for what in "abc"]

    assert [future.exception() and type(future.exception()) for future in futures] == [
        None,
        NotFound,
        None,
    ]
    assert saved(either_database) == set("ac")


def test_what_fails_altogether_is_done_for_each_alone(database):
    def run(session, several):
        for what in several:
            save_region(session, named(what))
        if "b" in several:
            raise RuntimeError
        return several

    futures = waiting_together(database, run, "abc")

    assert [type(future.exception()) for future in futures] == [
        type(None),
        RuntimeError,
        type(None),
    ]
    assert saved(database) == set("ac")


@pytest.mark.parametrize(
    "either_database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_what_somebody_holds_on_postgresql_holds_up_no_other(either_database):
    held, others = named("held"), [named("one"), named("two")]
    with either_database.writing() as session:
        for region in (held, *others):
            save_region(session, region)

    def later(region):
        return Region(region.id, Text(f"{region.name.zh}二", f"{region.name.en}, later"))

    def rename(session, several):
        return [save_region(session, later(one)) for one in several]

    with either_database.writing() as session:
        save_region(session, Region(held.id, Text("先", "first")))
        session.flush()
        futures = [either_database.writers.submit(rename, held)]
        while not futures[0].running():  # it is alone
            time.sleep(0.01)
        futures += [either_database.writers.submit(rename, one) for one in others]
        for future in futures[1:]:
            future.result(timeout=5)
        assert not futures[0].done()
        assert saved(either_database) == {"held", "one, later", "two, later"}

    futures[0].result(timeout=5)
    assert saved(either_database) == {"held, later", "one, later", "two, later"}
