"""The tables of a checklist as the text of a TOML file: one way of writing each, so that equal
tables are equal files."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from audit.domain.tables import Tables

WIDEST = 100
ARRAYS = ("sections", "parts", "gates", "route", "facts", "extras")
TABLES = ("requires", "scoring")
# Exact numbers, which plain tables hold as text: written bare wherever TOML reads them alike.
NUMBERS = {
    "weight", "share", "credit", "max", "min", "maximum", "minimum", "cap", "points",
    "minimum_coverage",
}  # fmt: skip
FIRST = ("id", "use")
_BARE = re.compile(r"(?!-0$)-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def write_toml(tables: Tables) -> str:
    """Empty tables and lists are left out; lines are short where lists allow."""
    head = {
        name: value
        for name, value in tables.items()
        if name not in ARRAYS and name not in TABLES and value is not None
    }
    blocks = ["\n".join(_lines(head))]
    blocks += [
        "\n".join((f"[{name}]", *_lines(tables[name]))) for name in TABLES if tables.get(name)
    ]
    for name in ARRAYS:
        for table in tables.get(name, ()):
            blocks += _block(name, table)
    return "\n\n".join(blocks) + "\n"


def _block(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    inner = table.get("items", ()) if name == "sections" else ()
    own = {key: value for key, value in table.items() if not (inner and key == "items")}
    yield "\n".join((f"[[{name}]]", *_lines(own)))
    for item in inner:
        yield "\n".join((f"[[{name}.items]]", *_lines(item)))


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in sorted(table.items(), key=lambda pair: pair[0] not in FIRST):
        if value is None or (value == [] and name != "items"):
            continue
        line = f"{_key(name)} = {_value(value, name)}"
        if len(line) <= WIDEST or not isinstance(value, list | tuple):
            yield line
            continue
        yield f"{_key(name)} = ["
        for one in value:
            yield f"  {_value(one, name)},"
        yield "]"


def _value(value: object, name: str = "") -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return _number(str(value))
        case str():
            return _number(value) if name in NUMBERS else _text(value)
        case Mapping():
            pairs = (
                f"{_key(key)} = {_value(inner, key)}"
                for key, inner in value.items()
                if inner is not None
            )
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(_value(one, name) for one in value) + "]"
    return _text(str(value))


def _number(text: str) -> str:
    return text if _BARE.fullmatch(text) else _text(text)


def _key(name: str) -> str:
    return name if _KEY.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return '"' + _SPECIAL.sub(lambda m: _SHORT.get(m[0], f"\\u{ord(m[0]):04X}"), text) + '"'
