"""F3: the power goes, and with it whatever was written and not flushed."""

import os
import random
import signal

import pytest

from tests.faults.line import NoAnswer, deeds
from tests.faults.power import Disk, there
from tests.faults.tracing import KEPT, need_strace, read_trace, traced

EVERYTHING = ("-y", "-xx", "-s", "1000000", "-e", f"trace={KEPT}")


@pytest.fixture
def before(site, tmp_path):
    """Copies what is on the disk now, as certain."""

    def copy() -> Disk:
        folder = site.file.parent
        return Disk(path for path in folder.glob("mingcha.sqlite3*") if path.suffix[-4:] != "-shm")

    return copy


def lost_at_any_moment(disk, ops, batches, folder, rng, share):
    """Cuts the power after every so many system calls; the hashes that were answered for and
    are gone, and how many cuts there were."""
    folder.mkdir(exist_ok=True)
    certain: set[str] = set()
    lost: set[str] = set()
    cuts = 0
    for op in ops:
        disk.take(op)
        answered = [hashes for nonce, hashes in batches.items() if nonce.encode() in op.data]
        if op.kind == "said":
            certain.update(*answered)
        if not (answered or rng.random() < share):
            continue
        for chance in (None, rng, rng):
            said, found = there(disk.after_a_cut(chance), folder)
            assert said == "ok"
            lost |= certain - found
            cuts += 1
    return lost, cuts


def deliver(phone, line, rng, rounds, size):
    batches = {}
    for _ in range(rounds):
        phone.does(*deeds(rng, size))
        batch = phone.batch()
        batches[batch.nonce] = {event.hash for event in phone.unsent}
        line.deliver(phone, batch)
    return batches


def test_what_was_answered_for_survives_a_power_cut_at_any_moment(
    site, phones, tally, full, before, tmp_path
):
    """I2: all unflushed bytes gone, or any of them, also half a page; while the log is moved
    into the database too."""
    need_strace()
    site.start(pragmas=("wal_autocheckpoint=40",))
    ((phone, line),) = phones(site, 1)
    rng = random.Random(3)
    deliver(phone, line, rng, 2, 3)
    trace = tmp_path / "trace"
    disk = before()

    with traced(site.pid, *EVERYTHING, into=trace):
        batches = deliver(phone, line, rng, 60 if full else 12, 5)

    share = 0.5 if full else 0.05
    ops = read_trace(trace)
    lost, tally.cuts = lost_at_any_moment(disk, ops, batches, tmp_path / "cut", rng, share)
    assert {op.kind for op in ops} >= {"write", "sync", "said"}
    tally.lost += sorted(lost)
    site.check(tally, [phone])


def test_without_flushing_it_would_be_lost(site, phones, before, tmp_path):
    """The test above can fail: the same with a setting that the server refuses to start with."""
    need_strace()
    site.start(pragmas=("synchronous=NORMAL",), unsafe=True)
    ((phone, line),) = phones(site, 1)
    rng = random.Random(3)
    deliver(phone, line, rng, 1, 3)
    disk = before()

    with traced(site.pid, *EVERYTHING, into=tmp_path / "trace"):
        batches = deliver(phone, line, rng, 5, 3)

    ops = read_trace(tmp_path / "trace")
    lost, _ = lost_at_any_moment(disk, ops, batches, tmp_path / "cut", rng, 0)
    assert lost == set.union(*batches.values())


@pytest.mark.parametrize("unsafe", [False, True])
def test_what_a_killed_server_left_unflushed_is_flushed_before_it_is_answered_for(
    site, phones, tally, before, tmp_path, unsafe
):
    """I2: killed between writing and flushing, started again, asked again, and then the power
    goes. Without the look at the start (`unsafe`) the answer would be for nothing."""
    need_strace()
    site.start()
    ((phone, line),) = phones(site, 1)
    rng = random.Random(5)
    deliver(phone, line, rng, 1, 3)
    disk = before()
    phone.does(*deeds(rng, 3))
    kill = ("-e", "inject=fdatasync:signal=KILL:when=1")
    with traced(site.pid, *EVERYTHING, *kill, into=tmp_path / "first"):
        with pytest.raises(NoAnswer):
            line.deliver(phone)
        site.ended()
    tally.kills += 1

    site.start_stopped(unsafe=unsafe)
    with traced(site.pid, *EVERYTHING, into=tmp_path / "second"):
        os.kill(site.pid, signal.SIGCONT)
        site.await_port()
        batch = phone.batch()
        batches = {batch.nonce: {event.hash for event in phone.unsent}}
        answer = line.deliver(phone, batch)

    assert {ack["st"] for ack in answer["acks"]} == {"dup"}
    ops = read_trace(tmp_path / "first") + read_trace(tmp_path / "second")
    lost, tally.cuts = lost_at_any_moment(disk, ops, batches, tmp_path / "cut", rng, 0.2)
    assert bool(lost) == unsafe
    site.check(tally, [phone])


def test_a_server_that_could_lose_what_it_saved_does_not_start(site):
    code, said = site.run("serve", "--port", str(site.port), pragmas=("synchronous=NORMAL",))

    assert code == 1
    assert "synchronous=1" in said
