"""F19: photos come in pieces over a line and to a server that fail in the middle of it."""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from audit.domain.photo import CHUNK, LARGEST
from audit.work.photos import AT_ONCE, PICTURE, PROGRAM, key_of
from tests.faults import FULL
from tests.faults.camera import check_photos, look, status
from tests.faults.line import NoAnswer, deeds
from tests.faults.proxy import Cutter
from tests.faults.tracing import need_strace, traced
from tests.pictures import chunks_of, jpeg, noise, photo_of

SMALL = jpeg()
LARGE = noise(2 * CHUNK)  # of three chunks at least
WHOLE = 60  # seconds within which whatever is under way comes to its end


def check(site, tally, cameras, *, sealed=True):
    """I9 and all that holds of events; and each visit is sealed, or not, as it should be."""
    check_photos(site, tally, cameras)
    site.check(tally, [camera.phone for camera in cameras])
    for camera in cameras:
        found = status(site, camera.phone.visit)
        assert (found == "submitted") == sealed
        assert (camera.phone.receipt is not None) == sealed


def finish(camera, rng):
    """Whatever is not there yet arrives, and the phone hears of it."""
    camera.line.drain(camera.phone)
    for photo in camera.taken:
        camera.send(photo, rng)
    camera.line.deliver(camera.phone)


# ---- the line ------------------------------------------------------------------------


@pytest.fixture
def cut(site, cameras):
    """A camera whose line can be cut, and what cuts it."""
    site.start()
    (camera,) = cameras(site, 1)
    cutter = Cutter(site.port)
    camera.client.headers["Connection"] = "close"
    camera.through(cutter.port)
    yield camera, cutter
    cutter.close()


@pytest.mark.parametrize("way", ["up", "down"])
def test_cut_after_any_byte_a_photo_arrives_once(site, cut, tally, full, way):
    """I9: requests and answers are lost, chunks come again and in any order; the visit waits
    for the last one."""
    camera, cutter = cut
    rng = random.Random(way)
    last = camera.take(SMALL)
    for _ in range(8 if full else 2):
        camera.take(noise(2 * CHUNK))
    camera.hands_in()
    camera.line.drain(camera.phone)
    for photo in [*camera.taken][1:]:
        pieces = [*enumerate(chunks_of(camera.taken[photo]))]
        for _ in range(20 if full else 5):
            longest = rng.choice([700, len(pieces[0][1])])  # in its head, or anywhere
            setattr(cutter, way, rng.randrange(longest if way == "up" else 400))
            try:
                camera.lens.chunk(photo, *rng.choice(pieces))
                camera.lens.ask(photo)
            except httpx.TransportError:
                tally.cuts += 1
        check_photos(site, tally, [camera])
        cutter.up = cutter.down = None
        camera.send(photo, rng)
    assert status(site, camera.phone.visit) == "in_progress"
    camera.send(last, rng)
    camera.line.deliver(camera.phone)

    assert tally.cuts > 0
    check(site, tally, [camera])


def test_wrong_bytes_are_noticed_and_never_kept(site, cameras, tally, full):
    """I9: harmed on the way, or not what had been announced."""
    site.start()
    (camera,) = cameras(site, 1)
    rng = random.Random(19)
    photo = camera.take(LARGE)
    camera.hands_in()
    camera.line.drain(camera.phone)
    chunks = chunks_of(LARGE)
    for _ in range(100 if full else 10):
        number = rng.randrange(len(chunks))
        other = harmed(chunks[number], rng)
        sound = hashlib.sha256(chunks[number]).hexdigest()
        assert camera.lens.chunk(photo, number, other, digest=sound).status_code == 422
        assert camera.lens.ask(photo).json()["have"] == []
        tally.cuts += 1
    for _ in range(10 if full else 2):
        wrong = harmed(LARGE, rng)
        answer = camera.lens.send(photo, wrong)
        assert (answer.status_code, answer.json()["dropped"]) == (409, True)
        assert camera.lens.ask(photo).json()["have"] == []
        assert look(site, camera.phone.visit, photo) == (404, b"")
        tally.cuts += 1
    assert status(site, camera.phone.visit) == "in_progress"

    finish(camera, rng)
    check(site, tally, [camera])


def harmed(content, rng):
    found = bytearray(content)
    found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def test_no_bytes_and_the_same_bytes_twice(either_site, cameras, tally):
    """I9: what is no picture arrives and is shown to nobody; equal photos are two photos, also
    when they come at one moment."""
    either_site.start()
    (camera,) = cameras(either_site, 1)
    rng = random.Random(20)
    nothing = camera.take(b"")
    twins = [camera.take(LARGE), camera.take(LARGE)]
    camera.hands_in()
    camera.line.drain(camera.phone)
    camera.send(nothing, rng)
    threads = [
        threading.Thread(target=camera.send, args=(twin, random.Random(21)))
        for twin in (*twins, *twins)  # and each of them twice
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    camera.line.deliver(camera.phone)

    assert look(either_site, camera.phone.visit, nothing) == (404, b"")
    assert camera.phone.receipt["photos"] == 3
    check(either_site, tally, [camera])


def test_a_photo_that_is_too_large_is_refused_in_plain_words(site, cameras, tally):
    """I9: 25 MB; nothing of it stays, and the visit goes on without it."""
    site.start()
    (camera,) = cameras(site, 1)
    rng = random.Random(22)
    content = rng.randbytes(25 * 1024 * 1024)
    photo = photo_of(content)
    assert len(content) > LARGEST

    refused = camera.lens.chunk(photo, 0, content[:CHUNK])
    try:
        whole = camera.lens.chunk(photo_of(SMALL), 0, content)
    except httpx.TransportError:
        whole = refused  # it did not even read to the end

    for answer in (refused, whole):
        assert answer.status_code == 413
        assert set(answer.json()) == {"problem"}
    assert "10 MB" in refused.json()["problem"]
    assert [path for path in site.folder.rglob("*") if path.parent.name == "incoming"] == []
    camera.take(SMALL)
    camera.hands_in()
    finish(camera, rng)
    check(site, tally, [camera])


# ---- the server's files --------------------------------------------------------------


def test_chunks_that_vanish_are_asked_for_again(site, cameras, tally, full):
    """I9: one file, a whole photo's folder, the folder of all, at any moment."""
    site.start()
    (camera,) = cameras(site, 1)
    rng = random.Random(23)
    for _ in range(20 if full else 3):
        camera.take(noise(2 * CHUNK))
    camera.hands_in()
    camera.line.drain(camera.phone)
    incoming = site.folder / "incoming"
    first = next(iter(camera.taken))
    chunks = chunks_of(camera.taken[first])
    camera.lens.chunk(first, 0, chunks[0])
    before = camera.lens.chunk(first, 1, chunks[1]).json()["have"]
    (file,) = incoming.rglob("1")
    file.unlink()
    after = camera.lens.ask(first).json()["have"]

    def remove():
        for _ in range(10):
            time.sleep(rng.uniform(0.001, 0.05))
            if found := sorted(incoming.rglob("*")) or [incoming]:
                chosen = rng.choice(found)
                shutil.rmtree(chosen, ignore_errors=True)
                with contextlib.suppress(OSError):  # a folder that has just come again
                    chosen.unlink()

    for photo in camera.taken:
        remover = threading.Thread(target=remove)
        remover.start()
        camera.send(photo, random.Random(24))
        remover.join()
    camera.line.deliver(camera.phone)

    assert (before, after) == ([0, 1], [0])
    check(site, tally, [camera])


def test_a_stored_photo_that_vanished_is_told_and_harms_nothing_else(site, cameras, tally):
    """I9: no half of it, no failure; the other photos and the visit stay as they are."""
    site.start()
    (camera,) = cameras(site, 1)
    gone, left = camera.take(SMALL), camera.take(LARGE)
    camera.hands_in()
    finish(camera, random.Random(25))
    visit = camera.phone.visit
    (site.folder / "photos" / f"{key_of(visit, gone)}{PICTURE}").unlink()

    assert look(site, visit, gone) == (404, b"")
    assert look(site, visit, gone, "/thumbnail")[0] == 200
    assert "is missing where photos are kept" in site.log.read_text()
    del camera.taken[gone]
    assert look(site, visit, left)[0] == 200
    check(site, tally, [camera])


def test_a_full_disk_is_told_and_what_did_not_fit_arrives_when_there_is_room(
    template, small_disk, cameras, tally
):
    """I9: photos and database on one disk."""
    site = template.site(small_disk)
    site.log = small_disk.parent / "server.log"
    (camera,) = cameras(site, 1)
    site.start()
    try:
        refused = fill_up(camera)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        camera.hands_in()
        finish(camera, random.Random(26))
        check(site, tally, [camera])
    finally:
        site.kill()


def fill_up(camera):
    for _ in range(40):
        photo = camera.take(noise(CHUNK))
        for number, chunk in enumerate(chunks_of(camera.taken[photo])):
            answer = camera.lens.chunk(photo, number, chunk)
            if answer.status_code != 200:
                return answer
    raise AssertionError("it never got full")


# ---- the server itself ---------------------------------------------------------------


def test_killed_in_mid_photo_at_any_moment_it_loses_none(either_site, cameras, tally, full):
    """I2 I3 I9: answers and photos of several phones, the server dies again and again."""
    site = either_site
    photos, kills = (8, 30) if full else (2, 3)
    site.start()
    found = cameras(site, 4)

    def use(camera, rng):
        for _ in range(photos):
            camera.phone.does(*deeds(rng, 5))
            photo = camera.take(noise(CHUNK))
            patiently(camera)
            camera.send(photo, rng)
        camera.hands_in()
        patiently(camera)

    threads = [
        threading.Thread(target=use, args=(camera, random.Random(number)))
        for number, camera in enumerate(found)
    ]
    site.kill_during(threads, tally, kills, random.Random(27))

    assert tally.kills > 0
    check(site, tally, found)


def patiently(camera):
    while True:
        try:
            camera.line.deliver(camera.phone)
        except NoAnswer:
            time.sleep(0.02)
            continue
        if not camera.phone.unsent:
            return


@pytest.mark.parametrize("call", ["fsync", "rename", *(["fdatasync", "pwrite64"] if FULL else [])])
def test_killed_at_any_system_call_of_keeping_a_photo(site, cameras, tally, full, call):
    """I9: while a chunk is flushed or put into its place, the picture, its row."""
    need_strace()
    site.start()
    (camera,) = cameras(site, 1)
    rng = random.Random(call)
    for at in range(1, 40, 1 if full else 3):
        photo = camera.take(LARGE)
        camera.line.drain(camera.phone)
        died = False
        with traced(site.pid, "-e", f"inject={call}:signal=KILL:when={at}", "-e", f"trace={call}"):
            try:
                camera.lens.send(photo, LARGE)
                died = site.ended(0.3) is not None
            except httpx.TransportError:
                died = site.ended() is not None
        if not died:
            break
        tally.kills += 1
        site.start()
        check_photos(site, tally, [camera])
        camera.send(photo, rng)
    camera.hands_in()
    finish(camera, rng)

    assert tally.kills > 0
    check(site, tally, [camera])


# ---- answers do not wait for photos --------------------------------------------------


def test_answers_are_not_held_up_by_photos_half_sent(site, cameras, tally):
    """I9: a chunk that takes for ever on many lines at once."""
    site.start()
    (camera,) = cameras(site, 1)
    photo = camera.take(LARGE)
    lines = [half_sent(site, camera, photo) for _ in range(40)]
    for _ in range(20):
        camera.phone.does(*deeds(random.Random(28), 3))
        camera.line.deliver(camera.phone)
        assert not camera.phone.unsent
    for line in lines:
        line.close()
    tally.cuts += len(lines)

    assert camera.lens.ask(photo).json() == {"have": [], "complete": False}
    camera.hands_in()
    finish(camera, random.Random(29))
    check(site, tally, [camera])


def half_sent(site, camera, photo):
    chunk = chunks_of(LARGE)[0]
    line = socket.create_connection(("127.0.0.1", site.port), WHOLE)
    path = f"/api/v1/visits/{camera.phone.visit}/photos/{photo.id}/chunks/0"
    head = [
        f"PUT {path}?of={len(chunks_of(LARGE))}&size={photo.size}&sha={photo.sha} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Visit {camera.line.token}",
        f"X-Body-SHA256: {hashlib.sha256(chunk).hexdigest()}",
        f"Content-Length: {len(chunk)}",
    ]
    line.sendall("\r\n".join([*head, "", ""]).encode() + chunk[: len(chunk) // 2])
    return line


def test_answers_are_not_held_up_by_pictures_that_take_for_ever(site, cameras, tally):
    """I9: every hand of the darkroom is busy with a picture that does not end."""
    site.start()
    (camera,) = cameras(site, 1)
    for _ in range(AT_ONCE):
        camera.take(noise(CHUNK))
    camera.hands_in()
    camera.line.drain(camera.phone)
    threads = [
        threading.Thread(target=camera.send, args=(photo, random.Random(30)))
        for photo in camera.taken
    ]
    stopped = set()
    for thread in threads:
        thread.start()
    while len(stopped) < AT_ONCE and any(thread.is_alive() for thread in threads):
        for pid in developing(site.pid) - stopped:
            os.kill(pid, signal.SIGSTOP)
            stopped.add(pid)

    for _ in range(20):
        camera.phone.does(*deeds(random.Random(31), 3))
        camera.line.deliver(camera.phone)
        assert not camera.phone.unsent
    before = status(site, camera.phone.visit)
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    for thread in threads:
        thread.join()
    camera.line.deliver(camera.phone)

    assert (len(stopped), before) == (AT_ONCE, "in_progress")
    check(site, tally, [camera])


def developing(server):
    """The processes in which it reads photos. One that is stopped before it has become what it
    is to be, stops the server with it."""
    children = Path(f"/proc/{server}/task").glob("*/children")
    found = {int(pid) for child in children for pid in child.read_text().split()}
    return {pid for pid in found if PROGRAM.name in command_of(pid)}


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:  # it has ended
        return ""
