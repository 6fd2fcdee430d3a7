"""F2: the server is killed at each system call between a delivery and its answer."""

import random

import pytest

from tests.faults import FULL
from tests.faults.line import NoAnswer, deeds
from tests.faults.tracing import WRITES, need_strace, traced

MOST = 150


@pytest.mark.parametrize(
    ("call", "checkpointing"),
    [(call, False) for call in ("pwrite64", "fdatasync", *WRITES[1:])]
    + [(call, True) for call in ("pwrite64", "fdatasync") if FULL],
)
def test_killed_at_any_system_call_it_loses_nothing(site, phones, tally, full, call, checkpointing):
    """I2 I3 I4: killed before the call, whichever it is; also while the log is moved into the
    database."""
    need_strace()
    pragmas = ("wal_autocheckpoint=8",) if checkpointing else ()
    site.start(pragmas=pragmas)
    ((phone, line),) = phones(site, 1)
    rng = random.Random(call)
    at = 1
    while at < MOST:
        phone.does(*deeds(rng, 3))
        line.drain(phone)  # whatever is done once is done
        phone.does(*deeds(rng, 4))
        with traced(site.pid, "-e", f"inject={call}:signal=KILL:when={at}", "-e", f"trace={call}"):
            try:
                line.deliver(phone)
                died = site.ended(0.3) is not None
            except NoAnswer:
                died = site.ended() is not None
        if not died:
            break
        tally.kills += 1
        site.start()
        at += 1 if full else 7
    line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked
    if call in ("pwrite64", "fdatasync"):
        assert tally.kills > 0
