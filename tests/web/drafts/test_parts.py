import pytest

from audit.clock import now
from audit.domain.draft import next_version
from audit.store.checklists import list_checklists, publish
from tests.domain.writing import library, read


@pytest.fixture
def composed(carol, database):
    with database.reading() as session:
        found = {one.id: one for one in list_checklists(session)}
    carol.begin(begin="composite", name="my-visit")
    for name in ("rules-24", "counter-routine-5"):
        carol.send("", "/parts", checklist=found[name].hash)
    return carol


def test_a_checklist_is_composed_of_published_ones(composed):
    page = composed.see()

    assert page.listed() == [
        "Twenty-four Rules for Receiving Customers",
        "Five-step counter routine",
    ]
    rows = [[c.get_text(strip=True) for c in row.find_all(["th", "td"])]
            for row in page.soup.select("tbody tr")]  # fmt: skip
    assert ["24 / 24", "24"] in [row[1:] for row in rows]


def test_items_are_left_out_and_the_minutes_follow(composed):
    before = composed.tables["estimated_minutes"]
    offered = composed.see("/parts/1").form("/parts/1")["offered"]

    page = composed.send("/parts/1", items=offered[12:], share="45")

    assert composed.tables["parts"][0] == {
        "checklist": "rules-24", "share": "45", "without": offered[:12],
    }  # fmt: skip
    assert composed.tables["estimated_minutes"] < before
    assert page.form("/parts/1")["items"] == offered[12:]


def test_parts_change_places_and_go(composed):
    composed.send("", "/parts/places", step="2.up")
    composed.send("", "/parts/places", step="2.remove")

    assert [one["checklist"] for one in composed.tables["parts"]] == ["counter-routine-5"]
    assert composed.tables["requires"] == {"counter-routine-5": "1.0.0"}


def test_a_part_is_there_once(composed, database):
    again = composed.see().form("/parts")
    with database.reading() as session:
        rules = next(one for one in list_checklists(session) if one.id == "rules-24")

    answer = composed.client.post(composed.root + "/parts", data=again | {"checklist": rules.hash})

    assert answer.status_code == 409
    offered = {one["value"] for one in composed.see().soup.select("#checklist option")}
    assert rules.hash not in offered


def test_a_part_somebody_else_changed_is_not_overwritten(composed, ann):
    before = composed.see("/parts/1")
    ann.at(composed.root).send("/parts/1", share="70")

    late = composed.send("/parts/1", on=before, share="20")

    assert late.status == 409
    assert "Ann changed this while you were at it." in late.text()
    assert composed.tables["parts"][0]["share"] == "70"


def test_a_part_of_which_somebody_else_took_another_version_is_not_overwritten(
    composed, ann, database
):
    shelf = library().checklists
    newer = read(next_version(shelf["rules-24", "1.0.0"], shelf))
    with database.writing() as session:
        publish(session, newer, now())
    before = composed.see("/parts/1")
    ann.at(composed.root).send("/parts/1", version=newer.version)

    late = composed.send("/parts/1", on=before, share="20")

    assert late.status == 409
    assert composed.tables["requires"]["rules-24"] == newer.version
    assert composed.tables["parts"][0]["share"] == "10"


def test_what_was_typed_late_into_a_part_stays_and_can_be_saved_over(composed, ann):
    before = composed.see("/parts/1")
    offered = before.form("/parts/1")["offered"]
    ann.at(composed.root).send("/parts/1", share="70")

    late = composed.send("/parts/1", on=before, share="20", items=offered[1:])

    assert (late.form("/parts/1")["share"], late.form("/parts/1")["items"]) == (["20"], offered[1:])
    assert composed.send("/parts/1", on=late).status == 409  # the same once more
    over = late.soup.select_one('button[name="seen"]')["value"]
    composed.send("/parts/1", on=late, seen=over)
    assert composed.tables["parts"][0]["without"] == offered[:1]
    assert composed.tables["parts"][0]["share"] == "20"


@pytest.mark.parametrize(
    ("place", "more"), [("/parts", {"checklist": "{rules}"}), ("/parts/places", {"step": "2.up"})]
)
def test_parts_that_somebody_else_moved_are_not_moved(composed, ann, database, place, more):
    before = composed.see()
    ann.at(composed.root).send("", "/parts/places", step="2.remove")
    with database.reading() as session:
        other = next(one for one in list_checklists(session) if one.id == "cpt-standard")

    late = composed.send(
        "",
        place,
        on=before,
        **{name: value.format(rules=other.hash) for name, value in more.items()},
    )

    assert late.status == 409
    assert [one["checklist"] for one in composed.tables["parts"]] == ["rules-24"]


def test_a_draft_of_sections_takes_no_parts(carol, database):
    carol.begin(begin="blank", name="tea")
    with database.reading() as session:
        other = next(one for one in list_checklists(session) if one.id == "cpt-standard")

    said = carol.see().form("/sections") | {"checklist": other.hash}
    answer = carol.client.post(carol.root + "/parts", data=said)

    assert (answer.status_code, "This draft is not made of parts." in answer.text) == (409, True)
