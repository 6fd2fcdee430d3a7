"""A large checklist is filled in part by part: browsers take time by the square of a page's
forms, and nobody scrolls through a thousand. A part is a stage, or a run of one's questions."""

from itertools import pairwise

import msgspec

from audit.domain.checklist import Checklist
from audit.domain.fill import Leap, Row, Sheet, StageRows

MOST = 100  # questions that are asked on one page as a whole
EACH = 60  # questions of a part, at most


class Part(StageRows, frozen=True, kw_only=True):
    number: int
    first: int  # the place of its first question in the stage; 0: the stage is not cut

    @property
    def id(self) -> str:
        return f"{self.stage.id}~{self.first}" if self.first else self.stage.id

    @property
    def span(self) -> str:
        """Which of the stage's questions, beside its title."""
        return f"{self.first}–{self.first + len(self.rows) - 1}" if self.first else ""


class Parts(msgspec.Struct, frozen=True):
    each: tuple[Part, ...]
    large: bool

    def live(self, at: str) -> Part:
        """The part to begin with: what `at` names as a fragment would (`stage-…`, `item-…`),
        or the first with something open."""
        named = (part for part in self.each if self._named(part, at))
        unfinished = (part for part in self.each if part.done < part.applies)
        return next(named, None) or next(unfinished, self.each[0])

    def drawn(self, at: str) -> tuple[Part, ...]:
        """In the order they are written: what is shown comes before what waits."""
        if not self.large:
            return self.each
        live = self.live(at)
        return (live, *(part for part in self.each if part is not live))

    def beside(self, part: Part) -> tuple[Part | None, Part | None]:
        """The part before it and the one after."""
        found = (None, *self.each, None)
        return found[part.number - 1], found[part.number + 1]

    @staticmethod
    def _named(part: Part, at: str) -> bool:
        return at == f"stage-{part.id}" or any(at == f"item-{row.key}" for row in part.rows)


def is_large(checklist: Checklist) -> bool:
    return sum(len(stage.items) for stage in checklist.stages) > MOST


def place(checklist: Checklist, key: str) -> str:
    """What an address of the fill page ends in to open at an item: a server is told of no
    fragment, so where it has to know, it is named twice."""
    return f"?at=item-{key}#item-{key}" if is_large(checklist) else f"#item-{key}"


def parts(checklist: Checklist, sheet: Sheet) -> Parts:
    large = is_large(checklist)
    found: list[Part] = []
    for stage in sheet.stages:
        runs = _runs(stage.rows) if large else [stage.rows]
        first = 1
        for rows in runs:
            cut = first if len(runs) > 1 else 0
            found.append(_part(sheet, stage, rows, number=len(found) + 1, first=cut))
            first += len(rows)
    return Parts(tuple(found), large)


def _runs(rows: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    """As few as will do, and of much the same length."""
    count = max(1, -(-len(rows) // EACH))
    ends = [len(rows) * n // count for n in range(count + 1)]
    return [rows[start:end] for start, end in pairwise(ends)]


def _part(
    sheet: Sheet, stage: StageRows, rows: tuple[Row, ...], *, number: int, first: int
) -> Part:
    counted = [row for row in rows if not row.shut and not row.optional]
    waiting = set(sheet.progress.open)
    leaps = ((leap, sum(leap.gate in row.gates for row in rows)) for leap in stage.leaps)
    return Part(
        stage=stage.stage,
        rows=rows,
        leaps=tuple(Leap(leap.gate, count, leap.shut) for leap, count in leaps if count),
        remembered=stage.remembered,
        applies=len(counted),
        done=sum(row.key not in waiting for row in counted),
        number=number,
        first=first,
    )
