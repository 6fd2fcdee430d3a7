"""What is asked about the visit itself."""

import pytest


@pytest.fixture
def ours(carol, world):
    return carol.begin(begin=world.checklist.hash, own="1", name="ours")


def test_a_question_about_the_visit_is_written_checked_and_previewed(ours):
    there = len(ours.tables["facts"])
    ours.send("/facts", "/facts")
    where = f"/facts/{there + 1}"
    empty = ours.see(where)
    chosen = ours.send(
        where,
        label__zh="天气",
        label__en="Weather",
        criterion__zh="当天天气如何？",
        criterion__en="What was the weather like?",
        response__type="choice",
        required="1",
    )

    page = ours.send(
        where,
        on=chosen,
        **{
            "response.options.0.label.zh": "晴",
            "response.options.0.label.en": "Fine",
            "response.options.1.label.zh": "雨",
            "response.options.1.label.en": "Rain",
        },
    )

    assert empty.told("label.zh") != ""
    assert "Nothing to put right" in page.text()
    assert "Credit" not in page.text(), "facts are never scored"
    assert ours.tables["facts"][there] == {
        "id": f"f{there + 1}",
        "label": {"zh": "天气", "en": "Weather"},
        "criterion": {"zh": "当天天气如何？", "en": "What was the weather like?"},
        "response": {
            "type": "choice",
            "options": [
                {"id": "o1", "label": {"zh": "晴", "en": "Fine"}},
                {"id": "o2", "label": {"zh": "雨", "en": "Rain"}},
            ],
        },
        "stage": "arrival",
        "required": True,
    }
    assert ours.see("/facts").listed()[-1] == "Weather"
    assert "What was the weather like?" in ours.see("/preview").text()


@pytest.mark.parametrize("kind", ["yes_no", "choice", "count", "number", "text"])
def test_any_kind_of_answer_that_needs_no_score_can_be_previewed(ours, kind):
    before = ours.see("/preview").text().count("Day of the week?")

    ours.send("/facts/1", criterion__en="Day of the week?", response__type=kind)

    assert ours.tables["facts"][0]["response"]["type"] == kind
    assert ours.see("/preview").text().count("Day of the week?") == before + 1


def test_facts_change_places_and_a_copy_has_a_name_of_its_own(ours):
    before = [fact["id"] for fact in ours.tables["facts"]]

    ours.send("/facts", "/facts/places", step="1.down")
    ours.send("/facts", "/facts/places", step="1.remove")
    ours.send("/facts", "/facts/places", step="1.copy")

    assert [fact["id"] for fact in ours.tables["facts"]] == [
        before[0],
        f"{before[0]}-2",
        *before[2:],
    ]


def test_an_id_that_an_item_has_is_told_where_it_is_put_right(carol):
    carol.begin(begin="blank", name="ours")
    carol.send("", "/sections")
    carol.send("/sections/1", "/sections/1/items")
    item = carol.tables["sections"][0]["items"][0]["id"]
    carol.send("/facts", "/facts")

    carol.send("/facts/1", id=item)

    assert carol.tables["facts"][0]["id"] == item
    told = "something else here has this identifier already"
    assert carol.see("/facts/1").told("id") == told
    assert f"Identifier : {told}" in carol.see().text()


def test_who_comes_later_keeps_what_was_typed(ours, ann):
    before = ours.see("/facts/1")
    ann.at(ours.root).send("/facts/1", stage="counter")

    late = ours.send("/facts/1", on=before, criterion__en="Mine?")

    assert (late.status, late.form("/facts/1")["criterion.en"]) == (409, ["Mine?"])
    assert ours.tables["facts"][0]["stage"] == "counter"


def test_facts_that_somebody_else_moved_are_neither_moved_nor_added_to(ours, ann):
    before = ours.see("/facts")
    ann.at(ours.root).send("/facts", "/facts/places", step="1.down")
    kept = ours.tables["facts"]

    late = [
        ours.send("/facts", "/facts", on=before).status,
        ours.send("/facts", "/facts/places", on=before, step="1.remove").status,
    ]

    assert (late, ours.tables["facts"]) == ([409, 409], kept)
