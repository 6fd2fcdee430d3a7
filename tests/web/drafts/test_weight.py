"""What a thousand items weigh: no page of an editor or of filling in is heavier for it than
the bars of a slow line allow."""

import re
from uuid import UUID

import brotli
import pytest

from audit.clock import now
from audit.domain.text import Text
from audit.ids import new_id
from audit.store.checklists import publish
from audit.store.drafts import add_draft
from audit.store.visits import add_visit
from tests.domain.writing import read
from tests.thousand import thousand
from tests.world import NOON

PAGE = 14_000  # bytes of a page on the wire
WHOLE = 40_000  # with scripts and styles


@pytest.fixture
def large(carol, database, world):
    draft = new_id()
    with database.writing() as session:
        add_draft(session, draft, thousand(), world.ann, now())
    return carol.at(f"/drafts/{draft}")


def test_a_thousand_items_are_edited_and_previewed_within_the_bars(large):
    for place in ("", "/sections/1", "/sections/1/items/50", "/preview?stage=consult", "/route"):
        answer = large.client.get(large.root + place)

        page = len(brotli.compress(answer.text.encode(), quality=8))
        files = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', answer.text))
        assert len(files) == 2
        assert (place, page <= PAGE) == (place, True)
        assert page + sum(on_the_wire(large.client, url) for url in files) <= WHOLE


def test_no_stage_of_a_thousand_items_is_heavier_to_fill_in_than_a_page_may_be(
    as_, database, world
):
    form, visit = read(thousand()), UUID(int=78)
    with database.writing() as session:
        publish(session, form, now())
        add_visit(
            session,
            visit,
            branch=world.harbour.id,
            wave=world.wave,
            shopper=world.alice.id,
            mode="open",
            checklist=form.hash,
            brief=Text("", ""),
            due_on=NOON.date(),
        )

    page = as_(world.alice).get(f"/visits/{visit}/fill").text

    stages = re.findall(r'<section class="stage".*?</section>', page, re.DOTALL)
    assert sum(stage.count('<article class="item') for stage in stages) >= 1000
    assert max(len(brotli.compress(stage.encode(), quality=8)) for stage in stages) <= PAGE


def on_the_wire(client, url):
    return int(client.get(url, headers={"accept-encoding": "br"}).headers["content-length"])


def test_a_change_among_a_thousand_items_is_checked_and_kept(large):
    large.send("/sections/10/items/100", weight="none")

    assert large.tables["sections"][9]["items"][99]["weight"] == "none"
    assert large.tables["sections"][0] == thousand()["sections"][0]
    assert "To put right 1" in large.see().text()
