def test_sections_are_added_named_moved_copied_and_removed(carol):
    carol.begin(begin="blank", name="tea")
    carol.send("", "/sections")
    carol.send("/sections/2", title__zh="上茶", title__en="The cup", weight="60")

    carol.send("", "/places", step="2.up")
    carol.send("", "/places", step="1.copy")
    carol.send("", "/places", step="3.remove")

    assert carol.see().listed() == ["The cup", "The cup"]
    assert [one["id"] for one in carol.tables["sections"]] == ["s2", "s2-2"]


def test_the_order_somebody_else_changed_is_not_changed_blindly(carol, ann):
    carol.begin(begin="blank", name="tea")
    carol.send("", "/sections")
    before = carol.see()
    ann.at(carol.root).send("", "/places", step="1.down")

    late = carol.send("", "/places", on=before, step="1.remove")

    assert late.status == 409
    assert "Ann changed this while you were at it" in late.text()
    assert len(carol.tables["sections"]) == 2


def test_a_step_nobody_offers_is_refused(carol):
    carol.begin(begin="blank", name="tea")

    assert carol.send("", "/places", step="1.sideways").status == 422
    assert carol.send("", "/places", step="9.up").status == 404
