"""Checklists being written. All who write them see all of them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from audit.domain.checklist import Checklist
from audit.domain.draft import Draft, next_version, own_copy
from audit.domain.people import Person
from audit.domain.problems import N_, Invalid, NotFound, UnreadableDraft
from audit.domain.tables import Tables, plain
from audit.store.checklists import shelf_of
from audit.store.tables import DraftRow, PersonRow

MOST = 4_000_000  # bytes of one draft; a thousand items take a quarter of it


def list_drafts(session: Session) -> list[Draft]:
    """The one changed last first; one that is damaged has no tables."""
    query = (
        select(DraftRow, PersonRow.name)
        .join(PersonRow, col(PersonRow.id) == DraftRow.edited_by)
        .order_by(col(DraftRow.edited_at).desc(), col(DraftRow.id))
    )
    return [_draft(row, name) for row, name in session.exec(query)]


def get_draft(session: Session, draft_id: UUID, *, locked: bool = False) -> Draft:
    """`locked`: nobody else changes it until the end of the transaction. Raises
    `UnreadableDraft`."""
    query = (
        select(DraftRow, PersonRow.name)
        .join(PersonRow, col(PersonRow.id) == DraftRow.edited_by)
        .where(DraftRow.id == draft_id)
    )
    if locked:
        query = query.with_for_update(of=DraftRow)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(N_("There is no such draft."))
    draft = _draft(*found)
    if not draft.tables:
        raise UnreadableDraft
    return draft


def create_draft(
    session: Session,
    draft_id: UUID,
    checklist: Checklist,
    person: Person,
    now: datetime,
    *,
    own_id: str = "",
) -> None:
    """The next version of the checklist; with `own_id`, a checklist of its own like it."""
    shelf = shelf_of(session)
    tables = own_copy(checklist, shelf, own_id) if own_id else next_version(checklist, shelf)
    add_draft(session, draft_id, tables, person, now, based_on=checklist.hash)


def add_draft(
    session: Session,
    draft_id: UUID,
    tables: Tables,
    person: Person,
    now: datetime,
    based_on: str = "",
) -> None:
    row = DraftRow(
        id=draft_id,
        content=_fitting(tables),
        based_on=based_on,
        edited_by=person.id,
        edited_at=now,
    )
    session.add(row)
    session.flush()


def save_draft(
    session: Session, draft_id: UUID, tables: Tables, person: Person, now: datetime, page: str = ""
) -> None:
    row = session.get_one(DraftRow, draft_id)
    row.content = _fitting(tables)
    row.edited_by, row.edited_at, row.page = person.id, now, page
    session.add(row)
    session.flush()


def remove_draft(session: Session, draft_id: UUID) -> None:
    """One that is damaged too."""
    row = session.get(DraftRow, draft_id, with_for_update=True)
    if row is None:
        raise NotFound(N_("There is no such draft."))
    session.delete(row)
    session.flush()


def _draft(row: DraftRow, name: str) -> Draft:
    tables = row.content if row.content and "id" in row.content else {}
    return Draft(row.id, tables, row.based_on, name, row.edited_at, row.page)


def _fitting(tables: Tables) -> Tables:
    found: Tables = plain(tables)
    if len(str(found)) > MOST:
        raise Invalid(N_("This checklist is too large."))
    return found
