import pytest

from audit.domain.draft import blank, with_head, with_item
from audit.domain.library import Unusable
from audit.domain.typed import by_slot, head_of, item_of, slots
from tests.domain.writing import library, read, whole

ITEM = whole("arrival")["sections"][0]["items"][0]
SAID = {
    "label.zh": ["字"], "label.en": ["word"], "criterion.zh": ["字"], "criterion.en": ["word"],
    "help.zh": ["字"], "help.en": ["word"], "coach.zh": ["字"], "coach.en": ["word"],
    "response.type": ["yes_no"], "stage": ["counter"], "na": ["zero"], "weight": ["2.5"],
}  # fmt: skip


def typed(before=ITEM, **more):
    fields = {name.replace("__", "."): [value] for name, value in more.items()}
    return item_of({**SAID, **fields}, before, library().vocabulary)


def test_what_is_on_no_page_stays_as_the_file_had_it():
    roles = {"filled_by": ["auditor_with_records"]}
    tables = {**whole("arrival"), "filled_by": "lobby_observer"}

    item = typed({**ITEM, **roles}, filled_by="mystery_shopper")
    head = with_head(tables, head_of({}, tables))

    assert item["filled_by"] == ["auditor_with_records"]
    assert head["filled_by"] == "lobby_observer"


def as_published(item):
    return read(with_item(whole("arrival"), 1, 1, item)).items[0]


def troubles(item):
    with pytest.raises(Unusable) as caught:
        as_published(item)
    return {place: len(said) for place, said in by_slot(caught.value.troubles, slots(item)).items()}


def test_every_field_of_an_item_arrives():
    item = as_published(
        typed(critical="1", evidence="photo", cpt="T", number="7", frameworks="rules-24:1", id="x")
    )

    assert (item.key, item.stage, item.na, str(item.weight)) == ("tea/x", "counter", "zero", "2.5")
    assert (item.critical, item.evidence, item.cpt, item.number) == (True, "photo", ("T",), 7)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("yes_no", {"response__good": "no"}),
        ("grade", {"response__scale": "behaviour"}),
        ("count", {"response__maximum": "3"}),
        ("points", {"response__maximum": "2.5"}),
        ("number", {"response__unit__zh": "位", "response__unit__en": "guests"}),
        ("text", {}),
        ("seconds", {
            "response__start": "enter", "response__stop": "exit", "response__norm": "seed",
            "response__bands__0__side": "max", "response__bands__0__limit": "60",
            "response__bands__0__credit": "1",
            "response__bands__3__side": "", "response__bands__3__credit": "0",
        }),
        ("choice", {
            "response__options__0__label__zh": "好", "response__options__0__label__en": "Good",
            "response__options__0__credit": "1",
            "response__options__2__label__zh": "差", "response__options__2__label__en": "Poor",
        }),
    ],
)  # fmt: skip
def test_every_kind_of_answer_can_be_typed(kind, fields):
    begun = typed(response__type=kind)
    if kind == "grade":
        fields = {"response__scale": library().vocabulary.scales[0].id}

    item = as_published(typed(begun, response__type=kind, **fields))

    assert item.response.kind == kind
    assert len(getattr(item.response, "bands", ())) == (2 if kind == "seconds" else 0)
    assert [one.id for one in getattr(item.response, "options", ())] == (
        ["o1", "o2"] if kind == "choice" else []
    )


def test_what_is_no_number_stays_and_is_told_beside_its_field():
    item = typed(weight="two", number="seven")

    assert (item["weight"], item["number"]) == ("two", "seven")
    told = troubles(item)
    assert {place for place, said in told.items() if said} == {"weight", "number"}


@pytest.mark.parametrize(
    ("before", "fields", "place"),
    [
        (ITEM, {"coach__en": " "}, "coach.en"),
        (ITEM, {"weight": "-1"}, "weight"),
        (ITEM, {"critical": "1", "weight": "0"}, "critical"),
        ({"type": "points"}, {"response__maximum": "0"}, "response.maximum"),
        ({"type": "count"}, {"response__bands__1__credit": "2"}, "response.bands.0"),
        ({"type": "choice"}, {"response__options__0__label__zh": "一"}, "response.options.0"),
    ],
)
def test_a_mistake_is_told_at_its_field(before, fields, place):
    begun = ITEM if before is ITEM else {**ITEM, "response": before}
    kind = begun["response"]["type"]

    assert troubles(typed(begun, response__type=kind, **fields))[place] >= 1


def test_an_item_that_is_taken_over_keeps_its_wording():
    assert typed({"use": "rules-24/r12", "weight": "1"}) == {
        "use": "rules-24/r12", "weight": "2.5", "frameworks": [],
    }  # fmt: skip


def test_the_head_keeps_what_its_page_does_not_show():
    before = blank("tea") | {"sources": [{"file": "a", "system": "b"}]}

    head = head_of({"title.zh": ["茶"], "scoring.bands.7.minimum": ["0"]}, before)

    assert (before | head)["sources"] == before["sources"]
    assert head["title"] == {"zh": "茶", "en": ""}
    assert head["scoring"]["bands"] == [{"id": "b1", "minimum": "0", "title": {"zh": "", "en": ""}}]
