"""Small checklists and answers for the tests of the domain: made by hand, or by Hypothesis."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from audit.domain.answer import Answer
from audit.domain.checklist import (
    AnyCritical,
    AnyResponse,
    Checklist,
    Choice,
    Count,
    CreditBand,
    Entry,
    FlagOnly,
    Framework,
    FrameworkEntry,
    Gate,
    Grade,
    Graded,
    Item,
    Option,
    Part,
    Points,
    ScoreBand,
    ScoringRule,
    Section,
    Source,
    Stage,
    YesNo,
)
from audit.domain.text import Text

WORD = Text("字", "word")
BANDS = (ScoreBand("good", Decimal(80), WORD), ScoreBand("bad", Decimal(0), WORD))
THREE = Graded(
    "three",
    tuple(Grade(value, Decimal(value) / 2, WORD) for value in (0, 1, 2)),
)


def item(key: str, response: AnyResponse | None = None, weight: object = 1, **more) -> Item:
    return Item(
        key, WORD, WORD, response or YesNo(), "arrival", weight=Decimal(str(weight)), **more
    )


def part(name: str, sections: dict[str, list[Item]], weights=None, share=100, method=None) -> Part:
    weights = weights or {}
    return Part(
        id=name,
        version="1.0.0",
        title=WORD,
        share=Decimal(share),
        method=method or "weighted_sections",
        sections=tuple(
            Section(
                id=section,
                title=WORD,
                weight=Decimal(str(weights.get(section, 1))),
                entries=tuple(Entry(found.key, found.weight) for found in items),
            )
            for section, items in sections.items()
        ),
    )


def checklist(
    *parts: Part,
    items: list[Item],
    critical: AnyCritical | None = None,
    gates: tuple[Gate, ...] = (),
    facts: tuple[Item, ...] = (),
    **rule,
) -> Checklist:
    return Checklist(
        id="small",
        version="1.0.0",
        kind="rules",
        title=WORD,
        summary=WORD,
        sources=(),
        filled_by="mystery_shopper",
        estimated_minutes=1,
        applies_to=("bank",),
        scoring=ScoringRule(
            method="weighted_sections",
            bands=BANDS,
            critical=critical or FlagOnly(),
            **rule,
        ),
        parts=parts,
        items=tuple({found.key: found for found in items}.values()),
        facts=facts,
        gates=gates,
        stages=(Stage("arrival", WORD, tuple(found.key for found in items)),),
        marks=(),
        frameworks=(
            Framework("f", WORD, "rules", Source("f.txt", "f"), (FrameworkEntry("1", WORD),)),
        ),
    )


def plain(items: list[Item], **rule) -> Checklist:
    """One part with one section."""
    return checklist(part("small", {"only": items}), items=items, **rule)


# ---- by Hypothesis -------------------------------------------------------------------

WEIGHTS = st.sampled_from([Decimal(text) for text in ("0", "0.5", "1", "2", "3", "7")])
RESPONSES: st.SearchStrategy[AnyResponse] = st.sampled_from(
    [
        YesNo(),
        YesNo(good="no"),
        THREE,
        Count((CreditBand(Decimal(1), max=Decimal(0)), CreditBand(Decimal(0)))),
        Choice((Option("a", WORD, Decimal(1)), Option("b", WORD, Decimal(0)), Option("c", WORD))),
        Points(Decimal(15)),
    ]
)


@st.composite
def checklists(draw: st.DrawFn, /, **rule: Any) -> Checklist:
    """One to three parts of one to three sections; some items stand in two parts."""
    items: list[Item] = []
    parts: list[Part] = []
    for name in draw(st.sampled_from(["a", "ab", "abc"])):
        sections: dict[str, list[Item]] = {}
        weights = {}
        for section in draw(st.sampled_from(["x", "xy", "xyz"])):
            own = [
                item(
                    f"{name}/{section}{number}",
                    draw(RESPONSES),
                    draw(WEIGHTS),
                    na=draw(st.sampled_from(["exclude", "zero"])),
                    critical=draw(st.sampled_from([False, False, True])),
                    cpt=draw(st.sampled_from([(), ("C",), ("P", "T")])),
                    frameworks=draw(st.sampled_from([(), ("f:1",)])),
                )
                for number in range(draw(st.integers(1, 4)))
            ]
            elsewhere = [found for found in items if not found.key.startswith(name)]
            twins = (
                draw(st.lists(st.sampled_from(elsewhere), max_size=2, unique=True))
                if (elsewhere and section == "x")
                else []
            )
            items += own
            sections[section] = [*own, *twins]
            weights[section] = draw(st.integers(1, 5))
        method = draw(st.sampled_from(["weighted_sections", "pooled_points"]))
        parts.append(part(name, sections, weights, draw(st.integers(1, 60)), method))
    return checklist(*parts, items=items, **rule)


def answer_to(response: AnyResponse) -> st.SearchStrategy[Answer]:
    values: st.SearchStrategy[Any]
    match response:
        case YesNo():
            values = st.sampled_from(["yes", "no"])
        case Graded():
            values = st.sampled_from([0, 1, 2])
        case Count():
            values = st.integers(0, 3)
        case Choice():
            values = st.sampled_from(["a", "b", "c"])
        case _:
            values = st.sampled_from([0, 3, "7.5", 15])
    return values.map(lambda value: Answer("answered", value))


@st.composite
def visits(draw: st.DrawFn, /, **rule: Any) -> tuple[Checklist, dict[str, Answer]]:
    """A checklist and answers to some of it."""
    found = draw(checklists(**rule))
    answers = {}
    for asked in found.items:
        answer = draw(
            st.one_of(
                answer_to(asked.response),
                answer_to(asked.response),
                st.sampled_from([Answer("na"), Answer("not_observed"), None]),
            )
        )
        if answer is not None:
            answers[asked.key] = answer
    return found, answers
