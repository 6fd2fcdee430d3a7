"""Reading a posted form: each field checked on its own, every problem kept with its field,
so that the page can be drawn again with what was typed and the messages in place."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile

from audit.domain.problems import N_, Invalid
from audit.domain.text import Text, readable

T = TypeVar("T")


async def read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    try:
        found = await request.form()
    except (UnicodeError, LookupError) as error:  # the latter: no such alphabet
        raise Invalid(N_("This form is not text in UTF-8.")) from error
    request.scope["state"]["form"] = found  # for drawing a problem
    return found


def prose(values: FormMultiDict | None) -> list[str]:
    """What somebody wrote in a form, for a page that has no place for the form itself: not
    what was chosen, nor a password."""
    written = [
        readable(value)
        for name, value in (values.multi_items() if values else ())
        if isinstance(value, str) and "password" not in name
    ]
    return [text for text in written if not text.isascii() or len(text.split()) > 1]


def number_of(said: str) -> int:
    return int(said) if said.isdecimal() and len(said) < 6 else 0


class Form:
    """A posted form. `text`, `uuid`, … return a value or a neutral stand-in and note the
    problem; ask `ok` before using them."""

    def __init__(self, values: FormMultiDict) -> None:
        self._values = values
        self.problems: dict[str, Invalid] = {}

    @property
    def ok(self) -> bool:
        return not self.problems

    def refuse(self, field: str, message: str, **values: object) -> None:
        self.problems.setdefault(field, Invalid(message, **values))

    def get(self, field: str, default: str = "") -> str:
        """What was typed, for drawing the field again."""
        found: Any = self._values.get(field, default)
        return default if isinstance(found, UploadFile) else readable(str(found))

    def has(self, field: str) -> bool:
        return field in self._values

    def all(self, field: str) -> list[str]:
        return [readable(str(value)) for value in self._values.getall(field, [])]

    @property
    def fields(self) -> dict[str, list[str]]:
        """Everything that was typed or chosen."""
        return {name: self.all(name) for name in self._values}

    def text(self, field: str, *, most: int = 200, required: bool = True) -> str:
        value = self.get(field).strip()
        if required and not value:
            self.refuse(field, N_("Please fill this in."))
        elif len(value) > most:
            self.refuse(field, N_("At most %(most)s characters."), most=most)
        return value

    def bytes(self, field: str, *, most: int) -> bytes:
        """An uploaded file; empty if none was chosen."""
        found: Any = self._values.get(field)
        content: bytes = found.file.read(most + 1) if isinstance(found, UploadFile) else b""
        if len(content) > most:
            self.refuse(field, N_("A file may have at most %(most)s MB."), most=most // 10**6)
        return content

    def file(self, field: str, *, most: int) -> str:
        """The text of an uploaded file; empty if none was chosen."""
        found: Any = self._values.get(field)
        if not isinstance(found, UploadFile):
            return ""
        content = found.file.read(4 * most + 1)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.refuse(field, N_("This file is not text in UTF-8."))
            return ""
        if len(text) > most:
            self.refuse(field, N_("At most %(most)s characters."), most=most)
        return text

    def file_name(self, field: str) -> str:
        found: Any = self._values.get(field)
        return readable(str(found.filename))[:100] if isinstance(found, UploadFile) else ""

    def both(self, field: str, *, most: int = 200, required: bool = True) -> Text:
        """A text in both languages, from `field_zh` and `field_en`."""
        return Text(
            self.text(f"{field}_zh", most=most, required=required),
            self.text(f"{field}_en", most=most, required=required),
        )

    def one_of(self, field: str, allowed: Sequence[str]) -> str:
        value = self.get(field)
        if value not in allowed:
            self.refuse(field, N_("Please choose one."))
            return allowed[0] if allowed else ""
        return value

    def uuid(self, field: str) -> UUID:
        return self._read(field, UUID, UUID(int=0), N_("Please choose one."))

    def uuids(self, field: str) -> tuple[UUID, ...]:
        try:
            return tuple(UUID(value) for value in self.all(field))
        except ValueError:
            self.refuse(field, N_("Please choose one."))
            return ()

    def day(self, field: str) -> date:
        day = self._read(field, date.fromisoformat, date.min, N_("Please enter a date."))
        if not 2000 <= day.year <= 2100:
            self.refuse(field, N_("Enter a date between 2000 and 2100."))
        return day

    def number(self, field: str) -> int:
        """The place of something in a list, from 1; 0 if it is none."""
        return number_of(self.get(field))

    def flag(self, field: str) -> bool:
        return self.get(field) not in ("", "0", "false")

    def _read(self, field: str, kind: Callable[[str], T], stand_in: T, message: str) -> T:
        try:
            return kind(self.get(field).strip())
        except ValueError:
            self.refuse(field, message)
            return stand_in
