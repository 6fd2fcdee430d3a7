"""Whether the log of a visit is whole: every event once, in its own bytes, numbered and chained
without a gap, and everything that was sealed or released still made of the same events."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.event import AnswerEvent, Manifest, digest, family, read_event
from audit.domain.seal import Piece, named

Fault = Literal["twice", "hash", "unreadable", "astray", "gap", "chain", "receipt", "release"]
FAULTS: Mapping[Fault, str] = {
    "twice": "an event that is there more than once",
    "hash": "the text is not the one that was acknowledged",
    "unreadable": "the text is not an event",
    "astray": "filed under another name, number or visit than its text says",
    "gap": "a number of a device is missing",
    "chain": "does not follow the event its device wrote before it",
    "receipt": "a visit is not made of the events it was sealed with",
    "release": "a released visit is not made of the events it was released from",
}


class Entry(msgspec.Struct, frozen=True):
    """An event as it is filed."""

    id: UUID
    visit: UUID
    device: str
    seq: int
    body: str
    hash: str
    late: bool = False


class Proof(msgspec.Struct, frozen=True):
    """What something was once made of. `extent`: by device, the number of its last event."""

    what: Literal["receipt", "release"]
    root: str
    extent: Mapping[str, int]
    gaps: Mapping[str, tuple[int, ...]] = {}


class Finding(msgspec.Struct, frozen=True):
    what: Fault
    where: str


def examine(
    entries: Sequence[Entry], apart: Sequence[Piece], proofs: Iterable[Proof]
) -> list[Finding]:
    """What is wrong with one visit's log. What is kept apart counts as being there."""
    events = [(entry, legible(entry.body)) for entry in entries]
    hashes = _hashes([*(event for _, event in events if event is not None), *apart])
    return [
        *_entries(events),
        *_gaps(events, apart),
        *(
            Finding("chain", _name(entry))
            for entry, event in events
            if event is not None and not _follows(event, hashes)
        ),
        *(Finding(proof.what, proof.root) for proof in proofs if not holds(proof, entries, apart)),
    ]


def holds(proof: Proof, entries: Iterable[Entry], apart: Sequence[Piece]) -> bool:
    manifest = Manifest(dict(proof.extent), proof.root, gaps=dict(proof.gaps))
    log = [Piece(one.id, one.hash, one.device, one.seq, one.late) for one in entries]
    return named(manifest, log, apart) is not None


def _entries(events: Iterable[tuple[Entry, AnswerEvent | None]]) -> Iterator[Finding]:
    seen = Counter(entry.id for entry, _ in events)
    yield from (Finding("twice", str(name)) for name, count in seen.items() if count > 1)
    for entry, event in events:
        if digest(entry.body) != entry.hash:
            yield Finding("hash", _name(entry))
        if event is None:
            yield Finding("unreadable", _name(entry))
        elif (event.id, event.visit, event.device, event.seq) != (
            entry.id,
            entry.visit,
            family(entry.device),
            entry.seq,
        ):
            yield Finding("astray", _name(entry))


def _gaps(
    events: Iterable[tuple[Entry, AnswerEvent | None]], apart: Iterable[Piece]
) -> Iterator[Finding]:
    numbers: dict[str, set[int]] = {}
    for entry, _ in events:
        numbers.setdefault(family(entry.device), set()).add(entry.seq)
    kept = {(piece.device, piece.seq) for piece in apart}
    for device, there in numbers.items():
        missing = [seq for seq in range(1, max(there)) if seq not in there]
        if numbered := [str(seq) for seq in missing if (device, seq) not in kept]:
            yield Finding("gap", f"{device} {' '.join(numbered)}")


Hashes = Mapping[tuple[str, int], set[str]]


def _hashes(known: Iterable[AnswerEvent | Piece]) -> Hashes:
    found: dict[tuple[str, int], set[str]] = {}
    for event in known:
        found.setdefault((event.device, event.seq), set()).add(event.hash)
    return found


def _follows(event: AnswerEvent, hashes: Hashes) -> bool:
    if event.seq == 1:
        return event.prev == ""
    before = hashes.get((event.device, event.seq - 1))
    return before is None or event.prev in before  # None: a gap, told already


def _name(entry: Entry) -> str:
    return f"{entry.device} {entry.seq} {entry.id}"


def legible(body: str) -> AnswerEvent | None:
    try:
        return read_event(body)
    except (msgspec.DecodeError, UnicodeError):
        return None
