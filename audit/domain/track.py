"""A branch's track: its released visits under one checklist, and what they add up to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from audit.domain.branch import Branch
from audit.domain.checklist import Checklist
from audit.domain.statistics import (
    RANKED,
    Chart,
    Difference,
    Level,
    Spread,
    by_branch,
    control_chart,
    difference,
    level,
    pooled_spread,
    shrunk,
)
from audit.domain.visit import Visit

NEVER = datetime.min.replace(tzinfo=UTC)


class Track(msgspec.Struct, frozen=True):
    """Insufficient visits stand in `visits` but enter no figure."""

    branch: Branch
    visits: tuple[Visit, ...]  # in the order they were made
    level: Level
    shrunk: float | None  # the mean drawn towards the network's, once there is one
    change: Difference | None  # latest valid raw score against the one before
    chart: Chart | None

    @property
    def valid(self) -> tuple[Visit, ...]:
        return tuple(visit for visit in self.visits if raw_score(visit) is not None)

    @property
    def latest(self) -> Visit | None:
        return self.visits[-1] if self.visits else None

    @property
    def ranked(self) -> bool:
        return self.level.n >= RANKED


class Network(msgspec.Struct, frozen=True):
    """All branches' valid raw scores under one checklist, in the order of release."""

    scores: Mapping[UUID, Sequence[float]]
    spread: Spread | None
    shrunk: Mapping[UUID, float]

    @property
    def floor(self) -> int:
        """Where the axis of small charts begins, the same for all branches."""
        lowest = min((min(found) for found in self.scores.values()), default=50.0)
        return int(lowest // 10 * 10)


def raw_score(visit: Visit) -> Decimal | None:
    """What statistics may use; None for an insufficient visit."""
    release = visit.release
    return None if release is None or release.insufficient else release.raw


def network_of(scores: Iterable[tuple[UUID, Decimal]]) -> Network:
    grouped = by_branch(scores)
    spread = pooled_spread(grouped)
    return Network(grouped, spread, shrunk(grouped, spread))


def track(branch: Branch, visits: Iterable[Visit], network: Network) -> Track:
    ordered = in_order(visits)
    scores = [float(raw) for visit in ordered if (raw := raw_score(visit)) is not None]
    return Track(
        branch=branch,
        visits=ordered,
        level=level(scores, network.spread),
        shrunk=network.shrunk.get(branch.id),
        change=difference(scores[-2], scores[-1], network.spread) if len(scores) > 1 else None,
        chart=control_chart(scores),
    )


def tracks(branches: Iterable[Branch], visits: Iterable[Visit], network: Network) -> list[Track]:
    by_id: dict[UUID, list[Visit]] = {}
    for visit in visits:
        by_id.setdefault(visit.branch.id, []).append(visit)
    return [track(branch, by_id.get(branch.id, ()), network) for branch in branches]


def in_order(visits: Iterable[Visit]) -> tuple[Visit, ...]:
    return tuple(sorted(visits, key=lambda visit: (visit.visited_at or NEVER, visit.id)))


def usual_checklist(visits: Iterable[Visit], checklists: Mapping[str, Checklist]) -> str:
    """The id of the checklist most of the visits were made under; "" without visits."""
    used = Counter(checklists[visit.checklist].id for visit in visits)
    return max(used, key=lambda name: (used[name], name), default="")


def by_mean(found: Iterable[Track]) -> tuple[list[Track], list[Track]]:
    """Best mean first; and apart from them those with too few visits to be placed."""
    every = list(found)
    placed = [one for one in every if one.ranked]
    placed.sort(key=lambda one: (-(one.level.mean or 0), one.branch.code))
    return placed, [one for one in every if not one.ranked]
