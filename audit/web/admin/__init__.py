"""Pages to run a programme without touching the database."""

from litestar.handlers import HTTPRouteHandler

from audit.web.admin import (
    assignments,
    branches,
    checklists,
    overview,
    people,
    programmes,
    regions,
)

handlers: list[HTTPRouteHandler] = [
    *overview.handlers,
    *regions.handlers,
    *branches.handlers,
    *people.handlers,
    *programmes.handlers,
    *assignments.handlers,
    *checklists.handlers,
]
