"""The door by which phones deliver."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlmodel import select

from audit.domain.answer import Answer, Deed, project
from audit.domain.delivery import Batch
from audit.domain.event import Manifest, digest, hashed, root, root_of, written
from audit.ids import new_id
from audit.store.events import list_events, list_late
from audit.store.logs import examine
from audit.store.tables import EventRow, QuarantineRow, VisitTokenRow
from audit.store.visits import get_visit, save_status
from tests.phone import Phone, packed
from tests.world import NOON

YES, NO = Answer("answered", "yes"), Answer("answered", "no")
R01 = Deed("answer", "rules-24/r01", Answer("answered", 2))
R02 = Deed("answer", "rules-24/r02", Answer("answered", 1))
NOTE = Deed("note", "rules-24/r01", text="门口有保安问候")


@pytest.fixture
def line(as_, token, world):
    """Sends a batch over the wire, and whatever it is told to instead."""

    client = as_(None)

    def send(batch: Batch, *, visit=None, key=token, **changed):
        sent, headers = packed(batch, key)
        return client.post(
            f"/api/v1/visits/{visit or world.harbour_visit}/events",
            content=changed.pop("content", sent),
            headers=headers | changed,
        )

    return send


def stored(database, visit):
    with database.reading() as session:
        return list_events(session, visit)


def status(database, world):
    with database.reading() as session:
        return get_visit(session, world.alice, world.harbour_visit).status


def standings(answer):
    return [ack["st"] for ack in answer.json()["acks"]]


# ---- stored once ---------------------------------------------------------------------


def test_a_phones_events_are_stored_as_written_and_answered_for_by_hash(
    line, phone, database, world
):
    made = phone.does(R01, NOTE)
    batch = phone.batch()

    answer = line(batch)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "nonce": batch.nonce,
        "acks": [{"h": event.hash, "st": "stored"} for event in made],
        "have": {phone.device: 2},
        "status": "in_progress",
    }
    assert stored(database, world.harbour_visit) == made


def test_since_when_an_item_was_in_hand_is_part_of_its_event(line, phone, database, world):
    (plain,) = phone.does(R01)
    timed = hashed(msgspec.structs.replace(plain, began=1200.0, monotonic=3400.0))

    answer = line(phone.batch([timed]))

    assert standings(answer) == ["stored"]
    assert stored(database, world.harbour_visit) == [timed]
    assert "began" not in written(plain)


def test_what_is_sent_again_is_a_duplicate_and_stored_once(line, phone, database, world):
    phone.does(R01, NOTE)
    batch = phone.batch()
    line(batch)
    phone.does(R02)

    answer = line(phone.batch())

    assert standings(answer) == ["dup", "dup", "stored"]
    assert stored(database, world.harbour_visit) == phone.own


def test_events_that_arrive_in_another_order_leave_a_gap_that_is_told(line, phone):
    first, second, third = phone.does(R01, NOTE, R02)

    ahead = line(phone.batch([first, third])).json()["have"]
    whole = line(phone.batch([second])).json()["have"]

    assert (ahead, whole) == ({phone.device: 1}, {phone.device: 3})


def test_the_same_event_twice_in_one_batch_is_stored_once(line, phone, database, world):
    made = phone.does(R01)

    answer = line(phone.batch([*made, *made]))

    assert standings(answer) == ["stored"]
    assert stored(database, world.harbour_visit) == made


def test_one_id_with_other_bytes_changes_nothing_and_is_kept_apart(line, phone, database, world):
    (event,) = phone.does(R01)
    line(phone.batch())
    forged = hashed(msgspec.structs.replace(event, answer=Answer("answered", 0)))

    answer = line(phone.batch([forged]))

    assert standings(answer) == ["mismatch"]
    assert stored(database, world.harbour_visit) == [event]
    with database.reading() as session:
        (kept,) = session.exec(select(QuarantineRow)).all()
    assert (kept.body, kept.trouble) == (written(forged), "mismatch")


def test_a_copy_of_a_phone_gives_numbers_again_and_both_events_count(line, phone, database, world):
    (first,) = phone.does(R01)
    copy = Phone(world.harbour_visit, world.checklist.hash, NOON, phone.device)
    (other,) = copy.does(R02)
    line(phone.batch())

    answer = line(copy.batch())

    assert standings(answer) == ["stored"]
    assert answer.json()["have"] == {phone.device: 1, f"{phone.device}~1": 1}
    renamed = msgspec.structs.replace(other, device=f"{phone.device}~1")
    assert stored(database, world.harbour_visit) == [first, renamed]
    assert set(project(stored(database, world.harbour_visit)).answers) == {R01.item, R02.item}


def test_a_second_phone_is_told_what_the_first_has_sent(line, phone, world):
    made = phone.does(R01, NOTE)
    line(phone.batch())
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)

    batch = other.batch()
    answer = line(batch)
    other.believes(batch, answer.json())

    assert answer.json()["news"] == [[phone.device, written(event)] for event in made]
    assert other.capture == phone.capture
    assert "news" not in line(other.batch()).json()


def test_news_travel_compressed_and_acknowledgements_as_they_are(line, phone, world):
    phone.does(R01, NOTE)
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)

    own = line(phone.batch(), **{"Accept-Encoding": "gzip, deflate, br"})
    news = line(other.batch(), **{"Accept-Encoding": "gzip, deflate, br"})
    plain = line(other.batch(), **{"Accept-Encoding": "gzip"})

    answers = (own, news, plain)
    assert [answer.headers.get("content-encoding") for answer in answers] == [None, "br", None]
    assert news.json()["news"] == plain.json()["news"]


def test_two_phones_that_answer_apart_leave_a_conflict_with_both(line, phone, database, world):
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)
    (one,) = phone.does(R01)
    (two,) = other.does(Deed("answer", R01.item, Answer("answered", 0)))

    line(phone.batch())
    line(other.batch())

    capture = project(stored(database, world.harbour_visit))
    assert set(capture.conflicts) == {"answer:rules-24/r01"}
    assert set(capture.conflicts["answer:rules-24/r01"]) == {one, two}


# ---- who may -------------------------------------------------------------------------


def test_a_token_works_when_the_sign_in_has_ended(line, phone, alice):
    phone.does(R01)
    alice.post("/sign-out")

    assert standings(line(phone.batch())) == ["stored"]


@pytest.mark.parametrize("key", ["", "guessed"])
def test_without_the_visits_token_nothing_is_taken(line, phone, database, world, key):
    phone.does(R01)

    answer = line(phone.batch(), key=key)

    assert answer.status_code == 401
    assert set(answer.json()) == {"problem"}
    assert stored(database, world.harbour_visit) == []


def test_a_token_opens_no_other_visit(line, phone, database, world):
    phone.does(R01)

    assert line(phone.batch(), visit=world.hill_visit).status_code == 401
    assert line(phone.batch(), visit=new_id()).status_code == 401
    assert stored(database, world.hill_visit) == []


def test_a_bad_token_is_refused_alone_among_many(line, phone, database, world):
    phone.does(R01)
    keys = [{}, {"key": "guessed"}, {"visit": world.hill_visit}, {}]

    with ThreadPoolExecutor(len(keys)) as pool:
        with database.writing():  # so that they wait for each other
            answers = [pool.submit(line, phone.batch(), **key) for key in keys]
        statuses = [answer.result().status_code for answer in answers]

    assert statuses == [200, 401, 401, 200]
    assert stored(database, world.harbour_visit) == phone.own
    assert stored(database, world.hill_visit) == []


def test_a_token_ends_with_its_time_and_with_its_holder(line, phone, database, world):
    phone.does(R01)

    with database.writing() as session:
        row = session.exec(select(VisitTokenRow)).one()
        row.expires_at = NOON - timedelta(days=400)
        session.add(row)

    assert line(phone.batch()).status_code == 401


def test_a_token_ends_when_the_visit_is_given_to_somebody_else(line, phone, as_, database, world):
    phone.does(R01)
    given = {"shopper": str(world.bob.id), "mode": "open", "due_on": "2027-02-03"}
    as_(world.ann).post(f"/admin/assignments/{world.harbour_visit}", data=given)

    answer = line(phone.batch())
    token = as_(world.bob).post(f"/visits/{world.harbour_visit}/tokens").json()["token"]
    taken = line(phone.batch(), key=token)

    assert answer.status_code == 401
    assert standings(taken) == ["stored"]


def test_nobody_else_gets_a_token_for_a_visit(as_, world, database):
    for other in (world.bob, world.carol, world.dan, world.ann):
        assert as_(other).post(f"/visits/{world.harbour_visit}/tokens").status_code == 404
    with database.reading() as session:
        assert session.exec(select(VisitTokenRow)).all() == []


def test_the_token_itself_is_not_kept(token, database):
    with database.reading() as session:
        (row,) = session.exec(select(VisitTokenRow)).all()

    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()


# ---- what cannot be part of a visit --------------------------------------------------


BROKEN = {
    "unreadable": lambda event: "{",
    "an event of another visit": lambda event: changed(event, visit=new_id()),
    "a version never published": lambda event: changed(event, checklist="0" * 64),
    "no such item": lambda event: changed(event, item="rules-24/r99"),
    "a value the item does not take": lambda event: changed(event, answer=Answer("answered", 7)),
    "a value as text": lambda event: changed(event, answer=Answer("answered", "2")),
    "no value": lambda event: changed(event, answer=Answer("answered")),
    "gated by itself": lambda event: changed(event, answer=Answer("na", gated=True)),
    "a reason, which only auditors give": lambda event: changed(event, reason="because"),
    "a taking in": lambda event: changed(event, kind="take_in", item="visit", answer=None),
    "a kind without an answer": lambda event: changed(event, answer=None),
    "a reopening": lambda event: changed(event, kind="reopen", answer=None),
    "an endless note": lambda event: changed(event, kind="note", text="长" * 4001),
    "a mark that is no time": lambda event: changed(event, kind="mark", text="soon"),
    "a mark that some zones have no day for": lambda event: changed(
        event, kind="mark", item="mark/enter", answer=None, text="0001-01-01T00:00:00+14:00"
    ),
    "a clock that some zones have no day for": lambda event: changed(
        event, wall=datetime(9999, 12, 31, 23, tzinfo=UTC)
    ),
    "a handing in beyond counting": lambda event: changed(
        event,
        kind="submit",
        item="visit",
        answer=None,
        manifest=Manifest({event.device: 2**70}, root_of([])),
    ),
    "a later protocol": lambda event: changed(event, v=2),
    "a number beyond counting": lambda event: changed(event, seq=2**53),
    "number 0": lambda event: changed(event, seq=0),
    "a device that is none": lambda event: changed(event, device="server"),
    "a control character": lambda event: changed(event, kind="note", answer=None, text="a\x00b"),
    "a field unknown": lambda event: written(event)[:-1] + ',"extra":1}',
    "a raw control character": lambda event: written(event) + "\0",
}


def changed(event, **changes) -> str:
    return written(msgspec.structs.replace(event, **changes))


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_part_of_a_visit_is_kept_and_holds_nothing_back(
    line, phone, database, world, body
):
    poison, good = phone.does(R01, R02)
    sent = body(poison)
    batch = msgspec.structs.replace(phone.batch(), events=(sent, written(good)))

    for _ in range(2):
        answer = line(batch)

    assert answer.status_code == 200
    assert standings(answer) == ["quarantined", "dup"]
    assert stored(database, world.harbour_visit) == [good]
    with database.reading() as session:
        (kept,) = session.exec(select(QuarantineRow)).all()
    assert kept.body == sent.replace("\0", "\ufffd")


def test_a_visit_of_which_something_is_kept_apart_is_not_given_away(
    line, phone, as_, database, world
):
    (event,) = phone.does(R01)
    line(msgspec.structs.replace(phone.batch(), events=(changed(event, item="rules-24/r99"),)))

    answer = as_(world.ann).post(
        f"/admin/assignments/{world.harbour_visit}",
        data={"shopper": str(world.bob.id), "mode": "open", "due_on": "2027-02-03"},
        follow_redirects=False,
    )

    assert answer.status_code == 409
    with database.reading() as session:
        assert get_visit(session, world.carol, world.harbour_visit).shopper == world.alice.id


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"nonce": "n", "extra": 1}', 422),
        (b"\xff", 422),
        (b'{"nonce": "n", "events": [' + b",".join([b'"x"'] * 201) + b"]}", 413),
        (b'{"nonce": "' + b"n" * 300_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(line, phone, content, refused):
    digest = {"X-Body-SHA256": hashlib.sha256(content).hexdigest()}

    answer = line(phone.batch(), content=content, **digest)

    assert answer.status_code == refused
    assert set(answer.json()) == {"problem"}


def test_a_body_that_was_harmed_on_the_way_stores_nothing(line, phone, database, world):
    phone.does(R01, NOTE)
    sent, headers = packed(phone.batch(), "")

    for place in range(0, len(sent), 7):
        harmed = bytearray(sent)
        harmed[place] ^= 1
        answer = line(
            phone.batch(), content=bytes(harmed), **{"X-Body-SHA256": headers["X-Body-SHA256"]}
        )
        assert answer.status_code == 422
    assert stored(database, world.harbour_visit) == []


# ---- sealing -------------------------------------------------------------------------


def test_a_visit_is_sealed_once_all_that_its_handing_in_names_is_here(line, phone, database, world):
    early, _, _ = phone.does(R01, NOTE, R02)
    submit = phone.hands_in()
    rest = [event for event in phone.own if event is not early]

    waiting = line(phone.batch(rest)).json()
    sealed = line(phone.batch([early])).json()

    assert (waiting["status"], waiting["missing"]) == ("in_progress", {"events": 1})
    assert sealed["status"] == "submitted"
    receipt = sealed["receipt"]
    assert receipt.pop("sealed_at")
    assert receipt == {
        "event": str(submit.id),
        "root": submit.manifest.root,
        "events": 3,
        "photos": 0,
    }
    assert submit.manifest.root == root(phone.own[:3])
    assert status(database, world) == "submitted"


def test_a_receipt_is_given_again_to_whoever_lost_it(line, phone):
    phone.does(R01)
    phone.hands_in()
    first = line(phone.batch()).json()

    again = line(phone.batch()).json()

    assert again["receipt"] == first["receipt"]
    assert [ack["st"] for ack in again["acks"]] == ["dup", "dup"]


def test_a_manifest_that_says_something_else_is_never_sealed(line, phone, database, world):
    (event,) = phone.does(R01)
    submit = phone.hands_in()
    other = msgspec.structs.replace(submit.manifest, root="0" * 64)

    answer = line(phone.batch([event, hashed(msgspec.structs.replace(submit, manifest=other))]))

    assert answer.json()["missing"] == {"differs": True}
    assert status(database, world) == "in_progress"


def test_what_comes_after_the_seal_is_kept_and_not_part_of_the_visit(line, phone, database, world):
    phone.does(R01)
    phone.hands_in()
    line(phone.batch())
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)
    (late,) = other.does(R02)

    answer = line(other.batch())

    assert standings(answer) == ["late"]
    assert stored(database, world.harbour_visit) == phone.own
    with database.reading() as session:
        assert list_late(session, world.harbour_visit) == [late]
        assert len(session.exec(select(EventRow)).all()) == 3


def test_what_came_too_late_is_told_to_be_so_again(line, phone, database, world):
    phone.does(R01)
    phone.hands_in()
    line(phone.batch())
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)
    other.does(R02)

    answers = [line(other.batch()) for _ in range(2)]

    assert [standings(answer) for answer in answers] == [["late"], ["late"]]


def test_a_returned_visit_is_sealed_without_what_had_come_too_late(line, phone, database, world):
    phone.does(R01)
    phone.hands_in()
    line(phone.batch())
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)
    other.does(R02)
    late = other.batch()
    other.believes(late, line(late).json())
    with database.writing() as session:
        save_status(session, world.harbour_visit, "returned", NOON, "more, please")
    other.does(NOTE)
    line(other.batch())
    news = phone.batch()
    phone.believes(news, line(news).json())
    phone.hands_in()

    answer = line(phone.batch()).json()

    assert answer["status"] == "submitted"
    assert "missing" not in answer


def test_what_is_kept_apart_leaves_no_gap(line, phone):
    _, poison, _ = phone.does(R01, NOTE, R02)
    bad = written(msgspec.structs.replace(poison, item="rules-24/r99"))
    batch = phone.batch()
    events = tuple(bad if body == written(poison) else body for body in batch.events)

    answer = line(msgspec.structs.replace(batch, events=events))

    assert answer.json()["have"] == {phone.device: 3}


def test_what_is_nested_too_deeply_to_be_read_holds_nobody_up(line, phone):
    phone.does(R01)
    deep = '{"id":"x","a":' + "[" * 5_000 + "]" * 5_000 + "}"
    batch = phone.batch()
    batch = msgspec.structs.replace(batch, events=(deep, *batch.events))

    phone.believes(batch, line(batch).json())
    phone.hands_in()
    answer = line(phone.batch()).json()

    assert len(phone.acked) == 1
    assert answer["status"] == "submitted"


def test_only_a_handing_in_hands_a_visit_in(line, phone):
    (event,) = phone.does(R01)
    named = hashed(msgspec.structs.replace(event, manifest=Manifest({}, root([]))))
    batch = msgspec.structs.replace(phone.batch(), events=(written(named),))

    answer = line(batch).json()

    assert (answer["status"], "missing" in answer) == ("in_progress", False)


# ---- sealed with what is no part of the visit ----------------------------------------


def does_with_poison(phone, harm):
    """Three entries, of which no server takes the second: `harm` changes its text."""
    phone.does(R02, NOTE)
    event = phone.own[1]
    body = harm(written(event))
    broken = msgspec.structs.replace(event, hash=digest(body))
    phone.own[1] = phone.log[event.id] = broken
    phone.bodies[broken.hash] = body
    phone.does(R01)


HARMS = {
    "no such item": lambda body: body.replace("rules-24/r01", "rules-24/r99"),
    "a field of a later version": lambda body: body[:-1] + ',"extra":1}',
    "half a character": lambda body: body.replace("门口有保安问候", "\\ud83d"),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_what_is_kept_apart_is_there_and_the_visit_is_sealed(line, phone, as_, world, harm):
    does_with_poison(phone, harm)
    phone.hands_in()

    answer = line(phone.batch()).json()

    assert [ack["st"] for ack in answer["acks"]] == ["stored", "quarantined", "stored", "stored"]
    assert (answer["status"], answer["have"]) == ("submitted", {phone.device: 4})
    assert (answer["receipt"]["events"], answer["receipt"]["apart"]) == (3, 1)
    page = as_(world.alice).get(f"/visits/{world.harbour_visit}/submission")
    assert "2 of 3, 1 kept apart for the auditor" in page.text


def test_what_is_kept_apart_is_waited_for_like_everything_else(line, phone):
    does_with_poison(phone, HARMS["no such item"])
    phone.hands_in()
    _, broken, *_ = phone.own

    waiting = line(phone.batch([one for one in phone.own if one is not broken])).json()
    sealed = line(phone.batch([broken])).json()

    assert waiting["missing"] == {"events": 1}
    assert sealed["receipt"]["apart"] == 1


def test_a_second_phone_hands_in_without_what_was_kept_apart(line, phone):
    does_with_poison(phone, HARMS["no such item"])
    line(phone.batch())
    other = Phone(phone.visit, phone.checklist, NOON)
    news = other.batch()
    while "news" in (answer := line(news).json()):
        other.believes(news, answer)
        news = other.batch()
    submit = other.hands_in()

    answer = line(other.batch()).json()

    assert "news" not in line(other.batch()).json()
    assert submit.manifest.gaps == {phone.device: (2,)}
    assert (answer["status"], answer["receipt"]["events"]) == ("submitted", 2)
    assert "apart" not in answer["receipt"]


def test_the_same_id_with_other_bytes_is_there_by_its_hash(line, phone):
    first, _ = phone.does(R01, R02)
    line(phone.batch([hashed(msgspec.structs.replace(first, answer=Answer("answered", 0)))]))
    phone.hands_in()

    answer = line(phone.batch()).json()

    assert [ack["st"] for ack in answer["acks"]] == ["mismatch", "stored", "stored"]
    assert (answer["receipt"]["events"], answer["receipt"]["apart"]) == (2, 1)


def test_a_log_that_was_sealed_with_something_kept_apart_is_whole(line, phone, database):
    does_with_poison(phone, HARMS["a field of a later version"])
    phone.hands_in()
    line(phone.batch())

    with database.reading() as session:
        report = examine(session)

    assert (report.receipts, report.quarantine, report.findings) == (1, 1, ())


@pytest.mark.parametrize("told", [True, False])
def test_what_came_late_is_named_by_its_phone_whether_it_was_told_or_not(
    line, phone, database, world, told
):
    """Back from the auditor, with late entries of two phones that each knows only its own of."""
    phone.does(R01)
    phone.hands_in()
    line(phone.batch())
    other = Phone(phone.visit, phone.checklist, NOON)
    for one, deed in ((phone, NOTE), (other, R02)):
        one.does(deed)
        late = one.batch(one.own[-1:])
        answer = line(late).json()
        if told:
            one.believes(late, answer)
    with database.writing() as session:
        save_status(session, world.harbour_visit, "returned", NOON, "more, please")
    other.does(Deed("note", R02.item, text="after it"))
    phone.does(Deed("note", R01.item, text="after it"))
    for one in (other, phone):
        batch = one.batch()
        one.believes(batch, line(batch).json())
    phone.hands_in()

    answer = line(phone.batch()).json()

    assert answer["status"] == "submitted"
    assert (answer["receipt"]["events"], answer["receipt"]["apart"]) == (5, 1)


# ---- set back to an earlier state ----------------------------------------------------


def test_a_phone_is_told_when_what_it_was_told_of_is_no_longer_here(line, phone, database):
    here, gone = phone.does(R01, NOTE)
    line(phone.batch())
    before = line(msgspec.structs.replace(phone.batch(), seen=(here.id, gone.id))).json()
    with database.writing() as session:
        session.delete(session.get(EventRow, gone.id))

    after = line(msgspec.structs.replace(phone.batch([]), seen=(here.id, gone.id))).json()

    assert ("forgotten" in before, after["forgotten"]) == (False, True)


# ---- copies of a phone ---------------------------------------------------------------


@pytest.fixture
def copied(line, phone):
    """A phone and its copy, which have gone different ways, and a phone that looks on."""
    phone.does(R01, NOTE)
    deliver(line, phone)
    copy = phone.copy()
    copy.does(Deed("note", R02.item, text="the copy"), Deed("note", R01.item, text="the copy too"))
    phone.does(R02)
    deliver(line, phone)
    deliver(line, copy)
    return phone, copy, Phone(phone.visit, phone.checklist, NOON)


def deliver(line, phone):
    """Until nothing is new; gives the last answer."""
    while True:
        batch = phone.batch()
        answer = line(batch).json()
        phone.believes(batch, answer)
        if not phone.unsent and "news" not in answer:
            return answer


def test_what_a_copy_of_a_phone_sent_reaches_every_phone(line, copied, database):
    for _ in range(2):
        for phone in copied:
            deliver(line, phone)

    truth = project(stored(database, copied[0].visit))
    assert [phone.capture for phone in copied] == [truth] * 3
    assert len({phone.device for phone in copied}) == 3


def test_a_copy_of_a_phone_can_hand_in(line, copied):
    _, copy, _ = copied
    deliver(line, copy)
    copy.does(Deed("note", R01.item, text="last words"))
    copy.hands_in()

    answer = deliver(line, copy)

    assert (answer["status"], answer["receipt"]["root"]) == (
        "submitted",
        copy.own[-1].manifest.root,
    )


def test_numbers_under_another_name_only_grow(line, copied, database):
    phone, _, _ = copied
    (one,) = (event.device for event in stored(database, phone.visit) if "~" in event.device)

    again = Phone(phone.visit, phone.checklist, NOON, phone.own[0].device)
    again.does(Deed("note", R01.item, text="a second copy, of an earlier state"))
    answer = line(again.batch()).json()

    device = phone.own[0].device
    assert one == f"{device}~1"
    assert answer["have"] == {device: 4, f"{device}~1": 3, f"{device}~2": 1}
