"""A phone as the capture protocol sees it: it numbers and chains its events, keeps them, and
believes nothing but an acknowledgement of the very bytes it wrote."""

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
    extent,
    hashed,
    project,
    read_event,
    root,
    written,
)
from audit.ids import new_id


class Phone:
    def __init__(self, visit: UUID, checklist: str, start: datetime, device: str = "") -> None:
        self.visit = visit
        self.checklist = checklist
        self.clock = start
        self.device = device or secrets.token_hex(16)
        self.log: dict[UUID, AnswerEvent] = {}  # everything it knows of the visit
        self.acked: set[str] = set()
        self.own: list[AnswerEvent] = []

    @property
    def capture(self) -> Capture:
        return project(self.log.values())

    def does(self, *deeds: Deed) -> list[AnswerEvent]:
        self.clock += timedelta(seconds=5)
        made = events_from(
            deeds,
            self.capture,
            visit=self.visit,
            device=self.device,
            after=self.own[-1] if self.own else None,
            checklist=self.checklist,
            wall=self.clock,
            ids=iter(new_id, None),
        )
        self.keep(made)
        return made

    def hands_in(self) -> AnswerEvent:
        before = list(self.log.values())
        manifest = Manifest(extent(before), root(before))
        (plain,) = self.does(Deed("submit", "visit"))
        event = hashed(msgspec.structs.replace(plain, manifest=manifest))
        self.keep([event])
        self.own[-2:] = [event]
        return event

    def keep(self, made: Iterable[AnswerEvent]) -> None:
        for event in made:
            self.log[event.id] = event
            if event.device == self.device:
                self.own.append(event)

    @property
    def unsent(self) -> list[AnswerEvent]:
        return [event for event in self.own if event.hash not in self.acked]

    def batch(self, events: Iterable[AnswerEvent] | None = None) -> Batch:
        chosen = self.unsent[:200] if events is None else events
        return Batch(
            nonce=secrets.token_hex(8),
            events=tuple(written(event) for event in chosen),
            have=extent(self.log.values()),
        )

    def believes(self, batch: Batch, reply: dict[str, Any]) -> None:
        """Raises when the reply is not one to this batch."""
        assert reply["nonce"] == batch.nonce
        own = {event.hash for event in self.own}
        self.acked |= {ack["h"] for ack in reply["acks"]} & own
        for device, body in reply.get("news", ()):
            event = msgspec.structs.replace(read_event(body), device=device)
            self.log.setdefault(event.id, event)


def packed(batch: Batch, token: str) -> tuple[bytes, dict[str, str]]:
    """A batch as the body and the headers of a request."""
    sent = msgspec.json.encode(batch)
    return sent, {
        "Authorization": f"Visit {token}",
        "Content-Type": "application/json",
        "X-Body-SHA256": hashlib.sha256(sent).hexdigest(),
    }
