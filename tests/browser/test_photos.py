"""Photos on the phone, from the camera to the server."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from audit.domain.photo import LARGEST
from audit.store.tables import PhotoRow, QuarantineRow
from tests.browser.test_fill import GREETING, item
from tests.browser.test_receipts import hand_in, until
from tests.pictures import jpeg

pytestmark = pytest.mark.browser

LATER = "**/static/later.*"
RAW = "mingcha.within('raw', 'readonly', (raw) => raw.count())"
# The camera's `n`th picture of a page does not get to the disk.
FULL = """(n) => {
  let tried = 0
  IDBObjectStore.prototype.put = ((put) => function (...given) {
    if (this.name === "raw" && ++tried === n) throw new DOMException("", "QuotaExceededError")
    return put.apply(this, given)
  })(IDBObjectStore.prototype.put)
}"""


def picture(name="a.jpg", content=None):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content or jpeg()}


def take(page, key, *pictures):
    item(page, key).locator(".shot input").set_input_files([*pictures])


def shots(page, key):
    return item(page, key).locator(".shots span")


def arrived(database):
    with database.reading() as session:
        return len(session.exec(select(PhotoRow)).all())


def test_one_that_does_not_fit_is_told_and_holds_up_no_other(open_, world, fill, database):
    page = open_(world.alice, fill)
    page.evaluate(FULL, 2)

    take(page, GREETING, *(picture() for _ in range(3)))

    expect(shots(page, GREETING).filter(has_text="Received")).to_have_count(2)
    expect(shots(page, GREETING).filter(has_text="Not saved")).to_have_count(1)
    assert arrived(database) == 2


def test_one_is_on_the_disk_before_its_script_has_come(open_, world, fill, database):
    page = open_(world.alice, fill)
    page.route(LATER, lambda route: route.abort())
    take(page, GREETING, picture())
    until(page, lambda: page.evaluate(RAW) == 1)

    page.unroute(LATER)
    page.reload()

    expect(shots(page, GREETING)).to_have_text("Received")
    assert arrived(database) == 1
    open_.expect("ERR_FAILED")


def test_one_that_no_server_takes_is_told_and_the_visit_is_handed_in(open_, world, fill, database):
    """What the browser cannot make smaller."""
    page = open_(world.alice, fill)

    take(page, GREETING, picture(content=bytes(LARGEST + 1)), picture())

    expect(shots(page, GREETING).filter(has_text="Received")).to_have_count(1)
    expect(
        shots(page, GREETING).filter(has_text="Not saved: 40 photos and 10 MB each at most")
    ).to_have_count(1)
    hand_in(page)
    expect(page.locator(".handed__sealed")).to_contain_text("1 photo")
    with database.reading() as session:
        assert session.exec(select(QuarantineRow)).all() == []


def test_a_photo_of_another_tab_is_not_called_received_before_it_is(open_, world, fill):
    first = open_(world.alice, fill)
    second = first.context.new_page()
    second.goto(fill)
    for page in (first, second):
        page.evaluate("mingcha.ready.then(() => mingcha.later())")
        page.context.route("**/photos/**", lambda route: route.abort())

    take(first, GREETING, picture())

    expect(shots(first, GREETING)).to_have_text("On this phone")
    expect(shots(second, GREETING)).to_have_text("On this phone")
    first.context.unroute("**/photos/**")
    expect(shots(second, GREETING)).to_have_text("Received", timeout=30_000)
    open_.errors.clear()  # how often it was tried is nobody's concern
