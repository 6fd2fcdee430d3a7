"""What is wrong is told by the labels of the forms: so they are what the forms really say."""

import re

import pytest

from audit.domain.draft import blank
from audit.domain.typed import fresh_response
from audit.languages import translations
from audit.web.drafts.places import FACT, GATE, HEAD, ITEM, PART, SECTION, USE, label_of
from tests.domain.writing import BOTH, library, whole

KINDS = ("yes_no", "grade", "choice", "count", "seconds", "points", "number", "text")


def forms(editor, begun):
    """Every form there is, by the labels it should have."""
    plain = whole("arrival", *("arrival" for _ in KINDS))
    plain["sections"][0]["items"][0] = {"use": "rules-24/r01", "weight": "1"}
    for item, kind in zip(plain["sections"][0]["items"][1:], KINDS, strict=True):
        item["response"] = fresh_response(kind, library().vocabulary)
    plain["requires"] = {"rules-24": "1.0.0"}
    plain["gates"] = [{"id": "g", "question": BOTH, "when": "no", "items": [], "stage": "arrival"}]
    plain["facts"] = [
        {"id": f"f{n}", "label": BOTH, "criterion": BOTH, "stage": "arrival",
         "response": fresh_response(kind, library().vocabulary)}
        for n, kind in enumerate(KINDS)
    ]  # fmt: skip
    composite = {**blank("visit", composite=True), "title": BOTH, "summary": BOTH}
    composite["parts"] = [{"checklist": "rules-24", "share": "1"}]
    composite["requires"] = {"rules-24": "1.0.0"}
    begun(plain)
    yield from ((HEAD, editor.see("/head")), (SECTION, editor.see("/sections/1")))
    yield (USE, editor.see("/sections/1/items/1"))
    yield from ((ITEM, editor.see(f"/sections/1/items/{n + 2}")) for n in range(len(KINDS)))
    yield from ((FACT, editor.see(f"/facts/{n + 1}")) for n in range(len(KINDS)))
    yield (GATE, editor.see("/gates/1"))
    begun(composite)
    yield from ((HEAD, editor.see("/head")), (PART, editor.see("/parts/1")))


def shown(sheet, path):
    """The label of the field of that path, or the heading it stands under; None without."""
    here = re.sub(r"\.n(?=\.|$)", ".0", path)
    slots = [f"p-{here.replace('.', '-')}{language}" for language in ("", "-zh")]
    field = sheet.soup.find(("input", "select"), id=here)
    if field is None and here == path:
        field = sheet.soup.find(("input", "select"), attrs={"aria-describedby": slots[0]})
    if field is not None and field.has_attr("id"):
        return sheet.soup.find("label", attrs={"for": field["id"]}).get_text(strip=True)
    slot = next(filter(None, (sheet.soup.find(id=name) for name in slots)), None)
    if slot is None:
        return None
    around = slot.find_parent("fieldset")
    return (around.legend if around else slot.find_previous(["h2", "h3"])).get_text(strip=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_label_is_what_the_form_says(carol, begun, language):
    gettext = translations(language).gettext
    carol.client.cookies.set("language", language)
    other, seen = {}, set()

    for labels, sheet in forms(carol, begun):
        for path, label in labels.items():
            there = shown(sheet, path)
            seen |= {path} if there else set()
            if there not in (None, gettext(label)):
                other[path] = there

    assert other == {}
    assert {path for labels in ALL for path in labels} - seen == LIMITS


ALL = (HEAD, SECTION, ITEM, USE, FACT, GATE, PART)
LIMITS = {"response.bands.n.max", "response.bands.n.min"}  # one field, `limit`, with two sides


@pytest.mark.parametrize(
    ("labels", "field", "label"),
    [
        (HEAD, "scoring.minimum_coverage", "Least coverage"),
        (HEAD, "scoring.bands.1.minimum", "From points, row 2"),
        (HEAD, "scoring.bands.1.title.en", "Bands, row 2"),
        (ITEM, "label.zh", "Label"),
        (ITEM, "response.bands.0.credit", "Credit, row 1"),
        (ITEM, "response.options.2.label.zh", "Answer, row 3"),
        (ITEM, "response.options", "Answer"),
        (ITEM, "response.colour", "Answer"),
        (GATE, "items.3", "Items set aside"),
        (FACT, "criterion.en", "Question"),
        (ITEM, "criterion.en", "Criterion"),
    ],
)
def test_a_field_goes_by_the_label_of_the_form_it_is_in(labels, field, label):
    assert str(label_of(labels, field)) == label


def test_what_no_form_has_goes_by_no_label():
    assert [label_of(ITEM, field) for field in ("filled_by", "", "labels")] == [None] * 3
