"""A branch's released visits as files for other programs."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from audit.domain.branch import Branch
from audit.domain.comparison import lost_among
from audit.domain.people import Person
from audit.domain.sheet import Sheet, Wording, items_sheet, visits_sheet
from audit.domain.track import in_order
from audit.languages import translations
from audit.render.sheets import write_csv, write_xlsx
from audit.store.branches import get_branch
from audit.store.tracks import list_released, list_said, list_scored
from audit.web.dependencies import TheDatabase, ThePage, ThePerson, TheSettings
from audit.web.pages import Page

CSV = "text/csv"  # Litestar adds the charset
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/branches/{branch_id:uuid}/scores.csv", sync_to_thread=True)
def get_scores_csv(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    settings: TheSettings,
    branch_id: FromPath[UUID],
    rows: FromQuery[Literal["visits", "items"]] = "visits",
) -> Response[bytes]:
    """CSV holds one table: `rows` says which."""
    wording = _wording(page, settings.zone)
    with database.reading() as session:
        branch = get_branch(session, reader, branch_id)
        visits, items = _sheets(session, reader, branch, wording)
    content = write_csv(items if rows == "items" else visits)
    return file(content, CSV, f"{branch.code}-{rows}.csv")


@get("/branches/{branch_id:uuid}/scores.xlsx", sync_to_thread=True)
def get_scores_xlsx(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    settings: TheSettings,
    branch_id: FromPath[UUID],
) -> Response[bytes]:
    wording = _wording(page, settings.zone)
    with database.reading() as session:
        branch = get_branch(session, reader, branch_id)
        sheets = _sheets(session, reader, branch, wording)
    return file(write_xlsx(sheets), XLSX, f"{branch.code}-scores.xlsx")


def _sheets(
    session: Session, reader: Person, branch: Branch, wording: Wording
) -> tuple[Sheet, Sheet]:
    visits = in_order(list_released(session, reader, branch=branch.id))
    scored = list_scored(session, visits)
    said = list_said(session, visits)
    lost = lost_among(visits, scored)
    return visits_sheet(branch, scored, wording, lost), items_sheet(scored, said, wording, lost)


def _wording(page: Page, zone: ZoneInfo) -> Wording:
    def day(moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(zone).date()

    return Wording(page.language, translations(page.language).gettext, day)


def file(content: bytes, media_type: str, name: str) -> Response[Any]:
    safe = "".join(
        char if char.isascii() and (char.isalnum() or char in "-._") else "_" for char in name
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{safe}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


handlers = [get_scores_csv, get_scores_xlsx]
