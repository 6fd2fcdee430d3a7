"""What of the things that are kept as a text can no longer be read, for `mingcha doctor`."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec
from sqlmodel import Session, col, select

from audit.domain.problems import Problem
from audit.store.checklists import list_lost
from audit.store.drafts import list_drafts
from audit.store.phones import list_self_tests
from audit.store.scenarios import get_scenario
from audit.store.tables import ReleaseRow, ScenarioRow


class Damage(msgspec.Struct, frozen=True):
    what: str
    hash: str = ""  # that what replaces it must have


def list_damages(session: Session) -> list[Damage]:
    return [
        *(Damage(f"checklist {one.id} {one.version}", one.hash) for one in list_lost(session)),
        *_scenarios(session),
        *_releases(session),
        *(Damage(f"draft {one.id}") for one in list_drafts(session) if not one.tables),
        *(
            Damage(f"self-test of {one.code} at {one.at:%Y-%m-%d %H:%M}")
            for one in list_self_tests(session)
            if one.result is None
        ),
    ]


def _scenarios(session: Session) -> Iterator[Damage]:
    for name in session.exec(select(ScenarioRow.hash)).all():
        try:
            get_scenario(session, name)
        except Problem:
            yield Damage(f"scenario {name}")


def _releases(session: Session) -> Iterator[Damage]:
    """The score of a card stands beside it too: where the two differ one of them is damaged."""
    query = select(ReleaseRow).order_by(col(ReleaseRow.number))
    for row in session.exec(query.execution_options(yield_per=100)):
        if row.card is None or (row.raw_tenths, row.final_tenths) != (
            _tenths(row.card.raw),
            _tenths(row.card.final),
        ):
            yield Damage(f"score card of {row.number}")
        if row.printed is None:
            yield Damage(f"what the report of {row.number} says of its branch and wave")
        if row.extent is None:
            yield Damage(f"list of the events that {row.number} was released from")


def _tenths(score: Decimal | None) -> int | None:
    return None if score is None else int(score * 10)
