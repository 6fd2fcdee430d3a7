"""Pages to run a programme without touching the database."""

from litestar.handlers import HTTPRouteHandler

from audit.web.admin.assignments import handlers as assignments
from audit.web.admin.branches import handlers as branches
from audit.web.admin.checklists import handlers as checklists
from audit.web.admin.exchange import handlers as exchange
from audit.web.admin.overview import handlers as overview
from audit.web.admin.people import handlers as people
from audit.web.admin.phones import handlers as phones
from audit.web.admin.plans import handlers as plans
from audit.web.admin.programmes import handlers as programmes
from audit.web.admin.regions import handlers as regions

handlers: list[HTTPRouteHandler] = [
    *overview,
    *regions,
    *branches,
    *people,
    *programmes,
    *plans,
    *assignments,
    *checklists,
    *exchange,
    *phones,
]
