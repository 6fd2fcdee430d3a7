"""F9, F10: the disk is full, fails, or somebody else holds the database."""

import random
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import create_engine, text

from audit.store.database import DISK_FAILED
from tests.faults import FULL
from tests.faults.line import NoAnswer, deeds
from tests.faults.tracing import need_strace, traced


def must_be_told_to_wait(heard):
    assert heard.status == 503
    assert heard.headers["content-type"].startswith("application/json")
    assert heard.headers["retry-after"] == "5"
    assert b'"problem"' in heard.body


def fill_up(phone, line, rng):
    """Delivers until it is refused."""
    for _ in range(400):
        phone.does(*deeds(rng, 50))
        batch = phone.batch()
        heard = line.exchange(line.request(batch))
        if heard.status != 200:
            return heard
        line.deliver(phone)
    raise AssertionError("it never got full")


def test_a_full_database_says_so_acknowledges_nothing_and_goes_on_later(site, phones, tally):
    """I2 I3: SQLite's own limit of pages."""
    with closing(sqlite3.connect(site.file)) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    ((phone, line),) = phones(site, 1)
    site.start(pragmas=[f"max_page_count={pages + 60}"])

    must_be_told_to_wait(fill_up(phone, line, random.Random(9)))

    site.check(tally, [phone])
    site.kill()
    site.start(pragmas=())
    line.drain(phone)
    site.check(tally, [phone])
    assert tally.made == tally.acked


def test_a_full_disk_says_so_acknowledges_nothing_and_goes_on_with_room(
    template, small_disk, phones, tally
):
    """I2 I3: without a restart."""
    site = template.site(small_disk)
    site.log = small_disk.parent / "server.log"
    ((phone, line),) = phones(site, 1)
    site.start()
    try:
        must_be_told_to_wait(fill_up(phone, line, random.Random(10)))
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        line.drain(phone)
        site.check(tally, [phone])
    finally:
        site.kill()
    assert tally.made == tally.acked


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_disk_that_fails_ends_the_process(site, phones, tally, full, call):
    """I2 I3: a flush that failed may be called a success the next time, with the data gone."""
    need_strace()
    rng = random.Random(call)
    ((phone, line),) = phones(site, 1)
    for at in range(1, 7 if full and call == "pwrite64" else 2):
        site.start()
        phone.does(*deeds(rng, 3))
        line.drain(phone)
        phone.does(*deeds(rng, 3))
        with traced(site.pid, "-e", f"inject={call}:error=EIO:when={at}", "-e", f"trace={call}"):
            with pytest.raises(NoAnswer):
                line.deliver(phone)
            assert site.ended() == DISK_FAILED
        assert "the disk failed" in site.log.read_text()
        tally.kills += 1
    site.start()
    line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked


def test_no_room_at_any_write_is_told_and_leaves_nothing_half_done(site, phones, tally, full):
    """I2 I3: a disk full at the first, the second, … write of a commit."""
    need_strace()
    rng = random.Random(11)
    ((phone, line),) = phones(site, 1)
    site.start()
    for at in range(1, 7, 1 if full else 3):
        phone.does(*deeds(rng, 3))
        line.drain(phone)
        phone.does(*deeds(rng, 3))
        inject = f"inject=pwrite64:error=ENOSPC:when={at}"
        with traced(site.pid, "-e", inject, "-e", "trace=pwrite64"):
            must_be_told_to_wait(line.exchange(line.request(phone.batch())))
        tally.cuts += 1
        line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", *(["ftruncate"] if FULL else [])])
def test_wherever_the_disk_fails_what_was_answered_for_stays(
    site, phones, tally, full, call, error
):
    """I2 I3: at each write and each flush, also while the log is moved into the database. The
    process ends, or says that it has to be asked again, or has done without that write."""
    need_strace()
    rng = random.Random(f"{call} {error}")
    ((phone, line),) = phones(site, 1)
    site.start(pragmas=("wal_autocheckpoint=8",))
    for at in range(1, 60, 1 if full else 9):
        phone.does(*deeds(rng, 3))
        line.drain(phone)
        phone.does(*deeds(rng, 4))
        inject = f"inject={call}:error={error}:when={at}"
        with traced(site.pid, "-e", inject, "-e", f"trace={call}", into=site.folder / "trace"):
            said = told(line, phone)
            ended = site.ended(20) if said not in ("", "503") else None
        assert ended in (None, DISK_FAILED)
        if "INJECTED" not in (site.folder / "trace").read_text():
            break
        tally.cuts += 1
        if site.pid and site.ended(0) is None:
            site.kill()  # what it had in memory is not what counts
            tally.kills += 1
        site.start()
        site.check(tally, [phone])
    line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked


def told(line, phone):
    try:
        line.deliver(phone)
    except NoAnswer as refused:
        return str(refused).partition(" ")[0]
    return ""


# ---- somebody else holds the database ------------------------------------------------


@contextmanager
def held(site, visit, seconds):
    """The write lock (SQLite) or the visit (PostgreSQL) is somebody else's for so long."""
    taken = threading.Event()

    def hold():
        engine = create_engine(site.url)
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            query = "UPDATE visit SET brief_en = brief_en WHERE id = :id"
            name = visit.hex if engine.dialect.name == "sqlite" else visit
            assert connection.execute(text(query), {"id": name}).rowcount == 1
            taken.set()
            time.sleep(seconds)
        engine.dispose()

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(20)
    yield
    thread.join()


@pytest.mark.parametrize("seconds", [0, 0.3, *([2, 8] if FULL else [])])
def test_f10_a_short_lock_is_waited_for(either_site, phones, tally, seconds):
    """I2 I3."""
    site = either_site
    ((phone, line),) = phones(site, 1)
    site.start()
    phone.does(*deeds(random.Random(1), 5))
    with held(site, phone.visit, seconds):
        line.deliver(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked


@pytest.mark.parametrize(
    ("patience", "seconds"), [(300, 2.5), *([(0, 25), (0, 60)] if FULL else [])]
)
def test_f10_a_long_lock_is_told_to_all_who_wait_at_once(
    either_site, phones, tally, full, patience, seconds
):
    """I2 I3: 503 with Retry-After, never a part of an acknowledgement, and nobody waits for
    those before them to give up one after the other: those who wait for the first wait
    once more, together."""
    site = either_site
    users = phones(site, 6 if site.url.startswith("sqlite") else 1)
    site.start(patience=patience)
    rng = random.Random(2)
    for phone, line in users:
        phone.does(*deeds(rng, 2))
        line.drain(phone)
        phone.does(*deeds(rng, 4))
    heard = []

    def ask(phone, line):
        began = time.monotonic()
        found = line.exchange(line.request(phone.batch()))
        heard.append((found, time.monotonic() - began))

    with held(site, users[0][0].visit, seconds):
        threads = [threading.Thread(target=ask, args=user) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for found, took in heard:
        must_be_told_to_wait(found)
        assert took < seconds
    for phone, line in users:
        line.drain(phone)
    site.check(tally, [phone for phone, _ in users])
    assert tally.made == tally.acked
