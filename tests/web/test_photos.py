"""Photos: sent by phones in chunks, looked at by people."""

import hashlib
import io
import re
from pathlib import Path

import msgspec
import pypdf
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlmodel import select

from audit.domain.photo import CHUNK, LARGEST, MOST
from audit.domain.visit_report import report_of
from audit.ids import new_id
from audit.store.results import get_result
from audit.store.tables import PhotoRow
from audit.store.visits import get_visit
from audit.work import photos
from audit.work.photos import RECEIVED, key_of
from tests.phone import packed
from tests.pictures import (
    CANARY,
    ITEM,
    UNREADABLE,
    Lens,
    chunks_of,
    hands_in,
    jpeg,
    located,
    noise,
    photo_of,
    takes,
)
from tests.world import NOTES, fill_visit, release_visit

LARGE = noise(2 * CHUNK)  # of three chunks at least
SMALL = jpeg()


@pytest.fixture
def lens(as_, token, world):
    return Lens(as_(None), world.harbour_visit, token)


@pytest.fixture
def line(lens):
    """Sends all that the phone has not sent."""

    def send(phone):
        batch = phone.batch()
        sent, headers = packed(batch, lens.token)
        path = f"/api/v1/visits/{phone.visit}/events"
        answer = lens.client.post(path, content=sent, headers=headers).json()
        phone.believes(batch, answer)
        return answer

    return send


@pytest.fixture
def darkroom(application):
    return application.state.darkroom


@pytest.fixture
def taken(phone, lens, line, world):
    """A photo of an item, taken, sent and kept."""
    photo = photo_of(SMALL)
    takes(phone, photo)
    line(phone)
    lens.send(photo, SMALL)
    return photo


def rows(database):
    with database.reading() as session:
        return session.exec(select(PhotoRow)).all()


def status(database, world):
    with database.reading() as session:
        return get_visit(session, world.alice, world.harbour_visit).status


def place(photo, world, small=False):
    return f"/visits/{world.harbour_visit}/photos/{photo.id}" + ("/thumbnail" if small else "")


def release(phone, line, database, world, *photos):
    hands_in(phone, photos)
    assert line(phone)["status"] == "submitted"
    release_visit(database, world)


# ---- chunks --------------------------------------------------------------------------


def test_chunks_come_in_any_order_and_more_than_once(lens, database, world):
    photo, chunks = photo_of(LARGE), chunks_of(LARGE)
    last = len(chunks) - 1

    said = [
        lens.chunk(photo, number, chunks[number]).json()
        for number in (last, 0, last, *range(1, last))
    ]

    assert said[0] == {"have": [last], "complete": False}
    assert said[1] == said[2] == {"have": [0, last], "complete": False}
    assert said[-1] == {"have": list(range(len(chunks))), "complete": True}
    (row,) = rows(database)
    assert (row.photo_id, row.sha, row.size) == (photo.id, photo.sha, len(LARGE))
    assert (row.visit_id, row.width > 0) == (world.harbour_visit, True)


def test_what_was_cut_off_goes_on_from_where_it_was(lens, darkroom, world):
    photo, chunks = photo_of(LARGE), chunks_of(LARGE)

    nothing = lens.ask(photo).json()
    lens.chunk(photo, 1, chunks[1])
    some = lens.ask(photo).json()
    for number in {*range(len(chunks))} - {*some["have"]}:
        lens.chunk(photo, number, chunks[number])

    assert nothing == {"have": [], "complete": False}
    assert some == {"have": [1], "complete": False}
    assert lens.ask(photo).json() == {"have": list(range(len(chunks))), "complete": True}
    assert not darkroom.incoming.under_way(world.harbour_visit)


def test_a_chunk_that_was_half_written_when_all_stopped_is_not_there(lens, darkroom, world):
    photo, chunks = photo_of(LARGE), chunks_of(LARGE)
    lens.chunk(photo, 0, chunks[0])
    (folder,) = (darkroom.incoming.place / str(world.harbour_visit)).iterdir()
    (folder / "1").write_bytes(chunks[1][:100])
    (folder / "2.1234abcd").write_bytes(chunks[2])

    assert lens.ask(photo).json() == {"have": [0], "complete": False}
    assert lens.send(photo, LARGE).json()["complete"] is True


def test_where_all_stopped_before_the_photo_was_kept_the_last_chunk_makes_it_whole(
    lens, darkroom, database, world
):
    photo, chunks = photo_of(LARGE), chunks_of(LARGE)
    for number, chunk in enumerate(chunks):
        darkroom.incoming.keep(world.harbour_visit, photo, number, chunk)

    told = lens.ask(photo).json()
    answer = lens.chunk(photo, len(chunks) - 1, chunks[-1]).json()

    assert told == {"have": list(range(len(chunks) - 1)), "complete": False}
    assert answer["complete"] is True
    assert len(rows(database)) == 1


def test_a_photo_that_comes_again_is_complete_and_kept_once(lens, database):
    photo = photo_of(SMALL)
    first = lens.send(photo, SMALL)

    again = lens.send(photo, SMALL)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(rows(database)) == 1


def test_the_same_bytes_under_two_ids_are_two_photos(lens, phone, line, alice, database, world):
    one, two = photo_of(SMALL), photo_of(SMALL)
    for photo in (one, two):
        takes(phone, photo)
        lens.send(photo, SMALL)
    line(phone)

    assert len({row.key for row in rows(database)}) == 2
    for photo in (one, two):
        assert alice.get(place(photo, world)).status_code == 200


def test_other_bytes_under_the_same_id_replace_nothing(lens, taken, alice, database, world):
    other = photo_of(LARGE, taken.id)

    answer = lens.send(other, LARGE)

    assert answer.json()["complete"] is True
    assert len(rows(database)) == 2
    shown = alice.get(place(taken, world)).content
    assert Image.open(io.BytesIO(shown)).size == (64, 48)
    assert lens.ask(taken, sha=taken.sha).json()["complete"] is True


def test_bytes_that_are_not_those_announced_are_dropped_and_sent_anew(
    lens, darkroom, database, world
):
    photo = photo_of(LARGE)
    wrong = bytes([LARGE[0] ^ 1]) + LARGE[1:]

    answer = lens.send(photo, wrong)

    assert answer.status_code == 409
    assert answer.json() == {"have": [], "complete": False, "dropped": True}
    assert not darkroom.incoming.under_way(world.harbour_visit)
    assert rows(database) == []
    assert lens.send(photo, LARGE).json()["complete"] is True


def test_a_chunk_harmed_on_the_way_is_not_kept(lens):
    photo, chunks = photo_of(LARGE), chunks_of(LARGE)

    harmed = lens.chunk(photo, 0, chunks[0], digest=hashlib.sha256(b"").hexdigest())
    short = lens.chunk(photo, 0, chunks[0][:-1])

    assert (harmed.status_code, short.status_code) == (422, 422)
    assert set(harmed.json()) == {"problem"}
    assert lens.ask(photo).json()["have"] == []


@pytest.mark.parametrize(
    ("number", "query", "refused"),
    [
        (3, {"of": 3}, 422),
        (-1, {}, 422),
        (0, {"of": 2}, 422),
        (0, {"of": 0}, 422),
        (0, {"of": "many"}, 422),
        (0, {"size": -1}, 422),
        (0, {"size": LARGEST + 1}, 413),
        (0, {"sha": "../../etc/passwd"}, 422),
        (0, {"sha": "A" * 64}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    lens, darkroom, world, number, query, refused
):
    answer = lens.chunk(photo_of(LARGE), number, chunks_of(LARGE)[0], **query)

    assert set(answer.json()) == {"problem"}
    assert answer.status_code in (refused, 400)
    assert not darkroom.incoming.under_way(world.harbour_visit)


def test_a_chunk_that_is_too_long_is_refused_before_it_is_read(lens):
    answer = lens.chunk(photo_of(LARGE), 0, LARGE)

    assert answer.status_code == 413


def test_a_visit_has_so_many_photos_and_no_more(lens, phone, line, darkroom, world):
    photos = [photo_of(b"%d" % number) for number in range(MOST)]
    for photo in photos[1:]:
        darkroom.incoming.keep(world.harbour_visit, photo, 0, b"")
    takes(phone, photos[0])
    lens.send(photos[0], b"0")
    more = photo_of(SMALL)

    refused = lens.send(more, SMALL)
    still = lens.chunk(photos[1], 0, b"1")
    takes(phone, photos[0], away=True)
    line(phone)
    room = lens.send(more, SMALL)

    assert (refused.status_code, still.status_code, room.status_code) == (413, 200, 200)
    for photo in photos:
        darkroom.incoming.drop(world.harbour_visit, photo)


def test_other_bytes_under_the_same_id_need_room_too(lens, darkroom, world):
    photo = photo_of(b"0")
    photos = [photo_of(b"%d" % number, photo.id) for number in range(MOST)]
    for other in photos:
        darkroom.incoming.keep(world.harbour_visit, other, 0, b"")

    assert lens.send(photo_of(SMALL, photo.id), SMALL).status_code == 413
    for other in photos:
        darkroom.incoming.drop(world.harbour_visit, other)


def test_a_full_disk_is_said_plainly_and_nothing_is_lost(lens, darkroom, database, world):
    photo = photo_of(SMALL)
    kept = darkroom.files.place
    darkroom.files._store = None
    darkroom.files.place = "/proc/photos"

    refused = lens.send(photo, SMALL)
    darkroom.files._store = None
    darkroom.files.place = kept

    assert refused.status_code == 503
    assert rows(database) == []
    assert lens.send(photo, SMALL).json()["complete"] is True


def test_chunks_that_cannot_be_kept_just_now_are_asked_for_again(lens, darkroom, monkeypatch):
    """As where another request has finished the same photo and drops its folder."""
    photo = photo_of(SMALL)
    with monkeypatch.context() as now_and_then:
        now_and_then.setattr(darkroom.incoming, "place", Path("/proc/incoming"))
        refused = lens.send(photo, SMALL)

    assert refused.status_code == 503
    assert lens.send(photo, SMALL).json()["complete"] is True


def test_a_photo_whose_reading_was_killed_is_asked_for_again(lens, database, monkeypatch, tmp_path):
    photo = photo_of(SMALL)
    with monkeypatch.context() as now_and_then:
        now_and_then.setattr(photos, "PROGRAM", tmp_path / "killed.py")
        photos.PROGRAM.write_text("import os; os.kill(os.getpid(), 9)")
        refused = lens.send(photo, SMALL)
    before = rows(database)

    again = lens.send(photo, SMALL)

    assert (refused.status_code, before) == (503, [])
    assert again.json()["complete"] is True
    assert [row.width for row in rows(database)] == [64]


# ---- who may send --------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "guessed"])
def test_without_the_visits_token_nothing_is_taken(as_, database, world, token):
    lens, photo = Lens(as_(None), world.harbour_visit, token), photo_of(SMALL)

    assert lens.send(photo, SMALL).status_code == 401
    assert lens.ask(photo).status_code == 401
    assert rows(database) == []


def test_a_token_opens_no_other_visit(as_, taken, token, database, world):
    for visit in (world.hill_visit, new_id()):
        lens = Lens(as_(None), visit, token)
        assert lens.send(taken, SMALL).status_code == 401
        assert lens.ask(taken).status_code == 401
    assert {row.visit_id for row in rows(database)} == {world.harbour_visit}


# ---- sealing -------------------------------------------------------------------------


def test_a_visit_is_sealed_by_the_last_of_its_photos(lens, phone, line, database, world):
    first, last = photo_of(SMALL), photo_of(LARGE)
    takes(phone, first)
    takes(phone, last, "rules-24/r02")
    submit = hands_in(phone, (first, last))

    waiting = line(phone)
    one = lens.send(first, SMALL).json()
    asked = lens.ask(last).json()
    sealed = lens.send(last, LARGE).json()

    assert waiting["missing"] == {"photos": [str(first.id), str(last.id)]}
    assert (one["complete"], one["status"]) == (True, "in_progress")
    assert one["missing"] == asked["missing"] == {"photos": [str(last.id)]}
    assert (sealed["complete"], sealed["status"]) == (True, "submitted")
    assert sealed["receipt"]["event"] == str(submit.id)
    assert sealed["receipt"]["root"] == submit.manifest.root
    assert (sealed["receipt"]["events"], sealed["receipt"]["photos"]) == (2, 2)
    assert "missing" not in sealed
    assert status(database, world) == "submitted"
    assert line(phone).get("receipt", sealed["receipt"]) == sealed["receipt"]
    assert lens.ask(last).json()["receipt"] == sealed["receipt"]


def test_photos_that_came_before_the_events_seal_with_them(lens, phone, line, database, world):
    photo = photo_of(LARGE)
    assert lens.send(photo, LARGE).json() == {"have": [0, 1, 2], "complete": True}
    takes(phone, photo)
    hands_in(phone, [photo])

    assert line(phone)["receipt"]["photos"] == 1
    assert status(database, world) == "submitted"


def test_a_photo_of_other_bytes_does_not_seal(lens, phone, line, database, world):
    photo = photo_of(SMALL)
    takes(phone, photo)
    hands_in(phone, [photo])
    line(phone)

    answer = lens.send(photo_of(LARGE, photo.id), LARGE).json()

    assert answer["missing"] == {"photos": [str(photo.id)]}
    assert status(database, world) == "in_progress"


def test_missing_events_and_missing_photos_are_told_together(lens, phone, line, world):
    photo = photo_of(SMALL)
    early = takes(phone, photo)
    hands_in(phone, [photo])
    phone.acked.add(early.hash)  # as if it had been

    assert line(phone)["missing"] == {"events": 1, "photos": [str(photo.id)]}


def test_a_photo_that_comes_after_the_seal_is_kept_and_changes_nothing(
    lens, phone, line, database, world
):
    photo = photo_of(SMALL)
    takes(phone, photo)
    hands_in(phone, [])
    line(phone)

    answer = lens.send(photo, SMALL).json()

    assert (answer["complete"], answer["status"]) == (True, "submitted")
    assert answer["receipt"]["photos"] == 0


@pytest.mark.parametrize("kind", ["no bytes", "SVG", "2.5 gigapixels"])
def test_a_photo_that_is_no_picture_arrives_is_kept_and_never_shown(
    lens, phone, line, as_, darkroom, world, kind
):
    received = UNREADABLE[kind]
    photo = photo_of(received)
    takes(phone, photo)
    hands_in(phone, [photo])
    line(phone)

    sealed = lens.send(photo, received).json()

    assert sealed["status"] == "submitted"
    key = key_of(world.harbour_visit, photo)
    assert darkroom.files.get(key + RECEIVED) == received
    assert darkroom.files.get(key + ".jpg") is None
    for who in (world.alice, world.carol):
        assert as_(who).get(place(photo, world)).status_code == 404
        assert as_(who).get(place(photo, world, small=True)).status_code == 404
    page = BeautifulSoup(as_(world.carol).get(f"/reviews/{world.harbour_visit}").text, "lxml")
    assert "cannot be read as a picture" in page.select_one(".photos__none").text
    assert page.select(".photos img") == []


@pytest.mark.parametrize("changes", [{"sha": "0" * 63}, {"size": -1}, {"size": LARGEST + 1}])
def test_an_event_about_a_photo_that_cannot_be_goes_into_quarantine(phone, line, changes):
    event = takes(phone, msgspec.structs.replace(photo_of(SMALL), **changes))

    acks = line(phone)["acks"]

    assert acks == [{"h": event.hash, "st": "quarantined"}]


# ---- looking at them -----------------------------------------------------------------


def test_what_is_served_is_made_anew_and_cannot_do_anything(lens, phone, line, alice, world):
    received = located()
    photo = photo_of(received)
    takes(phone, photo)
    line(phone)
    lens.send(photo, received)

    picture = alice.get(place(photo, world))
    small = alice.get(place(photo, world, small=True))

    for answer in (picture, small):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == 'inline; filename="photo.jpg"'
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "private, no-cache"
        for carried in (b"Exif", b"GPS", CANARY):
            assert carried not in answer.content
    assert Image.open(io.BytesIO(picture.content)).size == (40, 90)


def test_nothing_kept_says_where_a_photo_was_taken(lens, phone, line, darkroom, world):
    received = located()
    photo = photo_of(received)
    takes(phone, photo)
    line(phone)

    lens.send(photo, received)

    stem = key_of(world.harbour_visit, photo)
    folder = Path(darkroom.files.place)
    found = sorted(path.name for path in folder.glob(f"{stem}*"))
    assert found == [f"{Path(stem).name}.jpg", f"{Path(stem).name}.small.jpg"]
    for name in found:
        assert CANARY not in (folder / stem).with_name(name).read_bytes()


def test_who_may_see_a_photo_is_asked_each_time(taken, alice, world):
    first = alice.get(place(taken, world))
    known = {"If-None-Match": first.headers["etag"]}

    again = alice.get(place(taken, world), headers=known)
    alice.post("/sign-out")
    later = alice.get(place(taken, world), headers=known, follow_redirects=False)

    assert (again.status_code, again.content) == (304, b"")
    assert later.status_code == 303


def test_before_release_only_its_shopper_and_auditors_see_a_photo(taken, as_, world):
    allowed = {
        who.name: as_(who).get(place(taken, world)).status_code
        for who in (world.alice, world.bob, world.carol, world.dan, world.erin, world.ann)
    }

    assert allowed == {"Alice": 200, "Bob": 404, "Carol": 200, "Dan": 404, "Erin": 404, "Ann": 200}


def in_report(world, number=1, small=False):
    return f"/results/{world.harbour_visit}/photos/{number}" + ("/thumbnail" if small else "")


def test_after_release_the_branch_sees_it_too_and_no_other_branch(
    taken, phone, line, as_, database, world
):
    release(phone, line, database, world, taken)

    for small in (False, True):
        assert as_(world.dan).get(in_report(world, 1, small)).status_code == 200
        assert as_(world.erin).get(in_report(world, 1, small)).status_code == 404
        assert as_(world.bob).get(in_report(world, 1, small)).status_code == 404
    for number in (0, 2, 10**30):
        assert as_(world.dan).get(in_report(world, number)).status_code == 404


def test_before_release_the_report_has_no_photos_for_anybody(taken, as_, world):
    for who in (world.carol, world.dan, world.ann):
        assert as_(who).get(in_report(world)).status_code == 404


def test_a_branch_is_never_told_a_photos_name_which_says_when_it_was_taken(
    taken, phone, line, as_, database, world
):
    release(phone, line, database, world, taken)
    dan = as_(world.dan)

    page = dan.get(f"/results/{world.harbour_visit}")
    report = dan.get(f"/results/{world.harbour_visit}/report.pdf")

    assert uuid_time(taken.id) is not None
    attached = pypdf.PdfReader(io.BytesIO(report.content)).attachments["report.json"][0]
    assert taken.sha.encode() in attached
    for told in (page.content, report.content, attached):
        assert str(taken.id).encode() not in told
        assert taken.id.hex.encode() not in told
    for small in (False, True):
        assert dan.get(place(taken, world, small)).status_code == 404


def uuid_time(name):
    """The moment in milliseconds that a name of this version begins with."""
    return name.int >> 80 if name.version == 7 else None


# ---- what the auditor lets into the report -------------------------------------------


@pytest.fixture
def submitted(taken, phone, lens, line, world):
    """Two photos of one item, and one of another that cost more; all handed in."""
    second, other = photo_of(LARGE), photo_of(jpeg(30, 60))
    takes(phone, second)
    takes(phone, other, "rules-24/r12")
    lens.send(second, LARGE)
    lens.send(other, jpeg(30, 60))
    line(phone)
    hands_in(phone, (taken, second, other))
    assert line(phone)["status"] == "submitted"
    return taken, second, other


def ticked(page):
    boxes = BeautifulSoup(page.text, "lxml").select('input[name="photo"]')
    assert {box["form"] for box in boxes} == {"release"}
    return {box["value"] for box in boxes if box.has_attr("checked")}


def decide(client, world, *photos, **more):
    where = f"/reviews/{world.harbour_visit}"
    seen = re.findall(r'name="seen" value="(\w+)"', client.get(where).text)[0]
    sent = {"seen": seen, "confirming": "1", "photo": [str(photo.id) for photo in photos]}
    return client.post(f"{where}/release", data={**sent, **more}, follow_redirects=False)


def test_every_photo_is_in_the_report_unless_it_is_left_out(submitted, as_, world):
    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    assert ticked(page) == {str(photo.id) for photo in submitted}
    assert "3 photos are printed in the report" in page.text


def test_a_photo_left_out_is_neither_shown_nor_printed_nor_served(
    submitted, as_, darkroom, database, world
):
    second = submitted[1]
    carol = as_(world.carol)

    assert decide(carol, world, second, confirmed="1").status_code == 303

    dan = as_(world.dan)
    assert strips(dan.get(f"/results/{world.harbour_visit}")) == [
        (in_report(world), in_report(world, 1, small=True), f"Photo 1: {label(world)}")
    ]
    kept = darkroom.files.get(key_of(world.harbour_visit, second) + ".jpg")
    assert dan.get(in_report(world)).content == kept
    assert dan.get(in_report(world, 2)).status_code == 404
    review = carol.get(f"/reviews/{world.harbour_visit}").text
    assert review.count("Left out of the report") == 2
    assert 'name="photo"' not in review
    with database.reading() as session:
        report = report_of(get_result(session, world.dan, world.harbour_visit))
    assert [one.sha for one in report.evidence] == [second.sha]


def test_a_refused_release_keeps_what_was_left_out(submitted, as_, world):
    page = decide(as_(world.carol), world, submitted[1])

    assert page.status_code == 422
    assert ticked(page) == {str(submitted[1].id)}


def test_what_arrives_after_the_release_is_in_no_report(
    taken, phone, lens, line, as_, database, world
):
    late = photo_of(LARGE)
    takes(phone, late)
    line(phone)
    fill_visit(database, world, answers={}, notes={})
    release_visit(database, world)
    before = as_(world.dan).get(f"/results/{world.harbour_visit}")

    lens.send(late, LARGE)

    after = as_(world.dan).get(f"/results/{world.harbour_visit}")
    assert strips(after) == strips(before)
    assert len(strips(after)) == 1


def test_photos_of_points_lost_come_first_as_the_report_lists_them(
    taken, phone, lens, line, database, world
):
    second, other = photo_of(LARGE), photo_of(jpeg(30, 60))
    for photo, content, item in ((second, LARGE, ITEM), (other, jpeg(30, 60), "rules-24/r12")):
        takes(phone, photo, item)
        lens.send(photo, content)
    line(phone)
    fill_visit(database, world)
    release_visit(database, world)

    with database.reading() as session:
        report = report_of(get_result(session, world.dan, world.harbour_visit))

    assert report.losses[0].item.key == "rules-24/r12"
    assert [(one.number, one.item.key, one.sha, one.note) for one in report.evidence] == [
        (1, "rules-24/r12", other.sha, NOTES["rules-24/r12"]),
        (2, ITEM, taken.sha, ""),
        (3, ITEM, second.sha, ""),
    ]


def test_a_report_with_a_damaged_photo_says_so_until_the_file_is_back(
    taken, phone, line, as_, darkroom, database, world, caplog
):
    release(phone, line, database, world, taken)
    file = Path(darkroom.files.place) / f"{key_of(world.harbour_visit, taken)}.small.jpg"
    whole, dan, gone = file.read_bytes(), as_(world.dan), "file of this photo is missing"

    for content in (None, b"", whole[: len(whole) // 2], bytes(len(whole))):
        file.unlink() if content is None else file.write_bytes(content)
        assert gone in words(dan, world)
        assert file.name[:8] in caplog.text
    file.write_bytes(whole)

    assert gone not in words(dan, world)


def test_a_damaged_photo_is_refused_plainly_until_the_file_is_back(
    taken, as_, darkroom, world, caplog
):
    file = Path(darkroom.files.place) / f"{key_of(world.harbour_visit, taken)}.jpg"
    whole, carol = file.read_bytes(), as_(world.carol)

    for content in (b"", whole[: len(whole) // 2], bytes(len(whole))):
        file.write_bytes(content)
        answer = carol.get(place(taken, world))
        assert answer.status_code == 404
        assert "The file of this photo is damaged. Please tell an administrator." in answer.text
        assert file.name in caplog.text
    file.write_bytes(whole)

    assert carol.get(place(taken, world)).content == whole


def words(client, world):
    answer = client.get(f"/results/{world.harbour_visit}/report.pdf", params={"language": "en"})
    assert answer.status_code == 200
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def label(world):
    return world.checklist.by_key[ITEM].label.en


def test_a_photo_taken_away_again_is_shown_to_nobody(taken, phone, line, as_, database, world):
    takes(phone, taken, away=True)
    release(phone, line, database, world)

    for who in (world.alice, world.carol, world.dan):
        assert as_(who).get(place(taken, world)).status_code == 404
    assert as_(world.dan).get(in_report(world)).status_code == 404


def test_a_photo_whose_bytes_came_without_an_event_is_shown_to_nobody(lens, alice, world):
    photo = photo_of(SMALL)
    lens.send(photo, SMALL)

    assert alice.get(place(photo, world)).status_code == 404


def test_a_photo_of_one_visit_is_not_found_in_another(taken, as_, world):
    path = f"/visits/{world.hill_visit}/photos/{taken.id}"

    assert as_(world.carol).get(path).status_code == 404


def test_a_file_that_has_gone_is_told_in_plain_words(taken, alice, darkroom, world, caplog):
    key = key_of(world.harbour_visit, taken)
    (Path(darkroom.files.place) / f"{key}.jpg").unlink()

    answer = alice.get(place(taken, world))

    assert answer.status_code == 404
    assert "The file of this photo is missing." in answer.text
    assert "Traceback" not in answer.text
    assert key in caplog.text


# ---- on pages ------------------------------------------------------------------------


def strips(page):
    soup = BeautifulSoup(page.text, "lxml")
    return [(link["href"], link.img["src"], link.img["alt"]) for link in soup.select(".photos a")]


def test_a_review_shows_the_photos_of_each_item(taken, phone, lens, line, as_, world):
    second, awaited = photo_of(LARGE), photo_of(jpeg(30, 30))
    takes(phone, second)
    takes(phone, awaited)
    lens.send(second, LARGE)
    line(phone)

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    label = world.checklist.by_key[ITEM].label.en
    assert strips(page) == [
        (place(photo, world), place(photo, world, small=True), f"{label}, photo {number}")
        for number, photo in ((1, taken), (2, second))
    ]
    none = BeautifulSoup(page.text, "lxml").select_one(".photos__none")
    assert none.text == "Photo 3 has not arrived yet."
    assert page.text.count(f"{taken.id}/thumbnail") == 1


def test_a_result_shows_the_photos_the_visit_was_released_with(
    taken, phone, line, as_, database, world
):
    release(phone, line, database, world, taken)

    page = as_(world.dan).get(f"/results/{world.harbour_visit}")

    assert strips(page) == [
        (in_report(world), in_report(world, 1, small=True), f"Photo 1: {label(world)}")
    ]


def test_a_result_without_photos_says_nothing_of_them(phone, line, as_, database, world):
    release(phone, line, database, world)

    assert "photos" not in as_(world.dan).get(f"/results/{world.harbour_visit}").text


def test_the_queue_says_how_many_photos_there_are(taken, as_, world):
    page = as_(world.carol).get("/reviews?status=all")

    cells = BeautifulSoup(page.text, "lxml").select('td[data-label="Photos"]')
    assert sorted(re.sub(r"\s", "", cell.text) for cell in cells) == ["1", "—"]
