import ast
import inspect
import re

import pytest

from audit.domain import composition, decoding, extras, journey, resolution, sound
from audit.web.drafts.troubles import WORDS
from tests.domain.writing import BOTH, library, whole

SOURCES = (composition, decoding, extras, journey, resolution, sound)
ELSEWHERE = (  # of the shared files, and of what is not tables yet
    "there is no group", "grade `", "framework `", "entry `", "group `", "which every visit has",
    "not valid TOML", "`%(choice)s`",
)  # fmt: skip
OF_FILES = re.compile(
    r"`|\bfield\b|\bkey\b|\bTOML\b|\broute\b|\btable\b|required checklist|scales,"
)


ITEM = whole("arrival")["sections"][0]["items"][0]
GATE = {"id": "g", "question": BOTH, "when": "perhaps", "items": ["tea/none"], "stage": "arrival"}
SECTION = {"id": "s1", "title": BOTH, "weight": "0"}
BROKEN = {
    **whole(),
    "estimated_minutes": 0,
    "title": {"zh": "茶", "en": ""},
    "requires": {"rules-24": "1.0.0"},
    "gates": [GATE],
    "facts": [
        {
            "id": "i8",
            "label": BOTH,
            "criterion": BOTH,
            "response": {"type": "text"},
            "stage": "arrival",
        }
    ],
    "sections": [
        SECTION
        | {
            "items": [
                {**ITEM, "weight": "two", "na": "never", "coach": {"zh": "", "en": ""}},
                {**ITEM, "id": "i2", "response": {"type": "count", "bands": [{"max": "1"}]}},
                {**ITEM, "id": "i3", "label": {"zh": "", "en": ""}, "stage": "nowhere"},
                {**ITEM, "id": "i3"},
                {"use": "rules-24/r01", "weight": "x"},
                {**ITEM, "id": "i6", "response": {"type": "points", "maximum": "-"}, "cpt": ["X"]},
                {**ITEM, "id": "i7", "filled_by": ["nobody"]},
                {**ITEM, "id": "i8"},
            ]
        }
    ],
}


def said_of_files():
    for module in SOURCES:
        tree = ast.parse(inspect.getsource(module))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                yield node.args[0].value


def test_whatever_names_something_of_the_file_has_other_words_on_a_page():
    said = set(said_of_files())
    of_files = {
        one
        for one in said
        if OF_FILES.search(one) and not any(part in one for part in (*ELSEWHERE, "a table"))
    }

    assert of_files - WORDS.keys() == {
        "grades are written in the vocabulary's scales, not in an item"
    }
    assert WORDS.keys() - said == set(), "words for what is never said"
    assert [words for words in WORDS.values() if "`" in words] == []


def test_each_message_stands_where_its_link_leads(carol, begun):
    begun(BROKEN)

    links = carol.see().soup.select("#troubles li a")

    found = {link["href"].removeprefix(carol.root): said_at(carol, link) for link in links}
    assert {where: there for where, there in found.items() if not there} == {}
    assert {"/head#p-estimated_minutes", "/sections/1/items/2#p-response-bands-0",
            "/sections/1/items/4#p-id", "/gates/1#p-when", "/facts/1#p-id",
            "/sections/1/items/7#p-all"} <= found.keys()  # fmt: skip


def said_at(editor, link):
    """Whether the place that the link leads to says what the link is beside."""
    page, _, slot = link["href"].removeprefix(editor.root).partition("#")
    words = link.find_parent("li").find_all("span")[-1].get_text(strip=True)
    return not slot or words in editor.see(page).soup.find(id=slot).get_text()


@pytest.mark.parametrize(
    "page", ["/head", "/sections/1", *(f"/sections/1/items/{n}" for n in range(1, 8)), "/gates/1"]
)
def test_a_page_shows_as_many_messages_as_it_counts(carol, begun, page):
    sheet = begun(BROKEN).see(page)

    counted = re.search(r"(\d+) things? to put right", sheet.soup.find(id="saved").get_text())
    said = [one.get_text(strip=True) for one in sheet.soup.select(".field__problem")]
    assert counted is not None
    assert sum(len(one.split("; ")) for one in filter(None, said)) == int(counted[1])


def test_nothing_on_a_page_goes_by_its_name_in_the_file(carol, begun):
    """Chinese words have no Latin letters: what has some was taken from the file."""
    begun(BROKEN)
    carol.client.cookies.set("language", "zh")

    text = carol.see().soup.select_one("#troubles").get_text(" ")

    assert re.findall(r"[a-z_]{2,}\d*|\b[a-z]\d+", text) == [
        "filled_by", "nobody", "tea", "none",  # on no form, and not there
    ]  # fmt: skip
    assert "2. 字" in text


def test_an_item_taken_over_goes_by_its_label(carol, begun):
    page = begun(BROKEN).see("/sections/1")

    label = library().checklists["rules-24", "1.0.0"].by_key["rules-24/r01"].label.en
    assert page.listed()[4] == label
    assert f"5. {label}" in carol.see().text()
    assert carol.see("/sections/1/items/5").soup.h1.get_text() == label
