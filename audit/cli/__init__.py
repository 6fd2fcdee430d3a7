"""The `mingcha` command: run the application and look after its data."""

import argparse
import os
import sys

from audit.cli import serving
from audit.cli.errors import Refused
from audit.settings import BadSetting, Settings

PARTS = (serving,)


def main(argv: list[str] | None = None) -> int:
    """0: done; 1: could not or found something wrong; 2: wrongly called or set up."""
    parser = argparse.ArgumentParser(prog="mingcha", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for part in PARTS:
        part.add(commands)
    arguments = parser.parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
        result: int = arguments.run(arguments, settings)
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 2
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    return result
