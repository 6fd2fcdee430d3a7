"""Answers and score cards in plain form: what files and other programs read."""

from collections.abc import Mapping
from decimal import Decimal

from audit.domain.answer import Answer, read_answer
from audit.domain.card import ScoreCard
from audit.domain.checklist import Checklist
from audit.domain.problems import Invalid, Problem


def read_plain(
    checklist: Checklist, plain: Mapping[str, Mapping[str, object]]
) -> dict[str, Answer]:
    """Answers from `{checklist: {item: value | "na" | "not_observed"}}`; raises `Problem`
    naming the item."""
    answers = {}
    for part, items in plain.items():
        for name, said in items.items():
            key = f"{part}/{name}"
            try:
                answers[key] = read_answer(checklist, key, str(said))
            except Problem as problem:
                raise Invalid(f"{key}: {problem}") from problem
    return answers


def plain_card(card: ScoreCard) -> dict[str, object]:
    """The card as plain JSON values: scores as numbers, parts and sections by id."""

    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    return {
        "raw": number(card.raw),
        "final": number(card.final),
        "band": card.band,
        "veto": list(card.veto),
        "parts": {
            part.id: {
                "score": number(part.score),
                "sections": {section.id: number(section.score) for section in part.sections},
                "coverage": number(part.coverage),
            }
            for part in card.parts
        },
        "coverage": number(card.coverage),
        "cpt": {
            name: {"index": number(index.index), "items": index.items}
            for name, index in card.cpt.items()
        },
    }
