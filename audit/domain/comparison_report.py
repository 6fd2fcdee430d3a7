"""Visits side by side as a document: every figure on it, worked out. It names no shopper."""

import hashlib
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import msgspec

from audit.domain.branch import Branch
from audit.domain.checklist import ScoreBand, canonical
from audit.domain.comparison import Row, ScoredVisit, SideBySide
from audit.domain.problems import N_, Conflict
from audit.domain.regrouped_visits import RegroupedVisits
from audit.domain.statistics import Difference, Level, difference, level
from audit.domain.text import Text
from audit.domain.track import Network
from audit.domain.visit import Mode


class Column(msgspec.Struct, frozen=True):
    """One visit. `difference` is against the column before, by raw score."""

    number: str
    visited_at: datetime
    released_at: datetime
    wave: Text
    mode: Mode
    version: str
    raw: Decimal | None
    final: Decimal | None
    band: Text | None
    vetoes: int
    coverage: Decimal | None
    difference: Difference | None


class ComparisonReport(msgspec.Struct, frozen=True, omit_defaults=True):
    branch: Branch
    checklist: Text
    bands: tuple[ScoreBand, ...]
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]  # numbers of insufficient visits
    level: Level  # over the columns
    branches: int  # whose scatter the interval rests on; 0: this branch's alone
    sections: tuple[Row, ...]
    indices: tuple[Row, ...]
    frameworks: tuple[Row, ...]
    items: int
    same_items: int
    regrouping: RegroupedVisits | None = None  # by the framework that was asked for
    lost: tuple[str, ...] = ()  # numbers of those that were asked for and cannot be read

    @property
    def released_at(self) -> datetime:
        return max(column.released_at for column in self.columns)

    def hash(self) -> str:
        return hashlib.sha256(canonical(self)).hexdigest()


def comparison_report(
    branch: Branch,
    table: SideBySide,
    network: Network,
    regrouping: RegroupedVisits | None = None,
    lost: tuple[str, ...] = (),
) -> ComparisonReport:
    """Raises `Conflict` with fewer than two visits to compare."""
    if len(table.columns) < 2:
        raise Conflict(N_("A comparison needs two visits that cover enough of the checklist."))
    steps = [None, *(difference(a, b, network.spread) for a, b in pairwise(table.scores))]
    newest = table.columns[-1].checklist
    return ComparisonReport(
        branch=branch,
        checklist=newest.title,
        bands=newest.scoring.bands,
        columns=tuple(_column(one, step) for one, step in zip(table.columns, steps, strict=True)),
        left_out=tuple(
            one.visit.release.number for one in table.left_out if one.visit.release is not None
        ),
        level=level(table.scores, network.spread),
        branches=network.spread.branches if network.spread else 0,
        sections=table.sections,
        indices=table.indices,
        frameworks=table.frameworks,
        items=table.items,
        same_items=table.same_items,
        regrouping=regrouping,
        lost=lost,
    )


def _column(one: ScoredVisit, step: Difference | None) -> Column:
    visit, release, card = one.visit, one.visit.release, one.card
    assert release is not None
    band = one.checklist.band_of(card.final)
    return Column(
        number=release.number,
        visited_at=visit.told(visit.visited_at or release.released_at),
        released_at=release.released_at,
        wave=visit.wave.name,
        mode=visit.mode,
        version=one.checklist.version,
        raw=card.raw,
        final=card.final,
        band=None if band is None else band.title,
        vetoes=len(card.veto),
        coverage=card.coverage,
        difference=step,
    )
