from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.answer import (
    Answer,
    Progress,
    accept,
    progress,
    read_answer,
    settled,
    timed_seconds,
    with_timings,
)
from audit.domain.checklist import (
    Choice,
    Count,
    CreditBand,
    FreeText,
    Gate,
    Number,
    Option,
    Points,
    Seconds,
    YesNo,
)
from audit.domain.deed import Deed, events_from
from audit.domain.event import (
    AnswerEvent,
    Capture,
    digest,
    follow,
    hashed,
    project,
    read_event,
    root,
    written,
)
from audit.domain.problems import Invalid, NotFound
from audit.domain.text import Text, readable
from audit.domain.wording import said as worded
from tests.domain.small import THREE, WORD, checklist, item, part, plain

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
VISIT = UUID(int=99)
YES, NO = Answer("answered", "yes"), Answer("answered", "no")
names = count(1)


def event(kind="answer", item="s/1", answer=None, text=None, **more) -> AnswerEvent:
    """An event of phone `p` at Lamport time `at`, made on top of `on`."""
    at = more.pop("at", 1)
    return hashed(
        AnswerEvent(
            id=more.pop("id", UUID(int=next(names))),
            visit=VISIT,
            device=more.pop("device", "p"),
            seq=more.pop("seq", at),
            lamport=at,
            kind=kind,
            item=item,
            checklist="c",
            wall=NOON + timedelta(minutes=at),
            answer=answer,
            text=text,
            base=tuple(found.id for found in more.pop("on", ())),
        )
    )


def deed_events(
    deeds: list[Deed],
    capture: Capture | None = None,
    after: AnswerEvent | None = None,
    device: str = "p",
) -> list[AnswerEvent]:
    return events_from(
        deeds,
        capture or Capture(),
        visit=VISIT,
        device=device,
        after=after,
        checklist="c",
        wall=NOON,
        ids=iter(lambda: UUID(int=next(names)), None),
    )


# ---- projection ----------------------------------------------------------------------


def test_an_empty_log_says_nothing():
    assert project([]) == Capture()


def test_the_last_event_of_a_chain_is_the_answer_and_changes_are_counted():
    first = event(answer=YES, at=1)
    second = event(answer=NO, at=2, on=[first])

    said = project([first, second])

    assert said.answers == {"s/1": NO}
    assert said.heads == {"answer:s/1": (second.id,)}
    assert said.conflicts == {}
    assert said.changes == {"s/1": 1}
    assert (said.answered_at, said.lamport) == ({"s/1": second.wall}, 2)
    assert (said.first_at, said.last_at) == (first.wall, second.wall)


def test_two_phones_that_did_not_know_of_each_other_are_a_conflict_that_keeps_both():
    first = event(answer=YES, at=3, device="a")
    other = event(answer=NO, at=2, device="b")

    said = project([first, other])

    assert said.answers == {"s/1": YES}  # provisionally: the higher Lamport number
    assert said.conflicts == {"answer:s/1": (other, first)}


def test_two_phones_that_said_the_same_are_no_conflict():
    said = project([event(answer=YES, at=1, device="a"), event(answer=YES, at=1, device="b")])

    assert said.answers == {"s/1": YES}
    assert said.conflicts == {}
    assert len(said.heads["answer:s/1"]) == 2


def test_an_answer_on_top_of_both_settles_a_conflict():
    first = event(answer=YES, at=1, device="a")
    other = event(answer=NO, at=1, device="b")
    last = event(answer=NO, at=2, device="a", on=[first, other])

    said = project([last, first, other])

    assert (said.answers, said.conflicts) == ({"s/1": NO}, {})


def test_a_clear_takes_the_answer_back_and_an_answer_on_top_gives_it_again():
    first = event(answer=YES, at=1)
    clear = event("clear", at=2, on=[first])
    again = event(answer=YES, at=3, on=[clear])

    assert project([first, clear]).answers == {}
    assert project([first, clear, again]).answers == {"s/1": YES}


def test_a_clear_beside_an_answer_is_a_conflict():
    first = event(answer=YES, at=1)
    clear = event("clear", at=2, device="a", on=[first])
    change = event(answer=NO, at=2, device="b", on=[first])

    said = project([first, clear, change])

    assert said.answers == {"s/1": NO}
    assert set(said.conflicts) == {"answer:s/1"}


def test_notes_marks_and_what_was_remembered_have_their_places():
    note = event("note", text="dusty", at=1)
    mark = event("mark", item="mark/enter", text="2026-11-20T12:01:00+08:00", at=2)
    thought = event("remember", item="stage/waiting", text="two counters shut", at=3)
    same = event("remember", item="stage/waiting", text="two counters shut", at=4)

    said = project([same, note, thought, mark])

    assert said.notes == {"s/1": "dusty"}
    assert said.marks == {"enter": datetime(2026, 11, 20, 4, 1, tzinfo=UTC)}
    assert [(kept.stage, kept.text) for kept in said.remembered] == [
        ("waiting", "two counters shut"),
        ("waiting", "two counters shut"),
    ]
    assert said.answers == {}


def test_an_emptied_note_and_an_emptied_mark_are_gone():
    note = event("note", text="dusty", at=1)
    mark = event("mark", item="mark/enter", text=NOON.isoformat(), at=2)

    said = project(
        [
            note,
            mark,
            event("note", text="", at=3, on=[note]),
            event("mark", item="mark/enter", text="", at=4, on=[mark]),
        ]
    )

    assert (said.notes, said.marks) == ({}, {})


def test_an_event_cannot_take_back_another_items_answer():
    first = event(answer=YES, at=1)
    stray = event(item="s/2", answer=NO, at=2, on=[first])

    assert project([first, stray]).answers == {"s/1": YES, "s/2": NO}


def test_events_that_name_each_other_do_not_vanish():
    one, two = UUID(int=next(names)), UUID(int=next(names))
    first = msgspec.structs.replace(event(answer=YES, at=1, id=one), base=(two,))
    second = msgspec.structs.replace(event(answer=NO, at=2, id=two), base=(one, two))

    assert project([first, second]).answers == {"s/1": NO}


@st.composite
def logs(draw) -> list[AnswerEvent]:
    """What two or three devices may have written, each knowing some of the others' events."""
    log: list[AnswerEvent] = []
    for _ in range(draw(st.integers(0, 12))):
        device = draw(st.sampled_from(["a", "b", "c"]))
        known = [found for found in log if found.device == device or draw(st.booleans())]
        deed = draw(
            st.sampled_from(
                [
                    Deed("answer", "s/1", YES),
                    Deed("answer", "s/1", NO),
                    Deed("clear", "s/1"),
                    Deed("answer", "s/2", Answer("na")),
                    Deed("note", "s/1", text="dusty"),
                    Deed("note", "s/1", text=""),
                    Deed("mark", "mark/enter", text=NOON.isoformat()),
                    Deed("remember", "stage/waiting", text="busy"),
                ]
            )
        )
        own = max((e for e in log if e.device == device), key=lambda e: e.seq, default=None)
        log += deed_events([deed], project(known), own, device)
    return log


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeated_arrival_change_nothing(log, chance):
    arrived = [*log, *chance.sample(log, len(log) // 2)]
    chance.shuffle(arrived)

    assert project(arrived) == project(log)
    assert root(dict.fromkeys(arrived)) == root(log)


@given(logs(), logs())
def test_what_is_said_on_top_of_a_log_needs_no_second_reading_of_it(log, said):
    deeds = [Deed(event.kind, event.item, event.answer, event.text) for event in said]
    own = max((e for e in log if e.device == "a"), key=lambda e: e.seq, default=None)
    made = deed_events(deeds, project(log), own, "a")

    assert follow(project(log), made) == project([*log, *made])


@given(logs())
def test_nothing_said_is_ever_without_a_head(log):
    said = project(log)

    written = {
        f"{'answer' if e.kind == 'clear' else e.kind}:{e.item}" for e in log if e.kind != "remember"
    }
    assert set(said.heads) == written
    assert all(said.heads.values())
    assert len(said.remembered) == sum(e.kind == "remember" for e in log)


def test_a_backup_put_back_gives_two_events_one_number_and_both_are_kept():
    first = event(answer=YES, at=5, seq=5)
    second = event(answer=NO, at=5, seq=5)

    one, other = project([first, second]), project([second, first])

    assert one == other
    assert set(one.conflicts) == {"answer:s/1"}


# ---- hashes --------------------------------------------------------------------------


def test_an_events_hash_is_that_of_the_text_its_device_wrote():
    body = written(event(answer=YES)).replace('"wall":', '"wall" :')

    found = read_event(body)

    assert found.hash == digest(body) != event(answer=YES).hash


def test_an_events_own_text_gives_it_back_whatever_its_clocks_zone():
    there = timezone(timedelta(hours=8))
    elsewhere = event(answer=YES).wall.astimezone(there)
    made = hashed(msgspec.structs.replace(event(answer=YES), wall=elsewhere))

    assert read_event(written(made)) == made
    assert "hash" not in written(made)


def test_the_root_of_a_log_changes_with_any_event():
    first, second = event(answer=YES, at=1), event(answer=NO, at=2)

    assert root([first, second]) == root([second, first])
    assert root([first]) != root([first, second])
    assert root([first]) != root([hashed(msgspec.structs.replace(first, text="x"))])


# ---- making events -------------------------------------------------------------------


def test_events_of_a_device_are_numbered_without_gaps_and_chained_by_hash():
    before = event(answer=YES, at=7, seq=3)

    made = deed_events(
        [Deed("answer", "s/1", NO), Deed("note", "s/1", text="dusty"), Deed("answer", "s/2", YES)],
        project([before]),
        before,
    )

    assert [found.seq for found in made] == [4, 5, 6]
    assert [found.lamport for found in made] == [8, 9, 10]
    assert [found.prev for found in made] == [before.hash, made[0].hash, made[1].hash]
    assert [found.base for found in made] == [(before.id,), (), ()]


def test_a_devices_first_event_has_number_1_and_no_predecessor():
    other = event(answer=YES, at=7, device="b")

    (made,) = deed_events([Deed("answer", "s/1", NO)], project([other]))

    assert (made.seq, made.prev, made.lamport, made.base) == (1, "", 8, (other.id,))


@pytest.mark.parametrize(
    "deed",
    [
        Deed("answer", "s/1", YES),
        Deed("clear", "s/9"),
        Deed("note", "s/1", text="dusty"),
        Deed("note", "s/9", text=""),
        Deed("note", "s/9"),
        Deed("mark", "mark/enter", text=NOON.isoformat()),
        Deed("mark", "mark/exit", text=""),
        Deed("mark", "mark/exit"),
    ],
)
def test_saying_again_what_is_said_makes_no_event_and_leaves_no_gap(deed):
    said = deed_events(
        [
            Deed("answer", "s/1", YES),
            Deed("note", "s/1", text="dusty"),
            Deed("mark", "mark/enter", text=NOON.isoformat()),
        ]
    )

    made = deed_events([deed, Deed("answer", "s/2", NO)], project(said), said[-1])

    assert [(found.item, found.seq) for found in made] == [("s/2", 4)]


def test_remembering_the_same_twice_is_two_memories():
    thought = Deed("remember", "stage/waiting", text="busy")

    assert len(deed_events([thought, thought])) == 2


def test_saying_one_side_of_a_conflict_again_settles_it():
    sides = [event(answer=YES, at=2, device="a"), event(answer=NO, at=1, device="b")]

    (made,) = deed_events([Deed("answer", "s/1", YES)], project(sides))

    assert project([*sides, made]).conflicts == {}
    assert project([*sides, made]).answers == {"s/1": YES}


def test_deeds_on_one_item_follow_each_other():
    before = event(answer=YES, at=1)
    deeds = [
        Deed("answer", "s/1", NO),
        Deed("answer", "s/1", NO),
        Deed("clear", "s/1"),
        Deed("answer", "s/1", YES),
    ]

    made = deed_events(deeds, project([before]), before)

    assert [found.base for found in made] == [(before.id,), (made[0].id,), (made[1].id,)]
    said = project([before, *made])
    assert (said.answers, said.conflicts) == ({"s/1": YES}, {})


# ---- what an item accepts ------------------------------------------------------------


def gated():
    items = [item("s/1"), item("s/2", THREE, na="not_allowed"), item("s/3", Points(Decimal(10)))]
    return checklist(
        part("s", {"x": items}),
        items=items,
        gates=(Gate("s/open", WORD, "no", "arrival", ("s/2",)),),
        facts=(item("s/day", FreeText(), 0, required=True), item("s/desk", FreeText(), 0)),
    )


def test_an_unknown_item_is_not_found():
    with pytest.raises(NotFound):
        read_answer(gated(), "s/9", "yes")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("s/1", ""),
        ("s/1", "maybe"),
        ("s/2", "na"),
        ("s/2", "3"),
        ("s/open", "na"),
        ("s/open", "not_observed"),
        ("s/day", " "),
        ("s/day", "x" * 4001),
    ],
)
def test_what_an_item_does_not_accept_is_refused(key, said):
    with pytest.raises(Invalid):
        read_answer(gated(), key, said)


def test_what_an_item_accepts_is_read():
    found = gated()

    said = {
        key: read_answer(found, key, text)
        for key, text in (
            ("s/1", "na"),
            ("s/2", "not_observed"),
            ("s/open", "no"),
            ("s/day", "  Monday "),
        )
    }

    assert said == {
        "s/1": Answer("na"),
        "s/2": Answer("not_observed"),
        "s/open": NO,
        "s/day": Answer("answered", "Monday"),
    }


@pytest.mark.parametrize(
    ("said", "kept"),
    [("7", 7), ("7.0", 7), (" 7.50 ", "7.5"), ("７", 7), ("-0", 0), ("0.000001", "0.000001")],
)
def test_numbers_are_kept_as_whole_numbers_or_as_decimal_text(said, kept):
    assert accept(item("s/1", Number()), said) == Answer("answered", kept)


def test_a_count_with_a_maximum_accepts_no_more():
    five = item("s/1", Count(maximum=5))

    assert accept(five, "5") == Answer("answered", 5)
    with pytest.raises(Invalid, match="Enter a whole number from 0 to 5"):
        accept(five, "6")
    assert accept(item("s/1", Count()), "6") == Answer("answered", 6)


@pytest.mark.parametrize(
    "said", ["1e999999999", "1e-999999999", "9" * 4000, "nan", "-inf", "1,5", "", "0x10"]
)
@pytest.mark.parametrize("response", [Number(), Count(), Points(Decimal(10)), THREE])
def test_absurd_numbers_are_refused_at_once(response, said):
    with pytest.raises(Invalid):
        accept(item("s/1", response), said)


# ---- a whole visit -------------------------------------------------------------------


def test_a_shut_gate_makes_its_items_not_applicable_and_keeps_the_taps():
    answers = {"s/open": NO, "s/2": Answer("answered", 2)}

    shut = settled(gated(), answers)
    opened = settled(gated(), {**answers, "s/open": YES})

    assert shut == {"s/2": Answer("na", gated=True)}
    assert opened == {"s/2": Answer("answered", 2)}


def test_progress_counts_what_applies_and_names_what_is_open():
    found = gated()

    begun = progress(found, {"s/1": YES})
    shut = progress(found, {"s/1": YES, "s/open": NO})
    done = progress(
        found,
        {
            "s/1": Answer("na"),
            "s/open": NO,
            "s/3": Answer("not_observed"),
            "s/day": Answer("answered", "Monday"),
        },
    )

    assert begun == Progress(5, 1, ("s/2", "s/3", "s/day", "s/open"))
    assert shut == Progress(4, 2, ("s/3", "s/day"))
    assert done == Progress(4, 4, ())


BANDS = (CreditBand(Decimal(1), max=Decimal(60)), CreditBand(Decimal(0)))
TIMED = item("s/wait", Seconds("enter", "exit", bands=BANDS))


def at(**seconds: float) -> dict[str, datetime]:
    return {mark: NOON + timedelta(seconds=after) for mark, after in seconds.items()}


@pytest.mark.parametrize(
    ("marks", "seconds"),
    [
        (at(enter=0, exit=59.9), 59),
        (at(enter=0, exit=0), 0),
        (at(enter=0), None),
        (at(enter=5, exit=0), None),
        (at(enter=0, exit=86_400), 86_400),
        (at(enter=0, exit=86_401), None),
    ],
)
def test_seconds_are_those_between_the_two_marks(marks, seconds):
    assert timed_seconds(TIMED.response, marks) == seconds


def test_marks_fill_unanswered_timings_and_typed_ones_win():
    found = plain([TIMED, item("s/1")])
    marks = at(enter=0, exit=45)

    assert with_timings(found, {}, marks) == {"s/wait": Answer("answered", 45)}
    for said in (Answer("answered", 50), Answer("na"), Answer("not_observed")):
        assert with_timings(found, {"s/wait": said}, marks) == {"s/wait": said}


RESPONSES = (
    YesNo(),
    THREE,
    Choice((Option("a", WORD), Option("b", WORD))),
    Count((CreditBand(Decimal(1), max=Decimal(0)), CreditBand(Decimal(0)))),
    Seconds("a", "b", bands=(CreditBand(Decimal(1)),)),
    Points(Decimal(1000)),
    Number(bands=(CreditBand(Decimal(1)),)),
    Number(Decimal(-5), Decimal("7.5")),
    FreeText(),
)


@given(
    st.sampled_from(RESPONSES),
    st.one_of(
        st.sampled_from(["1e-20", ".1234567890123456789", "1e20", "-1e19", "-0", "0e9", "yes"]),
        st.text("0123456789.eE+-", min_size=1, max_size=20),
        st.text("abesyno 12\n", min_size=1),
    ),
)
def test_what_is_accepted_is_accepted_again_as_it_was_stored(response, said):
    asked = item("s/1", response)
    try:
        stored = accept(asked, said)
    except Invalid:
        return

    assert accept(asked, stored.value) == stored


@pytest.mark.parametrize("said", ["1e-20", ".1234567890123456789", "1e20", "1_0"])
def test_a_number_that_would_be_written_out_too_long_or_is_no_number_is_refused(said):
    with pytest.raises(Invalid):
        accept(item("s/1", Number()), said)


def test_marks_that_turn_letters_around_are_kept_in_the_log_and_left_out_in_reading():
    turning = "\u202etxt\u202c \u2066b\u2069"
    said = [
        event("note", text=turning),
        event("remember", "stage/enter", text=turning),
    ]

    capture = project(said)

    assert capture.notes == {"s/1": "txt b"}
    assert [one.text for one in capture.remembered] == ["txt b"]
    assert [one.text for one in said] == [turning, turning]


def test_a_name_that_is_typed_turns_nothing_around():
    assert readable("Ann\u202e \u2068(gnirts)\u2069") == "Ann (gnirts)"


def test_times_are_worded_as_everywhere_else():
    timed = item("s/1", Seconds("enter", "exit", ()))

    assert worded(timed, Answer("answered", 765)) == Text("12 分 45 秒", "12 min 45 s")
    assert worded(timed, Answer("answered", 59)) == Text("59 秒", "59 s")
