"""Reports of one checklist that differ as real ones do: another branch, other answers, other
words in every note. The seed decides all of it."""

from random import Random
from uuid import UUID

import msgspec

from audit.domain.answer import Answer
from audit.domain.branch import Branch
from audit.domain.checklist import Choice, Count, Graded, Item, Seconds, YesNo
from audit.domain.report import EarlierVisit, VisitReport
from audit.domain.scoring import score
from audit.domain.text import Text
from tests.render.papers import answers_a, capture_of, report_a, visit_of
from tests.world import library

CHANGED = 0.3  # of the answers of visit A; what is left out or asked less often stays so
NOTES = (4, 9)
PLACES = ("北湾", "东港", "松岭", "河口", "南桥", "西城", "临江", "石门", "青林", "云台")
WHERE = ("取号机旁", "二号窗口", "等候区", "大堂入口", "理财室门口", "填单台", "自助区", "三号柜台")
WHO = ("大堂经理", "柜员", "保安", "一名员工", "理财经理", "两名柜员", "引导员")
WHAT = (
    "一直低头看手机",
    "起身迎接并问清来意",
    "回答前翻看了资料",
    "没有抬头也没有称呼客户",
    "把单据放在台面上让人自己拿",
    "主动说明了费用和到账时间",
    "与同事聊天",
    "先请老年客户坐下再办业务",
)
THEN = (
    "问第二遍才有人回应",
    "其间有客户离开",
    "临走时道了别",
    "说法与柜台公示的不一致",
    "叫号屏停在上一号",
    "旁边的提示牌被绿植挡住",
)


def report(seed: int) -> VisitReport:
    chance = Random(seed)
    checklist = library()["branch-visit"]
    now, before = _answers(chance), _answers(chance)
    visit = visit_of(checklist, f"2026-H{seed % 1000:03}-{seed:05}", branch=_branch(chance))
    assert visit.release is not None
    words = "".join(_note(chance) for _ in range(2))
    release = msgspec.structs.replace(visit.release, verdict=words)
    visit = msgspec.structs.replace(visit, release=release)
    past = visit_of(checklist, f"2026-H{seed % 1000:03}-{seed - 1:05}", id=UUID(int=seed))
    earlier = EarlierVisit(past, checklist, score(checklist, before), capture_of(before))
    noted = chance.sample([item.key for item in checklist.items], chance.randint(*NOTES))
    notes = {key: _note(chance) for key in noted}
    return report_a(visit=visit, answers=now, notes=notes, earlier=(earlier,))


def _branch(chance: Random) -> Branch:
    place, number = chance.choice(PLACES), chance.randint(1, 999)
    known = visit_of(library()["branch-visit"]).branch
    return msgspec.structs.replace(
        known,
        code=f"H{number:03}",
        name=Text(f"{place}第{number}支行", f"{place} branch {number}"),
        address=Text(f"{place}路 {number} 号", f"{number} {place} Road"),
    )


def _note(chance: Random) -> str:
    minutes = chance.randint(1, 40)
    parts = [chance.choice(WHERE), chance.choice(WHO), chance.choice(WHAT)]
    return f"{''.join(parts)}，约 {minutes} 分钟，{chance.choice(THEN)}。"


def _answers(chance: Random) -> dict[str, Answer]:
    items = library()["branch-visit"].by_key
    return {
        key: _other(chance, items[key]) or answer
        if key in items and isinstance(answer.value, str | int) and chance.random() < CHANGED
        else answer
        for key, answer in answers_a().items()
    }


def _other(chance: Random, item: Item) -> Answer | None:
    match item.response:
        case YesNo():
            return Answer("answered", chance.choice(("yes", "yes", "no")))
        case Graded(grades=grades):
            seen = max(chance.choices(grades, k=2), key=lambda grade: grade.credit)
            return Answer("answered", seen.value)
        case Choice(options=options):
            return Answer("answered", chance.choice(options).id)
        case Count():
            return Answer("answered", chance.choice((0, 1, 3)))
        case Seconds():
            return Answer("answered", chance.choice((1, 5, 20, 240, 900)))
    return None
