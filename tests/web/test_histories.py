"""What an auditor does about a visit's log, over HTTP."""

import base64
import csv
import re
from pathlib import Path

import msgspec
import pytest
from bs4 import BeautifulSoup

from audit.domain.answer import Answer, Deed, project
from audit.domain.event import digest, written
from audit.domain.photo import MOST, Arrived
from audit.ids import new_id
from audit.store.events import list_events, list_late
from audit.store.photos import file_photo
from audit.store.visits import get_visit
from tests.phone import Phone, packed
from tests.pictures import hands_in, jpeg, photo_of, takes
from tests.world import NOON

R01 = Deed("answer", "rules-24/r01", Answer("answered", 2))
OTHER = Deed("answer", "rules-24/r01", Answer("answered", 0))
R02 = Deed("answer", "rules-24/r02", Answer("answered", 1))
NOTE = Deed("note", "rules-24/r01", text="门口有保安问候")
WAIT = "cpt-standard/t11"  # seconds


@pytest.fixture
def carol(as_, world):
    return as_(world.carol)


@pytest.fixture
def url(world):
    return f"/reviews/{world.harbour_visit}"


@pytest.fixture
def phone(world):
    return Phone(world.harbour_visit, world.checklist.hash, NOON, "a" * 32)


@pytest.fixture
def second(world):
    return Phone(world.harbour_visit, world.checklist.hash, NOON, "b" * 32)


@pytest.fixture
def sends(as_, world):
    token = as_(world.alice).post(f"/visits/{world.harbour_visit}/tokens").json()["token"]

    def send(phone):
        batch = phone.batch()
        sent, headers = packed(batch, token)
        address = f"/api/v1/visits/{world.harbour_visit}/events"
        answer = as_(None).post(address, content=sent, headers=headers).json()
        phone.believes(batch, answer)
        return answer

    return send


def parsed(answer):
    return BeautifulSoup(answer.text, "html.parser")


def events_of(database, world):
    with database.reading() as session:
        return list_events(session, world.harbour_visit)


def status(database, world):
    with database.reading() as session:
        return get_visit(session, world.carol, world.harbour_visit).status


def lines(part):
    return [line.get_text(" ", strip=True) for line in part.select("li")]


# ---- what came late ------------------------------------------------------------------


@pytest.fixture
def late(phone, second, sends):
    """The second phone's entries came when the first had handed in."""
    second.does(R02)
    phone.does(R01)
    phone.hands_in()
    sends(phone)
    sends(second)


def test_what_came_late_is_shown_with_its_answer_and_the_phones_time(carol, url, late):
    page = parsed(carol.get(url))

    (line,) = lines(page.select_one("#late"))
    assert line == "Smile Some staff, or only sometimes phone BBBB 2026-11-20 12:00"


def test_what_came_late_is_taken_in_where_the_auditor_wants_it(carol, url, late, database, world):
    form = parsed(carol.get(url)).select_one("#late form")

    answer = carol.post(
        form["action"],
        data={"event": [box["value"] for box in form.select("[name=event]")]},
        follow_redirects=False,
    )

    assert (answer.status_code, answer.headers["location"].split("#")[1]) == (303, "history")
    assert set(project(events_of(database, world)).answers) == {R01.item, R02.item}
    page = parsed(carol.get(url))
    assert page.select_one("#late") is None
    assert lines(page.select_one("#history"))[1].startswith("1 late entry taken in")


def test_nothing_ticked_takes_nothing_in_and_says_so(carol, url, late, database, world):
    answer = carol.post(f"{url}/inclusion")

    assert answer.status_code == 422
    assert "Choose what to take in." in parsed(answer).select_one("#late").text
    with database.reading() as session:
        assert len(list_late(session, world.harbour_visit)) == 1


# ---- what is kept apart --------------------------------------------------------------


def test_what_is_in_quarantine_is_shown_with_the_reason_in_plain_words(
    carol, url, phone, sends, database, world
):
    (event,) = phone.does(R01)
    phone.bodies[event.hash] = written(msgspec.structs.replace(event, answer=Answer("answered", 7)))
    sends(phone)

    page = parsed(carol.get(url))

    (line,) = lines(page.select_one("#apart"))
    assert re.sub(r" received .*", "", line) == (
        "The question does not take such an answer. Neat appearance: 7 phone AAAA 2026-11-20 12:00"
    )
    assert events_of(database, world) == []


# ---- conflicts -----------------------------------------------------------------------


@pytest.fixture
def disputed(phone, second, sends):
    second.does(OTHER)
    phone.does(R01)
    sends(second)
    sends(phone)
    phone.hands_in()
    sends(phone)


def decide(client, url, **said):
    """As the open page does, which names what was read."""
    form = parsed(client.get(url)).select_one("form.dispute")
    read = {"slot": form.select_one("[name=slot]")["value"]}
    for name in ("item", "mark"):
        if field := form.select_one(f"[name={name}]"):
            read[name] = field["value"]
    read["head"] = [head["value"] for head in form.select("[name=head]")]
    return client.post(form["action"], data={**read, **said}, follow_redirects=False)


def test_a_conflict_is_shown_with_both_answers_and_their_phones(carol, url, disputed):
    page = parsed(carol.get(url))

    sides = lines(page.select_one("#disputes"))[:2]
    assert [re.findall(r"phone \w{4}", side)[0] for side in sides] == ["phone AAAA", "phone BBBB"]
    assert [re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", side) for side in sides] == [
        ["2026-11-20 12:00"]
    ] * 2
    assert len({side.split(" phone")[0] for side in sides}) == 2
    assert page.select_one('[href="#answer-rules-24-r01"]')


def test_one_phones_answer_is_used_with_a_reason(carol, url, disputed, second, database, world):
    answer = decide(carol, url, use=str(second.own[0].id), reason="I called the branch.")

    decided = events_of(database, world)[-1]
    assert answer.status_code == 303
    assert (decided.answer, decided.reason) == (OTHER.answer, "I called the branch.")
    page = parsed(carol.get(url))
    assert page.select_one("#disputes") is None
    told = lines(page.select_one("#at-rules-24-r01 .answers__history"))
    assert len(told) == 3
    assert told[2].endswith("decided: I called the branch.")


def test_another_answer_is_entered_with_a_reason(carol, url, disputed, database, world):
    decide(carol, url, use="other", value="1", reason="Both saw half of it.")

    assert project(events_of(database, world)).answers[R01.item] == Answer("answered", 1)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"use": "other", "reason": "Because."}, "Enter what it should say."),
        ({"use": "other", "value": "9", "reason": "Because."}, "Choose one of the answers."),
        ({"use": "other", "value": "1", "reason": " "}, "Please fill this in."),
    ],
)
def test_a_decision_that_says_nothing_is_refused_in_place(
    carol, url, disputed, database, world, said, problem
):
    before = events_of(database, world)

    answer = decide(carol, url, **said)

    assert answer.status_code == 422
    assert problem in parsed(answer).select_one("form.dispute").text
    assert events_of(database, world) == before


def test_notes_and_times_are_decided_too(carol, url, phone, second, sends, database, world):
    phone.does(NOTE, Deed("mark", "mark/enter", text="2026-11-20T04:00:00+00:00"))
    second.does(
        Deed("note", NOTE.item, text="没有保安"),
        Deed("mark", "mark/enter", text="2026-11-20T04:10:00+00:00"),
    )
    sends(phone)
    sends(second)
    phone.hands_in()
    sends(phone)

    for _ in range(2):
        slot = parsed(carol.get(url)).select_one("form.dispute [name=slot]")["value"]
        said = {"note": "有保安"} if slot.startswith("note") else {"value": "12:05"}
        assert decide(carol, url, use="other", reason="I asked.", **said).status_code == 303

    capture = project(events_of(database, world))
    assert capture.conflicts == {}
    assert capture.notes == {NOTE.item: "有保安"}
    assert capture.marks["enter"].minute == 5


def test_a_visit_with_a_conflict_cannot_be_released_and_says_where_it_is(
    carol, url, disputed, database, world
):
    page = parsed(carol.get(url))
    panel = page.select_one(".review__decision")
    seen = page.select_one("[name=seen]")["value"]

    answer = carol.post(f"{url}/release", data={"confirmed": "1", "seen": seen})

    assert page.select_one(f'[action^="{url}/release"]') is None
    assert [link["href"] for link in panel.select(".notice a")] == ["#answer-rules-24-r01"]
    assert answer.status_code == 409
    assert "Two phones say different things." in answer.text
    assert status(database, world) == "submitted"


def test_before_the_handing_in_a_conflict_is_only_told(carol, url, phone, second, sends):
    for one, deed in ((phone, R01), (second, OTHER)):
        one.does(deed)
        sends(one)

    page = parsed(carol.get(url))

    assert len(lines(page.select_one("#disputes"))) == 2
    assert page.select("#disputes button") == []


# ---- backup files --------------------------------------------------------------------


def backup(phone, **changes) -> bytes:
    entries = [
        {"body": phone.bodies.get(event.hash) or written(event), "hash": event.hash}
        for event in phone.own
    ]
    content = {
        "mingcha": "backup",
        "v": 1,
        "visit": str(phone.visit),
        "saved_at": "2026-11-20T05:00:00Z",
        "entries": entries,
        **changes,
    }
    return msgspec.json.encode(content)


def bring_in(client, url, content, follow=True):
    file = {"file": ("backup.json", content, "application/json")}
    return client.post(f"{url}/rescue", files=file, follow_redirects=follow)


def test_a_backup_file_is_stored_as_if_the_phone_had_sent_it(
    carol, url, phone, sends, database, world
):
    made = phone.does(R01, NOTE)
    sends(phone)
    made += phone.does(R02)

    page = parsed(bring_in(carol, url, backup(phone)))

    assert lines(page.select_one("#rescue")) == [
        "1 entry is new.",
        "2 entries were here already.",
    ]
    assert events_of(database, world) == made


def test_the_phone_is_told_that_its_entries_are_known(carol, url, phone, sends):
    phone.does(R01)
    bring_in(carol, url, backup(phone))

    assert [ack["st"] for ack in sends(phone)["acks"]] == ["dup"]


def test_a_backup_file_that_hands_in_seals_the_visit(carol, url, phone, database, world):
    phone.does(R01)
    phone.hands_in()

    bring_in(carol, url, backup(phone))

    assert status(database, world) == "submitted"


def test_a_backup_file_after_the_handing_in_is_late(carol, url, late, second, database, world):
    second.does(NOTE)

    page = parsed(bring_in(carol, url, backup(second)))

    assert lines(page.select_one("#rescue"))[:2] == [
        "0 entries are new.",
        "1 entry came late; see above.",
    ]
    assert len(lines(page.select_one("#late"))) == 2


def test_harmed_and_foreign_entries_are_counted_and_stay_out(carol, url, phone, database, world):
    (event,) = phone.does(R01)
    foreign = written(msgspec.structs.replace(event, visit=new_id()))
    entries = [
        {"body": phone.bodies[event.hash], "hash": event.hash},
        {"body": foreign, "hash": digest(foreign)},
        {"body": phone.bodies[event.hash].replace("2", "1"), "hash": event.hash},
    ]

    page = parsed(bring_in(carol, url, backup(phone, entries=entries)))

    assert lines(page.select_one("#rescue"))[-1] == "2 entries cannot be part of this visit."
    assert events_of(database, world) == [event]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Choose the backup file first."),
        (b"\xff\xfe", "This file is not text in UTF-8."),
        (b"{}", "This is not a backup file of a visit"),
    ],
)
def test_what_is_no_backup_file_is_refused_in_place(carol, url, content, problem):
    answer = bring_in(carol, url, content)

    assert answer.status_code == 422
    assert problem in parsed(answer).select_one("#history").text


def test_a_file_of_another_visit_says_so_and_stores_nothing(carol, world, phone, database):
    phone.does(R01)

    answer = bring_in(carol, f"/reviews/{world.hill_visit}", backup(phone))

    assert answer.status_code == 422
    assert "This file is of another visit." in answer.text
    with database.reading() as session:
        assert list_events(session, world.hill_visit) == []


def test_photos_of_a_backup_file_come_in_and_seal_the_visit(carol, url, phone, database, world):
    content = jpeg()
    photo = photo_of(content)
    takes(phone, photo)
    hands_in(phone, [photo])
    data = [base64.b64encode(part).decode() for part in (content[:500], content[500:])]
    harmed = {**msgspec.to_builtins(photo), "data": data[:1]}

    without = parsed(bring_in(carol, url, backup(phone, photos=[harmed])))
    before = status(database, world)
    bring_in(carol, url, backup(phone, photos=[{**harmed, "data": data}]))

    assert lines(without.select_one("#rescue"))[-1] == "1 entry cannot be part of this visit."
    assert (before, status(database, world)) == ("in_progress", "submitted")
    assert parsed(carol.get(url)).select_one(f'img[src*="{photo.id}"]')


def test_every_photo_of_a_backup_file_for_which_there_is_room_comes_in(
    carol, url, phone, database, world
):
    content = jpeg()
    photo = photo_of(content)
    takes(phone, photo)
    hands_in(phone, [photo])
    whole = {**msgspec.to_builtins(photo), "data": [base64.b64encode(content).decode()]}
    harmed = [{**msgspec.to_builtins(photo_of(b"gone")), "data": []} for _ in range(MOST)]

    bring_in(carol, url, backup(phone, photos=[*harmed, whole]))

    assert status(database, world) == "submitted"


def test_one_photo_too_many_of_a_backup_file_is_told(carol, url, phone, database, world):
    content = jpeg()
    photos = [photo_of(content) for _ in range(MOST + 1)]
    with database.writing() as session:
        for photo in photos[1:]:
            file_photo(session, world.harbour_visit, Arrived(photo, "aa/aa"), NOON)
    whole = {**msgspec.to_builtins(photos[0]), "data": [base64.b64encode(content).decode()]}

    told = parsed(bring_in(carol, url, backup(phone, photos=[whole])))

    assert lines(told.select_one("#rescue"))[-1] == "1 entry cannot be part of this visit."


def test_a_photo_that_cannot_be_kept_just_now_comes_with_the_same_file_once_more(
    carol, url, phone, database, world, settings
):
    content = jpeg()
    photo = photo_of(content)
    takes(phone, photo)
    hands_in(phone, [photo])
    kept = {**msgspec.to_builtins(photo), "data": [base64.b64encode(content).decode()]}
    file = backup(phone, photos=[kept])
    place = Path(settings.photo_place)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way of the folder")

    refused = bring_in(carol, url, file)
    before, stored = status(database, world), len(events_of(database, world))
    place.unlink()
    bring_in(carol, url, file)

    assert refused.status_code == 422
    assert "Bring the file in once more" in parsed(refused).select_one("#history").text
    assert (before, status(database, world)) == ("in_progress", "submitted")
    assert len(events_of(database, world)) == stored == len(phone.own)


# ---- when it was written up ----------------------------------------------------------


def test_the_times_are_a_table_for_other_programs(carol, url, phone, sends):
    phone.does(R01, Deed("note", R01.item, text="=1+1"))
    sends(phone)

    answer = carol.get(f"{url}/audit.csv")

    rows = list(csv.DictReader(answer.text.splitlines()))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="audit.csv"' in answer.headers["content-disposition"]
    assert [(row["event"], row["node"], row["new-value"]) for row in rows] == [
        ("form start", "", ""),
        ("question", "/data/rules-24/r01", "2"),
        ("question", "/data/note/rules-24/r01", "'=1+1"),
    ]
    assert {row["user"] for row in rows} == {"S01"}
    assert parsed(carol.get(url)).select_one(f'[href="{url}/audit.csv"]')
