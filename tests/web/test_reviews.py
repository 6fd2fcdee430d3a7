import re
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from audit.domain.answer import Answer, Deed, root
from audit.domain.text import Text
from audit.ids import new_id
from audit.store.events import add_events, list_events, record
from audit.store.releases import send_back
from audit.store.visits import add_visit, get_card, get_visit
from tests.world import NOON, fill_visit, release_visit, revisit

RELEASED = re.compile(r"MC-\d{4}-H001-\d{3}")


def add(database, world, branch, shopper, *, mode="disguised") -> UUID:
    visit = new_id()
    with database.writing() as session:
        add_visit(
            session,
            visit,
            branch=branch.id,
            wave=world.wave,
            shopper=shopper.id,
            mode=mode,
            checklist=world.checklist.hash,
            brief=Text("", ""),
            due_on=NOON.date(),
        )
    return visit


def listed(page) -> list[str]:
    return re.findall(r'href="/reviews/([0-9a-f-]{36})\?', page.text)


def status_of(database, world, visit) -> str:
    with database.reading() as session:
        return get_visit(session, world.carol, visit).status


def decide(client, visit, deed, **said):
    """As the open page does, which names what was read."""
    page = client.get(f"/reviews/{visit}")
    seen = re.search(r'name="seen" value="(\w+)"', page.text)
    said["seen"] = seen[1] if seen else ""
    return client.post(f"/reviews/{visit}/{deed}", data=said, follow_redirects=False)


# ---- the queue -----------------------------------------------------------------------


def test_the_queue_shows_what_was_handed_in_with_the_oldest_first(as_, database, world):
    later = fill_visit(database, world, entered=NOON + timedelta(days=2))
    earlier = fill_visit(database, world, visit=world.hill_visit)

    page = as_(world.carol).get("/reviews")

    assert listed(page) == [str(earlier), str(later)]


def test_an_empty_queue_says_what_will_be_there(as_, world):
    page = as_(world.carol).get("/reviews")

    assert "Nothing waits for review." in page.text


@pytest.mark.parametrize("by", ["branch", "shopper", "region", "wave"])
def test_the_queue_is_narrowed_by_its_address(as_, database, world, by):
    fill_visit(database, world)
    fill_visit(database, world, visit=world.hill_visit)
    mine = {"branch": world.harbour.id, "shopper": world.alice.id}
    everything = {"region": world.region.id, "wave": world.wave}

    page = as_(world.carol).get(f"/reviews?{by}={mine.get(by) or everything[by]}")
    other = as_(world.carol).get(f"/reviews?{by}={new_id()}")

    expected = {str(world.harbour_visit)} | ({str(world.hill_visit)} if by in everything else set())
    assert (set(listed(page)), listed(other)) == (expected, [])


def test_each_status_has_its_count_whichever_is_shown(as_, database, world):
    fill_visit(database, world)

    page = as_(world.carol).get("/reviews?status=assigned")

    counts = re.findall(r'(\w[\w ]*) <span class="queue__count">(\d+)</span>', page.text)
    assert dict(counts) == {
        "Handed in": "1",
        "Returned": "0",
        "In progress": "0",
        "Assigned": "1",
        "Released": "0",
        "Cancelled": "0",
        "All": "2",
    }


def test_the_queue_is_paged(as_, database, world):
    for _ in range(27):
        add(database, world, world.hill, world.bob)

    first = as_(world.carol).get("/reviews?status=assigned")
    second = as_(world.carol).get("/reviews?status=assigned&number=2")

    assert (len(listed(first)), len(listed(second))) == (25, 4)
    assert not set(listed(first)) & set(listed(second))


def test_anything_that_is_no_filter_is_taken_for_none(as_, database, world):
    fill_visit(database, world)

    page = as_(world.carol).get("/reviews?branch=nonsense&region=&number=-3")

    assert listed(page) == [str(world.harbour_visit)]


@pytest.mark.parametrize("who", ["alice", "dan"])
def test_only_auditors_have_a_queue(as_, database, world, who):
    fill_visit(database, world)
    client = as_(getattr(world, who))

    pages = [client.get("/reviews"), client.get(f"/reviews/{world.harbour_visit}")]

    assert [page.status_code for page in pages] == [404, 404]


# ---- one visit -----------------------------------------------------------------------


def test_a_review_shows_the_answers_in_words_with_notes_times_and_flags(as_, database, world):
    fill_visit(database, world, {"rules-24/r22": "no"}, notes={"rules-24/r07": "Chewing gum."})

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    assert page.text.count("Chewing gum.") == 1
    for words in (
        "A critical item failed and no note says what happened.",
        "9 min 00 s",  # the wait, from its marks
        "One step missing",  # an option in words
        "shopper S01",
    ):
        assert words in page.text


def test_answers_can_be_read_by_section_with_every_item_there(as_, database, world):
    fill_visit(database, world)

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}?by=section")

    anchors = re.findall(r'id="at-([\w-]+)"', page.text)
    keys = {item.key.replace("/", "-") for item in world.checklist.items}
    assert keys <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_two_devices_that_disagree_are_both_shown(as_, database, world):
    fill_visit(database, world, submit=False)
    with database.writing() as session:
        visit = get_visit(session, world.alice, world.harbour_visit)
        events = list_events(session, visit.id)
        mine = next(e for e in events if e.kind == "answer" and e.item == "rules-24/r02")
        other = msgspec.structs.replace(
            mine, id=new_id(), device="phone-b", seq=1, answer=Answer("answered", 0), prev=""
        )
        add_events(session, [other], NOON)

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    assert "2 devices or pages said different things." in page.text
    assert page.text.count("Phones say different things") == 2  # above, and at the item
    assert "phone PHON" in page.text


def test_a_returned_visit_can_be_written_again_and_tells_why(as_, database, world):
    fill_visit(database, world)
    answer = decide(as_(world.carol), world.harbour_visit, "return", reason="Which fee was named?")

    with database.writing() as session:
        visit = get_visit(session, world.alice, world.harbour_visit)
        record(session, visit, [Deed("note", "rules-24/r12", text="Twelve yuan.")], NOON)
        kinds = [event.kind for event in list_events(session, visit.id)]

    assert (answer.status_code, visit.status, visit.return_reason) == (
        303,
        "returned",
        "Which fee was named?",
    )
    assert kinds[-2:] == ["reopen", "note"]


def test_a_return_wants_a_reason_and_keeps_the_visit(as_, database, world):
    fill_visit(database, world)

    answer = as_(world.carol).post(f"/reviews/{world.harbour_visit}/return", data={"reason": " "})

    assert (answer.status_code, "Please fill this in." in answer.text) == (422, True)
    assert status_of(database, world, world.harbour_visit) == "submitted"


def test_a_release_freezes_the_score_of_the_log(as_, database, world):
    fill_visit(database, world)

    decide(as_(world.carol), world.harbour_visit, "release", confirmed="1", verdict="Steady.")

    with database.reading() as session:
        visit = get_visit(session, world.carol, world.harbour_visit)
        card, events = get_card(session, visit), list_events(session, visit.id)
    assert RELEASED.fullmatch(visit.release.number)
    assert (visit.status, str(card.final), visit.release.verdict) == ("released", "78.1", "Steady.")
    assert (visit.release.root, visit.release.reviewer) == (root(events), "Carol")


def test_a_release_wants_the_flags_looked_at_and_keeps_what_was_typed(as_, database, world):
    fill_visit(database, world)

    answer = as_(world.carol).post(
        f"/reviews/{world.harbour_visit}/release", data={"confirming": "1", "verdict": "Steady."}
    )

    assert answer.status_code == 422
    assert "Please confirm that the flags have been looked at." in answer.text
    assert ">Steady.</textarea>" in answer.text
    assert status_of(database, world, world.harbour_visit) == "submitted"


@pytest.mark.parametrize("deed", ["return", "release"])
def test_what_was_changed_since_it_was_read_is_not_decided(as_, database, world, deed):
    fill_visit(database, world)
    client, where = as_(world.carol), f"/reviews/{world.harbour_visit}"
    seen = re.findall(r'name="seen" value="(\w+)"', client.get(where).text)
    with database.writing() as session:  # another auditor, and then the shopper
        visit = get_visit(session, world.carol, world.harbour_visit)
        send_back(session, visit, "Which fee?", NOON)
    fill_visit(database, world, {"rules-24/r12": "0"})

    said = {"confirmed": "1", "reason": "Why?", "seen": seen[0]}
    answers = [
        client.post(f"{where}/{deed}", data=one, follow_redirects=False)
        for one in (said, {**said, "seen": ""})
    ]

    assert len(set(seen)) == 1
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "The answers have changed since you opened this page." in answers[0].text
    assert status_of(database, world, world.harbour_visit) == "submitted"
    assert decide(client, world.harbour_visit, deed, confirmed="1", reason="?").status_code == 303


@pytest.mark.parametrize("deed", ["return", "release"])
def test_only_a_visit_that_was_handed_in_can_be_decided(as_, database, world, deed):
    fill_visit(database, world, submit=False)

    answer = as_(world.carol).post(
        f"/reviews/{world.harbour_visit}/{deed}", data={"confirmed": "1", "reason": "Why?"}
    )

    assert answer.status_code == 409
    assert status_of(database, world, world.harbour_visit) == "in_progress"


def test_a_visit_is_released_once(as_, database, world):
    fill_visit(database, world)
    client = as_(world.carol)

    answers = [decide(client, world.harbour_visit, "release", confirmed="1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 409]


def test_releases_of_a_branch_are_numbered_within_the_year(database, world):
    numbers = []
    for year in (2026, 2026, 2027):
        visit = add(database, world, world.harbour, world.alice)
        fill_visit(database, world, visit=visit)
        numbers.append(release_visit(database, world, visit=visit, at=NOON.replace(year=year)))
    fill_visit(database, world, visit=world.hill_visit)
    numbers.append(release_visit(database, world, visit=world.hill_visit))

    assert numbers == [
        "MC-2026-H001-001",
        "MC-2026-H001-002",
        "MC-2027-H001-001",
        "MC-2026-H002-001",
    ]


def test_too_little_coverage_is_said_before_and_after_release(as_, database, world):
    keys = [item.key for item in world.checklist.items]
    fill_visit(database, world, dict.fromkeys(keys[:35], ""))
    client, where = as_(world.carol), f"/reviews/{world.harbour_visit}"

    before = client.get(where)
    decide(client, world.harbour_visit, "release", confirmed="1")
    after = as_(world.dan).get(f"/results/{world.harbour_visit}")

    assert "Coverage is too low for a valid score." in before.text
    assert "Too little was answered for a valid score" in after.text


def test_a_released_visit_is_read_only_and_leads_to_its_papers(as_, database, world):
    fill_visit(database, world)
    release_visit(database, world)

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    assert re.findall(r'action="/reviews/[^"]+"', page.text) == []
    for language in ("zh", "en"):
        assert f'/results/{world.harbour_visit}/report.pdf?language={language}"' in page.text


def test_what_arrives_after_the_release_changes_nothing_and_is_said(as_, database, world):
    fill_visit(database, world)
    release_visit(database, world)
    late(database, world)

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    before, came_late = page.text.split('id="late"')
    assert "1 entry came late." in before
    assert "Slipped in late." not in before
    assert came_late.count("Slipped in late.") == 1
    assert "The log no longer is" not in page.text


def test_a_log_that_no_longer_is_what_was_released_is_said(as_, database, world):
    fill_visit(database, world)
    release_visit(database, world)
    with database.writing() as session:
        session.execute(text("UPDATE event SET body = replace(body, 'Chewing gum', 'All well')"))

    page = as_(world.carol).get(f"/reviews/{world.harbour_visit}")

    assert "The log no longer is what this release was made from." in page.text


def late(database, world) -> None:
    with database.writing() as session:
        events = list_events(session, world.harbour_visit)
        last = next(e for e in reversed(events) if e.item == "rules-24/r12" and e.kind == "note")
        made = msgspec.structs.replace(
            last,
            id=new_id(),
            seq=events[-1].seq + 1,
            lamport=events[-1].lamport + 1,
            text="Slipped in late.",
            base=(last.id,),
        )
        add_events(session, [made], NOON - timedelta(days=9))  # by a clock set back


def test_next_and_previous_follow_the_queue_with_its_filters(as_, database, world):
    visits = [add(database, world, world.harbour, world.alice) for _ in range(3)]
    for day, visit in enumerate(visits):
        fill_visit(database, world, visit=visit, entered=NOON + timedelta(days=day))
    fill_visit(database, world, visit=world.hill_visit, entered=NOON + timedelta(hours=30))

    page = as_(world.carol).get(f"/reviews/{visits[1]}?branch={world.harbour.id}")

    found = dict(re.findall(r'rel="(prev|next)" href="/reviews/([0-9a-f-]{36})', page.text))
    assert found == {"prev": str(visits[0]), "next": str(visits[2])}


def test_the_queue_is_sorted_by_plain_links_that_keep_the_filters(as_, database, world):
    first = revisit(database, world, 1, released=False)
    second = revisit(database, world, 2, notes={}, released=False)
    client, here = as_(world.carol), f"branch={world.harbour.id}"

    page = client.get(f"/reviews?{here}")
    links = dict(
        re.findall(r'<a href="(/reviews\?[^"]+)" [^>]*>(By branch|Most flags first)', page.text)
    )
    by_flags = client.get(
        next(link for link, name in links.items() if "flags" in name).replace("&amp;", "&")
    )

    assert listed(page) == [str(first), str(second)]
    assert listed(by_flags) == [str(second), str(first)]
    assert sorted(here in link for link in links) == [True, True]
    assert 'sort=flags" aria-current="true"' in by_flags.text
    assert 'name="sort" value="flags"' in by_flags.text


def test_one_damaged_visit_does_not_hide_the_queue(as_, database, world):
    good = revisit(database, world, 1, released=False)
    bad = revisit(database, world, 2, released=False)
    with database.writing() as session:
        session.execute(
            text("UPDATE event SET body = '{' WHERE visit_id = :visit AND seq = 20"),
            {"visit": bad.hex},
        )

    page = as_(world.carol).get("/reviews")
    opened = as_(world.carol).get(f"/reviews/{bad}")

    assert (page.status_code, listed(page)) == (200, [str(good)])
    assert page.text.count("Cannot be read: its log or its checklist is damaged or missing.") == 1
    assert (opened.status_code, "This visit cannot be read" in opened.text) == (409, True)
