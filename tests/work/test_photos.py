"""The darkroom: what is made of bytes that came from outside."""

import io
import os
import resource
import signal
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image

from audit.clock import now
from audit.store.files import Files
from audit.store.incoming import Incoming
from audit.work import photos
from audit.work.photos import Darkroom, Interrupted, develop
from tests.pictures import CANARY, LADEN, UNREADABLE, jpeg, located, photo_of, transparent

VISIT = UUID(int=7)


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("received", LADEN.values(), ids=LADEN)
def test_only_pixels_come_through(received):
    developed = develop(received)

    for made in (developed.picture, developed.thumbnail):
        image = opened(made)
        assert (image.format, image.mode, getattr(image, "n_frames", 1)) == ("JPEG", "RGB", 1)
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for carried in (b"Exif", b"GPS", b"ICC_PROFILE", b"<?php", b"<script", b"PK\3\4", CANARY):
            assert carried not in made
        assert made.endswith(b"\xff\xd9")


def test_what_the_corpus_carries_is_really_in_it():
    carried = [name for name, received in LADEN.items() if CANARY in received]

    assert len(carried) == len(LADEN) - 2
    assert b"Exif" in located()


@pytest.mark.parametrize("received", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_picture_is_not_read(received):
    assert develop(received) is None


def test_a_picture_stands_upright_and_fits_the_longest_side():
    turned = develop(located())
    large = develop(jpeg(5000, 1000))

    assert (turned.width, turned.height) == (40, 90)
    assert (large.width, large.height) == (2048, 410)
    assert opened(large.thumbnail).size == (480, 96)
    assert opened(large.picture).size == (large.width, large.height)


def test_a_small_picture_is_not_enlarged():
    developed = develop(jpeg(10, 6))

    assert opened(developed.picture).size == opened(developed.thumbnail).size == (10, 6)


def test_what_is_transparent_is_shown_on_white():
    image = opened(develop(transparent()).picture)

    assert min(image.getpixel((5, 5))) > 250


def test_one_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(photos, "PATIENCE", 0.001)

    assert develop(jpeg()) is None


def test_a_machine_that_cannot_read_photos_does_not_call_them_unreadable(monkeypatch, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_library")
    monkeypatch.setattr(photos, "PROGRAM", broken)

    with pytest.raises(RuntimeError, match="no_such_library"):
        develop(jpeg())


def test_the_reader_of_photos_is_told_no_secret_and_writes_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("MINGCHA_PHOTOS_SECRET", "s3cret")
    monkeypatch.setattr(photos, "PROGRAM", tmp_path / "nosy.py")
    nosy = "import os, sys; sys.exit('|'.join(sorted(os.environ)) + '|' + os.getcwd())"
    photos.PROGRAM.write_text(nosy)

    with pytest.raises(RuntimeError) as said:
        develop(b"")

    assert "MINGCHA" not in str(said.value)
    assert str(said.value).strip().endswith("|/")


def broken_off(by):
    return f"import os, sys; sys.stdin.buffer.read(); os.kill(os.getpid(), {by:d})"


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_reader_killed_from_outside_calls_no_photo_unreadable(monkeypatch, tmp_path, by):
    """By a machine that is short of memory, or that goes down; then it is read after all."""
    darkroom = Darkroom(Incoming(tmp_path / "incoming"), Files(str(tmp_path / "files")))
    content = jpeg()
    photo = photo_of(content)
    with monkeypatch.context() as now_and_then:
        now_and_then.setattr(photos, "PROGRAM", tmp_path / "killed.py")
        photos.PROGRAM.write_text(broken_off(by))
        with pytest.raises(Interrupted):
            darkroom.take_at_once(VISIT, photo, content)
    kept = darkroom.incoming.whole(VISIT, photo)

    again = darkroom.take_at_once(VISIT, photo, content)

    assert (kept, again.readable) == (content, True)
    darkroom.close()


@pytest.mark.parametrize("by", [signal.SIGXCPU, signal.SIGSEGV])
def test_a_photo_that_ends_its_reader_is_unreadable(monkeypatch, tmp_path, by):
    monkeypatch.setattr(photos, "PROGRAM", tmp_path / "ended.py")
    photos.PROGRAM.write_text(broken_off(by))

    assert develop(jpeg()) is None


def test_a_reader_that_computes_for_too_long_ends_by_its_own_limit(monkeypatch, tmp_path):
    """And not as one that was killed, which would be tried again for ever."""
    busy = tmp_path / "busy.py"
    busy.write_text(
        f"import runpy; found = runpy.run_path({str(photos.PROGRAM)!r})\n"
        "found['limit'].__globals__['MOST_SECONDS'] = 1\n"
        "found['limit']()\nwhile True: pass\n"
    )
    monkeypatch.setattr(photos, "PROGRAM", busy)

    assert develop(b"") is None


def test_a_chunk_for_which_there_is_no_room_takes_none(tmp_path):
    incoming, photo = Incoming(tmp_path / "incoming"), photo_of(jpeg())
    largest, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    try:
        with pytest.raises(OSError, match="too large"):
            incoming.keep(VISIT, photo, 0, jpeg())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, most))

    assert [file for file in incoming.place.rglob("*") if file.is_file()] == []


def test_chunks_that_nobody_goes_on_with_are_swept(tmp_path):
    darkroom = Darkroom(Incoming(tmp_path / "incoming"), Files(str(tmp_path / "photos")))
    stale, fresh, whole = (photo_of(jpeg(20 + side, 20)) for side in range(3))
    for photo in (stale, fresh):
        darkroom.incoming.keep(VISIT, photo, 0, b"")
    darkroom.incoming.keep(VISIT, whole, 0, jpeg(22, 20))
    (folder,) = (tmp_path / "incoming").glob(f"*/{stale.id}*")
    ago = (now() - timedelta(days=8)).timestamp()
    os.utime(folder, (ago, ago))

    darkroom._take(VISIT, whole)

    assert {photo.id for photo in darkroom.incoming.under_way(VISIT)} == {fresh.id, whole.id}
    darkroom.close()


def test_the_reader_of_photos_has_so_much_memory_and_no_more(monkeypatch, tmp_path):
    greedy = tmp_path / "greedy.py"
    greedy.write_text(
        f"import runpy; runpy.run_path({str(photos.PROGRAM)!r})['limit']()\n"
        "try: bytearray(2 * 1024**3)\n"
        "except MemoryError: raise SystemExit('no more memory')\n"
    )
    monkeypatch.setattr(photos, "PROGRAM", greedy)

    with pytest.raises(RuntimeError, match="no more memory"):
        develop(b"")
