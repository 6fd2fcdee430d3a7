from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from audit.clock import now
from audit.domain.answer import Deed, project
from audit.store.events import list_events, record
from audit.store.visits import get_visit


def parsed(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def url(world):
    return f"/visits/{world.harbour_visit}"


@pytest.fixture
def stored(database, world):
    def read():
        with database.reading() as session:
            return project(list_events(session, world.harbour_visit))

    return read


@pytest.fixture
def alice(as_, world):
    return as_(world.alice)


def test_the_marks_stand_in_the_order_of_the_journey(alice, url, world):
    page = parsed(alice.get(f"{url}/onsite"))

    shown = [button.find(string=True).strip() for button in page.select(".moment__tap")]
    assert shown == [mark.title.en for mark in world.checklist.marks]


def test_the_screen_gives_nothing_away(alice, url):
    page = parsed(alice.get(f"{url}/onsite"))

    assert page.title.text == "Notes"
    assert "Mingcha" not in str(page.find("link", rel="icon"))
    assert page.select(".top") == []
    assert "Mingcha" not in page.text


def test_a_tap_sets_the_mark_to_the_moment_of_the_finger(alice, url, stored):
    at = (now() - timedelta(seconds=40)).replace(microsecond=0)

    answer = alice.post(
        f"{url}/marks/onsite", data={"mark": "enter", "value": "now", "at": at.isoformat()}
    )

    assert stored().marks == {"enter": at}
    assert parsed(answer).find(id="time-enter").text != ""


@pytest.mark.parametrize("at", ["", "soon", "2026-01-01T00:00:00", "2020-01-01T00:00:00Z"])
def test_without_a_believable_clock_it_is_the_moment_of_receipt(alice, url, stored, at):
    alice.post(f"{url}/marks", data={"mark": "enter", "value": "now", "at": at})

    assert abs(stored().marks["enter"] - now()) < timedelta(minutes=1)


def test_a_second_tap_takes_the_mark_back_and_offers_the_time_again(alice, url, stored):
    alice.post(f"{url}/marks", data={"mark": "enter", "value": "14:05:10"})

    answer = alice.post(f"{url}/marks/onsite", data={"mark": "enter", "value": "clear"})

    assert stored().marks == {}
    button = parsed(answer).find(id="undone-enter").button
    assert (button["data-value"], button.text) == ("14:05:10", "Back to 14:05:10")


def test_without_script_it_goes_back_to_the_list(alice, url):
    answer = alice.post(
        f"{url}/marks", data={"mark": "enter", "value": "now"}, follow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (303, f"{url}/onsite")


@pytest.mark.parametrize("text", ["Guard at the door smiled", ""])
def test_something_is_remembered_with_its_stage(alice, url, stored, text):
    answer = alice.post(f"{url}/memories/swap", data={"stage": "waiting", "text": text})

    assert [(memory.stage, memory.text) for memory in stored().remembered] == [("waiting", text)]
    assert len(parsed(answer).select("#remembered li")) == 1


@pytest.mark.parametrize("place", ["memories", "memories/swap"])
def test_after_so_many_notes_no_more_are_taken_and_it_is_said(
    alice, url, stored, database, world, place
):
    deeds = [Deed("remember", "stage/waiting", text=str(number)) for number in range(499)]
    with database.writing() as session:
        record(session, get_visit(session, world.alice, world.harbour_visit), deeds, now())

    answers = [alice.post(f"{url}/{place}", data={"stage": "waiting", "text": "x"}) for _ in "ab"]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert "A visit holds at most 500 notes." in answers[1].text
    assert len(stored().remembered) == 500


def test_a_memory_is_one_line_not_a_report(alice, url, stored):
    answer = alice.post(f"{url}/memories", data={"stage": "waiting", "text": "x" * 501})

    assert (answer.status_code, stored().remembered) == (422, ())
