import pytest

from audit.clock import now
from audit.domain.draft import blank, blank_item
from audit.ids import new_id
from audit.paths import folder
from audit.store.drafts import add_draft


def test_a_draft_begins_empty(carol):
    page = carol.begin(begin="blank", name="tea").see()

    assert carol.tables["id"] == "tea"
    assert "A checklist without a title" in page.text()
    assert page.listed() == ["Section 1"]


def test_a_draft_begins_as_the_next_version_of_a_published_one(carol, world):
    carol.begin(begin=world.checklist.hash)

    assert (carol.tables["id"], carol.tables["version"]) == (world.checklist.id, "1.1.0")
    assert "To put right 0" in carol.see().text()


def test_a_draft_begins_as_an_own_copy(carol, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")

    assert (carol.tables["id"], carol.tables["version"]) == ("ours", "1.0.0")


@pytest.mark.skipif(not (folder("checklists") / "points-1000").exists(), reason="no starter")
def test_a_draft_begins_from_the_form_of_a_thousand_points(carol):
    carol.begin(begin="starter", name="ours")

    maxima = [
        float(item["response"]["maximum"])
        for section in carol.tables["sections"]
        for item in section["items"]
    ]
    assert (len(carol.tables["sections"]), sum(maxima)) == (10, 1000)


def test_a_name_that_cannot_be_an_id_is_refused(carol):
    answer = carol.client.post("/drafts", data={"begin": "blank", "name": "Tea house"})

    assert answer.status_code == 422
    assert "Use small letters, digits, - _ and . only." in answer.text


def test_what_is_to_be_put_right_leads_to_its_page(carol):
    page = carol.begin(begin="blank", name="tea").see()

    links = [one["href"].removeprefix(carol.root) for one in page.soup.select(".draft-troubles a")]
    assert links == [
        "/head#p-title-zh", "/head#p-summary-zh", "/sections/1#p-title-zh", "/sections/1#p-all",
    ]  # fmt: skip


def test_a_trouble_of_each_piece_leads_to_the_page_of_that_piece(carol, database, world):
    composite = carol.begin(begin=world.checklist.hash, own="1", name="ours")
    composite.send("/parts/2", share="much")
    composite.send("/gates/2", when="perhaps")
    composite.send("/facts/1", stage="nowhere")

    assert leads(composite) == [
        "/facts/1", "/facts/1#p-stage", "/gates/2", "/gates/2#p-when", "/parts/2",
        "/parts/2#p-share",
    ]  # fmt: skip


def test_a_trouble_of_an_item_leads_to_it_whether_its_own_or_taken_over(carol, database, world):
    tables = {
        **blank("tea"),
        "title": BOTH,
        "summary": BOTH,
        "requires": {"rules-24": "1.0.0"},
        "sections": [
            {"id": "a", "title": BOTH, "weight": "1", "items": [OWN]},
            {
                "id": "b",
                "title": BOTH,
                "weight": "1",
                "items": [
                    {"use": "rules-24/r01", "weight": "1"},
                    {"use": "rules-24/r02", "weight": "x"},
                ],
            },
        ],
    }
    draft = new_id()
    with database.writing() as session:
        add_draft(session, draft, tables, world.ann, now())

    assert leads(carol.at(f"/drafts/{draft}")) == [
        "/sections/1/items/1", "/sections/1/items/1#p-weight",
        "/sections/2/items/2", "/sections/2/items/2#p-weight",
    ]  # fmt: skip


BOTH = {"zh": "茶", "en": "Tea"}
OWN = {**blank_item("i1", "arrival"), "label": BOTH, "criterion": BOTH, "help": BOTH, "coach": BOTH}
OWN["weight"] = "x"


def leads(editor):
    page = editor.see()
    links = page.soup.select(".draft-troubles a")
    return sorted({one["href"].removeprefix(editor.root) for one in links})


def test_a_draft_can_be_thrown_away(carol):
    carol.begin(begin="blank", name="tea")

    carol.send("", "/removal")

    assert carol.see().status == 404
    assert carol.client.post(f"{carol.root}/removal").status_code == 404
