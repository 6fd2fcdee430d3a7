from bs4 import BeautifulSoup

from audit.clock import now
from audit.domain.draft import next_version, step_item, with_item
from audit.store.checklists import publish
from tests.domain.writing import BOTH, library, read


def published_anew(database):
    """The rules once more: one weighs more, one is worded anew, one is left out."""
    before = library().checklists["rules-24", "1.0.0"]
    tables = next_version(before, library().checklists)
    first, second = tables["sections"][0]["items"][:2]
    tables = with_item(tables, 1, 1, {**first, "weight": "9"})
    tables = with_item(tables, 1, 2, {**second, "criterion": BOTH})
    after = read(step_item(tables, 1, 3, "remove"))
    with database.writing() as session:
        publish(session, after, now(), "Lighter")
    return before, after


def test_two_versions_are_compared(as_, world, database):
    before, after = published_anew(database)

    page = as_(world.carol).get(f"/checklists/comparison?before={before.hash}&after={after.hash}")

    soup = BeautifulSoup(page.text, "html.parser")
    said = soup.select_one(".lede").get_text(" ", strip=True)
    assert said.startswith("22 items stay comparable; 0 added, 1 removed, 2 changed.")
    tags = [one.get_text(strip=True) for one in soup.select(".versions__tags li")]
    assert tags[:2] == ["comparable", f"weight {before.items[0].weight} → 9"]
    assert "no longer comparable" in tags
    assert [one.get_text() for one in soup.select("ins")] == ["word"]


def test_a_published_version_is_read_with_its_note(as_, world, database):
    _, after = published_anew(database)

    page = as_(world.carol).get(f"/checklists/{after.hash}")

    assert "Lighter" in page.text
    assert after.items[0].label.en in page.text


def test_a_version_that_is_not_there_is_not_found(as_, world):
    assert as_(world.carol).get("/checklists/comparison").status_code == 404
