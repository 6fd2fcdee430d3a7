"""All drafts, how they begin, and one draft as a whole."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.composition import can_be_part, coverages, minutes_of, part_of
from audit.domain.decoding import parse
from audit.domain.draft import blank, fresh, order_of, seen_as
from audit.domain.library import Unusable
from audit.domain.problems import N_, Invalid
from audit.domain.tables import Tables
from audit.ids import new_id
from audit.paths import folder
from audit.store.checklists import Library, get_checklist, list_lost, list_published
from audit.store.drafts import (
    MOST,
    add_draft,
    create_draft,
    list_drafts,
    remove_draft,
)
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.drafts.bundles import Reader, bundled
from audit.web.drafts.desk import Desk, drawn, piece, read_desk
from audit.web.drafts.places import places_of
from audit.web.forms import Form
from audit.web.pages import Page

STARTER = ("points-1000", "1.0.0")
MOST_TOLD = 40  # pages of a draft, of which all is told
FEW = 12  # things to put right, which need not be folded away
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")


@get("/drafts", sync_to_thread=True)
def show_drafts(auditor: ThePerson, database: TheDatabase, page: ThePage) -> Response[str]:
    return _draw_list(page, database)


@post("/drafts", sync_to_thread=True)
def create_new_draft(
    auditor: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    """`begin`: `blank`, `composite`, `starter`, `file` with its `content` as TOML, or the hash
    of a published version, of which with a `name` it is an own checklist and without one the
    next version."""
    begin, name = form.get("begin"), form.get("name").strip()
    needs_name = form.flag("own") or begin in ("blank", "composite", "starter")
    if needs_name and not _NAME.fullmatch(name):
        form.refuse("name", N_("Use small letters, digits, - _ and . only."))
        return _draw_list(page, database, form)
    draft_id = new_id()
    with database.writing() as session:
        if begin == "file":
            add_draft(session, draft_id, _brought(form), auditor, now())
        elif begin in ("blank", "composite"):
            tables = blank(name, composite=begin == "composite")
            add_draft(session, draft_id, tables, auditor, now())
        else:
            from_ = _starter() if begin == "starter" else get_checklist(session, begin)
            own = name if needs_name else ""
            create_draft(session, draft_id, from_, auditor, now(), own_id=own)
    return Redirect(f"/drafts/{draft_id}", status_code=303)


@get("/drafts/{draft_id:uuid}", sync_to_thread=True)
def show_draft(
    draft_id: FromPath[UUID], auditor: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    desk = read_desk(database, draft_id)
    counts: dict[str, int] = {}
    for trouble in desk.troubles:
        counts[trouble.section] = counts.get(trouble.section, 0) + 1
    return page(
        "drafts/show.html",
        desk=desk,
        sections=[piece(section) for section in desk.draft.sections],
        counts=counts,
        bundles=bundled(
            desk.troubles,
            places_of(desk.draft, desk.shelf),
            Reader(page.language, desk.known),
            MOST_TOLD,
        ),
        few=FEW,
        parts=_parts(desk),
        choices=_choices(desk),
        minutes=minutes_of(desk.draft.tables, desk.shelf),
        coverages=coverages(desk.as_far) if desk.as_far else (),
        order=seen_as(order_of(desk.draft)),
        **drawn(page),
    )


@post("/drafts/{draft_id:uuid}/removal", sync_to_thread=True)
def remove_one(draft_id: FromPath[UUID], auditor: ThePerson, database: TheDatabase) -> Redirect:
    with database.writing() as session:
        remove_draft(session, draft_id)
    return Redirect("/drafts", status_code=303)


def _parts(desk: Desk) -> list[tuple[Tables, Checklist | None]]:
    tables = desk.draft.tables
    return [(piece(part), part_of(tables, part, desk.shelf)) for part in tables.get("parts", [])]


def _choices(desk: Desk) -> list[Checklist]:
    """What could be one more part."""
    there = {part["checklist"] for part in desk.draft.tables.get("parts", [])}
    return [one for one in desk.shelf.values() if can_be_part(one) and one.id not in there]


def _brought(form: Form) -> Tables:
    """What was made of a file; whatever is wrong with it is told in the draft."""
    try:
        return parse(form.text("content", most=MOST), "")
    except Unusable as error:
        raise Invalid(N_("The request could not be understood.")) from error


def _starter() -> Checklist:
    library = Library(folder("checklists"))
    library.read()
    return library.checklists[STARTER]


def _draw_list(page: Page, database: TheDatabase, form: Form | None = None) -> Response[str]:
    with database.reading() as session:
        published, lost = list_published(session), list_lost(session)
        drafts = list_drafts(session)
    taken = {one.checklist.id for one in published} | {
        str(one.tables["id"]) for one in drafts if one.tables
    }
    return page(
        "drafts/list.html",
        status=422 if form else 200,
        published=published,
        lost=lost,
        drafts=drafts,
        form=form,
        names={
            begin: fresh(begin, taken) for begin in ("my-checklist", "my-visit", "my-points-1000")
        },
        fresh=lambda name: fresh(f"{name}-own", taken),
    )


handlers = [show_drafts, create_new_draft, show_draft, remove_one]
