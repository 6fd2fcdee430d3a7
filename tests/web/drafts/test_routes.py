from tests.domain.writing import whole


def asked(editor, stage):
    return next(leg["items"] for leg in editor.tables["route"] if leg["stage"] == stage)


def test_items_are_asked_in_another_order_and_stage(carol, world):
    carol.begin(begin=world.checklist.hash)
    before = asked(carol, "arrival")

    carol.send("/route?stage=arrival", "/route", step="2.up")
    carol.send("/route?stage=arrival", "/route", step="to", which="1", to="after")

    assert asked(carol, "arrival") == [before[0], *before[2:]]
    assert asked(carol, "after")[-1] == before[1]


def test_the_order_of_the_sections_comes_back(carol, world):
    carol.begin(begin=world.checklist.hash)

    carol.send("/route", step="anew")

    assert carol.tables["route"] == []


def test_nothing_to_ask_has_no_order(carol):
    page = carol.begin(begin="blank", name="tea").see("/route")

    assert "There is nothing to be asked yet." in page.text()


def test_an_order_that_somebody_else_changed_is_not_changed_blindly(carol, ann, world):
    carol.begin(begin=world.checklist.hash)
    before = carol.see("/route?stage=arrival")
    ann.at(carol.root).send("/route?stage=arrival", "/route", step="2.up")
    kept = carol.tables["route"]

    late = carol.send("/route?stage=arrival", "/route", on=before, step="2.up")

    assert (late.status, carol.tables["route"]) == (409, kept)


def test_an_order_that_followed_the_sections_is_not_changed_after_these_were(begun, ann):
    tea = begun(whole("arrival", "arrival", "arrival"))
    before = tea.see("/route")
    ann.at(tea.root).send("/sections/1", "/sections/1/places", step="1.down")

    late = tea.send("/route", on=before, step="3.up")
    tea.send("/route", step="3.up")

    assert late.status == 409
    assert asked(tea, "arrival") == ["tea/i2", "tea/i3", "tea/i1"]
