import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.event import listen

from audit.clock import now
from audit.domain.answer import Answer, project
from audit.domain.checklist import Points
from audit.ids import new_id
from audit.store.checklists import publish
from audit.store.events import list_events
from audit.store.tables import VisitRow
from audit.store.visits import get_visit, save_status
from tests.domain.writing import read
from tests.thousand import thousand

GREETING = "rules-24/r02"  # graded, wants a note below full credit, always applies
BUSY = "rules-24/r20"  # yes or no, may not apply
WAIT = "cpt-standard/t11"  # seconds, ticket → at_counter


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


def test_the_page_asks_everything_once_in_the_order_of_the_journey(alice, url, world):
    page = parsed(alice.get(f"{url}/fill"))

    asked = [article["id"] for article in page.select("article[id]")]
    expected = [f"item-{key}" for stage in world.checklist.stages for key in stage.items]
    assert asked[: len(expected)] == expected
    assert page.select_one("#progress").text == "0 / 67"


def test_anchors_are_worded_and_best_comes_first(alice, url):
    page = parsed(alice.get(f"{url}/fill"))

    item = page.find(id=f"item-{GREETING}")
    assert [label.text.strip() for label in item.select(".seg label")] == [
        "All staff met, throughout",
        "Some staff, or only sometimes",
        "Hardly ever",
    ]


def test_does_not_apply_is_offered_only_where_an_item_may_not_apply(alice, url):
    page = parsed(alice.get(f"{url}/fill"))

    offered = {
        key: [field["value"] for field in page.find(id=f"item-{key}").select(".alt [name=value]")]
        for key in (GREETING, BUSY)
    }
    assert offered == {GREETING: ["not_observed"], BUSY: ["na", "not_observed"]}


def test_a_tap_is_stored_and_answered_with_state_and_progress(alice, url, stored):
    answer = alice.post(f"{url}/answers/swap", data={"item": GREETING, "value": "1"})

    swap = parsed(answer)
    assert answer.status_code == 200
    assert stored().answers == {GREETING: Answer("answered", 1)}
    assert swap.find(id=f"state-{GREETING}").select_one(".said").text == "Received"
    assert swap.find(id="progress").text == "1 / 67"
    assert all(part.has_attr("hx-swap-oob") for part in swap.find_all(id=True))
    assert swap.find("input") is None


def test_the_first_answer_starts_the_visit(alice, url, world, database):
    alice.post(f"{url}/answers/swap", data={"item": GREETING, "value": "1"})

    with database.reading() as session:
        visit = get_visit(session, world.alice, world.harbour_visit)
    assert (visit.status, visit.started_at is None) == ("in_progress", False)


def test_without_script_the_answer_and_note_are_saved_and_it_goes_back_to_the_item(
    alice, url, stored
):
    answer = alice.post(
        f"{url}/answers",
        data={"item": GREETING, "value": "1", "note": "One did."},
        follow_redirects=False,
    )

    where = answer.headers["location"]
    assert (answer.status_code, where) == (303, f"{url}/fill#item-{GREETING}")
    assert (stored().answers, stored().notes) == (
        {GREETING: Answer("answered", 1)},
        {GREETING: "One did."},
    )


@pytest.mark.parametrize("emptied", [{}, {"value": ""}, {"value": "1", "clear": "1"}])
def test_no_value_takes_the_answer_back(alice, url, stored, emptied):
    alice.post(f"{url}/answers/swap", data={"item": GREETING, "value": "1"})

    answer = alice.post(f"{url}/answers/swap", data={"item": GREETING, **emptied})

    assert stored().answers == {}
    assert parsed(answer).find(id=f"state-{GREETING}").select_one(".said").text == "Cleared"
    note = alice.post(f"{url}/notes/swap", data={"item": GREETING, "note": "x"})
    assert parsed(note).find(id=f"state-{GREETING}").select_one(".said").text == ""


def test_an_answer_outside_the_choices_is_refused_at_the_item_and_not_saved(alice, url, stored):
    answer = alice.post(f"{url}/answers/swap", data={"item": GREETING, "value": "7"})

    assert answer.status_code == 422
    state = parsed(answer).find(id=f"state-{GREETING}")
    assert state.select_one(".refused").text == "Choose one of the answers."
    assert stored().answers == {}


def test_without_script_a_refused_number_stays_as_typed_beside_its_message(alice, url, stored):
    fact = "branch-visit/people_waiting"

    answer = alice.post(f"{url}/answers", data={"item": fact, "typed": "1000", "note": ""})

    item = parsed(answer).find(id=f"item-{fact}")
    assert answer.status_code == 422
    assert item.select_one(".refused").text == "Enter a number from 0 to 999."
    assert item.select_one("[name=typed]")["value"] == "1000"
    assert stored().answers == {}


def test_without_script_a_page_with_something_refused_begins_with_it(alice, url):
    fact = "branch-visit/people_waiting"

    page = parsed(alice.post(f"{url}/answers", data={"item": fact, "typed": "1000", "note": ""}))

    notice = page.select_one("main > .notice--problem")
    assert notice.text.startswith("Enter a number from 0 to 999.")
    assert notice.a["href"] == f"#item-{fact}"
    assert page.find(id="saved").text == "1 not saved; see the message"
    assert parsed(alice.get(f"{url}/fill")).find(id="saved").text == "Saved"


@pytest.mark.parametrize(
    ("minutes", "seconds", "value"), [("9", "30", 570), ("", "75", 75), ("2", "", 120)]
)
def test_minutes_and_seconds_are_typed_apart(alice, url, stored, minutes, seconds, value):
    typed = {"item": WAIT, "minutes": minutes, "seconds": seconds}

    alice.post(f"{url}/answers/swap", data=typed)

    assert stored().answers == {WAIT: Answer("answered", value)}


@pytest.mark.parametrize("bad", ["-1", "abc", "1.5", "1_0", "9" * 4300])
def test_minutes_that_are_no_whole_number_are_refused(alice, url, stored, bad):
    typed = {"item": WAIT, "minutes": bad, "seconds": ""}

    answer = alice.post(f"{url}/answers/swap", data=typed)

    assert answer.status_code == 422
    assert stored().answers == {}


@pytest.mark.parametrize(("minutes", "seconds"), [("1", "95"), ("0", "60")])
def test_beside_minutes_there_are_at_most_59_seconds(alice, url, stored, minutes, seconds):
    typed = {"item": WAIT, "minutes": minutes, "seconds": seconds}

    answer = alice.post(f"{url}/answers/swap", data=typed)

    said = parsed(answer).select_one(".refused").text
    assert said == "Beside minutes, seconds go from 0 to 59."
    assert stored().answers == {}


def test_a_typed_duration_says_how_far_it_is_from_the_marks_and_leads_back_to_them(alice, url):
    alice.post(f"{url}/marks", data={"mark": "ticket", "value": "14:00"})
    alice.post(f"{url}/marks", data={"mark": "at_counter", "value": "14:09:30"})

    near = alice.post(f"{url}/answers/swap", data={"item": WAIT, "minutes": "9", "seconds": "30"})
    far = alice.post(f"{url}/answers/swap", data={"item": WAIT, "minutes": "8", "seconds": ""})
    back = alice.post(f"{url}/answers/swap", data={"item": WAIT, "clear": "1"})

    assert parsed(near).select(".by-marks:not([hidden])") == []
    said = parsed(far).select_one(".timed").get_text(" ", strip=True)
    assert said == "from marks 9 min 30 s 1 min 30 s apart from what is typed"
    assert parsed(far).select_one(".by-marks:not([hidden])")["name"] == "clear"
    state = parsed(back).find(id=f"state-{WAIT}")
    assert (state.select_one(".said").text, state.b.text) == ("Received", "from marks 9 min 30 s")


def test_what_is_counted_is_the_same_everywhere(alice, url, world):
    answers = {
        "branch-visit/grievance": {"value": "no"},
        "branch-visit/day_kind": {"value": "workday"},
        "branch-visit/counters_open": {"typed": "2"},  # may stay empty: not counted
        GREETING: {"value": "1"},
    }
    for key, said in answers.items():
        alice.post(f"{url}/answers", data={"item": key, **said})

    page = parsed(alice.get(f"{url}/fill"))
    stages = [span.text.split(" / ") for span in page.select("#stages span")]
    brief = parsed(alice.get(f"/assignments/{world.harbour_visit}"))
    asked = [int(span.text.split()[0]) for span in brief.select(".asks .quiet")]
    hand_in = parsed(alice.get(f"{url}/submission"))

    assert page.select_one("#progress").text == "3 / 62"
    assert [sum(int(pair[n]) for pair in stages) for n in (0, 1)] == [3, 62]
    assert (sum(asked), brief.select_one("h2 small").text) == (62, "3 of 62 answered")
    assert hand_in.select_one(".lede").text.endswith("3 of 62 answered")
    assert hand_in.select_one("h2 small").text == "59"
    optional = page.find(id="item-branch-visit/counters_open").small.text
    assert optional == "Counters open · may stay empty"


def test_of_choices_that_earn_something_the_best_comes_first(alice, url):
    page = parsed(alice.get(f"{url}/fill"))

    shown = {
        key: [label.text.strip() for label in page.find(id=f"item-{key}").select(".seg label")]
        for key in ("cpt-standard/t12", "branch-visit/day_kind")
    }
    assert shown == {
        "cpt-standard/t12": [
            "As told, or faster",
            "Told, but it took longer",
            "Not told beforehand",
        ],
        "branch-visit/day_kind": ["Working day", "Weekend", "Public holiday"],
    }


def test_of_tapped_and_typed_at_once_the_new_one_counts(alice, url, stored):
    both = {"item": WAIT, "value": "na", "minutes": "3", "seconds": ""}

    alice.post(f"{url}/answers", data=both)
    assert stored().answers == {WAIT: Answer("na")}
    alice.post(f"{url}/answers", data=both)

    assert stored().answers == {WAIT: Answer("answered", 180)}


def test_a_shut_gate_folds_its_items_into_one_line_per_stage(alice, url):
    gate = "branch-visit/grievance"

    swap = parsed(alice.post(f"{url}/answers/swap", data={"item": gate, "value": "no"}))
    page = parsed(alice.get(f"{url}/fill"))

    lines = [line for line in page.select(f'[data-leap="{gate}"]') if not line.has_attr("hidden")]
    assert swap.find(id="progress").text == "1 / 62"
    assert [line.text.split("\n")[2] for line in lines] == [
        "Answered “No”, so 5 questions here do not apply."
    ]
    assert page.find(id="item-rules-24/r13").has_attr("hidden")
    assert not page.find(id=f"item-{GREETING}").has_attr("hidden")


def test_a_count_offers_as_many_as_there_can_be_and_nothing_beyond(alice, url):
    page = parsed(alice.get(f"{url}/fill"))
    beyond = alice.post(f"{url}/answers", data={"item": "counter-routine-5/s62", "value": "6"})

    asked = page.find(id="item-counter-routine-5/s62")
    assert [one["value"] for one in asked.select(".seg--count input")] == list("012345")
    assert beyond.status_code == 422
    assert "Enter a whole number from 0 to 5." in beyond.text


def test_a_note_is_wanted_below_full_credit_until_it_is_there(alice, url, stored):
    tapped = alice.post(f"{url}/answers/swap", data={"item": GREETING, "value": "1"})
    noted = alice.post(f"{url}/notes/swap", data={"item": GREETING, "note": " One did. \r\nOnce "})

    assert len(parsed(tapped).select(".wanted:not([hidden])")) == 1
    assert parsed(noted).select(".wanted:not([hidden])") == []
    assert stored().notes == {GREETING: "One did. \nOnce"}


def test_a_note_that_is_too_long_is_refused(alice, url, stored):
    answer = alice.post(f"{url}/notes/swap", data={"item": GREETING, "note": "x" * 4001})

    assert answer.status_code == 422
    assert stored().notes == {}


def test_a_typed_mark_is_a_time_on_the_visits_day_and_feeds_every_item_it_times(alice, url, stored):
    alice.post(f"{url}/marks", data={"mark": "enter", "value": "now", "at": "2026-01-01T00:00:00Z"})
    day = stored().marks["enter"].date()

    alice.post(f"{url}/marks/swap", data={"mark": "ticket", "value": "14:00"})
    swap = alice.post(f"{url}/marks/swap", data={"mark": "at_counter", "value": "14:09:30"})

    assert day == now().date()  # a phone's clock that is months off is not believed
    marks = stored().marks
    assert (marks["at_counter"] - marks["ticket"]).total_seconds() == 570
    assert marks["ticket"].astimezone(UTC).strftime("%H:%M") == "06:00"  # Shanghai is shown
    state = parsed(swap).find(id=f"state-{WAIT}")
    assert state.b.text == "from marks 9 min 30 s"
    assert stored().answers == {}


def test_marks_the_wrong_way_round_are_said_to_be(alice, url):
    alice.post(f"{url}/marks", data={"mark": "ticket", "value": "14:10"})

    swap = alice.post(f"{url}/marks/swap", data={"mark": "at_counter", "value": "14:09"})

    state = parsed(swap).find(id=f"state-{WAIT}")
    assert "The second is before the first" in state.text
    assert state.select_one(".said").text == ""


@pytest.mark.parametrize("said", ["25:00", "noon", "14"])
def test_a_time_that_is_none_is_refused(alice, url, stored, said):
    answer = alice.post(f"{url}/marks/swap", data={"mark": "ticket", "value": said})

    assert (answer.status_code, stored().marks) == (422, {})


@pytest.mark.parametrize(
    ("place", "data"),
    [
        ("answers", {"item": "rules-24/r99", "value": "1"}),
        ("answers/swap", {"item": "rules-24/r99", "value": "1"}),
        ("notes", {"item": "rules-24/r99", "note": "?"}),
        ("marks", {"mark": "elsewhere", "value": "now"}),
        ("memories", {"stage": "elsewhere", "text": "?"}),
    ],
)
def test_what_the_checklist_does_not_have_is_not_found(alice, url, stored, place, data):
    answer = alice.post(f"{url}/{place}", data=data)

    assert answer.status_code == 404
    assert stored().first_at is None


DEEDS = [
    ("answers", {"item": GREETING, "value": "1"}),
    ("answers/swap", {"item": GREETING, "value": "1"}),
    ("notes", {"item": GREETING, "note": "x"}),
    ("notes/swap", {"item": GREETING, "note": "x"}),
    ("marks", {"mark": "enter", "value": "now"}),
    ("marks/swap", {"mark": "enter", "value": "now"}),
    ("marks/onsite", {"mark": "enter", "value": "now"}),
    ("memories", {"stage": "arrival", "text": "x"}),
    ("memories/swap", {"stage": "arrival", "text": "x"}),
    ("submission", {"confirmed": "1"}),
]


@pytest.mark.parametrize(("place", "data"), DEEDS)
def test_another_shoppers_visit_is_not_there_to_be_written_to(as_, world, database, place, data):
    answer = as_(world.bob).post(f"/visits/{world.harbour_visit}/{place}", data=data)

    assert answer.status_code == 404
    with database.reading() as session:
        assert list_events(session, world.harbour_visit) == []
        assert get_visit(session, world.alice, world.harbour_visit).status == "assigned"


@pytest.mark.parametrize(("place", "data"), DEEDS)
def test_after_handing_in_nothing_can_be_written(alice, world, database, url, place, data):
    with database.writing() as session:
        save_status(session, world.harbour_visit, "submitted", datetime.now(UTC))

    answer = alice.post(f"{url}/{place}", data=data)

    assert answer.status_code == 409
    with database.reading() as session:
        assert list_events(session, world.harbour_visit) == []


@pytest.mark.parametrize("place", ["fill", "onsite", "submission"])
def test_another_shoppers_pages_are_not_there(as_, world, place):
    answer = as_(world.bob).get(f"/visits/{world.harbour_visit}/{place}")

    assert answer.status_code == 404


def test_after_handing_in_the_page_can_be_read_and_nothing_else(alice, url, world, database):
    alice.post(f"{url}/answers", data={"item": GREETING, "value": "1", "note": "One did."})
    with database.writing() as session:
        save_status(session, world.harbour_visit, "submitted", now())

    page = parsed(alice.get(f"{url}/fill"))

    assert page.select("[hx-post], .save, #saved") == []
    assert len(page.select("fieldset:not([disabled])")) == 0
    item = page.find(id=f"item-{GREETING}")
    assert item.select_one("[checked]")["value"] == "1"
    assert item.textarea.text == "One did."


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("answers", {"item": GREETING, "value": "1"}),
        ("notes", {"item": GREETING, "note": "One did."}),
        ("marks", {"mark": "enter", "value": "now"}),
    ],
)
def test_a_tap_reads_what_was_captured_once(alice, url, database, place, said):
    asked = []

    def note(_connection, _cursor, statement, *_more):
        asked.append("FROM event" in statement)

    listen(database.engine, "before_cursor_execute", note)
    answer = alice.post(f"{url}/{place}/swap", data=said)

    assert (answer.status_code, sum(asked)) == (200, 1)


# ---- a checklist of a thousand items -----------------------------------------------------


@pytest.fixture
def large(database, world):
    """A visit with it, and it."""
    checklist, visit = read(thousand()), new_id()
    with database.writing() as session:
        publish(session, checklist, now())
        like = session.get_one(VisitRow, world.harbour_visit).model_dump()
        session.add(VisitRow(**{**like, "id": visit, "checklist_hash": checklist.hash}))
    return f"/visits/{visit}", checklist


def asked(page):
    """In the page itself and, out of reach without script, in templates."""
    live, *others = page.split("<template>")
    return [re.findall('id="item-([^"]+)"', part) for part in (live, "".join(others))]


def test_each_part_of_a_large_checklist_is_a_page_of_its_own_with_the_others_beside_it(
    alice, large
):
    url, checklist = large
    every = [key for stage in checklist.stages for key in stage.items]
    links = re.findall(r'<li><a href="([^"]+)">', alice.get(f"{url}/fill").text)

    pages = [asked(alice.get(f"{url}/fill{link}").text) for link in links]

    assert [key for live, _ in pages for key in live] == every
    assert {len(live) + len(others) for live, others in pages} == {len(every)}
    assert len(pages) == 20


def test_of_a_large_checklist_it_goes_back_to_the_part_of_what_was_saved(alice, large):
    url, checklist = large
    key = checklist.stages[4].items[200]

    answer = alice.post(
        f"{url}/answers", data={"item": key, "value": "not_observed"}, follow_redirects=False
    )

    where = answer.headers["location"]
    assert where == f"{url}/fill?at=item-{key}#item-{key}"
    page = alice.get(where).text
    assert key in asked(page)[0]
    assert re.findall('id="item-([^"]+)"[^>]* data-done', page) == [key]


def test_what_is_refused_in_a_large_checklist_is_shown_with_its_part(alice, large):
    url, checklist = large
    items = checklist.stages[4].items
    key = next(k for k in reversed(items) if isinstance(checklist.by_key[k].response, Points))

    page = alice.post(f"{url}/answers", data={"item": key, "typed": "many"}).text

    assert key in asked(page)[0]
    assert 'class="refused"' in page.split("<template>")[0]
