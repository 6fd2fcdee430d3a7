"""What commands about files that ship have in common: listing them, and checking such files."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from audit.cli.errors import Refused
from audit.settings import Settings

Run = Callable[[argparse.Namespace, Settings], int]


def add_list(deeds: Any, text: str, fields: str, run: Run) -> None:
    epilog = f"With --json an array of objects: {fields}."
    one = deeds.add_parser("list", help=text, description=text, epilog=epilog)
    one.add_argument("--json", action="store_true", help="as JSON")
    one.set_defaults(run=run)


def add_files(deeds: Any, name: str, text: str, run: Run) -> None:
    one = deeds.add_parser(name, help=text, description=text)
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.set_defaults(run=run)


def write_json(listed: Sequence[msgspec.Struct]) -> None:
    print(msgspec.json.format(msgspec.json.encode(listed)).decode())


@contextmanager
def telling_all() -> Iterator[None]:
    """Everything wrong with the files is printed; then the command says no."""
    from audit.domain.library import Unusable

    try:
        yield
    except Unusable as error:
        print(error)
        raise Refused(f"{len(error.troubles)} things are wrong") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"cannot be read: {error}") from error
