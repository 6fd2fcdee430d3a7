"""How far a log goes that is only added to: by device, the number of its last event."""

from collections.abc import Collection, Iterable, Mapping, Set

from audit.domain.event import AnswerEvent, Manifest, project, root


def manifest(events: Collection[AnswerEvent]) -> Manifest:
    """All that a visit is made of at this moment."""
    taken = project(events).photos.values()
    photos = tuple(photo for several in taken for photo in several)
    return Manifest(extent(events), root(events), photos, gaps(events))


def extent(events: Iterable[AnswerEvent]) -> dict[str, int]:
    """By device, the `seq` of its last event: says how far a log went that is only added to."""
    last: dict[str, int] = {}
    for event in events:
        last[event.device] = max(event.seq, last.get(event.device, 0))
    return last


def gaps(events: Iterable[AnswerEvent]) -> dict[str, tuple[int, ...]]:
    """By device, the numbers before its last one that are not there; none for most."""
    there = _numbers(events)
    missing = {
        device: tuple(seq for seq in range(1, max(seqs)) if seq not in seqs)
        for device, seqs in there.items()
    }
    return {device: seqs for device, seqs in missing.items() if seqs}


def held(events: Iterable[AnswerEvent]) -> dict[str, int]:
    """By device, the `seq` up to which there is every event. What a copy of a device sent is
    under a name that is only added to at its end, so there the last one says it."""
    there = _numbers(events)
    return {
        device: max(seqs) if "~" in device else _unbroken(seqs) for device, seqs in there.items()
    }


def _numbers(events: Iterable[AnswerEvent]) -> dict[str, set[int]]:
    there: dict[str, set[int]] = {}
    for event in events:
        there.setdefault(event.device, set()).add(event.seq)
    return there


def _unbroken(seqs: Set[int]) -> int:
    last = 0
    while last + 1 in seqs:
        last += 1
    return last


def within(events: Iterable[AnswerEvent], last: Mapping[str, int]) -> list[AnswerEvent]:
    """Those that were there when the log went so far, whatever any clock said."""
    return [event for event in events if event.seq <= last.get(event.device, 0)]
