"""Released visits as the report is made from them, without a database."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from audit.domain.answer import Answer, Capture
from audit.domain.branch import Branch, Region
from audit.domain.checklist import Checklist
from audit.domain.event import Photo
from audit.domain.evidence import evidence_of
from audit.domain.photo import Picture
from audit.domain.report import EarlierVisit, VisitReport
from audit.domain.scoring import read_plain, score
from audit.domain.text import Text
from audit.domain.visit import Release, Visit, Wave
from audit.domain.visit_report import visit_report
from audit.paths import folder
from audit.render.pdf import Press
from audit.render.prints import Prints
from tests.pictures import jpeg
from tests.world import library

SHOPPER = "SHOPPER-77"
IN = datetime(2026, 11, 18, 2, 14, tzinfo=UTC)
VECTOR = Path(__file__).parents[1] / "vectors" / "visit_a.json"


@cache
def press() -> Press:
    return Press(folder("reports"), "Asia/Shanghai")


def answers_a() -> dict[str, Answer]:
    plain = json.loads(VECTOR.read_text(encoding="utf-8"))["answers"]
    return read_plain(library()["branch-visit"], plain)


def capture_of(answers: dict[str, Answer], notes: dict[str, str] | None = None) -> Capture:
    marks = {"enter": IN, "exit": IN + timedelta(minutes=31)}
    return Capture(answers=answers, notes=notes or {}, marks=marks)


def visit_of(checklist: Checklist, number: str = "2026-H001-002", **changes: Any) -> Visit:
    branch = Branch(
        id=UUID(int=11),
        code="H001",
        name=Text("港口支行", "Harbour branch"),
        kind="bank",
        region=Region(UUID(int=10), Text("海湾", "Bay")),
        city=Text("海城", "Bay City"),
        address=Text("中山路 1 号", "1 Zhongshan Road"),
    )
    release = Release(
        number=number,
        raw=None,
        final=None,
        band=None,
        vetoes=0,
        insufficient=False,
        released_at=IN + timedelta(days=2),
        root="ab12" * 16,
        verdict="柜面规范，大堂偏冷。先把进门招呼和取号引导补上。",
        reviewer="陈审核",
    )
    visit = Visit(
        id=UUID(int=31),
        branch=branch,
        wave=Wave(
            UUID(int=21),
            Text("服务检测", "Service check"),
            Text("第一批", "First wave"),
            date(2026, 11, 1),
            date(2026, 11, 30),
            checklist.hash,
        ),
        shopper=UUID(int=777),
        shopper_code=SHOPPER,
        mode="disguised",
        checklist=checklist.hash,
        brief=Text(f"{SHOPPER} 办理一笔存款。", f"{SHOPPER}: make a deposit."),
        due_on=date(2026, 11, 25),
        status="released",
        started_at=IN,
        submitted_at=IN + timedelta(hours=1),
        release=release,
    )
    return msgspec.structs.replace(visit, **changes)


def earlier_a(days: int = 30, number: str = "2026-H001-001") -> EarlierVisit:
    """An earlier visit that went a little worse."""
    checklist = library()["branch-visit"]
    answers = answers_a() | {
        "rules-24/r02": Answer("answered", 0),
        "rules-24/r16": Answer("answered", 2),
        "rules-24/r06": Answer("answered", 1),
        "cpt-standard/p31": Answer("answered", 0),
    }
    visit = visit_of(checklist, number, id=UUID(int=1000 + days), started_at=IN - timedelta(days))
    return EarlierVisit(visit, checklist, score(checklist, answers), capture_of(answers))


NOTES = {
    "rules-24/r12": "问到提前支取怎么计息，第一次说按活期，追问后改口，没有翻看资料。",
    "rules-24/r04": "等候区两名员工倚着柜台聊天，约三分钟。",
    "rules-24/r01": "两位柜员着装整齐，工牌端正。",
    "rules-24/r06": "大堂经理全程看着我听完，还复述了一遍。",
    "counter-routine-5/s52": "递还单据后随即低头按号，没有目送。",
}


def illustrated(several: int, size: tuple[int, int] = (480, 360)) -> tuple[VisitReport, Prints]:
    """Report A with as many photos, and their prints: two of the dearest item, one of each
    other that cost points, then of the rest."""
    checklist, report = library()["branch-visit"], report_a()
    lost = [loss.item.key for loss in report.losses]
    keys = [*lost[:1], *lost, *(item.key for item in checklist.items if item.key not in lost)]
    photos: dict[str, tuple[Picture, ...]] = {}
    for key in keys[:several]:
        number = len(photos.get(key, ())) + 1
        photo = Photo(UUID(int=number), "ab" * 32, 1000)
        photos[key] = (*photos.get(key, ()), Picture(photo, number, "shown", *size))
    evidence = evidence_of(checklist, report.card, photos, NOTES)
    prints = {one.number: jpeg(*size) for one in evidence if one.printed}
    return msgspec.structs.replace(report, evidence=evidence), prints


def report_a(**changes: Any) -> VisitReport:
    checklist = library()["branch-visit"]
    answers = changes.pop("answers", None) or answers_a()
    return visit_report(
        changes.pop("visit", None) or visit_of(checklist),
        checklist,
        score(checklist, answers),
        capture_of(answers, changes.pop("notes", NOTES)),
        changes.pop("earlier", (earlier_a(60, "2026-H001-000"), earlier_a())),
        changes.pop("contact", "quality@example.com"),
        changes.pop("spread", None),
        changes.pop("lens", None),
    )


def tenth(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:.1f}"
