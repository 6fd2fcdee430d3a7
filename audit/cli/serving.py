"""`serve`, `demo` and `migrate`."""

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from audit.cli.errors import Refused
from audit.settings import Settings


def add(commands: Any) -> None:
    text = "run the web application with the settings in MINGCHA_* variables"
    serve = commands.add_parser("serve", help=text, description=text)
    serve.add_argument("--port", type=_port, help="instead of MINGCHA_PORT")
    serve.set_defaults(run=run_serve)

    text = "run the application with example data and four sign-ins, in a database of its own"
    demo = commands.add_parser("demo", help=text, description=text)
    demo.add_argument("--port", type=_port, help="instead of MINGCHA_PORT")
    demo.add_argument("--data", type=Path, default=Path("data/demo"), metavar="FOLDER")
    demo.add_argument("--fresh", action="store_true", help="throw the last demo away first")
    demo.set_defaults(run=run_demo)

    text = "bring the database to the newest schema and publish the shipped checklists"
    migrate = commands.add_parser("migrate", help=text, description=text)
    migrate.set_defaults(run=run_migrate)


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    settings = msgspec.structs.replace(settings, port=arguments.port or settings.port)
    return _serve(settings)


def run_demo(arguments: argparse.Namespace, settings: Settings) -> int:
    settings = msgspec.structs.replace(
        settings,
        data=arguments.data,
        database_url="",
        demo=True,
        port=arguments.port or settings.port,
    )
    settings.check()
    from audit import demo
    from audit.clock import now
    from audit.demo.cast import PASSWORD, SIGN_INS
    from audit.paths import folder
    from audit.store.checklists import Library
    from audit.store.database import Database

    database = Database(settings.url)
    database.migrate()
    if demo.foreign(database):
        raise Refused(f"{settings.url} has other people's data in it; choose another --data")
    demo.build(
        database, Library(folder("checklists")).read(), now().astimezone(settings.zone).date()
    )
    database.close()
    print(
        f"http://localhost:{settings.port}/  sign in as {', '.join(SIGN_INS)}; password {PASSWORD}"
    )
    return _serve(settings)


def run_migrate(arguments: argparse.Namespace, settings: Settings) -> int:
    return 0


def _serve(settings: Settings) -> int:
    import uvicorn

    from audit.app import create_app

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
    )
    return 0


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("must be between 1 and 65535")
    return number
