"""Who is asked to visit which branch, and what speaks against it."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from audit.domain.branch import Branch
from audit.domain.checklist import Checklist
from audit.domain.problems import N_
from audit.domain.scenario import Scenario
from audit.domain.visit import Mode, Wave

REST = timedelta(days=90)  # a shopper seen again sooner may be recognised

Pair = tuple[UUID, UUID]  # shopper, branch


class Known(msgspec.Struct, frozen=True):
    """What has been planned and done before."""

    recent: Collection[Pair] = ()  # who visited, or is to visit, which branch within `REST`
    in_wave: Collection[UUID] = ()  # branches with a visit in this wave already


def share_out(
    branches: Sequence[UUID], shoppers: Sequence[UUID], recent: Collection[Pair]
) -> list[UUID]:
    """A shopper for each branch, in turn; one who was there lately only for want of another."""
    load = dict.fromkeys(shoppers, 0)
    chosen = []
    for branch in branches:
        shopper = min(load, key=lambda person: ((person, branch) in recent, load[person]))
        load[shopper] += 1
        chosen.append(shopper)
    return chosen


def refusal(checklist: Checklist, mode: Mode, scenario: Scenario | None = None) -> str | None:
    """Why no visit of this kind may be asked for; unlike a warning it cannot be accepted."""
    played = checklist.is_drill or (scenario is not None and scenario.is_drill)
    if played and mode == "disguised":
        return N_("This is a drill, so the branch is told. Please choose an open visit.")
    return None


def misfit(checklist: Checklist, scenario: Scenario | None) -> str | None:
    """Why this role may not be played on a visit with this checklist."""
    if scenario is not None and not scenario.suits(checklist):
        return N_("This scenario was not written for this checklist. Please choose another.")
    return None


def strangeness(branch: Branch, scenario: Scenario | None) -> tuple[str, ...]:
    """As `warnings`: what makes this role odd there."""
    if scenario is None or scenario.org in ("both", branch.kind):
        return ()
    return (N_("The scenario is written for another kind of branch."),)


def warnings(
    shopper: UUID, branch: UUID, due_on: date, wave: Wave, today: date, known: Known
) -> tuple[str, ...]:
    """What the planner should know before asking for this visit; none of it forbids it."""
    found = []
    if (shopper, branch) in known.recent:
        found.append(N_("This shopper visits this branch within 90 days of it."))
    if branch in known.in_wave:
        found.append(N_("This branch already has a visit in this wave."))
    if not wave.opens_on <= due_on <= wave.closes_on:
        found.append(N_("Due outside the dates of the wave."))
    if due_on < today:
        found.append(N_("Due before today."))
    return tuple(found)
