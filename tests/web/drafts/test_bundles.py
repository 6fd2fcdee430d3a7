"""What is to be put right, to be read at a glance."""

import brotli

from audit.domain.draft import blank
from tests.domain.writing import BOTH, whole
from tests.thousand import thousand
from tests.web.drafts.test_weight import PAGE

EMPTY = {"zh": "", "en": ""}


def bundles(sheet):
    return sheet.soup.select("#troubles > details")


def lines(sheet):
    return [one.get_text(" ", strip=True) for one in sheet.soup.select("#troubles li")]


def test_what_is_wrong_alike_is_said_once_with_all_its_fields(carol):
    carol.begin(begin="blank", name="tea").send("/sections/1", "/sections/1/items")

    page = carol.see()

    assert lines(page) == [
        "Title , Summary : needs both Chinese and English",
        "Title : needs both Chinese and English",
        "Label , Criterion , How to judge , Advice when missed : needs both Chinese and English",
    ]
    assert [one.summary.get_text(" ", strip=True) for one in bundles(page)] == [
        "Title and scoring · 2", "Section 1 · 5",
    ]  # fmt: skip
    assert [one.get_text() for one in page.soup.select("#troubles h4")] == ["1. New item"]


def test_pages_come_in_their_order_whatever_was_found_first(carol, begun):
    tables = whole("arrival", "arrival")
    tables["sections"][0]["items"][0]["weight"] = "x"
    tables["sections"][0]["weight"] = "x"
    tables["gates"] = [
        {"id": "g", "question": BOTH, "when": "x", "items": [], "stage": "arrival"},
    ]
    tables["route"] = [{"stage": "arrival", "items": ["tea/i1"]}]
    tables["estimated_minutes"] = 0

    page = begun(tables).see()

    assert [one.h3.get_text() for one in bundles(page)] == [
        "Title and scoring", "word", "Questions that set others aside", "Order of asking",
    ]  # fmt: skip
    assert lines(page)[-1] == "word : is asked but missing from the order"
    assert page.soup.select("#troubles a")[-1]["href"] == f"{carol.root}/route"


def test_little_is_open_and_much_is_folded_away(carol, begun):
    few, many = whole("arrival"), whole(*["arrival"] * 13)
    for tables in (few, many):
        for item in tables["sections"][0]["items"]:
            item["weight"] = "x"

    assert [one.has_attr("open") for one in bundles(begun(few).see())] == [True]
    assert [one.has_attr("open") for one in bundles(begun(many).see())] == [False]


def test_of_a_thousand_pages_only_the_first_are_told_and_the_rest_are_counted(carol, begun):
    tables = thousand()
    for section in tables["sections"]:
        section["items"] = [{**item, "weight": "x", "help": EMPTY} for item in section["items"]]

    page = begun(tables).see()

    counts = [int(one.small.get_text().strip("· ")) for one in bundles(page)]
    more = [one.get_text() for one in page.soup.select("#troubles details > p a")]
    assert sum(counts) == 2 * sum(len(section["items"]) for section in tables["sections"])
    assert (len(page.soup.select("#troubles h4")), more[:2]) == (
        40,
        ["and 120 more", "and 200 more"],
    )
    assert len(brotli.compress(str(page.soup).encode(), quality=8)) <= PAGE


def test_a_checklist_of_parts_without_parts_only_lacks_parts(carol):
    page = carol.begin(begin="composite", name="visit").see()

    assert lines(page)[1:] == ["there is nothing to ask yet"]
    assert page.soup.select("#troubles a")[-1]["href"] == f"{carol.root}#parts"
    assert page.soup.find(id="parts") is not None
    assert carol.see("/head").told("all") == ""


def test_two_sections_of_one_name_are_told_at_the_later(carol, begun):
    tables = whole("arrival")
    other = {**tables["sections"][0], "items": [{**tables["sections"][0]["items"][0], "id": "x"}]}
    tables["sections"] = [*tables["sections"], other]

    begun(tables)

    assert lines(carol.see()) == ["Identifier : something else here has this identifier already"]
    assert carol.see().soup.select("#troubles li a")[0]["href"].endswith("/sections/2#p-id")


def test_two_versions_of_an_item_are_told_by_its_label(carol, begun, world):
    tables = {**blank("visit", composite=True), "title": BOTH, "summary": BOTH}
    tables["requires"] = {"rules-24": "0.0.1"}
    tables["parts"] = [{"checklist": "rules-24", "share": "1"}]

    begun(tables)

    assert "requires rules-24 0.0.1, which is not in the library" in " ".join(lines(carol.see()))
