"""The fill page as data."""

import pytest

from audit.domain.checklist import Gate
from audit.domain.fill import Leap
from audit.domain.text import Text


@pytest.mark.parametrize(
    ("question", "when", "said"),
    [
        ("有没有需要等候的时候？", "no", Text("没有", "No")),
        ("有没有需要等候的时候？", "yes", Text("有", "Yes")),
        ("这次是第一次来吗？", "no", Text("否", "No")),
        ("这次是第一次来吗？", "yes", Text("是", "Yes")),
    ],
)
def test_what_shuts_a_gate_is_told_in_the_words_that_were_tapped(question, when, said):
    gate = Gate("list/gate", Text(question, "Is it so?"), when, "arrival", ("list/item",))

    assert Leap(gate, 1, True).said == said
