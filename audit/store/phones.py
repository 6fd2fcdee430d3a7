"""What is known of phones: what each has sent, when one lost its store, how it tests itself."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.people import Person
from audit.domain.phone import Incident, Phone, SelfTest, SelfTestRun, Sent, Standing, stand
from audit.domain.visit import Visit
from audit.ids import new_id
from audit.store.tables import (
    BranchRow,
    EventRow,
    IncidentRow,
    PersonRow,
    SelfTestRow,
    VisitRow,
    VisitTokenRow,
)

SHOWN = 200


def get_standing(session: Session, visit: Visit, phone: Phone) -> Standing:
    """To be asked before the phone is given its next token."""
    tokens = select(VisitTokenRow.device).where(
        VisitTokenRow.visit_id == visit.id,
        VisitTokenRow.person_id == visit.shopper,
        VisitTokenRow.phone == phone.cookie,
        VisitTokenRow.phone != "",
    )
    sent = (
        select(EventRow.device, func.count(), func.max(EventRow.received_at))
        .where(EventRow.visit_id == visit.id)
        .group_by(EventRow.device)
    )
    return stand(
        phone,
        set(session.exec(tokens)),
        {device: Sent(entries, last) for device, entries, last in session.exec(sent)},
    )


def add_incident(session: Session, visit: Visit, phone: Phone, sent: Sent, now: datetime) -> None:
    session.add(
        IncidentRow(
            id=new_id(),
            visit_id=visit.id,
            person_id=visit.shopper,
            at=now,
            entries=sent.entries,
            last_at=sent.last_at,
            agent=phone.agent[:200],
        )
    )


def list_incidents(session: Session) -> list[Incident]:
    """The newest first."""
    query = (
        select(IncidentRow, PersonRow.code, BranchRow.code)
        .join(PersonRow, col(PersonRow.id) == IncidentRow.person_id)
        .join(VisitRow, col(VisitRow.id) == IncidentRow.visit_id)
        .join(BranchRow, col(BranchRow.id) == VisitRow.branch_id)
        .order_by(col(IncidentRow.at).desc())
        .limit(SHOWN)
    )
    return [
        Incident(row.at, shopper, branch, row.visit_id, Sent(row.entries, row.last_at), row.agent)
        for row, shopper, branch in session.exec(query)
    ]


def add_self_test(
    session: Session, person: Person, result: SelfTest, agent: str, now: datetime
) -> None:
    session.add(
        SelfTestRow(id=new_id(), person_id=person.id, at=now, agent=agent[:300], result=result)
    )


def list_self_tests(session: Session) -> list[SelfTestRun]:
    """The newest first."""
    query = (
        select(SelfTestRow, PersonRow.name, PersonRow.code)
        .join(PersonRow, col(PersonRow.id) == SelfTestRow.person_id)
        .order_by(col(SelfTestRow.at).desc())
        .limit(SHOWN)
    )
    return [
        SelfTestRun(row.at, name, code, row.agent, row.result)
        for row, name, code in session.exec(query)
    ]
