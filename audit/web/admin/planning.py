"""Reading a plan of visits from its two pages: what was chosen, and row by row."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from sqlmodel import Session

from audit.domain.branch import Branch
from audit.domain.checklist import Checklist
from audit.domain.people import Person
from audit.domain.planning import misfit, refusal, share_out, strangeness, warnings
from audit.domain.problems import N_
from audit.domain.scenario import Scenario
from audit.domain.text import Text
from audit.domain.visit import Mode, Wave
from audit.store.assignments import get_known
from audit.store.checklists import get_checklist
from audit.store.programmes import get_wave
from audit.web.forms import Form

MODES: tuple[Mode, ...] = ("disguised", "open")


class Choices(msgspec.Struct, frozen=True):
    """What may be chosen from: active branches and shoppers only."""

    waves: list[Wave]
    branches: list[Branch]
    shoppers: list[Person]
    scenarios: tuple[Scenario, ...]

    def by_region(self) -> dict[UUID, list[Branch]]:
        found: dict[UUID, list[Branch]] = {}
        for branch in self.branches:
            found.setdefault(branch.region.id, []).append(branch)
        return found


class Row(msgspec.Struct, frozen=True):
    branch: Branch
    shopper: UUID
    warnings: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    wave: Wave
    mode: Mode
    due_on: date
    brief: Text
    rows: tuple[Row, ...]
    scenario: Scenario | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against the plan as a whole."""
        if self.brief.zh or self.scenario:
            return ()
        return (N_("There is no brief: the shoppers would not be told what to do."),)

    @property
    def doubtful(self) -> bool:
        return bool(self.warnings) or any(row.warnings for row in self.rows)


def read_plan(form: Form, choices: Choices, session: Session, today: date) -> Plan | None:
    """None, with the reasons in the form, if it cannot be carried out."""
    wave_id = form.one_of("wave", [str(wave.id) for wave in choices.waves])
    branches = _branches(form, choices)
    shoppers = [one for one in choices.shoppers if str(one.id) in form.all("shopper")]
    if not shoppers:
        form.refuse("shopper", N_("Choose at least one shopper."))
    mode, due_on = read_mode(form), form.day("due_on")
    brief, scenario = read_brief(form, Text("", "")), read_scenario(form, choices.scenarios)
    if not form.ok:
        return None
    wave, standing = get_wave(session, UUID(wave_id))
    if not is_fit(form, get_checklist(session, wave.checklist), mode, scenario):
        return None
    if scenario is not None:
        standing = Text("", "")  # two roles at once cannot be played
    known = get_known(session, wave.id, due_on)
    ids = [branch.id for branch in branches]
    shared = share_out(ids, [one.id for one in shoppers], known.recent)
    able = {str(one.id): one.id for one in choices.shoppers}
    rows = []
    for branch, proposed in zip(branches, shared, strict=True):
        shopper = able.get(form.get(f"shopper-{branch.id}"), proposed)
        found = warnings(shopper, branch.id, due_on, wave, today, known)
        rows.append(Row(branch, shopper, found + strangeness(branch, scenario)))
    return Plan(wave, mode, due_on, brief if brief.zh else standing, tuple(rows), scenario)


def read_mode(form: Form) -> Mode:
    return "open" if form.one_of("mode", MODES) == "open" else "disguised"


def is_fit(form: Form, checklist: Checklist, mode: Mode, scenario: Scenario | None) -> bool:
    """If not, the form says why."""
    refused = {"mode": refusal(checklist, mode, scenario), "scenario": misfit(checklist, scenario)}
    for field, message in refused.items():
        if message is not None:
            form.refuse(field, message)
    return not any(refused.values())


def read_scenario(
    form: Form, scenarios: Iterable[Scenario], otherwise: Scenario | None = None
) -> Scenario | None:
    """By its hash; none where the empty choice was made."""
    if not form.has("scenario"):
        return otherwise
    if not form.get("scenario"):
        return None
    known = {scenario.hash: scenario for scenario in scenarios}
    return known.get(form.one_of("scenario", list(known)))


def read_brief(form: Form, otherwise: Text) -> Text:
    """Both languages or neither: half a brief would leave some shopper without one."""
    wanted = bool(form.get("brief_zh").strip() or form.get("brief_en").strip())
    return form.both("brief", most=2000, required=True) if wanted else otherwise


def _branches(form: Form, choices: Choices) -> list[Branch]:
    """The branches ticked one by one or by their whole region, in order of their codes."""
    ticked, regions = set(form.all("branch")), set(form.all("region"))
    found = [
        branch
        for branch in choices.branches
        if str(branch.id) in ticked or str(branch.region.id) in regions
    ]
    if not found:
        form.refuse("branch", N_("Choose at least one branch."))
    return found
