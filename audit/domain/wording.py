"""Answers in words, as people read them."""

from audit.domain.answer import Answer
from audit.domain.checklist import (
    Choice,
    Count,
    FreeText,
    Graded,
    Item,
    Number,
    Points,
    Seconds,
    YesNo,
)
from audit.domain.text import Text, unturned

_STATES = {
    "na": Text("不适用", "Does not apply"),
    "not_observed": Text("未观察到", "Not observed"),
}
_YES_NO = {"yes": Text("是", "Yes"), "no": Text("否", "No")}


def said(item: Item, answer: Answer | None) -> Text:
    if answer is None:
        return Text("未作答", "Not answered")
    return _STATES.get(answer.state) or _value(item, str(answer.value))


def lasted(seconds: int) -> Text:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return Text(f"{rest} 秒", f"{rest} s")
    return Text(f"{minutes} 分 {rest:02d} 秒", f"{minutes} min {rest:02d} s")


def _value(item: Item, value: str) -> Text:
    match item.response:
        case YesNo():
            return _YES_NO[value]
        case Graded(grades=grades):
            return next(grade.label for grade in grades if str(grade.value) == value)
        case Choice(options=options):
            return next(option.label for option in options if option.id == value)
        case Seconds():
            return lasted(int(value))
        case Points(maximum=maximum):
            return Text(f"{value} / {maximum} 分", f"{value} of {maximum} points")
        case Number(unit=Text() as unit):
            return Text(f"{value} {unit.zh}", f"{value} {unit.en}")
        case FreeText():
            return Text(unturned(value), unturned(value))
        case Count() | Number():
            return Text(value, value)
