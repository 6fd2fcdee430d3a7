"""A phone as the capture protocol sees it: it numbers and chains its events, keeps them, and
believes nothing but an acknowledgement of the very bytes it wrote."""

import copy
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from audit.domain.deed import Deed, events_from
from audit.domain.delivery import Batch
from audit.domain.event import (
    AnswerEvent,
    Capture,
    Manifest,
    digest,
    family,
    hashed,
    project,
    read_event,
    root,
    written,
)
from audit.domain.extent import extent, gaps, held
from audit.ids import new_id
from audit.store.events import SERVER


class Phone:
    def __init__(self, visit: UUID, checklist: str, start: datetime, device: str = "") -> None:
        self.visit = visit
        self.checklist = checklist
        self.clock = start
        self.device = device or secrets.token_hex(16)
        self.log: dict[UUID, AnswerEvent] = {}  # everything it knows of the visit, as filed
        self.acked: set[str] = set()
        self.late: set[str] = set()  # of those, what came when the visit had been handed in
        self.apart: set[str] = set()  # of those, what the server put into quarantine
        self.own: list[AnswerEvent] = []
        self.bodies: dict[str, str] = {}  # of its own, by hash, as it wrote them
        self.given: dict[str, int] = {}  # by device, how far the server gave what it gives
        self.lacking: dict[str, int] = {}  # by device, the first that it does not have
        self.elsewhere: set[str] = set()  # what of the roll it is never given
        self.again: set[str] = set()  # what it has of others and the server no more
        self.receipt: dict[str, Any] | None = None

    @property
    def counted(self) -> list[AnswerEvent]:
        return [event for event in self.log.values() if event.hash not in self.late]

    @property
    def capture(self) -> Capture:
        return project(self.counted)

    def copy(self) -> "Phone":
        """Its whole storage on another phone, or on itself some time later."""
        twin = copy.copy(self)
        for name, value in vars(self).items():
            setattr(twin, name, copy.copy(value))  # what is in them never changes
        return twin

    def does(self, *deeds: Deed) -> list[AnswerEvent]:
        self.clock += timedelta(seconds=5)
        made = events_from(
            deeds,
            self.capture,
            visit=self.visit,
            device=self.device,
            after=self._last(),
            checklist=self.checklist,
            wall=self.clock,
            ids=iter(new_id, None),
        )
        self.keep(made)
        return made

    def hands_in(self) -> AnswerEvent:
        before = self.log.values()  # what came too late too: it is there
        manifest = Manifest(extent(before), root(before), gaps=gaps(before))
        (plain,) = self.does(Deed("submit", "visit"))
        event = hashed(msgspec.structs.replace(plain, manifest=manifest))
        self.own.pop()
        self.keep([event])
        return event

    def keep(self, made: Iterable[AnswerEvent]) -> None:
        for event in made:
            self.log[event.id] = event
            if event.device == self.device:
                self.own.append(event)
                self.bodies[event.hash] = written(event)

    @property
    def unsent(self) -> list[AnswerEvent]:
        mine = [event for event in self.own if event.hash not in self.acked]
        return mine + [event for event in self.log.values() if event.hash in self.again]

    def batch(self, events: Iterable[AnswerEvent] | None = None) -> Batch:
        chosen = self.unsent[:200] if events is None else events
        have = held(self.log.values())
        return Batch(
            nonce=secrets.token_hex(8),
            events=tuple(self.bodies.get(event.hash) or written(event) for event in chosen),
            have={device: self._known(device, seq) for device, seq in have.items()},
            seen=self._seen(),
            roll="" if chosen else self._roll(),
        )

    def _known(self, device: str, seq: int) -> int:
        known = max(seq, self.given.get(device, 0))
        return min(known, self.lacking.get(device, known + 1) - 1)

    def _roll(self) -> str:
        mine = {
            event.hash if event.hash in self.apart else line(event, event.hash in self.late)
            for event in self.log.values()
        }
        return digest("\n".join(sorted(mine | self.elsewhere)))

    def _seen(self) -> tuple[UUID, ...]:
        """Of its own names the last event each that is acknowledged as one of the visit."""
        here = self.acked - self.apart
        return tuple({e.device: e.id for e in self.own if e.hash in here}.values())

    def believes(self, batch: Batch, reply: dict[str, Any]) -> None:
        """Raises when the reply is not one to this batch."""
        assert reply["nonce"] == batch.nonce
        told = {ack["h"]: ack["st"] for ack in reply["acks"]}
        if reply.get("forgotten") or self._doubts(reply):
            self.acked.clear()
        self.acked |= told.keys() & {event.hash for event in self.own}
        self.again -= told.keys()
        # A server that was set back may say otherwise than it did.
        for name, standing in told.items():
            (self.late.add if standing == "late" else self.late.discard)(name)
            is_apart = standing in ("quarantined", "mismatch")
            (self.apart.add if is_apart else self.apart.discard)(name)
        self.receipt = reply.get("receipt", self.receipt)
        news = [(device, body, read_event(body)) for device, body in reply.get("news", ())]
        self.bodies |= {event.hash: body for _, body, event in news}
        self._take([(device, event) for device, _, event in news])
        for device, seq in self.given.items():
            self.given[device] = min(seq, reply["have"].get(device, 0))
        if "roll" in reply:
            self._call(reply["roll"])

    def _call(self, roll: dict[str, Any]) -> None:
        """Take over what is here, and under which name."""
        apart = set(roll.get("apart", ()))
        here = {
            UUID(name): (device, seq, late)
            for device, several in roll.get("events", {}).items()
            for seq, name, late in several
        }
        for name, event in list(self.log.items()):
            if name in here:
                device, _, late = here[name]
                self._rename(event, device)
                (self.late.add if late else self.late.discard)(event.hash)
                self.apart.discard(event.hash)
            elif event.hash in apart:
                self.apart.add(event.hash)
            elif event.hash in self.acked:
                self.acked.remove(event.hash)
            elif event.device != SERVER:
                self.again.add(event.hash)
        self.lacking = {}
        self.elsewhere = apart - {event.hash for event in self.log.values()}
        for name, (device, seq, late) in here.items():
            if name not in self.log and late:
                self.elsewhere.add(f"{name} {device} 1")
            elif name not in self.log:
                self.lacking[device] = min(seq, self.lacking.get(device, seq))

    def _rename(self, event: AnswerEvent, device: str) -> None:
        self.log[event.id] = msgspec.structs.replace(event, device=device)
        if device != self.device and family(device) == self.device:
            self.device = secrets.token_hex(16)  # a copy gives the same numbers

    def _take(self, news: list[tuple[str, AnswerEvent]]) -> None:
        """Of some numbers the server gives nothing: when nothing is new, that was all."""
        filed = [msgspec.structs.replace(event, device=device) for device, event in news]
        fresh = any(self.log.get(event.id) != event for event in filed)
        if fresh:
            self.given.clear()
        self.lacking = {
            device: seq
            for device, seq in self.lacking.items()
            if fresh and device not in {event.device for event in filed}
        }
        for event in filed:
            self._rename(event, event.device)
            if not fresh:
                self.given[event.device] = max(event.seq, self.given.get(event.device, 0))

    def _doubts(self, reply: dict[str, Any]) -> bool:
        """A server set back to an earlier state may have been told something since."""
        have, here = reply["have"], self.acked - self.apart - self.late
        filed = (self.log[event.id] for event in self.own if event.hash in here)
        return not reply.get("news") and any(e.seq > have.get(e.device, 0) for e in filed)

    def _last(self) -> AnswerEvent | None:
        return next((event for event in reversed(self.own) if event.device == self.device), None)


def line(event: AnswerEvent, late: bool) -> str:
    return f"{event.id} {event.device} {int(late)}"


def packed(batch: Batch, token: str) -> tuple[bytes, dict[str, str]]:
    """A batch as the body and the headers of a request."""
    sent = msgspec.json.encode(batch)
    return sent, {
        "Authorization": f"Visit {token}",
        "Content-Type": "application/json",
        "X-Body-SHA256": hashlib.sha256(sent).hexdigest(),
    }
