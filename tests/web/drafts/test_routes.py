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
