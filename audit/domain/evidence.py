"""The photos of a report, in the order of what they bear out."""

from collections.abc import Mapping

from audit.domain.checklist import Checklist
from audit.domain.photo import Picture
from audit.domain.report import Evidence
from audit.domain.report_items import lost_by, named
from audit.domain.scoring import ScoreCard

PRINTED = 24  # two pages


def in_report_order(
    checklist: Checklist, card: ScoreCard, photos: Mapping[str, tuple[Picture, ...]]
) -> tuple[tuple[str, Picture], ...]:
    """By item: what cost points first, as the report lists it, then as the checklist asks."""
    keys = dict.fromkeys([*lost_by(card), *(item.key for item in checklist.items)])
    return tuple((key, picture) for key in keys for picture in photos.get(key, ()))


def evidence_of(
    checklist: Checklist,
    card: ScoreCard,
    photos: Mapping[str, tuple[Picture, ...]],
    notes: Mapping[str, str],
) -> tuple[Evidence, ...]:
    """A note stands beside the first photo of its item."""
    return tuple(
        Evidence(
            number=number,
            item=named(checklist.by_key[key]),
            note=notes.get(key, "") if picture == photos[key][0] else "",
            sha=picture.photo.sha,
            width=picture.width,
            height=picture.height,
            printed=number <= PRINTED,
        )
        for number, (key, picture) in enumerate(in_report_order(checklist, card, photos), 1)
    )
