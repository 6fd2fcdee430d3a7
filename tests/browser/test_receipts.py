"""What a phone is told of the whole visit, and what it does with its copy after that."""

import re
import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select, update

from audit.clock import now
from audit.domain.answer import Answer, Deed, project
from audit.store.photos import list_arrived
from audit.store.releases import send_back
from audit.store.tables import EventRow, PhotoRow, ReceiptRow
from audit.store.visits import get_visit
from tests.browser.test_fill import BUSY, GREETING, item, settled, tap
from tests.phone import Phone, packed
from tests.pictures import jpeg
from tests.world import NOON

pytestmark = pytest.mark.browser

COUNT = """Promise.all(["events", "photos", "chunks"].map((name) =>
  mingcha.within(name, "readonly", (store) => store.count())))"""
SENT = """mingcha.within("photos", "readonly", (photos) => photos.getAll())
  .then((rows) => rows.map(({ sent }) => sent))"""
FACTS = """mingcha.within("facts", "readonly", (facts) => facts.getAllKeys())
  .then((keys) => keys.map((key) => key.split(" ")[0]).sort())"""


@pytest.fixture
def other(as_, world):
    """Another phone on the visit; `send` gives the answer."""
    found = Phone(world.harbour_visit, world.checklist.hash, NOON)
    token = as_(world.alice).post(f"/visits/{world.harbour_visit}/tokens").json()["token"]
    client = as_(None)

    def send():
        batch = found.batch()
        sent, headers = packed(batch, token)
        url = f"/api/v1/visits/{world.harbour_visit}/events"
        found.believes(batch, client.post(url, content=sent, headers=headers).json())

    found.send = send
    return found


def hand_in(page):
    page.locator(".bar > a").tap()
    page.get_by_label("Hand in as it is").check()
    page.locator("#handing-in").get_by_role("button", name="Hand in").tap()


def take_photo(page):
    taken = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    item(page, GREETING).locator(".shot input").set_input_files(taken)
    expect(item(page, GREETING).locator(".shots span")).to_have_text("Received")


# ---- sealed with something that is no part of the visit ----------------------------------


def test_what_no_server_takes_holds_nothing_up_and_is_told(open_, world, fill, stored, other):
    """Of this phone and of another one, which this one never hears of."""
    other.does(Deed("answer", BUSY, Answer("answered", "yes")), Deed("note", "no/item", text="a"))
    other.does(Deed("note", BUSY, text="after it"))
    other.send()
    page = open_(world.alice, fill)
    asked = []
    page.on("request", lambda request: "/api/" in request.url and asked.append(request.url))
    tap(page, GREETING, "Hardly ever")
    page.evaluate("mingcha.keep({ kind: 'note', item: 'no/item', text: 'b' })")
    settled(page)
    hand_in(page)

    expect(page.locator(".handed__sealed")).to_contain_text("3 of 4 entries")
    expect(page.locator(".handed__apart")).to_have_text("Kept apart for the auditor: 1.")
    expect(page.locator(".handed__kept")).to_contain_text("Kept on this phone until")
    *_, submit = stored()
    assert submit.manifest.gaps == {other.device: (2,)}
    assert len(asked) < 12  # it does not ask over and over for what it never gets


# ---- a server that was set back ----------------------------------------------------------


@pytest.fixture
def set_back(serving, database, tmp_path):
    """Takes a copy of the server's database; calling what it gives puts that in its place."""

    def copy():
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(tmp_path / "test.sqlite3", tmp_path / "older.sqlite3")
        return restore

    def restore():
        serving.stop()
        database.writers.close()
        database.engine.dispose()
        for suffix in ("-wal", "-shm"):
            (tmp_path / f"test.sqlite3{suffix}").unlink(missing_ok=True)
        shutil.copyfile(tmp_path / "older.sqlite3", tmp_path / "test.sqlite3")
        serving.start()

    return copy


def until(page, holds):
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")


def photos(database, world):
    with database.reading() as session:
        return list_arrived(session, world.harbour_visit)


def test_f20_a_phone_sends_again_all_that_a_restored_server_has_forgotten(
    open_, world, fill, stored, set_back, other, database
):
    """I2: its own entries, those it has from another phone that is gone, and photos."""
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)
    restore = set_back()
    other.does(Deed("answer", "rules-24/r04", Answer("not_observed")))
    other.send()
    tap(page, BUSY, "Yes")
    take_photo(page)
    settled(page)
    before = stored()
    page.evaluate("mingcha.sender.now()")
    expect(item(page, "rules-24/r04").locator(":checked")).to_have_count(1)

    restore()
    lost = [event for event in before if event not in stored()]
    page.reload()
    until(page, lambda: len(stored()) >= len(before) and photos(database, world))
    settled(page)

    assert len(lost) == 3
    assert sorted(stored(), key=str) == sorted(before, key=str)
    open_.errors.clear()  # what the page asked for in between


def test_f15_a_copy_of_a_phone_has_given_all_its_numbers(
    open_, world, fill, stored, other, database
):
    """I3 I6: more of them than come in one answer, which others take up too. After
    that what is here gets other names and standings, as on a server that was set back, and
    some of it is gone."""
    page = open_(world.alice, fill)
    page.evaluate("mingcha.later()")
    page.context.set_offline(True)
    tap(page, GREETING, "Hardly ever")
    tap(page, BUSY, "Yes")
    page.get_by_text("2 only on this phone").wait_for()
    page.evaluate(NOTES, 120)
    page.get_by_text("122 only on this phone").wait_for()
    other.device = "0" * 32
    other.does(*(Deed("note", GREETING, text=f"third {number}") for number in range(90)))
    other.send()
    other.device = page.evaluate("mingcha.device()")
    other.does(*(Deed("note", GREETING, text=str(number)) for number in range(210)))
    while other.unsent:
        other.send()
    page.context.set_offline(False)
    until(page, lambda: named_on(page) == named_in(database))
    settled(page)
    assert len(named_in(database)) == 422
    assert page.evaluate("mingcha.device()") != other.device

    with database.writing() as session:
        rows = {(row.device[32:], row.seq): row for row in session.exec(select(EventRow))}
        session.delete(rows["", 150])
        rows["~1", 2].late = True
        one, two = rows["", 1], rows["~1", 1]
        names = one.device, two.device
        one.device = "for a moment"
        session.flush()
        two.device = names[0]
        session.flush()
        one.device = names[1]
    page.evaluate("mingcha.sender.now()")
    until(page, lambda: named_on(page) == named_in(database))

    assert len(named_in(database)) == 422
    assert page.evaluate("(slot) => mingcha.log.current(slot) ?? null", f"answer:{BUSY}") is None
    open_.expect("ERR_INTERNET_DISCONNECTED")


NOTES = """async (count) => {
  const keep = (n) => mingcha.keep({ kind: "note", item: "rules-24/r04", text: String(n) })
  for (let n = 0; n < count; n++) await keep(n)
}"""


def named_on(page):
    """What the phone takes to be on the server: name, number, and whether it came too late."""
    return sorted(
        page.evaluate(
            """mingcha.rows(mingcha.log.visit).then((rows) => rows.map(
              ({ id, device, seq, acked }) => [id, device, seq, acked && acked === "late"]))"""
        )
    )


def named_in(database):
    with database.reading() as session:
        rows = session.exec(select(EventRow)).all()
    return sorted([str(row.id), row.device, row.seq, row.late] for row in rows)


def test_only_photos_that_somebody_waits_for_hold_a_visit_up(open_, world, fill, database):
    """One whose entry a restored server has and whose bytes it has not comes again; one that
    was taken away before it was sent is not waited for, and not kept for ever."""
    page = open_(world.alice, fill)
    take_photo(page)
    with database.writing() as session:
        session.delete(session.exec(select(PhotoRow)).one())
    page.route("**/api/v1/**/photos/**", lambda route: route.abort())
    taken = {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": jpeg(40, 50)}
    item(page, GREETING).locator(".shot input").set_input_files(taken)
    expect(item(page, GREETING).locator(".shots span")).to_have_text(["Received", "On this phone"])
    (second,) = page.evaluate("mingcha.log.photosUnsent")
    page.route(f"**/api/v1/**/photos/{second}**", lambda route: route.abort())
    page.unroute("**/api/v1/**/photos/**")
    item(page, GREETING).locator(".shots button").last.tap()
    hand_in(page)

    page.locator(".handed__sealed").wait_for()

    assert len(photos(database, world)) == 1
    until(page, lambda: page.evaluate(SENT) == [True, True])
    make_older(database, days=8)
    page.goto("/assignments")
    expect(page.locator(".card__kept")).to_have_attribute("data-looked", "true")
    assert page.evaluate(COUNT) == [0, 0, 0]
    open_.expect("ERR_FAILED")


# ---- a week later ------------------------------------------------------------------------


@pytest.fixture
def sealed(open_, world, fill):
    """Handed in and received in full, with a photo."""
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    take_photo(page)
    settled(page)
    hand_in(page)
    page.locator(".handed__sealed").wait_for()
    return page


def make_older(database, **by):
    with database.writing() as session:
        sealed_at = session.exec(select(ReceiptRow.sealed_at)).one()
        session.exec(update(ReceiptRow).values(sealed_at=sealed_at - timedelta(**by)))


def test_the_copy_is_kept_for_a_week_whatever_the_phones_clock_says(sealed, database):
    page = sealed
    make_older(database, days=6, hours=23)
    page.clock.set_system_time(now() + timedelta(days=400))

    page.goto("/assignments")

    expect(page.locator(".card__kept")).to_have_text(re.compile(r"^Kept on this phone until 20"))
    assert page.evaluate(COUNT) == [3, 1, 1]


def test_after_a_week_the_phone_forgets_it(sealed, database):
    page = sealed
    make_older(database, days=7, minutes=1)

    page.goto("/assignments")
    expect(page.locator(".card__kept")).to_have_attribute("data-looked", "true")
    assert page.evaluate(COUNT) == [0, 0, 0]

    assert page.evaluate(FACTS) == ["device"]
    assert page.locator(".card__kept").is_hidden()


@pytest.mark.parametrize(
    "unsent",
    [
        """(events) => { events.getAll().onsuccess = ({ target }) =>
             events.put({ ...target.result[0], acked: "" }) }""",
        """(_, photos) => { photos.getAll().onsuccess = ({ target }) =>
             photos.put({ ...target.result[0], sent: false }) }""",
        "(_, photos, raw) => { raw.put({ id: 'a', visit, item: 'b' }) }",
    ],
    ids=["an entry", "a photo", "a photo not yet made smaller"],
)
def test_what_has_not_been_received_is_never_forgotten(sealed, database, world, unsent):
    page = sealed
    page.route("**/api/**", lambda _: None)  # the list would send it, and nothing answers here
    make_older(database, days=30)
    page.evaluate(
        f"""(visit) => mingcha.within(["events", "photos", "raw"], "readwrite", {unsent})""",
        str(world.harbour_visit),
    )

    page.goto("/assignments")
    expect(page.locator(".card__kept")).to_have_attribute("data-looked", "true")

    assert page.evaluate(COUNT) == [3, 1, 1]


def test_a_page_that_was_kept_for_days_makes_nothing_be_forgotten(sealed, database):
    """It says that the week is over; the server, which was set back since, says otherwise."""
    page = sealed
    make_older(database, days=8)
    kept = page.context.request.get("/assignments").text()
    make_older(database, days=-8)
    page.route(
        "**/assignments",
        lambda route: (
            route.fulfill(body=kept, content_type="text/html")
            if route.request.is_navigation_request()
            else route.continue_()
        ),
    )

    page.goto("/assignments")
    expect(page.locator(".card__kept[data-over]")).to_have_attribute("data-looked", "true")

    assert page.evaluate(COUNT) == [3, 1, 1]


def test_a_visit_that_comes_back_after_that_is_filled_in_on(sealed, database, world, stored):
    page = sealed
    make_older(database, days=8)
    page.goto("/assignments")
    expect(page.locator(".card__kept")).to_have_attribute("data-looked", "true")
    assert page.evaluate(COUNT) == [0, 0, 0]
    with database.writing() as session:
        visit = get_visit(session, world.carol, world.harbour_visit)
        send_back(session, visit, "Say who it was.", now())

    page.goto(f"/visits/{world.harbour_visit}/fill")
    expect(item(page, GREETING).locator(":checked")).to_have_attribute("value", "0")
    settled(page)
    tap(page, BUSY, "Yes")
    settled(page)

    with database.reading() as session:
        assert get_visit(session, world.alice, world.harbour_visit).status == "returned"
    said = project(stored())
    assert said.answers == {GREETING: Answer("answered", 0), BUSY: Answer("answered", "yes")}
    assert said.conflicts == {}
    assert page.locator("#phone").count() == 0  # nothing was lost, nothing is said
