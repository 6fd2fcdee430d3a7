import json
from decimal import Decimal
from pathlib import Path

from audit.domain.scoring import plain_card, read_plain, score
from tests.world import library

VECTORS = Path(__file__).parents[1] / "vectors"


def test_the_worked_visit_comes_out_to_the_digit():
    vector = json.loads((VECTORS / "visit_a.json").read_text())
    checklist = library()["branch-visit"]

    card = score(checklist, read_plain(checklist, vector["answers"]))

    assert plain_card(card) == vector["expected"]
    assert sum(card.lost().values()) == Decimal(100) - card.raw
