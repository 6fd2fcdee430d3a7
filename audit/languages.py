"""Message catalogues. Message ids are English; every `locale/zh/*.po` is read at start."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from audit.domain.text import Language

FOLDER = Path(__file__).parent / "locale"


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language; English is its own."""
    if language == "en":
        return NullTranslations()
    merged = Catalog(locale="zh_Hans_CN")
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN"):
                if message.id:
                    merged.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(language: Language, message: str, **values: object) -> str:
    text = translations(language).gettext(message)
    return text % values if values else text
