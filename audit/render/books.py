"""Workbooks (XLSX) of people who may mean harm or have bad luck: read within limits, cell by
cell, with whatever cannot be read refused in words. Nothing in them is ever computed.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from posixpath import basename, dirname, join, normpath
from xml.parsers import expat

import msgspec

from audit.domain.book import Book, Page
from audit.domain.problems import N_, Conflict, Invalid
from audit.domain.sheet import Cell, Sheet
from audit.render.sheets import write_xlsx

MOST_BYTES = 5_000_000
MOST_UNPACKED = 40_000_000
MOST_FILES = 1_000
MOST_PAGES = 50
MOST_CELLS = 200_000
MOST_TEXT = 5_000_000  # characters, each cell's counted
LONGEST_CELL = 32_767
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # no others are used in workbooks
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_OLD = b"\xd0\xcf\x11\xe0"  # the container of .xls, and of what has a password
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, OSError,
    RuntimeError, LookupError, ValueError, OverflowError,
)  # fmt: skip


def write_book(sheets: Sequence[Sheet]) -> bytes:
    """Every text comes back as it was, control characters too."""
    return write_xlsx([_escaped(sheet) for sheet in sheets])


def _escaped(sheet: Sheet) -> Sheet:
    def cell(value: Cell) -> Cell:
        if not isinstance(value, str):
            return value
        text = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
        if len(text) > LONGEST_CELL:
            raise Conflict(N_("A text is longer than a cell can be: %(text)s…"), text=value[:40])
        return text

    rows = tuple(tuple(cell(value) for value in row) for row in sheet.rows)
    return Sheet(sheet.title, tuple(str(cell(name)) for name in sheet.head), rows)


def read_book(content: bytes) -> Book:
    """Raises `Invalid`."""
    if content.startswith(_OLD):
        raise Invalid(
            N_("This workbook is in the old .xls format or has a password. Save it as .xlsx.")
        )
    if len(content) > MOST_BYTES:
        raise Invalid(N_("This workbook is larger than %(most)s MB."), most=MOST_BYTES // 10**6)
    if not content.startswith(b"PK"):
        raise Invalid(N_("This file is not an XLSX workbook."))
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _Archive(archive).book()
    except _BROKEN as error:
        raise Invalid(N_("This workbook is damaged and cannot be read.")) from error


class _Archive:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.left = MOST_UNPACKED
        if len(archive.infolist()) > MOST_FILES:
            raise Invalid(N_("This workbook holds more than %(most)s files."), most=MOST_FILES)
        if any(one.compress_type not in PACKED for one in archive.infolist()):
            raise ValueError(PACKED)

    def book(self) -> Book:
        main = next(
            (target for kind, target in self.related("").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        related = self.related(main)
        workbook = _Workbook()
        self.parse(main, workbook)
        if len(workbook.sheets) > MOST_PAGES:
            raise Invalid(N_("This workbook has more than %(most)s sheets."), most=MOST_PAGES)
        strings = _Strings()
        for kind, target in related.values():
            if kind == "sharedStrings":
                self.parse(target, strings)
        budget = _Budget(MOST_CELLS, MOST_TEXT)
        return Book(tuple(self.page(n, related[r][1], strings, budget) for n, r in workbook.sheets))

    def page(self, name: str, file: str, strings: "_Strings", budget: "_Budget") -> Page:
        sheet = _Sheet(strings.found, budget)
        self.parse(file, sheet)
        cells = {row: dict(sorted(sheet.cells[row].items())) for row in sorted(sheet.cells)}
        return Page(name, cells, tuple(sheet.formulas), tuple(sheet.merged))

    def related(self, file: str) -> dict[str, tuple[str, str]]:
        """Relations of a file of the archive, by id: what kind each is, and the file."""
        name = join(dirname(file), "_rels", f"{basename(file)}.rels")
        if name not in self.archive.namelist():
            return {}
        relations = _Relations(dirname(file))
        self.parse(name, relations)
        return relations.found

    def parse(self, file: str, handler: "_Handler") -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = _local(handler.start)
        parser.EndElementHandler = _local(handler.end)
        parser.CharacterDataHandler = handler.text
        with self.archive.open(file) as stream:
            while chunk := stream.read(65_536):
                self.left -= len(chunk)
                if self.left < 0:
                    raise Invalid(
                        N_("This workbook unpacks to more than %(most)s MB."),
                        most=MOST_UNPACKED // 10**6,
                    )
                parser.Parse(chunk)
            parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise Invalid(N_("This workbook is damaged and cannot be read."))


def _local(handle: Callable[..., None]) -> Callable[..., None]:
    """Names without the prefix of their namespace."""
    return lambda name, *rest: handle(name.rpartition(":")[2], *rest)


class _Handler:
    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


class _Relations(_Handler):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = normpath(join("/", self.folder, attributes["Target"])).lstrip("/")
            kind = attributes["Type"].rpartition("/")[2]
            self.found[attributes["Id"]] = (kind, target)


class _Workbook(_Handler):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []  # name, relation

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = [v for k, v in attributes.items() if k.rpartition(":")[2] == "id"]
            self.sheets.append((_unescaped(attributes["name"]), relation[0]))


class _Strings(_Handler):
    def __init__(self) -> None:
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.inside = self.sound = False  # of a text; of how a text is pronounced

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.pieces = []
        self.inside = name == "t" and not self.sound
        self.sound = self.sound or name == "rPh"

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.sound = False
        if name == "si":
            self.found.append(_unescaped("".join(self.pieces)))

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)


class _Budget(msgspec.Struct):
    """What all sheets together may still hold."""

    cells: int
    text: int

    def take(self, text: str) -> None:
        self.cells -= 1
        self.text -= len(text)
        if self.cells < 0:
            raise Invalid(N_("This workbook has more than %(most)s filled cells."), most=MOST_CELLS)
        if self.text < 0:
            raise Invalid(N_("This workbook has more than %(most)s characters."), most=MOST_TEXT)


class _Sheet(_Handler):
    def __init__(self, strings: Sequence[str], budget: _Budget) -> None:
        self.strings = strings
        self.budget = budget
        self.cells: dict[int, dict[int, str]] = {}
        self.formulas: list[tuple[int, int]] = []
        self.merged: list[str] = []
        self.row = self.column = 0
        self.kind = ""
        self.pieces: list[str] = []
        self.inside = self.sound = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            case "c":
                self.place(attributes.get("r"))
                self.kind, self.pieces = attributes.get("t", "n"), []
            case "f":
                self.formulas.append((self.row, self.column))
                self.budget.take("")
            case "mergeCell":
                self.merged.append(attributes["ref"])
                self.budget.take(self.merged[-1])
        self.inside = name in ("v", "t") and not self.sound
        self.sound = self.sound or name == "rPh"

    def place(self, reference: str | None) -> None:
        self.column += 1
        if reference is not None:
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise ValueError(reference)
            self.row, self.column = int(found[2]), 0
            for letter in found[1]:
                self.column = self.column * 26 + ord(letter) - 64
        if not (1 <= self.row <= LAST_ROW and self.column <= LAST_COLUMN):
            raise ValueError(reference)

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.sound = False
        if name == "c":
            text = self.value("".join(self.pieces))
            if text.strip():
                self.budget.take(text)
                self.cells.setdefault(self.row, {})[self.column] = text

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)

    def value(self, said: str) -> str:
        match self.kind:
            case "s":
                return self.strings[int(said)] if said else ""
            case "b":
                return "true" if said == "1" else "false"
            case "n":
                return _number(said.strip())
        return _unescaped(said)


def _number(said: str) -> str:
    """As it was typed: programs write more digits than a number has, and short powers of ten."""
    if not _NUMBER.fullmatch(said):
        return said
    digits = said.lstrip("-0.").partition("e")[0].partition("E")[0]
    if len(digits.replace(".", "")) > 15:
        said = repr(float(f"{float(said):.15g}"))
    if "e" in said.casefold():
        said = f"{float(said):.15g}"
    return said


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
