"""Checklists as files: TOML, and XLSX that is an XLSForm. The first bytes say which it is."""

from typing import Literal

from audit.domain.book import Finding
from audit.domain.checklist import Checklist
from audit.domain.exchange import Known, Taken, take_book, take_toml
from audit.domain.problems import N_, Invalid
from audit.domain.tables import Shelf, tables_of
from audit.domain.toml import write_toml
from audit.domain.troubles import Words
from audit.domain.xlsform_writing import write_xlsform
from audit.render.books import read_book, write_book

Format = Literal["toml", "xlsx"]
MOST_TEXT = 1_000_000  # characters of TOML; the largest checklist shipped has a tenth of that


def take(content: bytes, name: str, known: Known) -> Taken:
    """Never raises: what cannot be read at all is one finding."""
    try:
        if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            return take_book(read_book(content), name, known)
        return take_toml(_text(content), name, known)
    except Invalid as problem:
        words = Words(problem.message, problem.values)
        return Taken({}, (Finding("wrong", "", 0, "", words),), None)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            N_("This is neither an XLSX workbook nor text in UTF-8, as TOML has to be.")
        ) from error
    if len(text) > MOST_TEXT:
        raise Invalid(N_("At most %(most)s characters."), most=MOST_TEXT)
    return text


def give(checklist: Checklist, shelf: Shelf, form: Format) -> bytes:
    """`shelf` has the checklists it builds on."""
    if form == "xlsx":
        return write_book(write_xlsform(checklist, shelf))
    return write_toml(tables_of(checklist, shelf)).encode()
