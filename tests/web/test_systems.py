"""The library's pages: every system with a line, every framework, every page of background."""

import pytest

from audit.store.systems import get_background, library_backgrounds, library_lenses, library_systems
from tests.web.test_branches import soup, words


def test_all_systems_are_listed_with_what_serves_them(as_, world):
    page = soup(as_(world.alice).get("/library/systems"))

    rows = page.select("tbody tr")
    served = [[link["href"] for link in row.select("a")] for row in rows]
    assert len(rows) == 57
    assert [row["id"] for row in rows] == [one.id for one in library_systems().systems]
    assert served[0] == ["/library/frameworks/rules-24"]
    assert served[4] == ["/library/frameworks/nine-core-processes#group-1"]
    assert [] not in served


def test_a_branch_does_not_learn_what_shoppers_play(as_, world):
    """Or it would know them by it."""
    pages = {who.login: soup(as_(who).get("/library/systems")) for who in (world.dan, world.carol)}

    said = {name: words(page.find(id="B28")) for name, page in pages.items()}
    assert said["dan"].count("Scenario") == said["dan"].count("Scenarios that shoppers play") == 1
    assert said["carol"].count("Scenario: ") == 2


def test_every_link_of_the_list_leads_somewhere(as_, world):
    client = as_(world.dan)
    page = soup(client.get("/library/systems"))

    links = {link["href"] for link in page.select("table a")}
    pages = {link.partition("#")[0]: soup(client.get(link)) for link in links}

    assert {link.partition("#")[0] for link in links} == {
        *(f"/library/frameworks/{lens.framework.id}" for lens in library_lenses()),
        *(f"/library/background/{one.id}" for one in library_backgrounds()),
    }
    for link in links:
        path, _, group = link.partition("#")
        assert pages[path].h1 is not None
        assert not group or pages[path].find(id=group) is not None


def test_a_framework_lists_its_items_and_says_what_cannot_be_seen(as_, world):
    page = soup(as_(world.carol).get("/library/frameworks/anger7"))

    entries = [words(one) for one in page.select(".library-entries__one")]
    assert entries[0] == "1 Calm and polite Keeps own calm complaint-handling/h11"
    assert entries[2].startswith("3 Breathe and look on Cannot be seen on a visit: A step taken")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_of_background_is_read_in_both_languages(as_, world, language):
    background = get_background("listening-levels")

    page = soup(
        as_(world.alice).get(
            "/library/background/listening-levels", headers={"Accept-Language": language}
        )
    )

    titles = [words(head) for head in page.select("main h1, main h2")]
    said = [background.title, *(passage.title for passage in background.sections)]
    assert titles[:-1] == [title.in_(language) for title in said]
    assert titles[-1] == {"zh": "有助于理解", "en": "Explains"}[language]


@pytest.mark.parametrize("path", ["frameworks/none", "background/none"])
def test_what_is_not_there_is_not_found(as_, world, path):
    assert as_(world.ann).get(f"/library/{path}").status_code == 404


def test_an_item_leads_to_the_page_that_explains_it(as_, world):
    """On the shopper's page, in the help, and on the administrator's."""
    explained = "/library/background/listening-levels"

    filling = soup(as_(world.alice).get(f"/visits/{world.harbour_visit}/fill"))
    listed = soup(as_(world.ann).get(f"/admin/checklists/{world.checklist.hash}"))

    help_of = filling.find(id="item-rules-24/r06").select_one(".help")
    assert [link["href"] for link in help_of.select("a")] == [explained]
    assert explained in [link["href"] for link in listed.select("main a")]
