"""The audit log of ODK Collect: docs.getodk.org/form-audit-log."""

import csv
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from audit.domain.event import Answer, AnswerEvent
from audit.domain.odk import HEAD, audit_log
from audit.render.sheets import write_log

OPENED = datetime(2018, 4, 10, 23, 36, 40, tzinfo=UTC)  # 1523403400000
FIRST, SECOND, OTHER = "page 1", "page 2", "b" * 32


def event(number, kind="answer", item="rules-24/r01", **more) -> AnswerEvent:
    """`monotonic` after the first second of its page, unless said."""
    settings = {
        "device": "a" * 32,
        "seq": number,
        "wall": OPENED + timedelta(seconds=number),
        "monotonic": 1000.0 * number,
        "boot": FIRST,
        **more,
    }
    return AnswerEvent(
        id=UUID(int=number),
        visit=UUID(int=99),
        lamport=number,
        kind=kind,
        item=item,
        checklist="",
        **settings,
    )


def table(*events):
    return list(csv.DictReader(write_log(audit_log(events, "S01")).decode().splitlines(True)))


def lines(*events):
    return write_log(audit_log(events, "S01")).decode()


def test_the_file_is_as_the_documentation_has_it():
    said = event(1, answer=Answer("answered", 2), began=400.0)
    changed = event(3, answer=Answer("na"), began=2500.0, base=(said.id,))

    assert lines(said, changed, event(4, "submit", "visit")) == (
        "event,node,start,end,old-value,new-value,user,change-reason\n"
        "form start,,1523403400400,,,,S01,\n"
        "question,/data/rules-24/r01,1523403400400,1523403401000,,2,S01,\n"
        "question,/data/rules-24/r01,1523403402500,1523403403000,2,na,S01,\n"
        "form finalize,,1523403404000,,,,S01,\n"
    )


def test_time_is_counted_from_the_first_moment_of_a_page_whatever_its_clock_is_set_to():
    before = event(1, answer=Answer("answered", 2))
    set_back = OPENED - timedelta(days=400)

    rows = table(before, event(2, item="rules-24/r02", wall=set_back))

    assert [row["end"] for row in rows if row["event"] == "question"] == [
        "1523403401000",
        "1523403402000",
    ]


def test_a_page_opened_anew_or_another_phone_resumes_the_form():
    rows = table(
        event(1, answer=Answer("answered", 2)),
        event(2, answer=Answer("answered", 1), boot=SECOND, monotonic=50.0),
        event(3, answer=Answer("answered", 1), boot="x", device=OTHER, monotonic=50.0),
    )

    assert [row["event"] for row in rows] == [
        "form start", "question", "form resume", "question", "form resume", "question",
    ]  # fmt: skip


def test_without_the_moment_of_coming_a_question_takes_no_time():
    (row,) = (row for row in table(event(1)) if row["event"] == "question")

    assert row["start"] == row["end"] == "1523403401000"


def test_a_decision_has_its_reason_and_is_the_auditors():
    first = event(1, answer=Answer("answered", 2))
    decided = event(
        5, answer=Answer("answered", 1), base=(first.id,), device="server", boot="",
        monotonic=None, reason='He said "one", twice',
    )  # fmt: skip

    rows = table(first, decided)

    assert [(row["event"], row["user"], row["change-reason"]) for row in rows[2:]] == [
        ("question", "auditor", ""),
        ("change reason", "auditor", 'He said "one", twice'),
    ]
    assert '"He said ""one"", twice"\n' in lines(first, decided)


def test_a_return_resumes_the_form_with_its_reason():
    rows = table(event(1), event(2, "reopen", "visit", text="Please look again."))

    assert [(row["event"], row["change-reason"]) for row in rows[2:]] == [
        ("form resume", ""),
        ("change reason", "Please look again."),
    ]


def test_answers_are_told_only_where_they_differ():
    first = event(1, "note", text="门口有保安")
    same = event(2, "note", text="门口有保安", base=(first.id,))
    gone = event(3, "note", text="", base=(same.id,))

    rows = table(first, same, gone)

    assert [(row["node"], row["old-value"], row["new-value"]) for row in rows[1:]] == [
        ("/data/note/rules-24/r01", "", "门口有保安"),
        ("/data/note/rules-24/r01", "", ""),
        ("/data/note/rules-24/r01", "门口有保安", ""),
    ]


@pytest.mark.parametrize("said", ["=1+1", "+SUM(A1)", "-2+3", "@x", "\t=1", "＝1"])
def test_no_cell_is_a_formula(said):
    rows = table(event(1, "note", text=said))

    assert rows[1]["new-value"] == f"'{said}"


def test_a_negative_number_stays_a_number():
    rows = table(event(1, answer=Answer("answered", "-2.5")))

    assert rows[1]["new-value"] == "-2.5"


def test_an_empty_log_has_its_head():
    assert lines() == ",".join(HEAD) + "\n"
