"""What is wrong with a checklist file: found all at once, each with its place, in plain words."""

import re
import tomllib
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

Say = Callable[[str], None]
T = TypeVar("T", bound=msgspec.Struct)

LARGEST = 1_000_000_000
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
    "datetime": "a time",
    "date": "a date",
    "time": "a time",
}


class Trouble(msgspec.Struct, frozen=True):
    """One thing wrong with a checklist file, where, in plain words."""

    file: str
    section: str
    item: str
    message: str

    def __str__(self) -> str:
        place = " · ".join(part for part in (self.file, self.section, self.item) if part)
        return f"{place}: {self.message}"


class Unusable(Exception):
    """The file has troubles; all of them are in `troubles`."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__("\n".join(map(str, self.troubles)))


class Troubles:
    """Collects them for one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Trouble] = []

    def at(self, section: str = "", item: str = "") -> Say:
        return lambda message: self.found.append(Trouble(self.file, section, item, message))

    def settle(self) -> None:
        """Raises `Unusable` if anything was found."""
        if self.found:
            raise Unusable(self.found)


# ---- TOML ----------------------------------------------------------------------------


def parse(raw: str, file: str) -> dict[str, Any]:
    """The file's tables, decimals exact. Raises `Unusable`."""
    try:
        data = tomllib.loads(raw, parse_float=_decimal)
        _sensible(data)
    except RecursionError:
        raise Unusable([Trouble(file, "", "", "not valid TOML: nested too deeply")]) from None
    except ValueError as error:
        raise Unusable([Trouble(file, "", "", f"not valid TOML: {error}")]) from error
    return data


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond any
        number = Decimal("NaN")
    _sensible(number)
    return number


def _sensible(value: object) -> None:
    """Numbers that are short, finite, and fit every program that will read them."""
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("a whole number is larger than a checklist can use")
    if isinstance(value, Decimal) and not (
        value.is_finite() and value.adjusted() <= 9 and int(value.as_tuple().exponent) >= -9
    ):
        raise ValueError(f"{str(value)[:20]} is not a number a checklist can use")
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    for inner in value.values() if isinstance(value, dict) else ():
        _sensible(inner)
    for inner in value if isinstance(value, list | tuple) else ():
        _sensible(inner)


# ---- decoding, every field on its own, so that all problems are told at once ---------


def decode(data: dict[str, Any], shape: type[msgspec.Struct], say: Say) -> dict[str, Any]:
    """The fields of `shape` that are right; the others are told."""
    fields = {field.name: field for field in msgspec.structs.fields(shape)}
    for key in data:
        if key not in fields:
            say(f"unknown key `{key}`")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in data:
            if field.required:
                say(f"`{name}` is missing")
            continue
        try:
            value = msgspec.convert(data[name], field.type)
            _sensible(value)  # numbers in quotes are numbers only now
            values[name] = value
        except msgspec.ValidationError as error:
            say(_plain(name, error) + _choices(field.type))
        except ValueError as error:
            say(f"`{name}`: {error}")
    return values


def gather(data: dict[str, Any], shape: type[T], say: Say) -> T | None:
    """The struct, or None when something is missing, unknown or of the wrong kind."""
    wrong: list[str] = []
    values = decode(data, shape, wrong.append)
    for message in wrong:
        say(message)
    return None if wrong else shape(**values)


def _plain(name: str, error: Exception) -> str:
    """msgspec's message in a checklist writer's words."""
    said, _, path = str(error).partition(" - at `$")
    place = f"`{name}{path.removesuffix('`')}`"
    if expected := re.fullmatch(r"Expected `(.+)`, got `(.+)`", said):
        wanted, got = (
            " or ".join(_KINDS.get(kind, kind) for kind in kinds.split(" | "))
            for kinds in expected.groups()
        )
        return f"{place}: expected {wanted}, got {got}"
    if missing := re.fullmatch(r"Object missing required field `(.+)`", said):
        return f"{place}: `{missing[1]}` is missing"
    if unknown := re.fullmatch(r"Object contains unknown field `(.+)`", said):
        return f"{place}: unknown key `{unknown[1]}`"
    if said == "Invalid decimal string":
        return f"{place}: expected a number, got text"
    if refused := re.fullmatch(r"Invalid (?:enum )?value '?(.*?)'?", said):
        return f"{place}: `{refused[1]}` is not one of the possible values"
    return f"{place}: {said}"


def _choices(kind: Any) -> str:
    if get_origin(kind) is not Literal:
        return ""
    return ": " + ", ".join(f"`{choice}`" for choice in get_args(kind))
