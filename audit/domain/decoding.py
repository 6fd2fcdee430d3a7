"""From TOML to the fields of a struct, each decoded on its own, so that all that is wrong is
told at once and in a checklist writer's words."""

import re
import tomllib
from decimal import Decimal, InvalidOperation
from functools import cache, reduce
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from audit.domain.problems import N_
from audit.domain.troubles import Say, Troubles, Unusable, Words

T = TypeVar("T", bound=msgspec.Struct)

LARGEST = 1_000_000_000
_KINDS = {
    "str": N_("text"),
    "int": N_("a whole number"),
    "float": N_("a number"),
    "decimal": N_("a number"),
    "bool": N_("true or false"),
    "array": N_("a list"),
    "object": N_("a table"),
    "null": N_("nothing"),
    "datetime": N_("a time"),
    "date": N_("a date"),
    "time": N_("a time"),
}
_PLACED = re.compile(r"(.+) \(at line (\d+), column (\d+)\)", re.DOTALL)
_AT_END = re.compile(r"(.+) \(at end of document\)", re.DOTALL)


class Senseless(ValueError):
    """A number no checklist can use."""

    def __init__(self, message: str, **values: object) -> None:
        self.words = Words(message, values)
        super().__init__(str(self.words))


# ---- TOML ----------------------------------------------------------------------------


def parse(raw: str, file: str) -> dict[str, Any]:
    """The file's tables, decimals exact. Raises `Unusable`."""
    troubles = Troubles(file)
    data: dict[str, Any] = {}
    try:
        data = tomllib.loads(raw, parse_float=_decimal)
        _sensible(data)
    except RecursionError:
        troubles.at()(N_("not valid TOML: nested too deeply"))
    except Senseless as error:
        troubles.at()(N_("not valid TOML: %(why)s"), why=error.words)
    except ValueError as error:
        _tell_syntax(str(error), troubles.at())
    troubles.settle()
    return data


def _tell_syntax(error: str, say: Say) -> None:
    """The parser's own words stay; where it stopped is said in the reader's language."""
    if placed := _PLACED.fullmatch(error):
        why, line, column = placed.groups()
        said = N_("not valid TOML: %(why)s (at line %(line)s, column %(column)s)")
        say(said, why=why, line=line, column=column)
    elif at_end := _AT_END.fullmatch(error):
        say(N_("not valid TOML: %(why)s (at end of document)"), why=at_end[1])
    else:
        say(N_("not valid TOML: %(why)s"), why=error)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond any
        number = Decimal("NaN")
    _sensible(number)
    return number


def _sensible(value: object) -> None:
    """Numbers that are short, finite, and fit every program that will read them."""
    if isinstance(value, str):
        return
    if isinstance(value, int) and abs(value) > LARGEST:
        raise Senseless(N_("a whole number is larger than a checklist can use"))
    if isinstance(value, Decimal) and not (
        value.is_finite() and value.adjusted() <= 9 and int(value.as_tuple().exponent) >= -9
    ):
        raise Senseless(
            N_("%(number)s is not a number a checklist can use"), number=str(value)[:20]
        )
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    for inner in value.values() if isinstance(value, dict) else ():
        _sensible(inner)
    for inner in value if isinstance(value, list | tuple) else ():
        _sensible(inner)


# ---- fields --------------------------------------------------------------------------


@cache
def _fields(shape: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(shape)}


def decode(data: dict[str, Any], shape: type[msgspec.Struct], say: Say) -> dict[str, Any]:
    """The fields of `shape` that are right; the others are told."""
    fields = _fields(shape)
    for key in data:
        if key not in fields:
            say(N_("unknown key `%(key)s`"), key=key)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in data:
            if field.required:
                say(N_("`%(key)s` is missing"), key=name, field=name)
            continue
        if _fits(name, data[name], field.type, say):
            values[name] = msgspec.convert(data[name], field.type)
    return values


def _fits(place: str, value: Any, kind: Any, say: Say) -> bool:
    """If not, says why: of a table or a list, each field or entry that is wrong."""
    try:
        _sensible(msgspec.convert(value, kind))  # numbers in quotes are numbers only now
    except msgspec.ValidationError as error:
        if not _tell_inside(place, value, kind, say):
            tell_wrong(place, error, kind, say)
        return False
    except Senseless as error:
        if not _tell_inside(place, value, kind, say):
            say(N_("`%(place)s`: %(why)s"), place=place, why=error.words, field=place)
        return False
    return True


def _tell_inside(place: str, value: Any, kind: Any, say: Say) -> bool:
    """Whether anything was told."""
    if isinstance(value, list) and get_origin(kind) is tuple:
        (inner, *_) = get_args(kind)
        wrong = [n for n, one in enumerate(value) if not _fits(f"{place}[{n}]", one, inner, say)]
        return bool(wrong)
    shape = _shape(kind, value)
    if shape is None:
        return False
    sound = True
    fields, tag = _fields(shape), shape.__struct_config__.tag_field
    for key in value:
        if key not in fields and key != tag:
            say(N_("`%(place)s`: unknown key `%(key)s`"), place=place, key=key, field=place)
            sound = False
    for name, field in fields.items():
        if name in value:
            sound = _fits(f"{place}.{name}", value[name], field.type, say) and sound
        elif field.required:
            said = N_("`%(place)s`: `%(key)s` is missing")
            say(said, place=place, key=name, field=f"{place}.{name}")
            sound = False
    return not sound


def _shape(kind: Any, value: Any) -> type[msgspec.Struct] | None:
    """The struct that a table is meant to be: the only one, or that with its tag."""
    if not isinstance(value, dict):
        return None
    kinds = [one for one in (get_args(kind) or (kind,)) if isinstance(one, type)]
    shapes = [one for one in kinds if issubclass(one, msgspec.Struct)]
    if len(shapes) > 1:
        config = shapes[0].__struct_config__
        tag = value.get(config.tag_field or "")
        shapes = [one for one in shapes if one.__struct_config__.tag == tag]
    return shapes[0] if shapes else None


def partly(data: dict[str, Any], shape: type[T], say: Say) -> tuple[dict[str, Any], T | None]:
    """The fields that are right, to be checked further; the struct when all of them are."""
    sound = True

    def spoilt(message: str, /, *, field: str = "", **values: object) -> None:
        nonlocal sound
        sound = False
        say(message, field=field, **values)

    values = decode(data, shape, spoilt)
    return values, shape(**values) if sound else None


def gather(data: dict[str, Any], shape: type[T], say: Say) -> T | None:
    """The struct, or None when something is missing, unknown or of the wrong kind."""
    return partly(data, shape, say)[1]


def whole(raw: str, shape: type[T], troubles: Troubles) -> T:
    """A file that is one struct. Raises `Unusable`."""
    found = gather(parse(raw, troubles.file), shape, troubles.at())
    if found is None:
        raise Unusable(troubles.found)
    return found


def tell_wrong(name: str, error: Exception, kind: Any, say: Say) -> None:
    """msgspec's message in a checklist writer's words."""
    said, _, path = str(error).partition(" - at `$")
    place = f"{name}{path.removesuffix('`')}"
    choices = tuple(Words(N_("`%(choice)s`"), {"choice": one}) for one in _choices(kind))
    if expected := re.fullmatch(r"Expected `(.+)`, got `(.+)`", said):
        _tell_kinds(place, _kinds(expected[1]), _kinds(expected[2]), choices, say)
    elif missing := re.fullmatch(r"Object missing required field `(.+)`", said):
        say(N_("`%(place)s`: `%(key)s` is missing"), place=place, key=missing[1], field=place)
    elif unknown := re.fullmatch(r"Object contains unknown field `(.+)`", said):
        say(N_("`%(place)s`: unknown key `%(key)s`"), place=place, key=unknown[1], field=place)
    elif said == "Invalid decimal string":
        _tell_kinds(place, _kinds("decimal"), _kinds("str"), (), say)
    elif refused := re.fullmatch(r"Invalid (?:enum )?value '?(.*?)'?", said, re.DOTALL):
        _tell_refused(place, refused[1], choices, say)
    else:
        say(N_("`%(place)s`: %(said)s"), place=place, said=said, field=place)


def _tell_kinds(
    place: str, wanted: Words | str, got: Words | str, choices: tuple[Words, ...], say: Say
) -> None:
    message = N_("`%(place)s`: expected %(wanted)s, got %(got)s")
    if choices:
        message = N_("`%(place)s`: expected %(wanted)s, got %(got)s: %(choices)s")
    say(message, place=place, wanted=wanted, got=got, choices=choices, field=place)


def _tell_refused(place: str, value: str, choices: tuple[Words, ...], say: Say) -> None:
    message = N_("`%(place)s`: `%(value)s` is not one of the possible values")
    if choices:
        message = N_("`%(place)s`: `%(value)s` is not one of the possible values: %(choices)s")
    say(message, place=place, value=value, choices=choices, field=place)


def _kinds(said: str) -> Words | str:
    """`int | null` in words."""
    return reduce(
        lambda one, other: Words(N_("%(one)s or %(other)s"), {"one": one, "other": other}),
        (Words(_KINDS[kind]) if kind in _KINDS else kind for kind in said.split(" | ")),
    )


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()
