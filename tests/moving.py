"""An application put together once moves from test to test: putting it together takes longer
than most tests do."""

from litestar import Litestar

from audit.settings import Settings
from audit.store.database import Database
from audit.store.files import Files
from audit.store.incoming import Incoming
from audit.work.photos import Darkroom


def move(app: Litestar, settings: Settings, database: Database) -> Litestar:
    """To other data. Pages and drawing stay, so the time zone has to be the same."""
    app.state.darkroom.close()
    photos = Files(settings.photo_place, **settings.bucket)
    darkroom = Darkroom(Incoming(settings.data / "incoming"), photos)
    app.state.update({"settings": settings, "database": database, "darkroom": darkroom})
    return app
