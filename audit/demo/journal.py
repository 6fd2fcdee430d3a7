"""One visit's events in the order they were made, each with its own moment."""

from datetime import datetime
from random import Random

import msgspec

from audit.domain.answer import Answer, AnswerEvent, Capture, Deed, events_from, register
from audit.domain.event import Photo, hashed
from audit.domain.visit import Visit
from audit.ids import id_at
from audit.store.events import SERVER


class Journal:
    """`events_from` for a made-up life: every deed has its time, and ids come from `chance`."""

    def __init__(self, visit: Visit, chance: Random) -> None:
        self.visit = visit
        self.events: list[AnswerEvent] = []
        self._chance = chance
        self._device = f"phone-{visit.shopper_code.lower()}"
        self._latest: dict[str, AnswerEvent] = {}  # by register

    def mark(self, name: str, at: datetime) -> None:
        self._add(Deed("mark", f"mark/{name}", text=at.isoformat()), at)

    def remember(self, stage: str, text: str, at: datetime) -> None:
        self._add(Deed("remember", f"stage/{stage}", text=text), at)

    def answer(self, key: str, answer: Answer, at: datetime) -> None:
        self._add(Deed("answer", key, answer), at)

    def note(self, key: str, text: str, at: datetime) -> None:
        self._add(Deed("note", key, text=text), at)

    def photo(self, key: str, photo: Photo, at: datetime) -> None:
        self._add(Deed("photo", key), at, photo=photo)

    def said(self, key: str) -> Answer | None:
        found = self._latest.get(f"answer:{key}")
        return None if found is None else found.answer

    def submit(self, at: datetime) -> None:
        self._add(Deed("submit", "visit"), at)

    def reopen(self, reason: str, at: datetime) -> None:
        """What an auditor's return leaves in the log."""
        self._add(Deed("reopen", "visit", text=reason), at, device=SERVER)

    def _add(self, deed: Deed, at: datetime, device: str = "", photo: Photo | None = None) -> None:
        device = device or self._device
        own = [event for event in self.events if event.device == device]
        known = self._latest.values()
        made = events_from(
            [deed],
            Capture(
                heads={register(event): (event.id,) for event in known},
                lamport=len(self.events),
            ),
            visit=self.visit.id,
            device=device,
            after=own[-1] if own else None,
            checklist=self.visit.checklist,
            wall=at,
            ids=[id_at(int(at.timestamp() * 1000), self._chance.getrandbits(80))],
        )
        if photo is not None:
            made = [hashed(msgspec.structs.replace(event, photo=photo)) for event in made]
        for event in made:
            self.events.append(event)
            if event.kind != "remember":
                self._latest[register(event)] = event
