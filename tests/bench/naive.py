"""Taking in answers as anybody would write it first: what `capture.py` is measured against.

The same libraries, database settings and tables, and as durable. Nothing is grouped, nothing
is known but what the request says, and nothing is checked but who sends it.
"""

import hashlib
from typing import Any
from uuid import UUID

from litestar import Litestar, Request, post
from litestar.exceptions import NotAuthorizedException
from litestar.params import FromPath

from audit.clock import now
from audit.domain.delivery import Batch
from audit.domain.event import digest, read_event
from audit.store.database import Database
from audit.store.tables import EventRow, VisitRow, VisitTokenRow


def naively(database: Database) -> Litestar:
    @post("/api/v1/visits/{visit_id:uuid}/events", status_code=200, sync_to_thread=True)
    def save_answer(
        request: Request[Any, Any, Any], visit_id: FromPath[UUID], data: Batch
    ) -> dict[str, Any]:
        token = request.headers["authorization"].removeprefix("Visit ")
        with database.writing() as session:
            known = session.get(VisitTokenRow, hashlib.sha256(token.encode()).hexdigest())
            if known is None or known.visit_id != visit_id or known.expires_at < now():
                raise NotAuthorizedException
            visit = session.get_one(VisitRow, visit_id)
            visit.status = "in_progress"
            for body in data.events:
                event = read_event(body)
                row = EventRow(
                    id=event.id, visit_id=visit_id, device=event.device, seq=event.seq,
                    body=body, hash=digest(body), late=False, received_at=now(),
                )  # fmt: skip
                session.add(row)
        return {"nonce": data.nonce, "acks": [{"st": "stored"} for _ in data.events]}

    return Litestar([save_answer], openapi_config=None)
