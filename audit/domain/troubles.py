"""What is wrong with a checklist file: found all at once, each with its place, in plain words
that every reader gets in their own language."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from audit.domain.problems import N_

_INDEX = re.compile(r"\[(\d+)\]")
Gettext = Callable[[str], str]  # from a message id to its text in one language


class Words(msgspec.Struct, frozen=True):
    """An English message id and its values, which may be words themselves or a list."""

    message: str
    values: dict[str, Any] = {}

    def in_(self, gettext: Gettext) -> str:
        text = gettext(self.message)
        if not self.values:
            return text
        return text % {name: _written(value, gettext) for name, value in self.values.items()}

    def __str__(self) -> str:
        return self.in_(str)


def _written(value: object, gettext: Gettext) -> object:
    if isinstance(value, Words):
        return value.in_(gettext)
    if isinstance(value, tuple):
        return gettext(N_(", ")).join(str(_written(inner, gettext)) for inner in value)
    return value


class Trouble(msgspec.Struct, frozen=True):
    """One thing wrong with a checklist file, and where."""

    file: str
    section: str
    item: str
    words: Words
    field: str = ""  # the key in it, with dots between, as `response.bands.0.credit`

    @property
    def message(self) -> str:
        """In English."""
        return str(self.words)

    def __str__(self) -> str:
        place = " · ".join(part for part in (self.file, self.section, self.item) if part)
        return f"{place}: {self.message}"


class Unusable(Exception):
    """The file has troubles; all of them are in `troubles`."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__("\n".join(map(str, self.troubles)))


class Say(Protocol):
    """Tells one trouble of a place: its message id and values."""

    def __call__(self, message: str, /, *, field: str = "", **values: object) -> None: ...


class Troubles:
    """Collects them for one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Trouble] = []

    def at(self, section: str = "", item: str = "") -> Say:
        def say(message: str, /, *, field: str = "", **values: object) -> None:
            path = _INDEX.sub(r".\1", field)
            self.found.append(Trouble(self.file, section, item, Words(message, values), path))

        return say

    def settle(self) -> None:
        """Raises `Unusable` if anything was found."""
        if self.found:
            raise Unusable(self.found)
