"""The types of questions of XLSForms, in the one way of writing, and what becomes of each."""

import re
from typing import Literal

import msgspec

from audit.domain.problems import N_

_SELECT = re.compile(
    r"(?:add )?(select(?:_|\s)?(?:one|1|multiple|all that apply))"
    r"(_from_file|_external| from file| external)?(?: from)?(?:\s+(\S+))?"
    r"(?:\s+(or[_ ]other|or[_ ]specify[_ ]other))?",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"(begin|end)[_ :]?\s*(group|repeat|loop|lgroup)(?:\s.*)?", re.IGNORECASE)
ALIASES = {
    "int": "integer", "string": "text", "photo": "image", "trigger": "acknowledge",
    "q string": "text", "q int": "integer", "q decimal": "decimal", "q note": "note",
    "datetime": "datetime", "date time": "datetime",
}  # fmt: skip
_BY_ITSELF = (
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username",
    "email", "audit",
)  # fmt: skip
AS_TEXT = {
    "date": N_("A date is asked as text."),
    "time": N_("A time is asked as text."),
    "datetime": N_("A time is asked as text."),
    "barcode": N_("A barcode is asked as text."),
    "image": N_("A picture is asked as words with a photo as proof."),
    "select": N_("There is no list of options to choose from here, so it is asked as text."),
}
REPEATED = N_("A repeat cannot be kept: its questions are asked once.")
LEFT_OUT = {
    **dict.fromkeys(
        ("calculate", "hidden", "calculation"),
        N_("Nothing is asked here: a calculation (%(type)s) cannot be kept."),
    ),
    **dict.fromkeys(
        ("geopoint", "geotrace", "geoshape", "gps", "location", "start-geopoint"),
        N_("A place on the map (%(type)s) cannot be asked."),
    ),
    **dict.fromkeys(
        ("audio", "video", "file", "background-audio"), N_("A recording or file cannot be asked.")
    ),
    "rank": N_("Putting options in order (rank) cannot be asked."),
    **dict.fromkeys(
        _BY_ITSELF,
        N_("What the phone would note by itself (%(type)s) is noted in another way here."),
    ),
}
UNKNOWN = N_("The type `%(type)s` is not known here.")

Family = Literal["one", "multiple", "begin", "end", "plain"]


class Type(msgspec.Struct, frozen=True):
    family: Family
    name: str  # of a plain type: `integer` …; of a block: `group` or `repeat`
    list: str = ""
    other: bool = False  # with one more option, for what is not in the list
    outside: bool = False  # its options are in another file or sheet


def read_type(said: str) -> Type:
    text = " ".join(said[:200].split())
    if found := _SELECT.fullmatch(text):
        many = re.search("multiple|all", found[1], re.IGNORECASE)
        return Type(
            "multiple" if many else "one",
            "select",
            found[3] or "",
            other=bool(found[4]),
            outside=bool(found[2]),
        )
    if block := _BLOCK.fullmatch(text):
        name = "group" if block[2].casefold() in ("group", "lgroup") else "repeat"
        return Type("begin" if block[1].casefold() == "begin" else "end", name)
    name = text.casefold()
    return Type("plain", ALIASES.get(name, name.partition(" ")[0] if " " in name else name))
