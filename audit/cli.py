"""The `mingcha` command."""

import argparse
import os
import sys

from audit.settings import BadSetting, Settings


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="mingcha", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the web application")
    serve.add_argument("--port", type=int)
    serve.set_defaults(run=run_serve)
    arguments = parser.parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 2
    result: int = arguments.run(arguments, settings)
    return result


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    import uvicorn

    from audit.app import create_app

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=arguments.port or settings.port,
        log_level="warning",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
