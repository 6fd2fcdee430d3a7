"""The processes that draw, and the server while they do."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time

import msgspec
import pytest

from audit.domain.problems import Problem
from audit.paths import folder
from audit.render import pdf
from audit.work.desk import TooLong
from audit.work.pdf import DrawingRoom, NotDrawn
from tests.render.papers import press, report_a


@pytest.fixture(scope="module")
def room():
    """Used by several: starting a worker takes longer than drawing."""
    found = DrawingRoom(folder("reports"), "Asia/Shanghai", workers=1)
    yield found
    found.close()


@pytest.fixture
def leavings(tmp_path, monkeypatch):
    """Lists what lies in the folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return lambda: list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def drawn():
    """What any process draws, by language."""
    return {language: press().draw(report_a(), language) for language in ("zh", "en")}


def test_a_worker_draws_the_bytes_that_any_process_draws(room, drawn):
    assert asyncio.run(room.draw(report_a(), "en")) == drawn["en"]


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


def test_a_room_starts_a_process_when_asked_and_closed_leaves_neither_it_nor_files(leavings):
    room = DrawingRoom(folder("reports"), "Asia/Shanghai", workers=1)
    assert room.pids() == []
    asyncio.run(room.draw(report_a(), "en"))
    [worker] = room.pids()
    assert len(leavings()) == 1

    room.close()

    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert leavings() == []


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux keeps to a core")
def test_between_drawings_a_worker_may_run_on_any_core():
    room = DrawingRoom(folder("reports"), "Asia/Shanghai", workers=1)
    cores = []

    async def draw_and_look() -> None:
        drawing = asyncio.ensure_future(room.draw(report_a(), "en"))
        while not drawing.done():
            await asyncio.sleep(0.005)
            cores.extend(len(os.sched_getaffinity(pid)) for pid in room.pids())

    asyncio.run(draw_and_look())
    asyncio.run(draw_and_look())
    [worker] = room.pids()
    after = os.sched_getaffinity(worker)
    room.close()

    assert min(cores) == 1
    assert after == os.sched_getaffinity(0)


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


# ---- the limit -----------------------------------------------------------------------

ENDLESS = "字" * 400_000  # in one paragraph: minutes


def test_a_drawing_that_takes_too_long_is_ended_and_those_waiting_are_drawn(drawn, leavings):
    room = DrawingRoom(folder("reports"), "Asia/Shanghai", workers=1, seconds=8)

    async def three() -> tuple[list[int], list[bytes | BaseException], list[int]]:
        await room.draw(report_a(), "en")
        before = room.pids()
        assert len(leavings()) == 1
        papers = [report_a(contact=ENDLESS), report_a(), report_a()]
        jobs = (room.draw(one, "zh") for one in papers)
        done = await asyncio.gather(*jobs, return_exceptions=True)
        return before, done, room.pids()

    [first], done, [second] = asyncio.run(three())
    room.close()

    stopped, waiting = done[0], done[1:]
    assert isinstance(stopped, TooLong)
    assert (stopped.status, stopped.values) == (503, {"seconds": "8"})
    assert waiting == [drawn["zh"]] * 2
    assert first != second
    assert not alive(first)
    assert leavings() == []


def test_the_limit_of_one_worker_is_nothing_to_the_other(drawn):
    room = DrawingRoom(folder("reports"), "Asia/Shanghai", workers=2, seconds=30)

    async def both() -> list[bytes | BaseException]:
        endless = asyncio.create_task(room.draw(report_a(contact=ENDLESS), "zh"))
        others = [await room.draw(report_a(), "en") for _ in range(2)]
        assert not endless.done()
        room.close()
        return [*others, *await asyncio.gather(endless, return_exceptions=True)]

    done = asyncio.run(both())

    assert done[:2] == [drawn["en"]] * 2
    assert isinstance(done[2], NotDrawn)
    assert room.pids() == []


def test_what_goes_wrong_in_a_worker_is_told_and_the_worker_goes_on(room):
    async def wrong_then_right() -> bytes:
        report = report_a()
        branch = msgspec.structs.replace(report.heading.branch, code=None)
        heading = msgspec.structs.replace(report.heading, branch=branch)
        with pytest.raises(RuntimeError, match="ValidationError"):
            await room.draw(msgspec.structs.replace(report, heading=heading), "en")
        [pid] = room.pids()
        drawn: bytes = await room.draw(report, "en")
        assert room.pids() == [pid]
        return drawn

    assert asyncio.run(wrong_then_right()) == press().draw(report_a(), "en")


def test_a_server_that_is_killed_leaves_no_worker_behind(tmp_path):
    program = (
        "import asyncio, os, signal\n"
        "from audit.paths import folder\n"
        "from audit.work.pdf import DrawingRoom\n"
        "from tests.render.papers import report_a\n"
        "if __name__ == '__main__':\n"
        "    room = DrawingRoom(folder('reports'), 'UTC', workers=1)\n"
        "    asyncio.run(room.draw(report_a(), 'en'))\n"
        "    room._threads.submit(asyncio.run, room.draw(report_a(contact='x ' * 400_000), 'en'))\n"
        "    print(*room.pids(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )

    pid = int(said.stdout)
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(pid)
    assert list(tmp_path.iterdir()) == []  # nor what it wrote while it drew


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
