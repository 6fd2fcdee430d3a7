"""When a visit that was handed in is whole: all that its manifest names is here, by hash."""

from collections.abc import Container, Iterable
from typing import NamedTuple
from uuid import UUID

from audit.domain.delivery import Missing
from audit.domain.event import Manifest, root_of
from audit.domain.photo import Content, content


class Filed(NamedTuple):
    """An event of the log, as far as sealing asks for it."""

    id: UUID
    hash: str
    device: str
    seq: int
    late: bool


def lacking(manifest: Manifest, log: Iterable[Filed], photos: Container[Content]) -> Missing | None:
    """What is not here yet; `photos` are those that are. None: the visit can be sealed."""
    filed = [event for event in log if event.seq <= manifest.extent.get(event.device, 0)]
    whole = _is_whole(filed, manifest)
    events = 0 if whole else max(0, _wanted(filed, manifest) - len(filed))
    awaited = tuple(photo.id for photo in manifest.photos if content(photo) not in photos)
    missing = Missing(events, awaited, not whole and not events)
    return None if missing == Missing() else missing


def _is_whole(filed: list[Filed], manifest: Manifest) -> bool:
    """A phone may or may not have counted what came too late before the visit was returned."""
    counted = [event for event in filed if not event.late]
    if manifest.root == _root(counted):
        return True
    return len(counted) < len(filed) and manifest.root == _root(filed)


def _root(filed: list[Filed]) -> str:
    return root_of((event.id, event.hash) for event in filed)


def _wanted(filed: list[Filed], manifest: Manifest) -> int:
    """What a copy of a phone sent is filed under a name whose numbers begin anywhere."""
    first: dict[str, int] = {}
    for event in filed:
        if "~" in event.device:
            first[event.device] = min(event.seq, first.get(event.device, event.seq))
    return sum(last + 1 - first.get(device, 1) for device, last in manifest.extent.items())
