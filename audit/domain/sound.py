"""Whether what a checklist file says makes sense: responses, credits, texts, scoring."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec

from audit.domain.checklist import (
    AnyResponse,
    Cap,
    Choice,
    Count,
    CreditBand,
    Deduct,
    Framework,
    FreeText,
    Graded,
    Number,
    Points,
    ScoringRule,
    Seconds,
)
from audit.domain.source import Vocabulary
from audit.domain.text import Text
from audit.domain.troubles import Say, Troubles

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
TENTH = Decimal("0.1")


def check_id(name: str, say: Say) -> None:
    if not _ID.fullmatch(name):
        say(f"`{name}`: ids use small letters, digits, - _ and . only")


def check_unique(names: Iterable[str], what: str, say: Say) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            say(f"{what} `{name}` is there twice")
        seen.add(name)


def check_texts(thing: object, say: Say) -> None:
    """Every text inside the struct says something in both languages."""
    if isinstance(thing, Text):
        if not thing.zh.strip() or not thing.en.strip():
            say("a text is empty in one language")
    elif isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            check_texts(getattr(thing, name), say)
    elif isinstance(thing, tuple):
        for inner in thing:
            check_texts(inner, say)


# ---- responses and what they earn ----------------------------------------------------


def check_response(response: AnyResponse, marks: Iterable[str], say: Say) -> None:
    match response:
        case Seconds():
            _check_seconds(response, marks, say)
        case Choice():
            _check_choice(response, say)
        case Points(maximum=maximum):
            if maximum <= 0:
                say("the maximum must be above 0")
        case Number(minimum=least, maximum=most):
            if least is not None and most is not None and least > most:
                say("the minimum is above the maximum")
    if isinstance(response, Count | Seconds | Number):
        check_bands(response.bands, say)


def _check_seconds(response: Seconds, marks: Iterable[str], say: Say) -> None:
    for mark in (response.start, response.stop):
        if mark not in marks:
            say(f"there is no mark `{mark}`")
    if response.start == response.stop:
        say("it is timed from a mark to the same mark")


def _check_choice(response: Choice, say: Say) -> None:
    ids = [option.id for option in response.options]
    if len(ids) < 2:
        say("a choice needs at least two options")
    check_unique(ids, "option", say)
    if {"na", "not_observed"} & set(ids):
        say("`na` and `not_observed` are reserved answers")
    for option in response.options:
        check_id(option.id, say)
        check_credit(option.credit, say)


def check_bands(bands: tuple[CreditBand, ...], say: Say) -> None:
    for band in bands:
        check_credit(band.credit, say)
        if band.max is not None and band.min is not None:
            say("a credit band has `max` or `min`, not both")
    if bands and (bands[-1].max is not None or bands[-1].min is not None):
        say("the last credit band must take everything else: no `max`, no `min`")
    if any(band.max is None and band.min is None for band in bands[:-1]):
        say("a credit band after the one that takes everything else")
    upper = [band.max for band in bands if band.max is not None]
    lower = [band.min for band in bands if band.min is not None]
    if not _rising(upper) or not _rising(lower[::-1]):
        say("credit bands are out of order: `max` rises from band to band, `min` falls")


def _rising(values: Sequence[Decimal]) -> bool:
    return all(before < after for before, after in pairwise(values))


def check_credit(credit: Decimal | None, say: Say) -> None:
    if credit is not None and not 0 <= credit <= 1:
        say(f"credit {credit} is not between 0 and 1")


def credits_of(response: AnyResponse) -> tuple[Decimal, ...]:
    """Every credit the response can earn; empty when it is never scored."""
    match response:
        case Graded(grades=grades):
            return tuple(grade.credit for grade in grades)
        case Choice(options=options):
            return tuple(option.credit for option in options if option.credit is not None)
        case Count(bands=bands) | Seconds(bands=bands) | Number(bands=bands):
            return tuple(band.credit for band in bands)
        case FreeText():
            return ()
    return (Decimal(0), Decimal(1))


def check_reach(response: AnyResponse, weight: Decimal, critical: bool, say: Say) -> None:
    """100 points can be reached, and a critical item can be failed."""
    credits = credits_of(response)
    if weight < 0:
        say("the weight is below 0")
    if weight > 0 and credits and max(credits) != 1:
        say("no answer earns full credit (1)")
    if critical and (weight == 0 or 0 not in credits):
        say("is critical but can never be failed: it needs a weight and an answer with credit 0")


# ---- the scoring rule ----------------------------------------------------------------


def check_scoring(scoring: ScoringRule, parts: int, say: Say) -> None:
    minima = [band.minimum for band in scoring.bands]
    if not minima or minima[-1] != 0 or minima[0] > 100 or not _rising(minima[::-1]):
        say("score bands run from the highest minimum, at most 100, down to 0")
    check_unique((band.id for band in scoring.bands), "score band", say)
    for band in scoring.bands:
        check_id(band.id, say)
        _check_points(band.minimum, f"the minimum of `{band.id}`", say)
    match scoring.critical:
        case Cap(cap=points) | Deduct(points=points):
            _check_points(points, "`critical`", say)
    if not 0 <= scoring.minimum_coverage <= 1:
        say("`minimum_coverage` is a share between 0 and 1")
    if not 1 <= scoring.minimum_parts <= max(parts, 1):
        say("`minimum_parts` is at least 1 and at most the number of parts")
    if scoring.minimum_index_items < 1:
        say("`minimum_index_items` is at least 1")


def _check_points(points: Decimal, what: str, say: Say) -> None:
    """Scores are compared as they are printed, so a limit has one decimal too."""
    if not 0 <= points <= 100 or points % TENTH != 0:
        say(f"{what}: points are between 0 and 100 with at most one decimal")


# ---- the shared files ----------------------------------------------------------------


def check_vocabulary(vocabulary: Vocabulary, troubles: Troubles) -> None:
    for name in vocabulary.__struct_fields__:
        things = getattr(vocabulary, name)
        check_unique((thing.id for thing in things), "the id", troubles.at(name))
        for thing in things:
            check_id(thing.id, troubles.at(name, thing.id))
            check_texts(thing, troubles.at(name, thing.id))
    for scale in vocabulary.scales:
        say = troubles.at("scales", scale.id)
        if len(scale.grades) < 2:
            say("a scale needs at least two grades")
        check_unique((str(grade.value) for grade in scale.grades), "grade", say)
        for grade in scale.grades:
            check_credit(grade.credit, say)
    for mark in ("enter", "exit"):
        if mark not in {known.id for known in vocabulary.marks}:
            troubles.at("marks")(f"there is no mark `{mark}`, which every visit has")


def check_frameworks(frameworks: tuple[Framework, ...], troubles: Troubles) -> None:
    check_unique((framework.id for framework in frameworks), "framework", troubles.at())
    for framework in frameworks:
        say = troubles.at(framework.id)
        check_texts(framework, say)
        check_unique((entry.id for entry in framework.entries), "entry", say)
        check_unique((group.id for group in framework.groups), "group", say)
        groups = {group.id for group in framework.groups}
        for entry in framework.entries:
            if entry.group is not None and entry.group not in groups:
                troubles.at(framework.id, entry.id)(f"there is no group `{entry.group}`")
