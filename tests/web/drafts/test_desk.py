"""Two at the same place of a draft: whoever comes second is told, and overwrites nothing
unless they say so."""

import pytest

from tests.domain.writing import BOTH, whole

FACT = {"id": "f", "label": BOTH, "criterion": BOTH, "response": {"type": "text"}}
PLACES = {
    "/head": "summary.en",
    "/sections/1": "title.en",
    "/sections/1/items/1": "label.en",
    "/gates/1": "question.en",
    "/facts/1": "criterion.en",
}


@pytest.fixture
def tea(begun):
    gate = {"id": "g", "question": BOTH, "when": "no", "items": [], "stage": "arrival"}
    facts = [{**FACT, "stage": "arrival"}]
    return begun({**whole("arrival"), "gates": [gate], "facts": facts})


def kept(editor, place):
    field = PLACES[place]
    (said,) = editor.see(place).form(place)[field]
    return said


@pytest.mark.parametrize("place", PLACES)
def test_who_comes_second_stays_second_until_they_say_so(tea, ann, place):
    before = tea.see(place)
    ann.at(tea.root).send(place, **{PLACES[place]: "Ann's"})

    late = tea.send(place, on=before, **{PLACES[place]: "Carol's"})
    again = tea.send(place, on=late)

    assert (late.status, again.status, kept(tea, place)) == (409, 409, "Ann's")
    assert again.form(place)[PLACES[place]] == ["Carol's"]
    over = again.soup.select_one('button[name="seen"]')["value"]
    said = tea.send(place, on=again, seen=[over, *again.form(place)["seen"]])
    assert (said.status, kept(tea, place)) == (200, "Carol's")


@pytest.mark.parametrize("place", PLACES)
def test_what_is_saved_while_it_is_typed_stays_second_too(tea, ann, place):
    before = tea.see(place)
    ann.at(tea.root).send(place, **{PLACES[place]: "Ann's"})

    swap = tea.send(place, on=before, swap=True, **{PLACES[place]: "Carol's"})

    held = swap.soup.find(id="seen")["value"]
    assert (swap.status, kept(tea, place)) == (409, "Ann's")
    assert "Not saved" in swap.soup.find(id="saved").get_text()
    assert held == before.soup.find(id="seen")["value"]
    assert tea.send(place, on=before, swap=True, seen=held).status == 409


@pytest.mark.parametrize("place", PLACES)
def test_who_is_at_one_place_is_not_second_to_who_is_at_another(tea, ann, place):
    for other, field in PLACES.items():
        before = tea.see(place)
        if other != place:
            ann.at(tea.root).send(other, **{field: f"Ann at {other}"})

        said = tea.send(place, on=before, **{PLACES[place]: f"Carol after {other}"})

        assert (said.status, kept(tea, place)) == (200, f"Carol after {other}")
