"""Reports: a released visit as PDF."""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from audit.domain.problems import N_, Invalid
from audit.domain.report import VisitReport
from audit.domain.text import LANGUAGES, Language
from audit.web.dependencies import TheDatabase, ThePage, ThePerson, TheSettings
from audit.work.pdf import DrawingRoom
from audit.work.reports import Drawn, draw_or_find, load_prints, load_report


@get("/results/{visit:uuid}/report.pdf")
async def get_report(
    visit: FromPath[UUID],
    request: Request[Any, Any, Any],
    reader: ThePerson,
    database: TheDatabase,
    settings: TheSettings,
    page: ThePage,
    language: FromQuery[str] = "",
    download: FromQuery[bool] = False,
    framework: FromQuery[str] = "",
) -> Response[bytes]:
    """`?language=zh|en`, else the reader's; `?download=true` saves instead of showing;
    `?framework=…` regroups the visit by it."""
    chosen = _language(language or page.language)
    report = await asyncio.to_thread(
        load_report, database, reader, visit, settings.contact, framework
    )
    state = request.app.state
    room: DrawingRoom = state.drawing
    drawn = Drawn(settings.data / "reports", settings.timezone)
    prints = partial(load_prints, database, state.darkroom.files, reader, visit)
    return Response(
        await draw_or_find(room, drawn, report, chosen, prints),
        media_type="application/pdf",
        headers={
            "Content-Disposition": disposition(report, chosen, download),
            "Cache-Control": "private, no-cache",
        },
    )


def _language(said: str) -> Language:
    for language in LANGUAGES:
        if said == language:
            return language
    raise Invalid(N_("Reports are available in Chinese and English."))


def disposition(report: VisitReport, language: Language, download: bool) -> str:
    """RFC 6266: a plain name for old programs, the real one in UTF-8."""
    heading = report.heading
    through = f" {report.regrouping.id}" if report.regrouping else ""
    name = f"{heading.branch.name.in_(language)} {heading.number}{through}.pdf"
    plain = "".join(
        c if c.isascii() and (c.isalnum() or c in "-_.") else "_"
        for c in f"{heading.number}{through}"
    )
    kind = "attachment" if download else "inline"
    return f"{kind}; filename=\"{plain}.pdf\"; filename*=UTF-8''{quote(name, safe='')}"


handlers: list[HTTPRouteHandler] = [get_report]
