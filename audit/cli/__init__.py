"""The `mingcha` command: run the application and look after its data."""

import argparse
import os
import sys

from audit.cli import (
    backups,
    checklists,
    doctor,
    frameworks,
    log,
    people,
    reports,
    scenarios,
    scores,
    serving,
)
from audit.cli.errors import Refused
from audit.domain.problems import Problem
from audit.settings import BadSetting, Settings

PARTS = (
    serving,
    people,
    checklists,
    frameworks,
    scenarios,
    scores,
    reports,
    backups,
    log,
    doctor,
)
CODES = "Exit codes: 0 done, 1 refused or something is wrong, 2 wrongly called or set up."


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="mingcha", description=__doc__, epilog=CODES)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for part in PARTS:
        part.add(commands)
    arguments = parser.parse_args(argv)
    try:
        result: int = arguments.run(arguments, Settings.from_env(os.environ))
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 2
    except (Refused, Problem) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return result
