import pytest
from bs4 import BeautifulSoup

from audit.clock import now
from audit.domain.answer import Answer, Deed, project
from audit.store.events import list_events, record
from audit.store.visits import get_visit
from tests.phone import Phone, packed
from tests.pictures import Lens, jpeg, photo_of, takes
from tests.world import NOON


def parsed(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def url(world):
    return f"/visits/{world.harbour_visit}"


@pytest.fixture
def visit(database, world):
    def read():
        with database.reading() as session:
            return get_visit(session, world.alice, world.harbour_visit)

    return read


def answer_all(database, world, *, note):
    """Everything answered; `rules-24/r02` with less than full credit."""
    rows = [*world.checklist.items, *world.checklist.facts]
    deeds = [Deed("answer", row.key, answer=Answer("not_observed")) for row in rows]
    deeds += [
        Deed("answer", gate.key, answer=Answer("answered", "yes")) for gate in world.checklist.gates
    ]
    deeds.append(Deed("answer", "rules-24/r02", answer=Answer("answered", 1)))
    if note:
        deeds.append(Deed("note", "rules-24/r02", text="One did."))
    with database.writing() as session:
        record(session, get_visit(session, world.alice, world.harbour_visit), deeds, now())


def test_what_is_open_is_one_tap_away(as_, world, url):
    page = parsed(as_(world.alice).get(f"{url}/submission"))

    links = [link["href"] for link in page.select(".jumps a")]
    assert len(links) == 59 + 3 + 5  # items, required facts, gates
    assert links[0] == f"{url}/fill#item-branch-visit/counter_done"
    assert f"{url}/fill#item-branch-visit/counters_open" not in links  # may stay empty


def test_a_missing_note_is_named_even_when_all_is_answered(as_, world, database, url):
    answer_all(database, world, note=False)

    page = parsed(as_(world.alice).get(f"{url}/submission"))

    links = [link["href"] for link in page.select(".jumps a")]
    assert links == [f"{url}/fill#item-rules-24/r02"]


def test_a_missing_note_is_confirmed_like_an_open_question(as_, world, database, url, visit):
    answer_all(database, world, note=False)
    client = as_(world.alice)

    refused = client.post(f"{url}/submission")
    asked = parsed(refused).select_one(".check").get_text(" ", strip=True)
    before = visit().status
    client.post(f"{url}/submission", data={"confirmed": "1"})

    assert (refused.status_code, before) == (422, "in_progress")
    assert asked == "Hand in as it is · 1 note missing"
    assert visit().status == "submitted"


def test_a_finished_visit_is_handed_in_at_once_and_sealed(as_, world, database, url, visit):
    answer_all(database, world, note=True)

    answer = as_(world.alice).post(f"{url}/submission", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{url}/submission")
    assert visit().status == "submitted"
    with database.reading() as session:
        last = list_events(session, world.harbour_visit)[-1]
    assert (last.kind, last.item) == ("submit", "visit")
    page = parsed(as_(world.alice).get(f"{url}/submission"))
    assert page.h1.text == "Handed in"
    receipt = [part.text for part in page.select(".receipt dd")]
    assert (receipt[0], receipt[1], receipt[3]) == (
        str(last.seq - 1),
        "0",
        last.manifest.root[:8],
    )


def test_a_plain_form_waits_for_photos_as_phones_do(as_, world, database, url, visit):
    client = as_(world.alice)
    phone = Phone(world.harbour_visit, world.checklist.hash, NOON)
    content = jpeg()
    photo = photo_of(content)
    takes(phone, photo)
    token = client.post(f"{url}/tokens").json()["token"]
    lens = Lens(as_(None), world.harbour_visit, token)
    sent, headers = packed(phone.batch(), token)
    as_(None).post(f"/api/v1{url}/events", content=sent, headers=headers)

    client.post(f"{url}/submission", data={"confirmed": "1"})
    waiting = client.get(f"{url}/submission")
    before = visit().status
    lens.send(photo, content)

    assert "1 photo is still on its way from your phone." in waiting.text
    assert (before, visit().status) == ("in_progress", "submitted")
    assert (
        parsed(client.get(f"{url}/submission")).select_one(".receipt dd:nth-of-type(2)").text == "1"
    )


def test_a_number_that_never_came_is_not_counted(as_, world, url):
    """A phone may still have what lies between two of its entries."""
    client = as_(world.alice)
    phone = Phone(world.harbour_visit, world.checklist.hash, NOON)
    first, _, third = phone.does(*(Deed("note", "rules-24/r02", text=text) for text in "abc"))
    sent, headers = packed(
        phone.batch([first, third]), client.post(f"{url}/tokens").json()["token"]
    )
    as_(None).post(f"/api/v1{url}/events", content=sent, headers=headers)

    client.post(f"{url}/submission", data={"confirmed": "1"})

    assert parsed(client.get(f"{url}/submission")).select_one(".receipt dd").text == "2"


def test_with_questions_open_it_asks_once(as_, world, url, visit):
    client = as_(world.alice)

    refused = client.post(f"{url}/submission")
    assert (refused.status_code, visit().status) == (422, "assigned")
    assert len(parsed(refused).select(".check input")) == 1
    client.post(f"{url}/submission", data={"confirmed": "1"})

    assert visit().status == "submitted"


def test_handing_in_twice_is_said_and_leaves_one_seal(as_, world, database, url):
    client = as_(world.alice)
    client.post(f"{url}/submission", data={"confirmed": "1"})

    again = client.post(f"{url}/submission", data={"confirmed": "1"})

    assert again.status_code == 409
    with database.reading() as session:
        kinds = [event.kind for event in list_events(session, world.harbour_visit)]
    assert kinds == ["submit"]


def test_the_answers_stay_readable_after_the_seal(as_, world, database, url):
    answer_all(database, world, note=True)
    client = as_(world.alice)
    client.post(f"{url}/submission")

    with database.reading() as session:
        capture = project(list_events(session, world.harbour_visit))
    assert capture.notes == {"rules-24/r02": "One did."}
    assert client.get(f"{url}/fill").status_code == 200


def test_the_page_of_a_visit_leads_to_its_receipt_once_it_is_handed_in(as_, world, database, url):
    def led():
        page = parsed(as_(world.alice).get(f"/assignments/{world.harbour_visit}"))
        return [one.get_text() for one in page.select(f'a[href="{url}/submission"]')]

    before = led()
    answer_all(database, world, note=True)
    as_(world.alice).post(f"{url}/submission")

    assert (before, led()) == ([], ["Receipt"])
