import io
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace
from pypdf import PdfReader

from audit.store.people import save_person
from tests.web.test_branches import BETTER, WORSE, soup, thin, words
from tests.world import revisit

MIXED = {
    "rules-24/r02": "2",
    "rules-24/r04": "2",
    "rules-24/r06": "0",
    "rules-24/r12": "not_observed",
}


def at(world, place, **query):
    pairs = "&".join(
        f"{name}={value}"
        for name, values in query.items()
        for value in (values if isinstance(values, list) else [values])
    )
    return f"/branches/{world.harbour.id}/{place}?{pairs}"


# ---- side by side --------------------------------------------------------------------


def test_chosen_visits_stand_side_by_side_with_the_newest_first(as_, world, database):
    first = revisit(database, world, 1)
    second = revisit(database, world, 2, answers=BETTER)
    revisit(database, world, 3)

    page = soup(as_(world.dan).get(at(world, "comparison", visit=[second, first])))

    head = [words(cell) for cell in page.select_one(".beside thead").find_all("th")]
    total = [words(cell) for cell in page.select_one(".beside__row--total").find_all(["th", "td"])]
    assert head == ["By section", "2026-11-22", "2026-11-21"]
    assert total == ["Raw score", "82.7 50 +4.6", "78.1 50"]


def test_without_a_choice_the_latest_visits_are_compared(as_, world, database):
    for number in range(1, 6):
        revisit(database, world, number)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}/comparison"))

    head = [words(cell) for cell in page.select_one(".beside thead").find_all("th")]
    assert head[1:] == ["2026-11-25", "2026-11-24", "2026-11-23", "2026-11-22"]


def test_sections_indices_and_framework_entries_have_rows(as_, world, database):
    visits = [revisit(database, world, 1), revisit(database, world, 2, answers=WORSE)]

    page = soup(as_(world.dan).get(at(world, "comparison", visit=visits)))

    names = [words(head) for head in page.select(".beside-group h2")]
    smile = next(row for row in page.select(".beside__row--entry") if words(row.th) == "Smile")
    assert names == ["By section", "C, P and T", "By framework"]
    assert [words(cell) for cell in smile.find_all("td")] == ["0.0 1 −50.0", "50.0 1"]


def test_visits_are_regrouped_by_the_framework_that_is_chosen(as_, world, database):
    visits = [revisit(database, world, 1), revisit(database, world, 2, answers=MIXED)]
    client = as_(world.dan)

    page = soup(client.get(at(world, "comparison", visit=visits, framework="wants7")))

    rows = [words(row) for row in page.select("#regrouped tbody tr")]
    assert rows[0] == "What Customers Want Reading 63.6 5 −11.4 75.0 6"  # 7 of 11, 21/2 of 14
    assert rows[-2:] == [
        "7 Listening to me 0.0 1 −100.0 100.0 1",
        "Listens carefully 0.0 −100.0 100.0",
    ]
    assert [words(head) for head in page.select(".beside-group h2")] == ["What Customers Want"]
    assert [words(line) for line in page.select(".regrouping__missing li")] == [
        "5 Care for my matter Not scored at any of these visits"
    ]
    kept = [field["value"] for field in page.select(".through [name=visit]")]
    assert kept == [str(visit) for visit in visits]
    paper = page.select_one("a[href*='comparison.pdf']")["href"]
    assert paper.endswith("&framework=wants7")


def test_visits_cannot_be_regrouped_by_what_they_do_not_answer_to(as_, world, database):
    visits = [revisit(database, world, 1), revisit(database, world, 2)]

    answer = as_(world.dan).get(at(world, "comparison", visit=visits, framework="steps7"))

    assert answer.status_code == 404


def test_each_step_says_whether_the_change_is_clear_with_number_and_coverage(as_, world, database):
    visits = [revisit(database, world, 1), revisit(database, world, 2, answers=BETTER)]

    page = soup(as_(world.dan).get(at(world, "comparison", visit=visits)))

    step = words(page.select(".in-turn__one")[0])
    assert "coverage 100%, 50 items scored" in step
    assert "No clear change: under 10.0 points two single visits differ by chance alone." in step


def test_a_visit_that_covers_too_little_is_left_out_and_named(as_, world, database):
    visits = [
        revisit(database, world, 1),
        revisit(database, world, 2, answers=thin()),
        revisit(database, world, 3),
    ]

    page = soup(as_(world.dan).get(at(world, "comparison", visit=visits)))

    head = [words(cell) for cell in page.select_one(".beside thead").find_all("th")]
    assert head[1:] == ["2026-11-23", "2026-11-21"]
    assert words(page.select_one(".notice")).startswith("The visit of 2026-11-22 is left out")


def test_one_visit_is_not_compared(as_, world, database):
    visit = revisit(database, world, 1)

    page = soup(as_(world.dan).get(at(world, "comparison", visit=visit)))

    assert "A comparison needs two visits" in words(page.select_one(".empty"))


@pytest.mark.parametrize("place", ["comparison", "changes"])
def test_another_branchs_visit_is_not_found_among_the_own(as_, world, database, place):
    own = revisit(database, world, 1)
    others = revisit(database, world, 1, branch=world.hill)
    path = at(world, place, visit=[own, others], before=own, after=others)

    assert as_(world.dan).get(path).status_code == 404
    assert as_(world.carol).get(path).status_code == 404


def test_a_visit_that_is_not_released_is_not_found(as_, world, database):
    released = revisit(database, world, 1)
    waiting = revisit(database, world, 2, released=False)

    answer = as_(world.carol).get(at(world, "comparison", visit=[released, waiting]))

    assert answer.status_code == 404


# ---- item by item --------------------------------------------------------------------


@pytest.fixture
def changed(database, world):
    before = revisit(database, world, 1, notes={"rules-24/r06": "Nodded and repeated it."})
    after = revisit(
        database, world, 2, answers=MIXED, notes={"rules-24/r06": "Looked at the screen."}
    )
    return before, after


def lines(page):
    return {words(line.h3): line for line in page.select(".item-change")}


def test_every_item_is_better_worse_the_same_or_not_comparable(as_, world, changed):
    before, after = changed

    page = soup(as_(world.dan).get(at(world, "changes", before=before, after=after)))

    found = lines(page)
    assert "2 items better, 1 worse, 46 the same; 10 cannot be compared." in words(
        page.select_one(".change-summary")
    )
    assert found["Smile"]["class"] == ["item-change", "item-change--better"]
    assert found["Listens carefully"]["class"] == ["item-change", "item-change--worse"]
    assert found["Professional knowledge"]["class"] == [
        "item-change",
        "item-change--not_comparable",
    ]
    assert "Not scored at both visits." in words(found["Professional knowledge"])


def test_a_worse_item_shows_both_answers_both_notes_the_points_and_advice(as_, world, changed):
    before, after = changed

    page = soup(as_(world.dan).get(at(world, "changes", before=before, after=after)))

    line = lines(page)["Listens carefully"]
    said = [words(one) for one in line.select(".item-change__said > div")]
    assert said[0].startswith("2026-11-21 Unprompted and complete")
    assert said[0].endswith("Nodded and repeated it.")
    assert said[1].startswith("2026-11-22 Not done")
    assert said[1].endswith("Looked at the screen.")
    assert words(line.select_one(".item-change__points")).startswith("−")
    assert words(line.select_one(".item-change__coach")).startswith("Advice ")
    assert lines(page)["Smile"].select_one(".item-change__coach") is None


def test_the_exact_test_is_labelled_as_being_about_these_two_visits(as_, world, changed):
    before, after = changed

    page = soup(as_(world.dan).get(at(world, "changes", before=before, after=after)))

    said = words(page.select_one(".change-summary"))
    assert "a split of 2 to 1 or more uneven would come up with p = 1.000" in said
    assert "It says nothing about the branch’s usual level" in said


def test_every_group_of_items_can_be_opened_and_has_its_count(as_, world, changed):
    before, after = changed

    page = soup(as_(world.dan).get(at(world, "changes", before=before, after=after)))

    groups = page.select("details.item-changes")
    counts = [int(words(group.summary).split()[-1]) for group in groups]
    assert counts == [len(group.select(".item-change")) for group in groups]
    assert f"All {sum(counts)}" == words(page.select_one(".track-tabs a"))


def test_parts_readings_and_indices_of_one_name_are_told_apart(as_, world, database):
    visits = [revisit(database, world, 1), revisit(database, world, 2)]

    page = soup(as_(world.dan).get(at(world, "comparison", visit=visits)))

    kinds = ".beside__row--part th, .beside__row--framework th, .beside__row--index th"
    names = [words(head) for head in page.select(kinds)]
    assert len(names) == len(set(names))
    assert {name.split()[-1] for name in names} == {"Part", "Reading", "index"}


def test_the_list_can_be_narrowed_to_one_kind(as_, world, changed):
    before, after = changed

    page = soup(
        as_(world.dan).get(at(world, "changes", before=before, after=after, verdict="worse"))
    )

    assert list(lines(page)) == ["Listens carefully"]
    assert words(page.select_one(".track-tabs [aria-current]")) == "Worse 1"


def test_the_earlier_visit_is_before_whichever_way_they_are_named(as_, world, changed):
    before, after = changed

    page = soup(as_(world.dan).get(at(world, "changes", before=after, after=before)))

    assert words(page.select_one(".change-summary__days")).startswith("2026-11-21 78.1")


def test_without_a_choice_the_last_two_valid_visits_are_compared(as_, world, database, changed):
    revisit(database, world, 3, answers=thin())

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}/changes"))

    assert [words(a) for a in page.select(".change-summary__days a")] == [
        "2026-11-21",
        "2026-11-22",
    ]


def test_a_visit_that_covers_too_little_is_not_compared_item_by_item(as_, world, database):
    full = revisit(database, world, 1)
    weak = revisit(database, world, 2, answers=thin())

    answer = as_(world.dan).get(at(world, "changes", before=full, after=weak))

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 409
    assert "covers too little of the checklist" in words(page)


def test_an_unknown_visit_is_not_found(as_, world, changed):
    before, _ = changed

    answer = as_(world.dan).get(at(world, "changes", before=before, after=UUID(int=99)))

    assert answer.status_code == 404


# ---- on paper ------------------------------------------------------------------------


def test_the_comparison_is_a_pdf_that_names_no_shopper(as_, world, database):
    leaky = replace(world.alice, name="泄漏者", code="LEAK-1")
    with database.writing() as session:
        save_person(session, leaky)
    visits = [revisit(database, world, number, shopper=leaky) for number in (1, 2)]

    answer = as_(world.dan).get(at(world, "comparison.pdf", visit=visits, language="zh"))

    pages = PdfReader(io.BytesIO(answer.content))
    text = "".join(page.extract_text() for page in pages.pages)
    attached = b"".join(one for files in pages.attachments.values() for one in files)
    assert answer.headers["content-type"] == "application/pdf"
    assert [day in text for day in ("2026-11-21", "2026-11-22", "港口支行")] == [True] * 3
    assert [secret in text for secret in ("泄漏者", "LEAK-1")] == [False, False]
    assert [secret.encode() in attached for secret in ("泄漏者", "LEAK-1", str(leaky.id))] == [
        False,
        False,
        False,
    ]
    assert b'"number":"MC-2026-H001-001"' in attached


def test_the_pdf_is_regrouped_like_the_page(as_, world, database):
    visits = [revisit(database, world, 1), revisit(database, world, 2, answers=MIXED)]
    client = as_(world.dan)

    answer = client.get(
        at(world, "comparison.pdf", visit=visits, language="en", framework="wants7")
    )

    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "What Customers Want 75.0 6 63.6 5 −11.4" in text
    assert "7 Listening to me 100.0 1 0.0 1 −100.0 Listens carefully" in text
    assert "5 Care for my matter Not scored at any of these visits" in text
    assert "By section" not in text


def test_another_branchs_manager_finds_no_pdf(as_, world, database):
    visits = [revisit(database, world, number) for number in (1, 2)]

    answer = as_(world.erin).get(at(world, "comparison.pdf", visit=visits))

    assert answer.status_code == 404


def test_a_comparison_drawn_once_is_kept(as_, settings, world, database):
    path = at(world, "comparison.pdf", visit=[revisit(database, world, n) for n in (1, 2)])
    client = as_(world.dan)

    first = client.get(path)
    [kept] = (settings.data / "reports").iterdir()
    kept.write_bytes(b"%PDF from the shelf")
    second = client.get(path)
    other = client.get(path + "&language=zh")

    assert first.content.startswith(b"%PDF-1.7")
    assert second.content == b"%PDF from the shelf"
    assert other.content not in (first.content, second.content)


# ---- how many ------------------------------------------------------------------------


def test_twelve_visits_stand_side_by_side_and_on_paper(as_, world, database):
    visits = [revisit(database, world, number) for number in range(1, 13)]
    client = as_(world.dan)

    page = soup(client.get(at(world, "comparison", visit=[*visits, visits[0]])))
    paper = client.get(at(world, "comparison.pdf", visit=visits))

    assert len(page.select_one(".beside thead").find_all("th")) == 1 + 12
    assert paper.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("place", ["comparison", "comparison.pdf"])
def test_more_than_twelve_are_refused_with_what_to_do(as_, world, database, place):
    visits = [revisit(database, world, number) for number in range(1, 14)]
    client = as_(world.dan)

    answer = client.get(at(world, place, visit=visits))
    branch = soup(client.get(f"/branches/{world.harbour.id}"))
    file = client.get(f"/branches/{world.harbour.id}/scores.csv")

    said = words(BeautifulSoup(answer.text, "html.parser").main)
    assert answer.status_code == 422
    assert "A comparison holds at most 12 visits, and 13 were chosen." in said
    assert "At most 12 visits can be compared at a time." in words(branch.main)
    assert len(file.text.splitlines()) == 1 + 13
