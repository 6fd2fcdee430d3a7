"""What an item accepts for an answer, and what a visit's answers come to."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

import msgspec

from audit.domain.checklist import (
    Checklist,
    Choice,
    Count,
    FreeText,
    Gate,
    Graded,
    Item,
    Number,
    Points,
    Seconds,
    YesNo,
)
from audit.domain.deed import Deed, changes_nothing, events_from
from audit.domain.event import (
    Answer,
    AnswerEvent,
    Capture,
    EventKind,
    Remembered,
    State,
    Value,
    project,
    register,
    register_of,
    root,
)
from audit.domain.problems import N_, Invalid, NotFound

__all__ = [
    "LONGEST_NOTE",
    "Answer",
    "AnswerEvent",
    "Capture",
    "Deed",
    "EventKind",
    "Progress",
    "Remembered",
    "State",
    "Value",
    "accept",
    "changes_nothing",
    "events_from",
    "progress",
    "project",
    "read_answer",
    "register",
    "register_of",
    "root",
    "settled",
    "shut",
    "timed_seconds",
    "with_timings",
]  # fmt: skip

LONGEST_NOTE = 4000
LONGEST_NUMBER = 20
MOST = 86_400  # counts, and the seconds of a day


# ---- what an item accepts ------------------------------------------------------------


def read_answer(checklist: Checklist, key: str, said: str) -> Answer:
    """The answer a form field means: a value in text, `na` or `not_observed`.

    Raises `NotFound` for a key the checklist does not ask, `Invalid` for a value it does
    not accept. Out of range is refused, never clamped.
    """
    if key in checklist.gate_by_key:
        return _one_of(said, ("yes", "no"))
    item = checklist.by_key.get(key)
    if item is None:
        raise NotFound(N_("This checklist has no such item."))
    if said == "na":
        if item.na == "not_allowed":
            raise Invalid(N_("This item always applies. Choose one of the answers."))
        return Answer("na")
    if said == "not_observed":
        return Answer("not_observed")
    return accept(item, said)


def accept(item: Item, said: object) -> Answer:
    """A checked value of the item's own kind; raises `Invalid`."""
    match item.response:
        case YesNo():
            return _one_of(said, ("yes", "no"))
        case Graded(grades=grades):
            number = _whole(said)
            if number not in {grade.value for grade in grades}:
                raise Invalid(N_("Choose one of the answers."))
            return Answer("answered", number)
        case Choice(options=options):
            return _one_of(said, tuple(option.id for option in options))
        case Count(maximum=int(most)):
            return _number_to(said, most)
        case Count() | Seconds():
            return _number_to(said, MOST)
        case Points(maximum=maximum):
            points = _decimal(said)
            if not 0 <= points <= maximum:
                raise Invalid(N_("Enter points from 0 to %(most)s."), most=maximum)
            return Answer("answered", _written(points))
        case Number(minimum=least, maximum=most):
            value = _decimal(said)
            if (least is not None and value < least) or (most is not None and value > most):
                raise Invalid(
                    N_("Enter a number from %(least)s to %(most)s."),
                    least="−∞" if least is None else least,
                    most="∞" if most is None else most,
                )
            return Answer("answered", _written(value))
        case FreeText():
            text = str(said).strip()
            if not text or len(text) > LONGEST_NOTE:
                raise Invalid(N_("Write between 1 and %(most)s characters."), most=LONGEST_NOTE)
            return Answer("answered", text)


def _number_to(said: object, most: int) -> Answer:
    number = _whole(said)
    if not 0 <= number <= most:
        raise Invalid(N_("Enter a whole number from 0 to %(most)s."), most=most)
    return Answer("answered", number)


def _one_of(said: object, allowed: tuple[str, ...]) -> Answer:
    if said not in allowed:
        raise Invalid(N_("Choose one of the answers."))
    return Answer("answered", str(said))


def _whole(said: object) -> int:
    number = _decimal(said)
    if number != number.to_integral_value():
        raise Invalid(N_("Enter a whole number."))
    return int(number)


def _decimal(said: object) -> Decimal:
    text = str(said).strip()
    try:
        plain = len(text) <= LONGEST_NUMBER and "_" not in text  # Python takes 1_0 for 10
        number = Decimal(text if plain else "NaN")
    except InvalidOperation:
        raise Invalid(N_("Enter a number.")) from None
    # An exponent could ask for a billion digits: what is written out is short.
    if not number.is_finite() or abs(int(number.as_tuple().exponent)) > LONGEST_NUMBER:
        raise Invalid(N_("Enter a number."))
    return number


def _written(number: Decimal) -> str | int:
    """What is stored, which is no longer than what may be typed: it is read the same way."""
    whole = number == number.to_integral_value()
    written = int(number) if whole else f"{number.normalize():f}"
    if len(str(written)) > LONGEST_NUMBER:
        raise Invalid(N_("Enter a number."))
    return written


# ---- reading a whole visit -----------------------------------------------------------


def shut(gate: Gate, answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(gate.key)
    return answer is not None and answer.value == gate.when


def settled(checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Answers with the gates applied: a shut gate's items are N/A whatever was tapped.

    The taps stay in the log and count again when the gate is opened.
    """
    result = {key: answer for key, answer in answers.items() if key in checklist.by_key}
    for gate in checklist.gates:
        if shut(gate, answers):
            result.update(dict.fromkeys(gate.items, Answer("na", gated=True)))
    return result


def timed_seconds(response: Seconds, marks: Mapping[str, datetime]) -> int | None:
    """Whole seconds between the item's two marks; None unless both are set, in order and
    within a day of each other."""
    start, stop = marks.get(response.start), marks.get(response.stop)
    if start is None or stop is None or stop < start:
        return None
    seconds = int((stop - start).total_seconds())
    return seconds if seconds <= MOST else None


def with_timings(
    checklist: Checklist, answers: Mapping[str, Answer], marks: Mapping[str, datetime]
) -> dict[str, Answer]:
    """Answers with each unanswered seconds item filled from its marks; typed values win."""
    result = dict(answers)
    for item in checklist.items:
        if item.key not in result and isinstance(item.response, Seconds):
            seconds = timed_seconds(item.response, marks)
            if seconds is not None:
                result[item.key] = Answer("answered", seconds)
    return result


class Progress(msgspec.Struct, frozen=True):
    """How far a visit is: the questions that count (items that apply, required facts, gates),
    how many have any answer, which have none."""

    applies: int
    done: int
    open: tuple[str, ...]  # in that order


def progress(checklist: Checklist, answers: Mapping[str, Answer]) -> Progress:
    now = settled(checklist, answers)
    asked = [*checklist.items, *(fact for fact in checklist.facts if fact.required)]
    applying = [item.key for item in asked if not (item.key in now and now[item.key].gated)]
    counted = [*applying, *checklist.gate_by_key]
    unanswered = tuple(key for key in counted if key not in now and key not in answers)
    return Progress(len(counted), len(counted) - len(unanswered), unanswered)
