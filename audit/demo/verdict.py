"""The auditor's sentence about a visit, from its score card."""

from collections.abc import Iterable

from audit.domain.answer import AnswerEvent, project, with_timings
from audit.domain.checklist import Checklist
from audit.domain.scoring import ScoreCard, score

_BY_BAND = {
    "excellent": "整体表现优秀，“{best}”尤其扎实；“{worst}”再细一些会更好。",
    "good": "服务稳定、流程完整，“{best}”是亮点。“{worst}”失分相对集中，建议晨会演练一次。",
    "pass": "达到标准，“{best}”保持得不错。“{worst}”拉低了总分，请对照失分项逐条改进。",
    "improve": "多处做得不完整，以“{worst}”最为明显。请先把这一部分的规定动作做齐，再看“{best}”。",
    "fail": "与标准差距较大，“{worst}”需要专门安排培训，并在下一批次前自查一遍。",
}


def verdict(checklist: Checklist, events: Iterable[AnswerEvent]) -> str:
    capture = project(events)
    card = score(checklist, with_timings(checklist, capture.answers, capture.marks))
    if card.veto:
        names = "、".join(f"“{checklist.by_key[key].label.zh}”" for key in card.veto)
        return f"否决项{names}未达标，总分因此封顶。请先整改该项，其余表现见分项得分。"
    if card.insufficient or card.band is None:
        return "本次能观察到的内容偏少，没有达到覆盖率要求，结果仅供参考，不参与比较。"
    best, worst = _ends(checklist, card)
    return _BY_BAND[card.band].format(best=best, worst=worst)


def _ends(checklist: Checklist, card: ScoreCard) -> tuple[str, str]:
    titles = {
        (part.id, section.id): section.title.zh
        for part in checklist.parts
        for section in part.sections
    }
    scores = [
        (section.score, titles[part.id, section.id])
        for part in card.parts
        for section in part.sections
        if section.score is not None and len(section.items) > 2
    ]
    return max(scores)[1], min(scores)[1]
