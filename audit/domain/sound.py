"""Whether what a checklist file says makes sense: responses, credits, texts, scoring."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

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
from audit.domain.problems import N_
from audit.domain.source import Vocabulary
from audit.domain.text import Text
from audit.domain.troubles import Say, Troubles

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
TENTH = Decimal("0.1")
TWICE = N_("the id `%(name)s` is there twice")


def check_id(name: str, say: Say, field: str = "id") -> None:
    if not _ID.fullmatch(name):
        say(N_("`%(name)s`: ids use small letters, digits, - _ and . only"), name=name, field=field)


def check_unique(names: Iterable[str], message: str, say: Say, field: str = "") -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            say(message, name=name, field=field)
        seen.add(name)


def check_known(
    names: Iterable[str], known: Container[str], message: str, say: Say, field: str = ""
) -> None:
    for name in names:
        if name not in known:
            say(message, name=name, field=field)


def check_texts(thing: object, say: Say, field: str = "") -> None:
    """Every text inside the struct says something in both languages."""
    path = f"{field}." if field else ""
    if isinstance(thing, Text):
        if empty := [name for name in ("zh", "en") if not getattr(thing, name).strip()]:
            say(N_("a text is empty in one language"), field=f"{path}{empty[0]}")
    elif isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            check_texts(getattr(thing, name), say, f"{path}{name}")
    elif isinstance(thing, tuple):
        for number, inner in enumerate(thing):
            check_texts(inner, say, f"{path}{number}")


def check_fields(said: Mapping[str, object], say: Say) -> None:
    """The id and the texts, of those fields that could be read."""
    if "id" in said:
        check_id(str(said["id"]), say)
    for name, value in said.items():
        check_texts(value, say, name)


# ---- responses and what they earn ----------------------------------------------------


def check_response(response: AnyResponse, marks: Container[str], say: Say) -> None:
    match response:
        case Seconds():
            _check_seconds(response, marks, say)
        case Choice():
            _check_choice(response, say)
        case Points(maximum=maximum) | Count(maximum=int(maximum)):
            if maximum <= 0:
                say(N_("the maximum must be above 0"), field="response.maximum")
        case Number(minimum=least, maximum=most):
            if least is not None and most is not None and least > most:
                say(N_("the minimum is above the maximum"), field="response.minimum")
    if isinstance(response, Count | Seconds | Number):
        check_bands(response.bands, say)


def _check_seconds(response: Seconds, marks: Container[str], say: Say) -> None:
    no_mark = N_("there is no mark `%(name)s`")
    check_known((response.start, response.stop), marks, no_mark, say, "response")
    if response.start == response.stop:
        say(N_("it is timed from a mark to the same mark"), field="response.stop")


def _check_choice(response: Choice, say: Say) -> None:
    ids = [option.id for option in response.options]
    if len(ids) < 2:
        say(N_("a choice needs at least two options"), field="response.options")
    check_unique(ids, N_("option `%(name)s` is there twice"), say, "response.options")
    if {"na", "not_observed"} & set(ids):
        say(N_("`na` and `not_observed` are reserved answers"), field="response.options")
    for number, option in enumerate(response.options):
        place = f"response.options.{number}"
        check_id(option.id, say, place)
        check_credit(option.credit, say, place)


def check_bands(bands: tuple[CreditBand, ...], say: Say) -> None:
    place = "response.bands"
    for number, band in enumerate(bands):
        check_credit(band.credit, say, f"{place}.{number}")
        if band.max is not None and band.min is not None:
            said = N_("a credit band has `max` or `min`, not both")
            say(said, field=f"{place}.{number}")
    if bands and (bands[-1].max is not None or bands[-1].min is not None):
        said = N_("the last credit band must take everything else: no `max`, no `min`")
        say(said, field=place)
    if any(band.max is None and band.min is None for band in bands[:-1]):
        say(N_("a credit band after the one that takes everything else"), field=place)
    upper = [band.max for band in bands if band.max is not None]
    lower = [band.min for band in bands if band.min is not None]
    if not _rising(upper) or not _rising(lower[::-1]):
        said = N_("credit bands are out of order: `max` rises from band to band, `min` falls")
        say(said, field=place)


def _rising(values: Sequence[Decimal]) -> bool:
    return all(before < after for before, after in pairwise(values))


def check_credit(credit: Decimal | None, say: Say, field: str = "") -> None:
    if credit is not None and not 0 <= credit <= 1:
        say(N_("credit %(credit)s is not between 0 and 1"), credit=credit, field=field)


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
        say(N_("the weight is below 0"), field="weight")
    if weight > 0 and credits and max(credits) != 1:
        say(N_("no answer earns full credit (1)"), field="response")
    if critical and (weight == 0 or 0 not in credits):
        said = N_(
            "is critical but can never be failed: it needs a weight and an answer with credit 0"
        )
        say(said, field="critical")


# ---- the scoring rule ----------------------------------------------------------------


def check_scoring(scoring: ScoringRule, parts: int, say: Say) -> None:
    minima = [band.minimum for band in scoring.bands]
    if not minima or minima[-1] != 0 or minima[0] > 100 or not _rising(minima[::-1]):
        said = N_("score bands run from the highest minimum, at most 100, down to 0")
        say(said, field="bands")
    twice = N_("score band `%(name)s` is there twice")
    check_unique((band.id for band in scoring.bands), twice, say, "bands")
    for number, band in enumerate(scoring.bands):
        check_id(band.id, say, f"bands.{number}")
        if not _is_score(band.minimum):
            say(
                N_(
                    "the minimum of `%(band)s`: "
                    "points are between 0 and 100 with at most one decimal"
                ),
                band=band.id,
                field=f"bands.{number}.minimum",
            )
    match scoring.critical:
        case Cap(cap=points) | Deduct(points=points):
            if not _is_score(points):
                limits = N_("`critical`: points are between 0 and 100 with at most one decimal")
                say(limits, field="critical")
    if not 0 <= scoring.minimum_coverage <= 1:
        said = N_("`minimum_coverage` is a share between 0 and 1")
        say(said, field="minimum_coverage")
    if not 1 <= scoring.minimum_parts <= max(parts, 1):
        said = N_("`minimum_parts` is at least 1 and at most the number of parts")
        say(said, field="minimum_parts")
    if scoring.minimum_index_items < 1:
        say(N_("`minimum_index_items` is at least 1"), field="minimum_index_items")


def check_made_of(said: Mapping[str, Any], parts: bool, say: Say) -> None:
    """What asks nothing yet is not told what it should have been."""
    if not said.get("sections") and not parts:
        nothing = N_("has neither sections nor parts: there is nothing to ask")
        say(nothing, field="parts" if "parts" in said else "sections")
        return
    if said.get("sections") and parts:
        twofold = N_("has both parts and sections; a checklist is one or the other")
        say(twofold, field="sections")
    if "scoring" in said and (said["scoring"].method == "weighted_parts") != parts:
        only = N_("`weighted_parts` is how a checklist made of parts is scored, and only that")
        say(only, field="scoring.method")
    if "kind" in said and (said["kind"] == "composite") != parts:
        composed = N_("the kind `composite` is for checklists made of parts, and only those")
        say(composed, field="kind")


def _is_score(points: Decimal) -> bool:
    """Scores are compared as they are printed, so a limit has one decimal too."""
    return 0 <= points <= 100 and points % TENTH == 0


# ---- the shared files ----------------------------------------------------------------


def check_vocabulary(vocabulary: Vocabulary, troubles: Troubles) -> None:
    for name in vocabulary.__struct_fields__:
        things = getattr(vocabulary, name)
        check_unique((thing.id for thing in things), TWICE, troubles.at(name))
        for thing in things:
            check_id(thing.id, troubles.at(name, thing.id))
            check_texts(thing, troubles.at(name, thing.id))
    for scale in vocabulary.scales:
        say = troubles.at("scales", scale.id)
        if len(scale.grades) < 2:
            say(N_("a scale needs at least two grades"))
        values = (str(grade.value) for grade in scale.grades)
        check_unique(values, N_("grade `%(name)s` is there twice"), say)
        for grade in scale.grades:
            check_credit(grade.credit, say)
    for mark in ("enter", "exit"):
        if mark not in {known.id for known in vocabulary.marks}:
            say = troubles.at("marks")
            say(N_("there is no mark `%(name)s`, which every visit has"), name=mark)


def check_frameworks(frameworks: tuple[Framework, ...], troubles: Troubles) -> None:
    ids = (framework.id for framework in frameworks)
    check_unique(ids, N_("framework `%(name)s` is there twice"), troubles.at())
    for framework in frameworks:
        say = troubles.at(framework.id)
        check_texts(framework, say)
        entries = (entry.id for entry in framework.entries)
        check_unique(entries, N_("entry `%(name)s` is there twice"), say)
        check_unique(
            (group.id for group in framework.groups), N_("group `%(name)s` is there twice"), say
        )
        groups = {group.id for group in framework.groups}
        for entry in framework.entries:
            if entry.group is not None and entry.group not in groups:
                say = troubles.at(framework.id, entry.id)
                say(N_("there is no group `%(name)s`"), name=entry.group)
