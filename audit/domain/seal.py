"""What a handing in names, looked for among what is here.

A manifest says how far the numbers of each device go, which of them its phone does not have,
and the root over all the others. Such an event may be part of the visit, may have come too
late or may be kept apart in quarantine: it is there all the same, by its hash.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from audit.domain.event import Manifest, root_of

KEPT = timedelta(days=7)  # a phone keeps its copy so much longer than it has a receipt

_decoder = json.JSONDecoder(strict=False)


class Piece(NamedTuple):
    """An event that is here. `apart`: it is kept, and no part of the visit."""

    id: UUID | str  # one that is apart may call itself anything
    hash: str
    device: str
    seq: int
    apart: bool = False


def piece_apart(body: str, digest: str, visit: str) -> Piece | None:
    """What is in quarantine, as far as its number can be read: its text may be one that no
    version of ours understands. None for one of another visit."""
    try:
        read, _ = _decoder.raw_decode(body)
    except (ValueError, RecursionError):
        return None
    match read:
        case {"id": str(name), "visit": str(of), "device": str(device), "seq": int(seq)}:
            return Piece(_id(name), digest, device, seq, apart=True) if of == visit else None
    return None


def _id(name: str) -> UUID | str:
    try:
        found = UUID(name)
    except ValueError:
        return name
    return found if str(found) == name else name


def named(
    manifest: Manifest, log: Sequence[Piece], quarantine: Sequence[Piece] = ()
) -> list[Piece] | None:
    """All that it names; None unless all of it is here.

    Phones of earlier versions do not say which numbers they lack; they may or may not have
    counted what came too late.
    """
    for pieces in _readings(list(_within(manifest, log)), list(_within(manifest, quarantine))):
        if root_of((piece.id, piece.hash) for piece in pieces) == manifest.root:
            return pieces
    return None


def lacking(manifest: Manifest, pieces: Iterable[Piece]) -> int:
    """How many of the numbers that it names are not here."""
    there = {(piece.device, piece.seq) for piece in _within(manifest, pieces)}
    return max(0, count(manifest, _first(there)) - len(there))


def count(manifest: Manifest, first: Mapping[str, int] | None = None) -> int:
    """How many events it names. `first`: by device, the number that is known to be its first;
    under the name of a copy numbers begin anywhere, which earlier phones did not say."""
    begins = first or {}
    return sum(
        last - len(manifest.gaps[device]) if device in manifest.gaps
        else last + 1 - (begins.get(device, 1) if "~" in device else 1)
        for device, last in manifest.extent.items()
    )  # fmt: skip


def _within(manifest: Manifest, pieces: Iterable[Piece]) -> Iterator[Piece]:
    gaps = {device: frozenset(numbers) for device, numbers in manifest.gaps.items()}
    for piece in pieces:
        named = piece.seq <= manifest.extent.get(piece.device, 0)
        if named and piece.seq not in gaps.get(piece.device, ()):
            yield piece


def _readings(log: list[Piece], quarantine: list[Piece]) -> Iterator[list[Piece]]:
    counted = [piece for piece in log if not piece.apart]
    yield counted
    yield log
    if not quarantine:
        return
    for some in (log, counted):
        held, aside = _by_number(some), _by_number(quarantine)
        yield list({**aside, **held}.values())
        yield list({**held, **aside}.values())  # its own, where the same number is in both


def _by_number(pieces: Iterable[Piece]) -> dict[tuple[str, int], Piece]:
    return {(piece.device, piece.seq): piece for piece in pieces}


def _first(numbers: Iterable[tuple[str, int]]) -> dict[str, int]:
    first: dict[str, int] = {}
    for device, seq in numbers:
        first[device] = min(seq, first.get(device, seq))
    return first
