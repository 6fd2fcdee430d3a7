"""A form of a thousand points all the way: filled in, reviewed, released, read and printed."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from audit.domain.text import Text
from audit.store.visits import add_visit
from tests.domain.test_tally import FILLED, FORM
from tests.web.test_reports import text
from tests.web.test_reviews import decide
from tests.world import NOON

VISIT = UUID(int=77)


@pytest.fixture
def url(database, world):
    """A visit of Alice's with the form, asked for and not begun."""
    with database.writing() as session:
        add_visit(
            session,
            VISIT,
            branch=world.harbour.id,
            wave=world.wave,
            shopper=world.alice.id,
            mode="open",
            checklist=FORM.hash,
            brief=Text("", ""),
            due_on=NOON.date(),
        )
    return f"/visits/{VISIT}"


def award(client, url, name, points, note=""):
    key = f"{FORM.id}/{name}"
    return client.post(f"{url}/answers", data={"item": key, "typed": str(points), "note": note})


def test_more_than_the_maximum_is_refused_and_less_wants_a_reason(as_, world, url):
    alice = as_(world.alice)

    refused = award(alice, url, "p011", 16)
    taken = award(alice, url, "p011", 10)

    assert refused.status_code == 422
    assert "Enter points from 0 to 15." in refused.text
    item = BeautifulSoup(taken.text, "html.parser").find(id=f"item-{FORM.id}/p011")
    assert "of 15 points" in item.get_text()
    assert not item.select_one(".wanted").has_attr("hidden")
    reasoned = award(alice, url, "p011", 10, "A lamp is dead.")
    item = BeautifulSoup(reasoned.text, "html.parser").find(id=f"item-{FORM.id}/p011")
    assert item.select_one(".wanted").has_attr("hidden")


def test_the_points_of_the_form_stand_beside_the_score_everywhere(as_, world, url):
    alice = as_(world.alice)
    for name, points in FILLED["answers"].items():
        less = points < FORM.by_key[f"{FORM.id}/{name}"].response.maximum
        award(alice, url, name, points, "Seen by myself." if less else "")
    alice.post(f"{url}/submission")

    review = as_(world.carol).get(f"/reviews/{VISIT}")
    decide(as_(world.carol), VISIT, "release", confirmed="1", verdict="")
    result = as_(world.dan).get(f"/results/{VISIT}")
    paper = text(as_(world.dan).get(f"/results/{VISIT}/report.pdf"))

    for page in (review, result):
        summary = BeautifulSoup(page.text, "html.parser").select_one(".verdict")
        assert summary.select_one(".verdict__figure").get_text() == "87.1"
        assert summary.select_one("b").get_text() == "871 / 1000 points"
    assert "Points871/1000" in paper
    assert "Seenbymyself." in paper
