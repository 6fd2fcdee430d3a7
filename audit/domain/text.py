"""Text in the product's two languages."""

import re
from typing import Literal

import msgspec

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


# Control characters but tab and line break, and halves of a character: nobody has typed them,
# nobody could read them, and PostgreSQL does not take them all.
UNREADABLE = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")


# Marks that turn the order of letters around, for what comes after the text as well.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def unturned(text: str) -> str:
    return TURNING.sub("", text)


def readable(text: str) -> str:
    return unturned(UNREADABLE.sub("", text.replace("\r\n", "\n")))
