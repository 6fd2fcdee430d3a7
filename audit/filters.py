"""How values are written on pages and on paper, per language."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from audit.domain.answer import Answer
from audit.domain.checklist import Item
from audit.domain.text import Language, Text
from audit.domain.wording import lasted, said

NOTHING = "—"
GAPS: dict[Language, Markup] = {"zh": Markup(""), "en": Markup(" ")}  # between sentences


def signed(change: Decimal | float | None, places: int = 1) -> str:
    if change is None:
        return NOTHING
    if round(change, places) == 0:
        return f"{0:.{places}f}"
    return f"{change:+.{places}f}".replace("-", "−")


def unbroken(when: str) -> Markup:
    """A day or moment as an element, which pages keep on one line."""
    return Markup("<time>{}</time>").format(when)


def filters(language: Language, zone: ZoneInfo) -> dict[str, Callable[..., str]]:
    """Jinja filters: `tr`, `points`, `signed`, `percent`, `day`, `moment`, `clock`, `duration`,
    `said`: an item's answer in words, `sentences`: several as running text, and `unbroken`."""

    def tr(text: Text | None) -> str:
        return "" if text is None else text.in_(language)

    def points(score: Decimal | float | None, places: int = 1) -> str:
        return NOTHING if score is None else f"{score:.{places}f}"

    def percent(share: Decimal | float | None) -> str:
        return NOTHING if share is None else f"{float(share) * 100:.0f}%"

    def day(when: date | datetime | None) -> str:
        if when is None:
            return NOTHING
        if isinstance(when, datetime):
            when = when.astimezone(zone).date()
        return when.isoformat()

    def moment(when: datetime | None) -> str:
        return NOTHING if when is None else f"{when.astimezone(zone):%Y-%m-%d %H:%M}"

    def clock(when: datetime | None, seconds: bool = False) -> str:
        if when is None:
            return NOTHING
        return f"{when.astimezone(zone):{'%H:%M:%S' if seconds else '%H:%M'}}"

    def duration(seconds: int | None) -> str:
        return NOTHING if seconds is None else lasted(int(seconds)).in_(language)

    def answer_said(item: Item, answer: Answer | None) -> str:
        return said(item, answer).in_(language)

    def sentences(several: Iterable[str]) -> Markup:
        """Chinese sentences follow each other without a space."""
        return GAPS[language].join(one for one in several if one)

    return {
        "tr": tr,
        "points": points,
        "signed": signed,
        "percent": percent,
        "day": day,
        "moment": moment,
        "unbroken": unbroken,
        "clock": clock,
        "duration": duration,
        "said": answer_said,
        "sentences": sentences,
    }
