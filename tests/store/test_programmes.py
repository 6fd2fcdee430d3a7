from datetime import date
from uuid import UUID

import pytest

from audit.domain.problems import NotFound
from audit.domain.text import Text
from audit.domain.visit import Wave
from audit.store.programmes import (
    get_programme,
    get_programme_of,
    get_wave,
    list_programmes,
    list_waves,
    list_with_waves,
    save_programme,
    save_wave,
)

BRIEF = Text("开一个账户。", "Open an account.")
LATER = UUID(int=22)


@pytest.fixture
def later(either_database, place) -> Wave:
    with either_database.writing() as session:
        save_wave(
            session,
            LATER,
            UUID(int=20),
            Text("第二批", "Second wave"),
            date(2026, 12, 1),
            date(2026, 12, 31),
            place.checklist.hash,
            BRIEF,
        )
    return Wave(
        LATER,
        Text("服务检测", "Service check"),
        Text("第二批", "Second wave"),
        date(2026, 12, 1),
        date(2026, 12, 31),
        place.checklist.hash,
    )


def test_a_wave_comes_back_as_it_was_kept(either_database, later):
    with either_database.reading() as session:
        assert get_wave(session, LATER) == (later, BRIEF)


def test_the_newest_wave_comes_first(either_database, place, later):
    with either_database.reading() as session:
        assert [wave.id for wave in list_waves(session)] == [LATER, place.wave]


def test_a_programme_lists_its_waves_and_may_have_none(either_database, place, later):
    with either_database.writing() as session:
        save_programme(session, UUID(int=30), Text("空项目", "An empty one"))

    with either_database.reading() as session:
        waves = {found.name.en: len(found.waves) for found in list_with_waves(session)}
        assert waves == {"Service check": 2, "An empty one": 0}
        assert get_programme(session, UUID(int=30)).waves == ()
        assert get_programme_of(session, LATER).id == UUID(int=20)


def test_a_programme_can_be_renamed(either_database, place):
    with either_database.writing() as session:
        save_programme(session, UUID(int=20), Text("新名", "New name"))

    with either_database.reading() as session:
        assert list_programmes(session) == [(UUID(int=20), Text("新名", "New name"))]
        assert get_wave(session, place.wave)[0].programme == Text("新名", "New name")


def test_what_is_not_there_is_not_found(either_database, place):
    with either_database.reading() as session:
        for get in (get_wave, get_programme, get_programme_of):
            with pytest.raises(NotFound):
                get(session, UUID(int=999))
