"""What a form brought along that means nothing here and is written back as it came."""

import re
from collections.abc import Iterable

import msgspec

from audit.domain.problems import N_
from audit.domain.troubles import Troubles

_NAME = re.compile(r"[^\[\]:*?/\\\x00-\x1f]{1,31}")  # of a sheet
KEYS = {"survey": ("name",), "choices": ("list_name", "name"), "settings": ()}
MOST_CELLS = 100_000


class ExtraPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet of its own, or further columns of `survey`, `choices` or `settings`; the first
    columns of `survey` and `choices` say which row is meant."""

    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


def check_extras(pages: Iterable[ExtraPage], troubles: Troubles) -> None:
    seen: set[str] = set()
    for page in pages:
        say = troubles.at("extras", page.sheet)
        if not _NAME.fullmatch(page.sheet):
            say(N_("a sheet cannot be called that"))
        if page.sheet.casefold() in seen:
            say(N_("this sheet is there twice"))
        seen.add(page.sheet.casefold())
        keys = KEYS.get(page.sheet, ())
        if page.columns[: len(keys)] != keys:
            say(N_("the first columns must be %(names)s"), names=", ".join(keys))
        if any(len(row) != len(page.columns) for row in page.rows):
            say(N_("a row is not as long as there are columns"))
        if len(page.columns) * (len(page.rows) + 1) > MOST_CELLS:
            say(N_("has more than %(most)s cells"), most=MOST_CELLS)
