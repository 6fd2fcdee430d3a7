"""When and how a visit was written up, as the audit log of ODK Collect has it, so that tools
made for that can read it: docs.getodk.org/form-audit-log.

As there, only the first moment of a page is by the phone's clock; all that follows is that
moment and the time passed since, which nobody can set.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from uuid import UUID

from audit.domain.event import AnswerEvent, register
from audit.domain.sheet import Cell, Sheet

HEAD = ("event", "node", "start", "end", "old-value", "new-value", "user", "change-reason")
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PLACES = {
    "answer": "/data/{}",
    "clear": "/data/{}",
    "mark": "/data/{}",
    "note": "/data/note/{}",
    "remember": "/data/{}",
    "photo": "/data/photo/{}",
    "photo_remove": "/data/photo/{}",
}
AUDITOR = "auditor"

Row = tuple[Cell, ...]


def audit_log(events: Sequence[AnswerEvent], shopper: str) -> Sheet:
    """`shopper`: as the `user` column calls them."""
    known = {event.id: event for event in events}
    opened: dict[tuple[str, str], int] = {}  # by page: its beginning by the phone's clock
    rows: list[tuple[int, Row]] = []
    for event in sorted(events, key=lambda event: (event.lamport, event.device, event.seq)):
        page = (event.device, event.boot)
        first = page not in opened
        opened.setdefault(page, _epoch(event.wall) - round(event.monotonic or 0))
        start, end = _times(event, opened[page])
        if not rows:
            rows.append((start, _row("form start", start, user=shopper)))
        elif first and event.boot:
            rows.append((start, _row("form resume", start, user=shopper)))
        rows += [(start, row) for row in _rows(event, start, end, _before(event, known), shopper)]
    return Sheet("audit", HEAD, tuple(row for _, row in sorted(rows, key=itemgetter(0))))


def _rows(
    event: AnswerEvent, start: int, end: int, before: AnswerEvent | None, shopper: str
) -> Iterable[Row]:
    user = AUDITOR if event.reason or event.kind == "reopen" else shopper
    if event.kind in PLACES:
        old, new = _value(before), _value(event)
        yield _row(
            "question",
            start,
            end,
            PLACES[event.kind].format(event.item),
            (None, None) if old == new else (old, new),
            user,
        )
    elif event.kind == "submit":
        yield _row("form finalize", start, user=user)
    elif event.kind == "reopen":
        yield _row("form resume", start, user=user)
    reason = event.text if event.kind == "reopen" else event.reason
    if reason:
        yield _row("change reason", end, user=user, reason=reason)


def _row(
    name: str,
    start: int,
    end: int | None = None,
    node: str = "",
    values: tuple[Cell, Cell] = (None, None),
    user: str = "",
    reason: str = "",
) -> Row:
    return (name, node, start, end, *values, user, reason)


def _times(event: AnswerEvent, opened: int) -> tuple[int, int]:
    if event.monotonic is None:
        at = _epoch(event.wall)
        return at, at
    came = event.monotonic if event.began is None else min(event.began, event.monotonic)
    return opened + round(came), opened + round(event.monotonic)


def _epoch(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _before(event: AnswerEvent, known: Mapping[UUID, AnswerEvent]) -> AnswerEvent | None:
    """What it replaced, if it replaced something of its own kind."""
    found = [known[name] for name in event.base if name in known]
    return next((one for one in reversed(found) if register(one) == register(event)), None)


def _value(event: AnswerEvent | None) -> Cell:
    if event is None or event.kind in ("clear", "photo_remove"):
        return None
    if event.photo is not None:
        return f"{event.photo.id}.jpg"
    if event.answer is None:
        return event.text or None
    said = event.answer.value if event.answer.state == "answered" else event.answer.state
    # A number is no formula, whatever its sign, and may stand as it is.
    return Decimal(said) if isinstance(said, str) and NUMBER.fullmatch(said) else said
