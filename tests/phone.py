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
    family,
    hashed,
    project,
    read_event,
    root,
    written,
)
from audit.domain.extent import extent, held
from audit.ids import new_id


class Phone:
    def __init__(self, visit: UUID, checklist: str, start: datetime, device: str = "") -> None:
        self.visit = visit
        self.checklist = checklist
        self.clock = start
        self.device = device or secrets.token_hex(16)
        self.log: dict[UUID, AnswerEvent] = {}  # everything it knows of the visit, as filed
        self.acked: set[str] = set()
        self.late: set[str] = set()  # of those, what came when the visit had been handed in
        self.own: list[AnswerEvent] = []
        self.bodies: dict[str, str] = {}  # of its own, by hash, as it wrote them
        self.reach: dict[str, int] = {}  # what the server last said it has
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
        before = self.counted
        manifest = Manifest(extent(before), root(before))
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
        return [event for event in self.own if event.hash not in self.acked]

    def batch(self, events: Iterable[AnswerEvent] | None = None) -> Batch:
        chosen = self.unsent[:200] if events is None else events
        return Batch(
            nonce=secrets.token_hex(8),
            events=tuple(self.bodies.get(event.hash) or written(event) for event in chosen),
            have=held(self.log.values()),
        )

    def believes(self, batch: Batch, reply: dict[str, Any]) -> None:
        """Raises when the reply is not one to this batch."""
        assert reply["nonce"] == batch.nonce
        own = {event.hash for event in self.own}
        told = {ack["h"]: ack["st"] for ack in reply["acks"] if ack["h"] in own}
        self._remember_what_was_lost(reply["have"])
        self.acked |= told.keys()
        self.late |= {name for name, standing in told.items() if standing == "late"}
        self.receipt = reply.get("receipt", self.receipt)
        for device, body in reply.get("news", ()):
            event = msgspec.structs.replace(read_event(body), device=device)
            self.log[event.id] = event
            if event.device != self.device and family(event.device) == self.device:
                self.device = secrets.token_hex(16)  # a copy gives the same numbers

    def _remember_what_was_lost(self, have: dict[str, int]) -> None:
        """A server set back to an earlier state has less than it had: all of it goes again."""
        if any(have.get(device, 0) < seq for device, seq in self.reach.items()):
            self.acked.clear()
        self.reach = have

    def _last(self) -> AnswerEvent | None:
        return next((event for event in reversed(self.own) if event.device == self.device), None)


def packed(batch: Batch, token: str) -> tuple[bytes, dict[str, str]]:
    """A batch as the body and the headers of a request."""
    sent = msgspec.json.encode(batch)
    return sent, {
        "Authorization": f"Visit {token}",
        "Content-Type": "application/json",
        "X-Body-SHA256": hashlib.sha256(sent).hexdigest(),
    }
