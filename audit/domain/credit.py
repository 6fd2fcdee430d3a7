"""What one answer earns, exactly, and the one way of rounding."""

from decimal import Decimal
from fractions import Fraction

from audit.domain.answer import Answer, accept
from audit.domain.checklist import (
    Choice,
    Count,
    CreditBand,
    FreeText,
    Graded,
    Item,
    Number,
    Points,
    Seconds,
    YesNo,
)


def scored(item: Item) -> bool:
    """Whether the item can earn credit at all."""
    response = item.response
    if item.weight == 0 or isinstance(response, FreeText):
        return False
    if isinstance(response, Choice):
        return any(option.credit is not None for option in response.options)
    if isinstance(response, Count | Seconds | Number):
        return bool(response.bands)
    return True


def credit(item: Item, answer: Answer | None) -> Fraction | None:
    """What the answer earns in [0, 1]; None when it is not scored.

    Raises `Invalid` for a value the item does not accept: refused here too, never clamped.
    """
    if answer is None or not scored(item) or answer.state == "not_observed":
        return None
    if answer.state == "na":
        return Fraction(0) if na_is_missed(item, answer) else None
    said = accept(item, answer.value)
    match item.response:
        case YesNo(good=good):
            return Fraction(said.value == good)
        case Graded(grades=grades):
            return Fraction(next(g.credit for g in grades if g.value == said.value))
        case Choice(options=options):
            earned = next(o.credit for o in options if o.id == said.value)
            return None if earned is None else Fraction(earned)
        case Count(bands=bands) | Seconds(bands=bands) | Number(bands=bands):
            return _by_band(bands, said.number)
        case Points(maximum=maximum):
            return Fraction(said.number) / Fraction(maximum)
    return None


def na_is_missed(item: Item, answer: Answer) -> bool:
    """N/A tapped on an item whose policy is `zero`; a shut gate's N/A never is."""
    return answer.state == "na" and item.na == "zero" and not answer.gated


def _by_band(bands: tuple[CreditBand, ...], value: Decimal) -> Fraction:
    for band in bands:
        if (band.max is None or value <= band.max) and (band.min is None or value >= band.min):
            return Fraction(band.credit)
    return Fraction(0)


def rounded(exact: Fraction, places: int = 1) -> Decimal:
    """Half up, the one rounding of the rule."""
    scale = 10**places
    units = (exact * scale + Fraction(1, 2)).__floor__()
    return Decimal(units).scaleb(-places)
