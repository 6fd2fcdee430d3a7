"""What a thousand items weigh: no page of an editor or of filling in is heavier for it than
the bars of a slow line allow."""

import re

import brotli
import pytest

from audit.clock import now
from audit.ids import new_id
from audit.store.drafts import add_draft
from tests.thousand import thousand

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

        page = len(brotli.compress(answer.text.encode(), quality=5))
        files = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', answer.text))
        assert len(files) == 2
        assert (place, page <= PAGE) == (place, True)
        assert page + sum(on_the_wire(large.client, url) for url in files) <= WHOLE


def on_the_wire(client, url):
    return int(client.get(url, headers={"accept-encoding": "br"}).headers["content-length"])


def test_a_change_among_a_thousand_items_is_checked_and_kept(large):
    large.send("/sections/10/items/100", weight="none")

    assert large.tables["sections"][9]["items"][99]["weight"] == "none"
    assert large.tables["sections"][0] == thousand()["sections"][0]
    assert "To put right 1" in large.see().text()
