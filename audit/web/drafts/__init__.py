"""Pages to write checklists on."""

from litestar.handlers import HTTPRouteHandler

from audit.web.drafts.facts import handlers as facts
from audit.web.drafts.gates import handlers as gates
from audit.web.drafts.heads import handlers as heads
from audit.web.drafts.items import handlers as items
from audit.web.drafts.overview import handlers as overview
from audit.web.drafts.parts import handlers as parts
from audit.web.drafts.publications import handlers as publications
from audit.web.drafts.routes import handlers as routes
from audit.web.drafts.sections import handlers as sections

handlers: list[HTTPRouteHandler] = [
    *overview,
    *heads,
    *sections,
    *items,
    *parts,
    *gates,
    *facts,
    *routes,
    *publications,
]
