"""Wiring: the one place that knows every part."""

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from audit.domain.problems import Problem
from audit.paths import folder
from audit.settings import Settings
from audit.store.database import Database
from audit.store.files import Files
from audit.store.incoming import Incoming
from audit.web import (
    account,
    admin,
    assignments,
    branches,
    checklists,
    comparisons,
    downloads,
    drafts,
    events,
    fill,
    histories,
    offline,
    onsite,
    photos,
    reports,
    results,
    reviews,
    self_tests,
    sessions,
    submissions,
    systems,
    tokens,
)
from audit.web.assets import Assets, get_asset
from audit.web.dependencies import DEPENDENCIES
from audit.web.pages import Templates
from audit.web.problems import draw_failure, draw_http_exception, draw_problem
from audit.web.security import check_request, protect
from audit.work.pdf import DrawingRoom
from audit.work.photos import Darkroom

PARTS = (
    sessions,
    account,
    assignments,
    onsite,
    fill,
    submissions,
    tokens,
    events,
    photos,
    offline,
    self_tests,
    reviews,
    histories,
    results,
    reports,
    branches,
    comparisons,
    downloads,
    systems,
    admin,
    checklists,
    drafts,
)
HANDLERS = [get_asset, *(handler for part in PARTS for handler in part.handlers)]


def create_app(settings: Settings, database: Database | None = None) -> Litestar:
    """The ASGI application. The schema is brought up to date first."""
    database = database or Database(settings.url)
    database.migrate()
    database.make_sure()
    return Litestar(
        # One router: Litestar 2.25 wraps a threaded handler twice, and then never awaits it,
        # when two handlers of one path are given to the application one by one.
        route_handlers=[Router("/", route_handlers=HANDLERS)],
        dependencies=dict(DEPENDENCIES),
        exception_handlers={
            Problem: draw_problem,
            HTTPException: draw_http_exception,
            Exception: draw_failure,
        },
        before_send=[protect],
        before_request=check_request,
        compression_config=CompressionConfig(
            backend="brotli",
            brotli_quality=8,
            minimum_size=500,
            exclude_opt_key="no_compression",
        ),
        state=_state(settings, database),
        openapi_config=None,
        logging_config=None,
        on_shutdown=[_close],
    )


def _state(settings: Settings, database: Database) -> State:
    files = Assets(folder("static"))
    photos = Files(settings.photo_place, **settings.bucket)
    return State(
        {
            "settings": settings,
            "database": database,
            "assets": files,
            "templates": Templates(folder("templates"), folder("reports"), files, settings),
            "drawing": DrawingRoom(
                folder("reports"), settings.timezone, settings.pdf_workers, settings.pdf_seconds
            ),
            "darkroom": Darkroom(Incoming(settings.data / "incoming"), photos),
        }
    )


def _close(app: Litestar) -> None:
    app.state.drawing.close()
    app.state.darkroom.close()
    app.state.database.close()
