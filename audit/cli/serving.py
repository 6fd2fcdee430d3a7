"""`serve`, `demo` and `migrate`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from audit.cli.databases import opened, sqlite_file
from audit.cli.errors import Refused
from audit.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from litestar import Litestar

    from audit.domain.checklist import Checklist
    from audit.store.checklists import Library
    from audit.store.database import Database

GRACE = 10  # seconds for requests under way when told to stop


def add(commands: Any) -> None:
    text = "run the web application with the settings in the MINGCHA_* variables"
    serve = commands.add_parser("serve", help=text, description=text)
    serve.add_argument("--port", type=_port, help="instead of MINGCHA_PORT")
    serve.set_defaults(run=run_serve)

    text = "run the application with example data and four sign-ins, in a database of its own"
    demo = commands.add_parser("demo", help=text, description=text)
    demo.add_argument("--port", type=_port, help="instead of MINGCHA_PORT")
    demo.add_argument(
        "--data",
        type=Path,
        default=Path("data/demo"),
        metavar="FOLDER",
        help="where the example data lives (data/demo)",
    )
    demo.add_argument(
        "--fresh",
        action="store_true",
        help="make the example data anew, with its dates around today",
    )
    demo.set_defaults(run=run_demo)

    text = "bring the database to the newest schema and publish the shipped checklists"
    migrate = commands.add_parser("migrate", help=text, description=text)
    migrate.set_defaults(run=run_migrate)


def run_migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    with opened(settings) as database:
        published = publish_shipped(database)
    print(f"The schema is up to date; {published} checklists newly published.")
    return 0


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    settings = msgspec.structs.replace(settings, port=arguments.port or settings.port)
    with opened(settings) as database:
        if not settings.demo and _demo(database):
            raise Refused(
                "this database holds demo accounts, whose password everybody knows; "
                "set MINGCHA_DATABASE_URL or MINGCHA_DATA to another one"
            )
        publish_shipped(database)
        _say(f"Mingcha answers at {_address(settings)}")
        return _serve(settings, database)


def run_demo(arguments: argparse.Namespace, settings: Settings) -> int:
    settings = msgspec.structs.replace(
        settings,
        data=arguments.data,
        database_url="",
        demo=True,
        port=arguments.port or settings.port,
    )
    settings.check()
    if arguments.fresh:
        _throw_away(settings)
    with opened(settings) as database:
        _fill(settings, database)
        _introduce(settings)
        return _serve(settings, database)


def publish_shipped(database: "Database", library: "Library | None" = None) -> int:
    """Publish what the library's files have and the database has not yet; says how many."""
    from audit.clock import now
    from audit.store.checklists import publish

    checklists = (library or shipped()).checklists.values()
    with database.writing() as session:
        return sum(publish(session, checklist, now()) for checklist in checklists)


def shipped() -> "Library":
    from audit.domain.library import Unusable
    from audit.paths import folder
    from audit.store.checklists import Library

    try:
        library = Library(folder("checklists"))
        library.read()
    except Unusable as error:
        raise Refused(str(error)) from error
    return library


def by_version(checklist: "Checklist") -> tuple[str, list[int]]:
    """Sorts a checklist's versions as numbers: 1.10 comes after 1.9."""
    return checklist.id, [int(part) for part in checklist.version.split(".")]


def _fill(settings: Settings, database: "Database") -> None:
    from audit import demo
    from audit.clock import today
    from audit.store.files import Files

    if demo.foreign(database):
        raise Refused(
            f"{sqlite_file(settings)} has other people in it; choose another folder with --data"
        )
    library = shipped()
    if not _demo(database):
        _say("Making a year of example visits, which takes some seconds")
        files = Files(settings.photo_place, **settings.bucket)
        demo.build(database, list(library.checklists.values()), today(settings.zone), files=files)
    publish_shipped(database, library)


def _throw_away(settings: Settings) -> None:
    from audit import demo

    file = sqlite_file(settings)
    if file is None or not file.is_file():
        return
    with opened(settings) as database:
        if demo.foreign(database):
            raise Refused(f"{file} has other people in it and is left as it is")
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _demo(database: "Database") -> bool:
    """Whether somebody in the database is the demo's."""
    from audit.demo import inhabited

    return inhabited(database)


def _introduce(settings: Settings) -> None:
    from audit.demo.cast import PASSWORD, PEOPLE, SIGN_INS

    roles = {person.login: person.role.replace("_", " ") for person in PEOPLE}
    _say(f"\n  {_address(settings)}\n")
    for login in SIGN_INS:
        _say(f"  {login:<8}  {roles[login]}")
    _say(f"\nThe password of each is {PASSWORD}. Stop with Ctrl+C.")


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"


def application(settings: Settings, database: "Database") -> "Litestar":
    """Put together for good: what is there then stays until the process ends."""
    import gc

    from audit.app import create_app

    app = create_app(settings, database)
    gc.collect()
    gc.freeze()  # or all of it would be looked at again each time that many answers come in
    return app


def server(app: "Litestar", settings: Settings) -> "uvicorn.Server":
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )


def _serve(settings: Settings, database: "Database") -> int:
    try:
        server(application(settings, database), settings).run()
    except SystemExit as error:  # uvicorn has said why, such as a port that is taken
        raise Refused(f"{_address(settings)} could not be opened; see above") from error
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("must be between 1 and 65535")
    return int(text)
