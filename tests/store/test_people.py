from uuid import UUID

import msgspec
import pytest

from audit.domain.people import Person
from audit.domain.problems import Conflict, NotFound
from audit.store.people import (
    find_login,
    get_person,
    list_people,
    save_language,
    save_password,
    save_person,
)

replace = msgspec.structs.replace


def test_a_person_comes_back_as_they_were_kept(either_database, place):
    both = replace(
        place.dan,
        name="Dan 丹",
        language="zh",
        branches=(place.harbour.id, place.hill.id),
        active=False,
    )

    with either_database.writing() as session:
        save_person(session, both)

    with either_database.reading() as session:
        found = get_person(session, both.id)
    assert replace(found, branches=tuple(sorted(found.branches))) == both


def test_branches_that_are_taken_away_are_gone(either_database, place):
    with either_database.writing() as session:
        save_person(session, replace(place.dan, branches=()))

    with either_database.reading() as session:
        assert get_person(session, place.dan.id).branches == ()
        assert get_person(session, place.erin.id).branches == (place.hill.id,)


def test_a_login_is_found_however_it_is_typed(either_database, place):
    with either_database.reading() as session:
        found = find_login(session, "  ALICE ")
        assert find_login(session, "nobody") is None

    assert found is not None
    assert found[0] == place.alice


def test_saving_a_person_leaves_the_password_and_a_new_one_replaces_it(either_database, place):
    with either_database.reading() as session:
        _, before = find_login(session, "alice")

    with either_database.writing() as session:
        save_person(session, replace(place.alice, name="Alicia"))
    with either_database.reading() as session:
        _, kept = find_login(session, "alice")
    with either_database.writing() as session:
        save_password(session, place.alice.id, "another hash")
    with either_database.reading() as session:
        _, after = find_login(session, "alice")

    assert (before == kept, after) == (True, "another hash")


def test_a_login_belongs_to_one_person(either_database, place):
    with pytest.raises(Conflict), either_database.writing() as session:
        save_person(session, replace(place.bob, login="Alice"))


def test_a_new_person_needs_a_password(either_database, place):
    with pytest.raises(ValueError, match="password"), either_database.writing() as session:
        save_person(session, Person(UUID(int=50), "zoe", "Zoe", "shopper"))


def test_people_are_listed_by_role(either_database, place):
    with either_database.reading() as session:
        assert list_people(session, "shopper") == [place.alice, place.bob]
        assert [found.login for found in list_people(session)] == [
            "ann", "carol", "dan", "erin", "alice", "bob",
        ]  # fmt: skip


def test_a_language_is_kept(either_database, place):
    with either_database.writing() as session:
        save_language(session, place.alice.id, "zh")

    with either_database.reading() as session:
        assert get_person(session, place.alice.id).language == "zh"
        with pytest.raises(NotFound):
            get_person(session, UUID(int=999))
