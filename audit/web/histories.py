"""What an auditor does about a visit's log: decides what phones disagree on, takes in what
came late, brings in a backup file, reads when and how it was written up."""

from collections import Counter
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.deed import Deed
from audit.domain.delivery import Standing, checklists_of, read_delivery
from audit.domain.event import Capture, Photo, project
from audit.domain.history import same_as
from audit.domain.odk import audit_log
from audit.domain.photo import content
from audit.domain.problems import N_, Invalid, TooLarge
from audit.domain.rescue import Rescue, read_rescue
from audit.render.sheets import write_log
from audit.settings import Settings
from audit.store.checklists import find_checklists, get_checklist
from audit.store.database import Database
from audit.store.events import list_events, readable
from audit.store.histories import file_rescue, include, resolve
from audit.store.photos import file_photo, list_arrived, must_have_room
from audit.store.visits import get_visit
from audit.web.dependencies import AnyRequest, TheDatabase, TheForm, ThePage, ThePerson, TheSettings
from audit.web.downloads import CSV, file
from audit.web.fill import answer_deed, note_deed
from audit.web.forms import Form
from audit.web.onsite import mark_deed
from audit.web.reviews import FILTERS, TheWanted, draw_review
from audit.work.photos import Darkroom

LARGEST_FILE = 40 * 1024 * 1024
COUNTED: tuple[Standing, ...] = ("stored", "late", "dup", "quarantined")


@get("/reviews/{visit_id:uuid}/audit.csv", sync_to_thread=True)
def get_audit_csv(
    auditor: ThePerson, database: TheDatabase, visit_id: FromPath[UUID]
) -> Response[bytes]:
    with database.reading() as session:
        visit = get_visit(session, auditor, visit_id)
        with readable(visit_id):
            events = list_events(session, visit_id)
    return file(write_log(audit_log(events, visit.shopper_code)), CSV, "audit.csv")


@post("/reviews/{visit_id:uuid}/inclusion", sync_to_thread=True, dependencies=FILTERS)
def create_inclusion(
    visit_id: FromPath[UUID],
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
) -> Response[Any]:
    chosen = form.uuids("event")
    if not chosen:
        form.refuse("event", N_("Choose what to take in."))
    if not form.ok:
        return draw_review(page, database, auditor, visit_id, wanted, aside=form)
    with database.writing() as session:
        include(session, get_visit(session, auditor, visit_id), chosen, now())
    return Redirect(f"/reviews/{visit_id}?{wanted.query()}#history", status_code=303)


@post("/reviews/{visit_id:uuid}/resolutions", sync_to_thread=True, dependencies=FILTERS)
def create_resolution(
    visit_id: FromPath[UUID],
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    settings: TheSettings,
    form: TheForm,
    page: ThePage,
) -> Response[Any]:
    form.text("reason", most=500)
    seen = form.uuids("head")
    if not form.ok:
        return draw_review(page, database, auditor, visit_id, wanted, aside=form)
    try:
        with database.writing() as session:
            visit = get_visit(session, auditor, visit_id)
            with readable(visit_id):
                checklist = get_checklist(session, visit.checklist)
                capture = project(list_events(session, visit_id))
            deed = _decided(form, checklist, capture, settings)
            resolve(session, visit, form.get("slot"), seen, deed, now())
    except Invalid as problem:
        form.refuse("other", problem.message, **problem.values)
        return draw_review(page, database, auditor, visit_id, wanted, aside=form)
    return Redirect(f"/reviews/{visit_id}?{wanted.query()}#disputes", status_code=303)


def _decided(form: Form, checklist: Checklist, capture: Capture, settings: Settings) -> Deed:
    """What one phone said, or something else. Raises `Invalid`."""
    slot, reason = form.get("slot"), form.get("reason").strip()
    for head in capture.conflicts.get(slot, ()):
        if str(head.id) == form.get("use"):
            return same_as(head, reason)
    kind = slot.partition(":")[0]
    if kind == "note":
        deed = note_deed(form, checklist, capture)
    elif kind == "mark":
        deed = mark_deed(form, checklist, capture, settings.zone)
    else:
        deed = answer_deed(form, checklist, capture)
    if deed.kind == "clear" or (kind == "mark" and not deed.text):
        raise Invalid(N_("Enter what it should say."))
    return Deed(deed.kind, deed.item, deed.answer, deed.text, reason)


@post(
    "/reviews/{visit_id:uuid}/rescue",
    sync_to_thread=True,
    dependencies=FILTERS,
    request_max_body_size=LARGEST_FILE,
)
def create_rescue(
    visit_id: FromPath[UUID],
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    request: AnyRequest,
) -> Response[Any]:
    """A backup file of the phone goes the way of a delivery; no token: the auditor answers
    for it."""
    text = form.file("file", most=LARGEST_FILE)
    if not text:
        form.refuse("file", N_("Choose the backup file first."))
    rescue = None
    try:
        if form.ok:
            rescue = read_rescue(text, visit_id)
    except Invalid as problem:
        form.refuse("file", problem.message)
    if rescue is None or not form.ok:
        return draw_review(page, database, auditor, visit_id, wanted, aside=form)
    with database.writing() as session:
        get_visit(session, auditor, visit_id)
        counted = _bring_in(session, rescue)
    try:
        counted["quarantined"] += _develop(request, database, rescue)
    except OSError:  # its reader was killed, or the place of the photos cannot be reached
        form.refuse(
            "file",
            N_(
                "The answers came in, a photo could not be kept just now. "
                "Bring the file in once more: nothing comes twice."
            ),
        )
        return draw_review(page, database, auditor, visit_id, wanted, aside=form)
    brought = ".".join(str(counted[standing]) for standing in COUNTED)
    where = f"/reviews/{visit_id}?{wanted.query(brought=brought)}#rescue"
    return Redirect(where, status_code=303)


def _bring_in(session: Session, rescue: Rescue) -> Counter[Standing]:
    bodies = list(dict.fromkeys(rescue.whole()))
    checklists = find_checklists(session, checklists_of(bodies))
    found = read_delivery(bodies, rescue.visit, checklists)
    counted = file_rescue(session, rescue.visit, found, now())
    counted["quarantined"] += counted["mismatch"] + len(rescue.entries) - len(bodies)
    return counted


def _develop(request: AnyRequest, database: Database, rescue: Rescue) -> int:
    """The photos of a backup file, as if a phone had sent them; gives how many were harmed, or
    one too many."""
    darkroom: Darkroom = request.app.state.darkroom
    harmed = 0
    for kept in rescue.photos:
        received = kept.content()
        if received is None or not _has_room(database, rescue.visit, kept.photo):
            harmed += 1
            continue
        arrived = darkroom.take_at_once(rescue.visit, kept.photo, received)
        with database.writing() as session:
            file_photo(session, rescue.visit, arrived, now())
        darkroom.incoming.drop(rescue.visit, kept.photo)
    return harmed


def _has_room(database: Database, visit: UUID, photo: Photo) -> bool:
    with database.reading() as session:
        if content(photo) in list_arrived(session, visit):
            return True
        try:
            must_have_room(session, visit, [])
        except TooLarge:
            return False
    return True


handlers = [get_audit_csv, create_inclusion, create_resolution, create_rescue]
