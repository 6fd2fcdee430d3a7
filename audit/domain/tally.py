"""Forms of points: what was awarded of what could be, in the points people know them by."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec

from audit.domain.answer import Answer, settled
from audit.domain.checklist import Checklist, Points
from audit.domain.credit import credit, scored


class Tally(msgspec.Struct, frozen=True):
    awarded: Decimal
    possible: Decimal  # what was scored; what does not apply has left
    whole: Decimal  # of the form


def tally(checklist: Checklist, answers: Mapping[str, Answer]) -> Tally | None:
    """None unless everything scored is points of a maximum, all pooled."""
    asked = [item for item in checklist.items if scored(item)]
    pooled = all(part.method == "pooled_points" for part in checklist.parts)
    if not asked or not pooled or not all(isinstance(i.response, Points) for i in asked):
        return None
    now = settled(checklist, answers)
    awarded = possible = whole = Fraction(0)
    for item in asked:
        assert isinstance(item.response, Points)
        most = Fraction(item.weight) * Fraction(item.response.maximum)
        earned = credit(item, now.get(item.key))
        whole += most
        if earned is not None:
            awarded += earned * most
            possible += most
    return Tally(_points(awarded), _points(possible), _points(whole))


def _points(exact: Fraction) -> Decimal:
    """Sums of decimals end; 871, not 871.00."""
    points = Decimal(exact.numerator) / Decimal(exact.denominator)
    return (
        points.to_integral_value() if points == points.to_integral_value() else points.normalize()
    )
