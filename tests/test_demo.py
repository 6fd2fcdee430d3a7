"""The demo's data: the same for the same day, believable, and never among real people."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from statistics import mean

import pytest
from sqlalchemy import text

from audit import demo
from audit.demo import cast, telling
from audit.demo.temper import difficulty
from audit.domain.answer import project
from audit.domain.flags import flags
from audit.domain.people import Person
from audit.domain.planning import REST, misfit, refusal, strangeness
from audit.paths import folder
from audit.store.checklists import Library
from audit.store.database import Database
from audit.store.events import list_events_of
from audit.store.files import Files
from audit.store.people import list_people, save_person
from audit.store.results import get_result
from audit.store.reviews import get_review
from audit.store.scenarios import get_scenario
from audit.store.visits import VisitFilter, list_cards, list_visits
from audit.web.sessions import hash_password, verify_password
from audit.work.reports import load_prints
from tests.world import library

DAY = date(2026, 11, 22)


def empty(path) -> Database:
    found = Database(f"sqlite:///{path}")
    found.migrate()
    return found


def build(database, day=DAY, scale=0.15) -> bool:
    files = Files(f"{database.url.removeprefix('sqlite:///')}-photos")
    return demo.build(database, list(library().values()), day, scale, files)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The demo at its full size; for reading only."""
    database = empty(tmp_path_factory.mktemp("demo") / "whole.sqlite3")
    build(database, scale=1)
    yield database
    database.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small demo; for reading only."""
    database = empty(tmp_path_factory.mktemp("demo") / "small.sqlite3")
    build(database)
    yield database
    database.close()


def contents(database) -> dict[str, list[str]]:
    with database.reading() as session:
        tables = session.exec(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        return {
            name: sorted(map(repr, session.exec(text(f'SELECT * FROM "{name}"')).all()))
            for (name,) in tables
        }


def visits_of(database, *statuses):
    with database.reading() as session:
        return list_visits(session, cast.AUDITOR, VisitFilter(statuses=statuses))


def test_the_same_day_gives_the_same_data_to_the_byte(small, tmp_path):
    other = empty(tmp_path / "other.sqlite3")

    build(other)

    assert contents(other) == contents(small)
    assert len(contents(other)["release"]) > 20


def test_another_day_moves_the_dates_and_leaves_the_scores(small, tmp_path):
    other = empty(tmp_path / "other.sqlite3")

    build(other, day=date(2027, 3, 1))

    def due(database):
        return max(visit.due_on for visit in visits_of(database, "assigned"))

    def scores(database):
        found = visits_of(database, "released")
        return Counter((visit.branch.code, visit.release.raw) for visit in found)

    assert due(other) - due(small) == date(2027, 3, 1) - DAY
    assert scores(other) == scores(small)


def test_some_visits_have_photos_that_the_report_prints(small):
    files = Files(f"{small.url.removeprefix('sqlite:///')}-photos")
    with small.reading() as session:
        visits = list_visits(session, cast.AUDITOR, VisitFilter(statuses=("released",)))
        shown = {visit.id: get_result(session, cast.AUDITOR, visit.id).photos for visit in visits}
        waiting = [
            get_review(session, cast.AUDITOR, visit.id).pictures
            for visit in list_visits(session, cast.AUDITOR, VisitFilter(statuses=("submitted",)))
        ]

    found = [visit for visit, photos in shown.items() if photos]
    assert len(found) >= 3
    assert sum(map(bool, waiting)) == 2
    for visit in found:
        prints = load_prints(small, files, cast.AUDITOR, visit)
        assert len(prints) == sum(map(len, shown[visit].values()))
        assert max(map(len, prints.values())) < 40_000


def test_a_second_build_changes_nothing(small):
    before = contents(small)

    assert not build(small)
    assert contents(small) == before


def test_a_database_with_other_people_is_left_alone(database):
    stranger = Person(cast.id_of("stranger"), "someone", "Someone", "administrator")
    with database.writing() as session:
        save_person(session, stranger, hash_password("a long enough password"))
    before = contents(database)

    assert demo.foreign(database)
    assert not build(database)
    assert contents(database) == before


def test_an_empty_database_is_nobodys_and_a_demo_is_its_own(database, small):
    assert (demo.foreign(database), demo.inhabited(database)) == (False, False)
    assert (demo.foreign(small), demo.inhabited(small)) == (False, True)


def test_the_four_sign_in_with_the_demo_password_and_nobody_else_does(small):
    with small.reading() as session:
        people = list_people(session)
        hashes = dict(session.exec(text("SELECT login, password_hash FROM person")).all())

    opened = {p.login for p in people if verify_password(hashes[p.login], cast.PASSWORD)}
    assert opened == {"shopper", "auditor", "branch", "admin"}
    roles = {p.login: p.role for p in people}
    assert [roles[login] for login in cast.SIGN_INS] == [
        "shopper",
        "auditor",
        "branch_manager",
        "administrator",
    ]


def test_there_is_enough_to_look_at(whole):
    released = visits_of(whole, "released")

    per_branch = Counter(visit.branch.code for visit in released)
    assert len(released) >= 150
    assert len(per_branch) == 12
    assert per_branch.most_common(1)[0][0] == cast.RICH
    assert len({visit.wave.id for visit in released}) == 5
    assert {visit.branch.kind for visit in released} == {"bank", "securities"}
    assert {visit.mode for visit in released} == {"open", "disguised"}
    assert len(visits_of(whole, "submitted")) == 8


def test_the_shopper_has_one_visit_of_every_kind_to_do(whole):
    with whole.reading() as session:
        mine = list_visits(session, cast.SHOPPER, VisitFilter())
        events = list_events_of(session, [visit.id for visit in mine])

    by_status = {visit.status: visit for visit in mine}
    assert {"assigned", "in_progress", "returned", "released"} <= by_status.keys()
    assert by_status["returned"].return_reason != ""
    kinds = Counter(event.kind for event in events[by_status["in_progress"].id])
    assert kinds["mark"] >= 6
    assert kinds["remember"] >= 2
    assert 20 <= kinds["answer"] <= 45
    assert kinds["submit"] == 0


def test_branches_differ_two_improve_and_one_declines(whole):
    released = [v for v in visits_of(whole, "released") if v.mode == "disguised"]
    waves = sorted({visit.wave.opens_on for visit in released})

    def means(code, *when):
        return mean(
            float(visit.release.raw)
            for visit in released
            if visit.branch.code == code and visit.wave.opens_on in when
        )

    change = {code: means(code, *waves[2:]) - means(code, *waves[:2]) for code in cast.BRANCHES}
    level = [means(code, *waves) for code in cast.BRANCHES]
    assert max(level) - min(level) > 15
    assert 70 < mean(level) < 88
    assert min(change, key=change.__getitem__) == "SZ202"
    assert set(sorted(change, key=change.__getitem__)[-2:]) == {"NJ102", "CD301"}


def test_the_edge_cases_are_there(whole):
    released = visits_of(whole, "released")
    with whole.reading() as session:
        cards = list_cards(session, released)
        events = list_events_of(session, [visit.id for visit in released])
    capped = [c for c in cards.values() if c.veto and c.final < c.raw]
    emptied = [
        c for c in cards.values() if any(s.score is None for p in c.parts for s in p.sections)
    ]
    silent = [n for n, made in events.items() if not any(event.kind == "note" for event in made)]

    assert capped
    assert [c for c in cards.values() if c.insufficient]
    assert emptied
    assert silent
    long = cast.BRANCHES[cast.LONG].name
    assert len(long.zh) > 25
    assert len(long.en) > 80


def test_marks_are_tapped_in_the_order_of_the_journey(whole):
    order = [mark.id for mark in library()["branch-visit"].marks]
    released = visits_of(whole, "released")
    with whole.reading() as session:
        events = list_events_of(session, [visit.id for visit in released])

    for made in events.values():
        marks = [event for event in made if event.kind == "mark"]
        assert marks == sorted(marks, key=lambda event: event.text)
        assert {event.item.removeprefix("mark/") for event in marks} <= set(order)


def test_nobody_is_sent_back_to_a_branch_before_being_forgotten(whole):
    seen = defaultdict(list)
    for visit in visits_of(whole):
        if visit.status != "cancelled":
            at = visit.started_at.date() if visit.started_at else visit.due_on
            seen[visit.branch.code, visit.shopper].append(at)

    gaps = [after - before for days in seen.values() for before, after in pairwise(sorted(days))]
    assert min(gaps) > REST


def test_nothing_happens_outside_its_wave_or_in_the_future(whole):
    for visit in visits_of(whole, "submitted", "returned", "released", "in_progress"):
        assert visit.wave.opens_on <= visit.started_at.date() < DAY
        assert visit.started_at.date() <= visit.wave.closes_on
        assert visit.submitted_at is None or visit.submitted_at.date() < DAY
        assert visit.release is None or visit.release.released_at.date() < DAY


def test_what_waits_for_review_is_worth_a_look(whole):
    waiting = visits_of(whole, "submitted")
    with whole.reading() as session:
        events = list_events_of(session, [visit.id for visit in waiting])

    found = {
        flag.kind
        for visit in waiting
        for flag in flags(library()["branch-visit"], project(events[visit.id]), visit.submitted_at)
    }
    assert found >= {
        "critical_without_note",
        "hurried_visit",
        "burst",
        "timing_differs",
        "no_wait_but_waited",
        "late_answers",
        "marks_missing",
        "much_unseen",
        "note_always_missing",
    }


def test_notes_are_many_fit_an_item_that_exists_and_are_in_one_language():
    items = library()["branch-visit"].by_key
    every = [
        (language, sentence)
        for outcomes in telling.sentences().values()
        for languages in outcomes.values()
        for language, sentences in languages.items()
        for sentence in sentences
    ]

    assert telling.sentences().keys() <= items.keys()
    assert len({sentence for _, sentence in every}) == len(every) >= 60
    for language, sentence in every:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in sentence) == (language == "zh")


def test_critical_items_are_failed_by_design_only():
    critical = [item for item in library()["branch-visit"].items if item.critical]

    assert max(map(difficulty, critical)) < -5


def test_every_shipped_checklist_is_published_with_the_demo(small):
    assert len(contents(small)["checklist"]) == len(Library(folder("checklists")).read())


def test_a_returned_visit_is_as_the_auditors_return_leaves_it(small):
    returned = visits_of(small, "returned")[0]
    with small.reading() as session:
        events = list_events_of(session, [returned.id])[returned.id]

    assert [event.kind for event in events[-2:]] == ["submit", "reopen"]
    assert events[-1].text == returned.return_reason
    assert events[-1].wall == returned.returned_at


def test_nobody_is_asked_to_deposit_cash_at_a_securities_office(whole):
    with whole.reading() as session:
        visits = list_visits(session, cast.AUDITOR, VisitFilter())

    asked = {visit.branch.kind for visit in visits if "现金" in visit.brief.zh}
    asked_in_english = {visit.branch.kind for visit in visits if " cash" in visit.brief.en}
    assert (asked, asked_in_english) == ({"bank"}, {"bank"})


def test_some_visits_have_a_scenario_that_suits_them(whole):
    with whole.reading() as session:
        visits = list_visits(session, cast.AUDITOR, VisitFilter())
        given = {visit: get_scenario(session, visit.scenario) for visit in visits if visit.scenario}
    branch_visit = library()["branch-visit"]

    by_status = Counter(visit.status for visit in given)
    assert by_status["assigned"] == 6
    assert by_status["submitted"] == 8
    assert by_status["released"] >= 12
    assert len({scenario.id for scenario in given.values()}) == 7
    for visit, scenario in given.items():
        assert refusal(branch_visit, visit.mode, scenario) is None
        assert misfit(branch_visit, scenario) is None
        assert strangeness(visit.branch, scenario) == ()
