from datetime import date

from audit.domain.text import Text
from audit.store.programmes import get_wave, list_programmes, list_with_waves
from tests.world import library

ON = "/admin/programmes/00000000-0000-0000-0000-000000000014"


def typed(**changes):
    return {
        "name_zh": "第二批",
        "name_en": "Second wave",
        "opens_on": "2027-01-01",
        "closes_on": "2027-01-31",
        "checklist": library()["rules-24"].hash,
        "brief_zh": "",
        "brief_en": "",
        **changes,
    }


def test_a_new_programme_is_kept(ann, database):
    ann.post("/admin/programmes", data={"name_zh": "甲", "name_en": "First client"})

    with database.reading() as session:
        assert Text("甲", "First client") in [name for _, name in list_programmes(session)]


def test_a_programme_can_be_renamed(ann, database):
    ann.post(ON, data={"name_zh": "甲", "name_en": "First client"})

    with database.reading() as session:
        assert [name for _, name in list_programmes(session)] == [Text("甲", "First client")]


def test_a_new_wave_belongs_to_its_programme(ann, database):
    answer = ann.post(f"{ON}/waves", data=typed(brief_zh="问路。"), follow_redirects=False)

    assert answer.headers["location"] == "/admin/waves?saved=1"
    with database.reading() as session:
        (programme,) = list_with_waves(session)
        wave, brief = get_wave(session, programme.waves[0].id)
    assert [wave.name.en for wave in programme.waves] == ["Second wave", "First wave"]
    assert (wave.opens_on, wave.closes_on) == (date(2027, 1, 1), date(2027, 1, 31))
    assert wave.checklist == library()["rules-24"].hash
    assert brief == Text("问路。", "")


def test_a_wave_cannot_end_before_it_starts(ann, seen):
    page = seen(ann.post(f"{ON}/waves", data=typed(closes_on="2026-12-31", name_en="")))

    assert (page.status, page.problem("closes_on")) == (422, "The end is before the start.")
    assert page.value("closes_on") == "2026-12-31"
    assert page.problem("name_en") == "Please fill this in."  # all at once


def test_a_wave_needs_dates_and_a_published_checklist(ann, seen):
    page = seen(ann.post(f"{ON}/waves", data=typed(opens_on="soon", checklist="0" * 64)))

    assert page.problem("opens_on") == "Please enter a date."
    assert page.problem("checklist") == "Please choose one."


def test_a_wave_with_visits_keeps_its_checklist(ann, world, database, seen):
    page = seen(ann.post(f"/admin/waves/{world.wave}", data=typed()))

    assert page.problem("checklist") == (
        "This wave has visits already. Start a new wave for another checklist."
    )
    with database.reading() as session:
        assert get_wave(session, world.wave)[0].checklist == world.checklist.hash


def test_the_rest_of_a_wave_with_visits_can_be_changed(ann, world, database):
    ann.post(f"/admin/waves/{world.wave}", data=typed(checklist=world.checklist.hash))

    with database.reading() as session:
        assert get_wave(session, world.wave)[0].name == Text("第二批", "Second wave")


def test_the_list_says_how_many_visits_a_wave_has(ann, world, seen):
    rows = seen(ann.get("/admin/waves")).rows()

    assert [row[:1] + row[-2:] for row in rows] == [["First wave", "2", "0"]]
