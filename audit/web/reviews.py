"""The review queue, and reading, returning and releasing one visit."""

import re
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from audit.clock import now
from audit.domain.people import Person
from audit.domain.problems import N_
from audit.domain.review import SORTS, Order, Review, Sort, durations, groups
from audit.domain.visit import STATUSES, Status
from audit.settings import Settings
from audit.store.branches import list_branches, list_regions
from audit.store.database import Database
from audit.store.histories import get_history
from audit.store.people import list_people
from audit.store.programmes import list_waves
from audit.store.releases import release, send_back
from audit.store.reviews import (
    SORTED_BY_FLAGS,
    count_by_status,
    get_review,
    list_queue,
    neighbours,
)
from audit.store.visits import VisitFilter, get_visit
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson, TheSettings
from audit.web.forms import Form
from audit.web.pages import Page

PAGE = 25


class Wanted(msgspec.Struct, frozen=True):
    """The queue's filters and order as they stand in the address."""

    status: Status | None
    region: UUID | None
    branch: UUID | None
    wave: UUID | None
    shopper: UUID | None
    sort: Sort = "submitted"

    @property
    def only(self) -> VisitFilter:
        statuses = () if self.status is None else (self.status,)
        return VisitFilter(statuses, self.branch, self.region, self.wave, self.shopper)

    @property
    def narrowed(self) -> bool:
        return any((self.region, self.branch, self.wave, self.shopper))

    def query(self, **changes: object) -> str:
        """The filters as a query string, with these changes; empty ones are left out."""
        values = {**msgspec.structs.asdict(self), "status": self.status or "all", **changes}
        if values["sort"] == "submitted":
            del values["sort"]  # it is what there is without asking
        return urlencode({name: value for name, value in values.items() if value})


def provide_wanted(
    status: FromQuery[str] = "submitted",
    region: FromQuery[str] = "",
    branch: FromQuery[str] = "",
    wave: FromQuery[str] = "",
    by_shopper: Annotated[str, QueryParameter(name="shopper")] = "",
    sort: FromQuery[str] = "",
) -> Wanted:
    """Anything that is no filter leaves that aspect open. (`shopper` as a parameter's name
    would ask for one to be signed in.)"""
    return Wanted(
        next((known for known in STATUSES if known == status), None),
        _uuid(region),
        _uuid(branch),
        _uuid(wave),
        _uuid(by_shopper),
        next((known for known in SORTS if known == sort), "submitted"),
    )


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


TheWanted = NamedDependency[Wanted]
FILTERS = {"wanted": Provide(provide_wanted, sync_to_thread=False)}


@get("/reviews", sync_to_thread=True, dependencies=FILTERS)
def show_queue(
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    page: ThePage,
    number: FromQuery[int] = 1,
) -> Response[Any]:
    number = min(max(1, number), 10**6)
    with database.reading() as session:
        counts = count_by_status(session, auditor, wanted.only)
        offset = PAGE * (number - 1)
        reviews = list_queue(
            session, auditor, wanted.only, limit=PAGE, offset=offset, sort=wanted.sort
        )
        choices: dict[str, Any] = {
            "regions": list_regions(session),
            "branches": list_branches(session, auditor),
            "waves": list_waves(session),
            "shoppers": list_people(session, "shopper"),
        }
    found = sum(counts.values()) if wanted.status is None else counts[wanted.status]
    return page(
        "reviews/queue.html",
        reviews=reviews,
        wanted=wanted,
        counts=counts,
        number=number,
        first=offset + 1,
        found=found,
        more=offset + len(reviews) < found,
        by_flags=found <= SORTED_BY_FLAGS,
        choices=choices,
    )


@get("/reviews/{visit_id:uuid}", sync_to_thread=True, dependencies=FILTERS)
def show_review(
    visit_id: FromPath[UUID],
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    page: ThePage,
    by: FromQuery[str] = "journey",
    brought: FromQuery[str] = "",
) -> Response[Any]:
    return draw_review(page, database, auditor, visit_id, wanted, by=by, brought=brought)


@post("/reviews/{visit_id:uuid}/return", sync_to_thread=True, dependencies=FILTERS)
def create_return(
    visit_id: FromPath[UUID],
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
) -> Response[Any]:
    reason = form.text("reason", most=2000)
    if not form.ok:
        return draw_review(page, database, auditor, visit_id, wanted, form=form)
    with database.writing() as session:
        visit = get_visit(session, auditor, visit_id)
        send_back(session, visit, reason, now(), seen=form.get("seen"))
    return Redirect(f"/reviews/{visit_id}?{wanted.query()}", status_code=303)


@post("/reviews/{visit_id:uuid}/release", sync_to_thread=True, dependencies=FILTERS)
def create_release(
    visit_id: FromPath[UUID],
    auditor: ThePerson,
    wanted: TheWanted,
    database: TheDatabase,
    settings: TheSettings,
    form: TheForm,
    page: ThePage,
) -> Response[Any]:
    verdict = form.text("verdict", most=2000, required=False)
    photos = form.uuids("photo")
    if not form.flag("confirmed"):
        form.refuse("confirmed", N_("Please confirm that the flags have been looked at."))
    if not form.ok:
        return draw_review(page, database, auditor, visit_id, wanted, form=form)
    with database.writing() as session:
        visit = get_visit(session, auditor, visit_id)
        release(
            session,
            visit,
            verdict=verdict,
            by=auditor,
            year=_year(settings),
            now=now(),
            seen=form.get("seen"),
            contact=settings.contact,
            photos=photos,
        )
    return Redirect(f"/reviews/{visit_id}?{wanted.query()}", status_code=303)


def _counts(brought: str) -> list[int]:
    """What a backup file brought, as it stands in the address: stored, late, known, apart."""
    sound = re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){3}", brought)
    return [int(part) for part in brought.split(".")] if sound else []


def _year(settings: Settings) -> int:
    return now().astimezone(settings.zone).year


def draw_review(
    page: Page,
    database: Database,
    auditor: Person,
    visit_id: UUID,
    wanted: Wanted,
    *,
    form: Form | None = None,
    aside: Form | None = None,
    by: str = "journey",
    brought: str = "",
) -> Response[Any]:
    """The page of one visit; with a form that was refused, that form as it was typed: one
    of a decision, or one `aside` about what came in."""
    with database.reading() as session:
        read = get_review(session, auditor, visit_id)
        history = get_history(session, read.visit)
        before, after = neighbours(session, auditor, wanted.only, visit_id, wanted.sort)
    order: Order = "section" if by == "section" else "journey"
    return page(
        "reviews/show.html",
        status=422 if form or aside else 200,
        read=read,
        left_out=_left_out(read, form),
        history=history,
        aside=aside,
        brought=_counts(brought),
        groups=groups(read, order),
        durations=durations(read),
        order=order,
        wanted=wanted,
        before=before,
        after=after,
        form=form,
    )


def _left_out(read: Review, form: Form | None) -> frozenset[UUID]:
    """Of the photos, those not ticked in a release that was refused."""
    if form is None or not form.has("confirming"):
        return read.left_out
    every = {picture.id for taken in read.photos.values() for picture in taken}
    return frozenset(every.difference(form.uuids("photo")))


handlers = [show_queue, show_review, create_return, create_release]
