import pytest


@pytest.fixture
def tea(carol):
    carol.begin(begin="blank", name="tea").send("/sections/1", "/sections/1/items")
    return carol


ITEM = "/sections/1/items/1"


def item(editor, number=1):
    return editor.tables["sections"][0]["items"][number - 1]


def test_an_item_is_written_field_by_field(tea):
    tea.send(ITEM, label__zh="有人招呼", criterion__en="Someone greeted me", weight="2")

    assert item(tea)["label"] == {"zh": "有人招呼", "en": ""}
    assert item(tea)["criterion"] == {"zh": "", "en": "Someone greeted me"}
    assert item(tea)["weight"] == "2"


def test_what_cannot_be_is_kept_and_told_at_its_field_in_the_readers_language(tea):
    tea.client.cookies.set("language", "zh")

    page = tea.send(ITEM, weight="两")

    assert page.form(ITEM)["weight"] == ["两"]
    assert page.told("weight") == "这里应填数字"


def test_everything_wrong_with_an_item_is_told_at_once_each_at_its_field(tea):
    tea.send(ITEM, swap=True, response__type="points")

    page = tea.send(ITEM, weight="two", number="third", response__maximum="ten", label__zh="")

    assert page.told("weight") == "a number is needed here"
    assert page.told("number") == "a whole number or nothing is needed here"
    assert page.told("response.maximum") == "a number is needed here"
    assert page.told("label.zh") == "needs both Chinese and English"


def test_another_kind_of_answer_brings_its_own_fields(tea):
    swap = tea.send(ITEM, swap=True, response__type="points")

    assert swap.soup.find(attrs={"name": "response.maximum"})["value"] == "10"
    again = tea.send(ITEM, swap=True, response__maximum="0")
    assert again.told("response.maximum") == "the maximum must be above 0"
    assert again.soup.find(id="response") is None  # what is typed in is left alone


def test_entries_of_a_framework_are_ticked(tea):
    shown = tea.send(ITEM, framework="rules-24")
    ticks = shown.soup.select('input[name="frameworks"]')
    assert len(ticks) >= 24

    tea.send(ITEM, on=shown, frameworks=[ticks[0]["value"]])

    assert item(tea)["frameworks"] == [ticks[0]["value"]]
    assert tea.see(ITEM).form(ITEM)["frameworks"] == [ticks[0]["value"]]


def test_who_comes_later_is_told_and_loses_nothing_and_overwrites_nothing(tea, ann):
    before = tea.see(ITEM)
    ann.at(tea.root).send(ITEM, label__en="Ann's")

    late = tea.send(ITEM, on=before, label__en="Carol's")

    assert late.status == 409
    assert "Ann changed this while you were at it." in late.text()
    assert late.form(ITEM)["label.en"] == ["Carol's"]
    assert item(tea)["label"]["en"] == "Ann's"
    again = tea.send(ITEM, on=late)  # the same once more
    assert again.status == 409
    over = late.soup.select_one('button[name="seen"]')["value"]
    both = [*late.form(ITEM)["seen"], over]  # a browser sends the form's own and the button's
    tea.send(ITEM, on=late, seen=both)
    assert item(tea)["label"]["en"] == "Carol's"


def test_two_may_write_different_items_at_once(tea, ann):
    tea.send("/sections/1", "/sections/1/items")
    before = tea.see(ITEM)
    ann.at(tea.root).send("/sections/1/items/2", label__en="Ann's")

    tea.send(ITEM, on=before, label__en="Carol's")

    assert [item(tea, n)["label"]["en"] for n in (1, 2)] == ["Carol's", "Ann's"]


def test_a_page_that_saves_while_it_is_typed_in_does_not_overtake_itself(tea):
    page = tea.see(ITEM)

    for said in ("S", "So", "Som"):
        assert tea.send(ITEM, on=page, swap=True, label__en=said).status == 200

    assert item(tea)["label"]["en"] == "Som"


def test_a_late_page_that_saves_while_typed_in_keeps_being_told(tea, ann):
    page = tea.see(ITEM)
    ann.at(tea.root).send(ITEM, label__en="Ann's")

    for _ in range(2):
        swap = tea.send(ITEM, on=page, swap=True, label__en="Carol's")

        assert swap.status == 409
        assert swap.soup.find(id="problem").find("button")["form"] == "edit"
    assert item(tea)["label"]["en"] == "Ann's"


def test_an_item_is_added_after_another_in_its_stage(tea):
    tea.send(ITEM, stage="counter")
    tea.send("/sections/1", "/sections/1/items")
    tea.send("/sections/1/items/2", stage="after")

    page = tea.send(ITEM, "/sections/1/items")

    assert page.url.endswith("/sections/1/items/2")
    assert [one["id"] for one in tea.tables["sections"][0]["items"]] == ["i1", "i3", "i2"]
    assert item(tea, 2)["stage"] == "counter"


def test_items_move_within_and_between_sections(tea):
    tea.send(ITEM, label__en="First")
    tea.send("/sections/1", "/sections/1/items")
    tea.send("", "/sections")

    tea.send("/sections/1", "/sections/1/places", step="1.down")
    assert tea.see("/sections/1").listed() == ["New item", "First"]
    tea.send("/sections/1", "/sections/1/places", step="to", which="2", to="2")

    assert tea.see("/sections/2").listed() == ["First"]


@pytest.mark.parametrize("action", ["/sections/1/items", "/sections/1/places"])
def test_items_that_somebody_else_moved_are_neither_moved_nor_added_to(tea, ann, action):
    tea.send("/sections/1", "/sections/1/items")
    before = tea.see("/sections/1")
    ann.at(tea.root).send("/sections/1", "/sections/1/places", step="1.down")

    late = tea.send("/sections/1", action, on=before, step="1.remove")

    assert (late.status, "Ann changed this while you were at it" in late.text()) == (409, True)
    assert [one["id"] for one in tea.tables["sections"][0]["items"]] == ["i2", "i1"]
