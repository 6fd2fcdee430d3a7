from datetime import date
from uuid import UUID

import pytest

from audit.domain.branch import Branch, Region
from audit.domain.planning import Known, misfit, refusal, share_out, strangeness, warnings
from audit.domain.text import Text
from audit.domain.visit import Wave
from tests.world import library, scenario

A, B, C = (UUID(int=number) for number in (1, 2, 3))
NORTH, SOUTH, EAST, WEST = (UUID(int=number) for number in (11, 12, 13, 14))
WAVE = Wave(UUID(int=21), Text("", ""), Text("", ""), date(2026, 3, 1), date(2026, 3, 31), "")
TODAY = date(2026, 3, 5)


def test_branches_are_shared_out_in_turn():
    assert share_out([NORTH, SOUTH, EAST, WEST], [A, B, C], set()) == [A, B, C, A]


def test_who_was_there_lately_gets_another_branch():
    assert share_out([NORTH, SOUTH], [A, B], {(A, NORTH)}) == [B, A]


def test_for_want_of_another_the_same_shopper_goes_again():
    assert share_out([NORTH], [A], {(A, NORTH)}) == [A]


def test_an_ordinary_visit_gives_no_warning():
    known = Known(recent={(B, NORTH), (A, SOUTH)}, in_wave={SOUTH})

    assert warnings(A, NORTH, date(2026, 3, 20), WAVE, TODAY, known) == ()


@pytest.mark.parametrize(
    ("due_on", "known", "expected"),
    [
        (
            date(2026, 3, 20),
            Known(recent={(A, NORTH)}),
            "This shopper visits this branch within 90 days of it.",
        ),
        (
            date(2026, 3, 20),
            Known(in_wave={NORTH}),
            "This branch already has a visit in this wave.",
        ),
        (date(2026, 4, 1), Known(), "Due outside the dates of the wave."),
        (date(2026, 3, 4), Known(), "Due before today."),
    ],
)
def test_each_doubt_is_told(due_on, known, expected):
    assert warnings(A, NORTH, due_on, WAVE, TODAY, known) == (expected,)


@pytest.mark.parametrize("due_on", [date(2026, 3, 5), date(2026, 3, 31)])
def test_today_and_the_waves_last_day_are_in_time(due_on):
    assert warnings(A, NORTH, due_on, WAVE, TODAY, Known()) == ()


@pytest.mark.parametrize(
    ("checklist", "mode", "refused"),
    [
        ("crisis-handling", "disguised", True),
        ("crisis-handling", "open", False),
        ("branch-visit", "disguised", False),
        ("branch-visit", "open", False),
    ],
)
def test_only_a_drill_in_disguise_is_refused(checklist, mode, refused):
    assert (refusal(library()[checklist], mode) is not None) is refused


@pytest.mark.parametrize(
    ("name", "mode", "refused"),
    [
        ("sc-network", "disguised", True),
        ("sc-network", "open", False),
        ("sc-wealth", "disguised", False),
    ],
)
def test_a_part_that_is_a_drill_is_not_played_in_disguise(name, mode, refused):
    checklist = library()["complaint-handling"]

    assert (refusal(checklist, mode, scenario(name)) is not None) is refused


@pytest.mark.parametrize(
    ("name", "checklist", "refused"),
    [
        ("sc-wealth", "rules-24", False),
        ("sc-wealth", "branch-visit", False),  # it has the rules in it
        ("sc-wealth", "crisis-handling", True),
        ("sc-network", "branch-visit", True),
    ],
)
def test_a_part_goes_with_the_checklists_it_was_written_for(name, checklist, refused):
    assert (misfit(library()[checklist], scenario(name)) is not None) is refused
    assert misfit(library()[checklist], None) is None


@pytest.mark.parametrize(
    ("name", "kind", "odd"),
    [
        ("sc-passbook", "bank", False),
        ("sc-passbook", "securities", True),
        ("sc-after-open", "bank", True),
        ("sc-wealth", "securities", False),
    ],
)
def test_a_bank_scenario_is_odd_at_a_securities_office(name, kind, odd):
    region = Region(UUID(int=1), Text("", ""))
    branch = Branch(NORTH, "N", Text("", ""), kind, region, Text("", ""), Text("", ""))

    assert (strangeness(branch, scenario(name)) != ()) is odd
    assert strangeness(branch, None) == ()
