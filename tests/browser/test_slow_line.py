"""F23: a whole visit over a line on which one would rather wait. Minutes long: only where
everything is wanted (`./dev faults`)."""

import os
import random
from uuid import UUID

import msgspec
import pytest
from playwright.sync_api import expect

from audit.clock import now
from audit.domain.text import Text
from audit.store.checklists import publish
from audit.store.events import list_events
from audit.store.receipts import find_receipt
from audit.store.visits import add_visit, get_visit
from tests.browser.test_faults import ROWS
from tests.browser.test_fill import item, settled, tap
from tests.domain.small import item as asked
from tests.domain.small import plain
from tests.pictures import noise

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("MINGCHA_TEST_FAULTS") != "full", reason="minutes long"),
]

VISIT = UUID(int=100)
KEYS = [f"hundred/i{number:03}" for number in range(100)]
PICTURES = 10
LINE = {"offline": False, "latency": 400, "downloadThroughput": 30_000, "uploadThroughput": 30_000}
LOST = 0.05  # of all requests
SOON = 200  # milliseconds

# From the finger to the frame in which the answer and its state are seen.
MEASURE = """
window.delays = []
document.addEventListener("click", ({ target, timeStamp }) => {
  const item = target.type === "radio" && target.closest(".item")
  if (!item) return
  const look = () => {
    const shown = target.checked && item.querySelector(".said:not(.stale)")?.textContent
    if (shown) window.delays.push(performance.now() - timeStamp)
    else requestAnimationFrame(() => setTimeout(look))
  }
  requestAnimationFrame(() => setTimeout(look))
}, true)
"""


@pytest.fixture
def hundred(database, world):
    questions = [
        msgspec.structs.replace(asked(key), label=Text(f"第 {n} 项", f"No {n}"))
        for n, key in enumerate(KEYS)
    ]
    checklist = msgspec.structs.replace(plain(questions), id="hundred")
    with database.writing() as session:
        publish(session, checklist, now())
        add_visit(
            session, VISIT, branch=world.hill.id, wave=world.wave, shopper=world.alice.id,
            mode="open", checklist=checklist.hash, brief=Text("", ""), due_on=now().date(),
        )  # fmt: skip
    return f"/visits/{VISIT}/fill"


def test_f23_a_hundred_answers_and_ten_photos_get_through_and_no_tap_waits(
    open_, world, hundred, database, request
):
    page = open_(world.alice, hundred)
    page.evaluate("mingcha.ready")
    page.evaluate(f"(() => {{ {MEASURE} }})()")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    chance, lost = random.Random(23), []

    def pass_on(route):
        if chance.random() < LOST:
            lost.append(route.request.url)
            return route.abort()
        return route.continue_()

    page.route("**/api/v1/**", pass_on)
    for number in range(PICTURES):
        taken = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noise(200_000)}
        item(page, KEYS[number]).locator(".shot input").set_input_files(taken)
    for key in KEYS:
        tap(page, key, "Yes")
        page.wait_for_timeout(400)  # as fast as a person reads
    during = page.locator("#saved").inner_text()
    settled(page, timeout=600_000)
    page.locator(".bar > a").tap()
    page.locator("#handing-in .button--main").tap()
    expect(page.locator(".handed__sealed")).to_be_visible(timeout=120_000)

    delays = sorted(page.evaluate("window.delays"))
    with database.reading() as session:
        events = list_events(session, VISIT)
        receipt = find_receipt(session, VISIT)
        assert get_visit(session, world.alice, VISIT).status == "submitted"
    rows = page.evaluate(ROWS)
    told = f"taps {len(delays)}, median {delays[50]:.0f} ms, slowest {delays[-1]:.0f} ms"
    counts = {"events": len(rows), "acked": sum(bool(row["acked"]) for row in rows)}
    request.node.user_properties.append(("tally", {**counts, "lost": len(rows) - len(events)}))
    assert during.endswith("only on this phone")
    assert {row["hash"] for row in rows} == {event.hash for event in events}
    assert (receipt.events, receipt.photos) == (len(KEYS) + PICTURES, PICTURES)
    assert len(delays) == len(KEYS)
    assert delays[94] < SOON, told
    assert lost
    open_.expect("ERR_FAILED")
