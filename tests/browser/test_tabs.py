"""Two tabs on one visit where the browser lacks what they usually agree by."""

import pytest
from playwright.sync_api import expect

from audit.store.events import list_events
from tests.browser.test_fill import BUSY, GREETING, item, settled, tap

pytestmark = pytest.mark.browser

WITHOUT = {
    "BroadcastChannel": "delete window.BroadcastChannel",
    "Web Locks": "delete Navigator.prototype.locks",
}
LACKS = {"BroadcastChannel": "!('BroadcastChannel' in window)", "Web Locks": "!navigator.locks"}


@pytest.mark.parametrize("lacking", WITHOUT)
def test_two_tabs_write_one_log_and_each_entry_is_stored_once(open_, world, database, lacking):
    first = open_(world.alice, "/assignments")
    first.context.add_init_script(WITHOUT[lacking])
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/visits/{world.harbour_visit}/fill")
        page.evaluate("mingcha.ready.then(() => mingcha.later())")  # comes after a while
    items = ["rules-24/r01", "rules-24/r03", "rules-24/r04", "rules-24/r06"]

    tap(first, GREETING, "Hardly ever")
    # Told at once: the next look by itself is twenty seconds away.
    expect(item(second, GREETING).locator(":checked")).to_have_attribute("value", "0")
    tap(second, BUSY, "Yes")
    for place, key in enumerate(items):
        (first, second)[place % 2].bring_to_front()
        tap((first, second)[place % 2], key, "Not observed")
    for page in (first, second):
        page.bring_to_front()
        expect(page.locator("#progress")).to_have_text("6 / 67")
        settled(page)

    assert [page.evaluate(LACKS[lacking]) for page in (first, second)] == [True, True]
    with database.reading() as session:
        events = list_events(session, world.harbour_visit)
    assert sorted(event.seq for event in events) == [1, 2, 3, 4, 5, 6]
    assert {event.item for event in events} == {GREETING, BUSY, *items}
