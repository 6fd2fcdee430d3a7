"""The order in which a draft is asked, stage by stage."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from audit.domain.draft import Draft, seen_as
from audit.domain.order import shift_route, step_route
from audit.domain.problems import N_, Conflict
from audit.domain.tables import Tables, own_stages, route_of
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.drafts.desk import drawn, place_of, read_desk, save_piece, shared


@get("/drafts/{draft_id:uuid}/route", sync_to_thread=True)
def show_route(
    draft_id: FromPath[UUID],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
    stage: FromQuery[str] = "",
) -> Response[str]:
    desk = read_desk(database, draft_id)
    asked = desk.as_far
    legs = {leg["stage"]: leg["items"] for leg in route_of(asked)} if asked else {}
    return page(
        "drafts/route.html",
        desk=desk,
        asked=asked,
        legs=legs,
        stage=stage if stage in legs else next(iter(legs), ""),
        seen=seen_as(_kept(desk.draft)),
        **drawn(page),
    )


@post("/drafts/{draft_id:uuid}/route", sync_to_thread=True)
def change_route(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    """`step`: the item's place in `stage` and `up` or `down`; `to`: `which` goes to another
    stage; `anew`: as the sections have it."""
    asked = read_desk(database, draft_id).as_far
    if asked is None:
        raise Conflict(N_("Something in this draft is still to be put right."))
    known = {one.id for one in shared().vocabulary.stages}
    stage, to = form.get("stage"), form.get("to")

    def change(draft: Draft) -> Tables:
        if form.get("step") == "anew":
            return {**draft.tables, "route": []}
        if form.get("step") == "to" and to in known:
            return shift_route(draft.tables, asked, stage, form.number("which"), to)
        return step_route(draft.tables, asked, stage, *place_of(form, ("up", "down")))

    save_piece(database, auditor, form, draft_id, _kept, change)
    return Redirect(f"/drafts/{draft_id}/route?stage={stage}", status_code=303)


def _kept(draft: Draft) -> list[object]:
    """What the order on the page followed from."""
    own = list(own_stages(draft.tables).items())
    return [own, *(draft.tables.get(name) for name in ("route", "parts", "requires"))]


handlers = [show_route, change_route]
