"""The processes that draw, and the server while they do."""

import asyncio
import os
import signal
import time

import pytest

from audit.domain.problems import Problem
from audit.paths import folder
from audit.render import pdf
from audit.work.pdf import DrawingRoom
from tests.render.papers import press, report_a


@pytest.fixture
def room():
    found = DrawingRoom(folder("reports"), "Asia/Shanghai", workers=1)
    yield found
    found.close()


def test_no_process_is_started_before_the_first_report(room):
    assert room.pids() == []


def test_a_worker_draws_the_bytes_that_any_process_draws(room):
    drawn = asyncio.run(room.draw(report_a(), "en"))

    assert drawn == press().draw(report_a(), "en")


def test_a_killed_worker_costs_one_try_and_its_reader_notices_nothing(room):
    async def killed_while_drawing() -> bytes:
        await room.draw(report_a(), "en")
        [first] = room.pids()
        drawing = asyncio.create_task(room.draw(report_a(), "zh"))
        await asyncio.sleep(0.05)
        os.kill(first, signal.SIGKILL)
        drawn: bytes = await drawing
        assert room.pids() != [first]
        return drawn

    assert asyncio.run(killed_while_drawing()).startswith(b"%PDF-1.7")


def test_the_event_loop_is_free_while_a_report_is_drawn(room):
    async def longest_wait() -> tuple[float, float]:
        await room.draw(report_a(), "en")
        drawing = asyncio.create_task(room.draw(report_a(), "zh"))
        began = last = time.perf_counter()
        worst = 0.0
        while not drawing.done():
            await asyncio.sleep(0.005)
            worst, last = max(worst, time.perf_counter() - last), time.perf_counter()
        return worst, last - began

    worst, whole = asyncio.run(longest_wait())

    assert worst < whole / 2


def test_a_closed_room_has_no_processes_left(room):
    asyncio.run(room.draw(report_a(), "en"))
    [worker] = room.pids()

    room.close()

    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_machine_without_pango_is_told_the_one_command(monkeypatch):
    def missing(name, *_rest, **_more):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *_rest, **_more)

    real = __import__
    monkeypatch.setattr("builtins.__import__", missing)

    with pytest.raises(pdf.NoPress, match="apt-get install libpango") as caught:
        pdf.Press(folder("reports"), "UTC")

    assert isinstance(caught.value, Problem)
    assert caught.value.status == 503
