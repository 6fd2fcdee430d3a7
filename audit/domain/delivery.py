"""What a phone delivers and how each event of it is taken: the words of the capture protocol.

A phone sends events as the texts it wrote; each is answered for by its hash. Nothing
authentic is refused: what cannot be part of the visit is put in quarantine, with a reason.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.answer import LONGEST_NOTE, LONGEST_NUMBER, Answer, accept
from audit.domain.checklist import Checklist
from audit.domain.event import AnswerEvent, Manifest, digest, read_event
from audit.domain.photo import sound
from audit.domain.problems import Problem
from audit.domain.roll import Roll
from audit.domain.text import UNREADABLE
from audit.domain.visit import Status

PROTOCOL = 1
LARGEST_NUMBER = 2**53 - 1  # what both ends count exactly
MOST_NAMED = 1_000_000  # entries in one handing in
# A clock may be anywhere; these can be told in every zone. Phones know of the last (log.js).
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
LONGEST_TEXT = {"note": LONGEST_NOTE, "remember": 500, "mark": 40}
DEVICE = re.compile(r"[0-9a-f]{32}")

Standing = Literal["stored", "dup", "late", "quarantined", "mismatch"]
Trouble = Literal["", "unreadable", "foreign", "checklist", "item", "answer", "too_long"]


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`have`: by device, the seq up to which the phone holds every event of the visit. `seen`:
    of each device the last of which the phone was told that it is here. `roll`: with nothing left
    to send, the digest of all that the phone takes to be here."""

    nonce: str
    events: tuple[str, ...] = ()
    have: dict[str, int] = {}
    seen: tuple[UUID, ...] = ()
    roll: str = ""


class Ack(msgspec.Struct, frozen=True, gc=False):
    h: str
    st: Standing


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """The visit is sealed: everything its manifest named is here. `apart`: how many of the
    events could not become part of it, and are kept for the auditor."""

    event: UUID  # the handing in
    root: str
    events: int
    photos: int
    sealed_at: datetime
    apart: int = 0

    @property
    def counted(self) -> int:
        return self.events - self.apart


class Missing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a visit that was handed in still waits for."""

    events: int = 0
    photos: tuple[UUID, ...] = ()
    differs: bool = False  # everything is here and yet not what the manifest says


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """`have`: by device, the seq up to which the server holds every event; `news`: events
    that the phone does not have, each with the device it is filed under. `forgotten`: not all
    that the phone has `seen` is here: the server was set back to an earlier state. `roll`: all
    that is here, when the phone has no news to hear and yet takes something else to be."""

    nonce: str
    acks: tuple[Ack, ...]
    have: dict[str, int]
    status: Status
    news: tuple[tuple[str, str], ...] = ()
    receipt: Receipt | None = None
    missing: Missing | None = None
    forgotten: bool = False
    roll: Roll | None = None


class Arrival(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a photo has come, and its visit if that has been handed in. `dropped`: what
    came was not what had been announced, and has to come anew."""

    have: tuple[int, ...]
    complete: bool
    dropped: bool = False
    status: Status | None = None
    receipt: Receipt | None = None
    missing: Missing | None = None


class Delivered(msgspec.Struct, frozen=True, gc=False):
    body: str
    hash: str
    event: AnswerEvent | None  # None: in quarantine, for `trouble`
    trouble: Trouble = ""


def read_delivery(
    bodies: Iterable[str], visit: UUID, checklists: Mapping[str, Checklist]
) -> list[Delivered]:
    return [_read(body, visit, checklists) for body in bodies]


def standing(found: Delivered, late: bool, kept: tuple[str, bool] | None = None) -> Standing:
    """How an event is taken by a visit that has been handed in (`late`) or not. `kept`: hash
    and lateness of what was here under its id before. A phone may not have heard that what
    comes again had come too late."""
    if found.event is None:
        return "quarantined"
    if kept is None:
        return "late" if late else "stored"
    name, was_late = kept
    if name != found.hash:
        return "mismatch"
    return "late" if was_late else "dup"


def checklists_of(bodies: Iterable[str]) -> set[str]:
    """The versions that a delivery's events name, as far as they can be read."""
    named = set()
    for body in bodies:
        try:
            named.add(_naming.decode(body).checklist)
        except (msgspec.DecodeError, RecursionError):
            continue
    return named


class _Naming(msgspec.Struct):
    checklist: str


_naming = msgspec.json.Decoder(_Naming)


def _read(body: str, visit: UUID, checklists: Mapping[str, Checklist]) -> Delivered:
    try:
        event = read_event(body)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return Delivered(body, digest(body), None, "unreadable")
    trouble = _trouble(event, visit, checklists)
    return Delivered(body, event.hash, None if trouble else event, trouble)


def _trouble(event: AnswerEvent, visit: UUID, checklists: Mapping[str, Checklist]) -> Trouble:
    if event.v != PROTOCOL or event.hash == "" or not _tellable(event.wall):
        return "unreadable"
    if not (0 < event.seq <= LARGEST_NUMBER and 0 < event.lamport <= LARGEST_NUMBER):
        return "unreadable"
    if _unreadable(event.text) or (event.answer and _unreadable(event.answer.value)):
        return "unreadable"
    if event.visit != visit or not DEVICE.fullmatch(event.device):
        return "foreign"
    checklist = checklists.get(event.checklist)
    if checklist is None:
        return "checklist"
    if len(event.text or "") > LONGEST_TEXT.get(event.kind, 0):
        return "too_long"
    if event.reason:
        return "answer"  # auditors give reasons, on our pages
    return _content(event, checklist) or _photos(event)


def _unreadable(said: object) -> bool:
    return isinstance(said, str) and UNREADABLE.search(said) is not None


def _countable(manifest: Manifest) -> bool:
    last = manifest.extent.values()
    return all(number > 0 for number in last) and sum(last) <= MOST_NAMED


def _photos(event: AnswerEvent) -> Trouble:
    """Events about a photo name it, and no others do; a handing in names all there are."""
    about = event.kind in ("photo", "photo_remove")
    if event.photo is None and event.manifest is None:
        return "answer" if about else ""
    named = [] if event.photo is None else [event.photo]
    if event.manifest is not None:
        named += event.manifest.photos
    return "" if about == (event.photo is not None) and all(map(sound, named)) else "answer"


def _content(event: AnswerEvent, checklist: Checklist) -> Trouble:
    known = event.item in checklist.by_key
    match event.kind:
        case "answer" if known or event.item in checklist.gate_by_key:
            fits = event.answer is not None and _fits(checklist, event.item, event.answer)
            return "" if fits else "answer"
        case "clear" if known or event.item in checklist.gate_by_key:
            return ""
        case "note" | "photo" | "photo_remove" if known:
            return ""
        case "mark" if event.item.removeprefix("mark/") in {m.id for m in checklist.marks}:
            return "" if not event.text or _is_moment(event.text) else "answer"
        case "remember" if event.item.removeprefix("stage/") in {s.id for s in checklist.stages}:
            return ""
        case "submit":
            return "" if event.manifest is not None and _countable(event.manifest) else "answer"
    return "item"


def _is_moment(text: str) -> bool:
    try:
        return _tellable(datetime.fromisoformat(text))
    except ValueError:
        return False


def _tellable(moment: datetime) -> bool:
    return moment.tzinfo is not None and FIRST <= moment <= LAST


_fitting: dict[tuple[str, str, Answer], bool] = {}
MOST_FITTING = 10_000


def _fits(checklist: Checklist, key: str, answer: Answer) -> bool:
    """As `_accepted`, remembered: most answers are one of a few that an item takes."""
    if isinstance(answer.value, str) and len(answer.value) > LONGEST_NUMBER:
        return _accepted(checklist, key, answer)
    name = (checklist.hash, key, answer)
    fits = _fitting.get(name)
    if fits is None:
        if len(_fitting) >= MOST_FITTING:  # other threads may be at it too
            _fitting.clear()
        fits = _fitting[name] = _accepted(checklist, key, answer)
    return fits


def _accepted(checklist: Checklist, key: str, answer: Answer) -> bool:
    """Whether an answer is one that the pages would have made of what was tapped."""
    if answer.state != "answered":
        item = checklist.by_key.get(key)
        allowed = item is not None and (answer.state != "na" or item.na != "not_allowed")
        return allowed and answer.value is None and not answer.gated
    if key in checklist.gate_by_key:
        return answer in (Answer("answered", "yes"), Answer("answered", "no"))
    try:
        return accept(checklist.by_key[key], answer.value) == answer
    except Problem:
        return False
