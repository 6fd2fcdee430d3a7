import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from audit.domain.answer import Deed
from audit.ids import new_id
from audit.store.events import add_events, list_events, record
from audit.store.people import save_person
from audit.store.visits import get_visit, save_status
from tests.web.test_branches import soup, thin, words
from tests.web.test_reviews import add
from tests.world import NOON, fill_visit, release_visit, revisit

MUCH_WORSE = {f"rules-24/r{number:02}": "0" for number in (1, 2, 3, 4, 6, 8, 9, 11, 12)}


@pytest.fixture
def released(database, world):
    """Visit A of the Harbour branch, released with a verdict."""
    fill_visit(database, world)
    release_visit(database, world, verdict="Steady, with a weak farewell.")
    return world.harbour_visit


def figure(page) -> str:
    found = re.search(r'class="verdict__figure">([^<]+)<', page.text)
    assert found is not None
    return found[1]


def test_a_result_shows_verdict_score_band_and_sections(as_, world, released):
    page = as_(world.dan).get(f"/results/{released}")

    assert figure(page) == "78.1"
    for said in ("Meets the standard", "Steady, with a weak farewell.", "Greeting and speech"):
        assert said in page.text
    assert re.findall(r'<td class="score-number">(86\.6|72\.2|69\.9)</td>', page.text) == [
        "86.6",
        "72.2",
        "69.9",
    ]


def test_a_result_reads_the_visit_through_all_three_frameworks(as_, world, released):
    page = as_(world.dan).get(f"/results/{released}")

    states = re.findall(r'class="grid__state">([^<]+)<', page.text)
    strips = re.findall(r'class="strip__score">([\d.]+)', page.text)
    assert (len(states), states.count("n/a"), states.count("in part")) == (24, 5, 6)
    assert strips == ["80.0", "66.7", "88.9", "71.4", "25.0", "78.8", "74.2", "80.4"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "dispute single items, quoting the report number and the item’s code. "
               "Turn to the office that sent this report."),
        ("zh", "前就单个检查项提出申诉，请注明报告编号和检查项代码。"),
    ],
)  # fmt: skip
def test_a_result_says_until_when_and_where_to_dispute_as_the_paper_does(
    as_, world, released, database, language, said
):
    page = as_(world.dan).get(f"/results/{released}", headers={"Accept-Language": language})
    with database.reading() as session:
        until = get_visit(session, world.dan, released).release.released_at + timedelta(days=10)

    appeal = words(soup(page).find(attrs={"aria-labelledby": "appeal-title"}))
    assert (said in appeal, f"{until:%Y-%m-%d}" in appeal) == (True, True)


def test_lost_points_come_largest_first_and_add_up(as_, world, released):
    page = as_(world.dan).get(f"/results/{released}")

    lost = [Decimal(p) for p in re.findall(r'class="losses__points">−([\d.]+)<', page.text)]
    assert lost == sorted(lost, reverse=True)
    assert sum(lost) == Decimal("21.90")


def test_a_critical_failure_is_named_beside_both_scores(as_, database, world):
    fill_visit(database, world, {"rules-24/r22": "no"})
    release_visit(database, world)

    page = as_(world.dan).get(f"/results/{world.harbour_visit}")

    assert figure(page) == "59.0"
    assert "Raw score 72.7" in page.text
    assert "1 critical item failed" in page.text


def test_a_change_is_said_with_what_it_compares(as_, database, world):
    revisit(database, world, 1, answers={"rules-24/r02": "0", "rules-24/r06": "0"})
    second = revisit(database, world, 2, answers={"rules-24/r22": "no"})

    result = soup(as_(world.dan).get(f"/results/{second}"))
    branch = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    said = [words(line) for line in result.select(".score-change p")]
    assert said[0] == (
        "Raw score 72.7: 2.3 lower than on 2026-11-21 (75.0). "
        "A failed critical item brings the final score to 59.0."
    )
    assert said == [words(line) for line in branch.select(".score-change p")]


def test_a_visit_that_covered_too_little_is_skipped_in_comparing(as_, database, world):
    first = revisit(database, world, 1, answers={"rules-24/r02": "0"})
    revisit(database, world, 2, answers=thin())
    last = revisit(database, world, 3)

    result = soup(as_(world.dan).get(f"/results/{last}"))
    branch = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    said = [words(line) for line in result.select(".score-change p")]
    assert said[0] == "Raw score 78.1: 1.0 higher than on 2026-11-21 (77.1)."
    assert said == [words(line) for line in branch.select(".score-change p")]
    assert [a["href"] for a in result.select(".result__links a")][-1] == (
        f"/branches/{world.harbour.id}/changes?before={first}&after={last}"
    )


def test_a_large_change_is_not_called_clear_before_the_network_can_tell(as_, database, world):
    revisit(database, world, 1)
    second = revisit(database, world, 2, answers=MUCH_WORSE)

    pages = [
        soup(as_(world.dan).get(where))
        for where in (
            f"/results/{second}",
            f"/branches/{world.harbour.id}",
            f"/branches/{world.harbour.id}/changes",
        )
    ]

    said = "Whether the change is clear cannot be told yet: too few branches"
    assert [words(page).count(said) for page in pages] == [1, 1, 1]


def test_a_part_a_reading_and_an_index_of_one_name_say_which_they_are(as_, world, released):
    page = soup(as_(world.dan).get(f"/results/{released}"))

    readings = [words(head).split()[-2] for head in page.select(".result__reading")]
    indices = [words(head) for head in page.select(".strip__title") if " index" in words(head)]
    assert readings == ["Reading"] * 3
    assert indices == ["C Competence index", "P Problem-free index", "T Timely index"]
    assert words(page.select("#parts-title ~ table th")[1]) == "Section score"


@pytest.mark.parametrize(
    ("language", "gap"), [("zh", "分，原始得分为 78.1。逐行"), ("en", "score 78.1. Open")]
)
def test_sentences_follow_each_other_as_the_language_has_it(as_, world, released, language, gap):
    page = as_(world.dan).get(f"/results/{released}", headers={"Accept-Language": language})

    assert gap in page.text


def test_a_result_is_regrouped_by_the_framework_that_is_chosen(as_, world, released):
    client = as_(world.dan)

    page = soup(client.get(f"/results/{released}?framework=wants7"))

    chosen = [option["value"] for option in page.select("#framework option[selected]")]
    heads = [words(head) for head in page.select(".regrouping__head")]
    assert (chosen, words(page.select_one(".regrouping__figure"))) == (["wants7"], "75.0")
    assert heads[:2] == ["1 A fast response in part 50.0", "2 Answers to questions in part 50.0"]
    assert words(page.select_one(".regrouping__items")) == (
        "Seconds to first notice cpt-standard/t13 9 s 50% weight 2"
    )
    assert page.select("#parts-title, #readings-title") == []
    papers = [a["href"] for a in page.select(".result__links a")][:2]
    assert [paper.partition("?")[2] for paper in papers] == [
        "language=zh&framework=wants7",
        "language=en&framework=wants7",
    ]


def test_entries_that_a_checklist_does_not_cover_are_listed_plainly(as_, world, released):
    page = soup(as_(world.dan).get(f"/results/{released}?framework=complaint-causes"))

    missing = [words(line) for line in page.select(".regrouping__missing li")]
    assert missing[0] == "3 Lack of honesty No item of this checklist answers to it."
    assert missing[-1].endswith("A way of sorting complaints, not of serving.")
    assert "from 3 scored items; a score takes 5" in words(page.select_one(".regrouping__score"))


def test_a_framework_that_the_visit_does_not_answer_to_is_not_found(as_, world, released):
    client = as_(world.dan)

    statuses = [
        client.get(f"/results/{released}{rest}?framework={name}").status_code
        for name in ("steps7", "none")
        for rest in ("", "/report.pdf")
    ]

    assert statuses == [404] * 4


def test_what_lost_points_leads_to_the_page_that_explains_it(as_, database, world):
    fill_visit(database, world, {"rules-24/r06": "0"})
    release_visit(database, world)

    page = soup(as_(world.dan).get(f"/results/{world.harbour_visit}"))

    lost = next(one for one in page.select(".losses__one") if "r06" in words(one))
    assert [a["href"] for a in lost.select("a")] == ["/library/background/listening-levels"]


def test_a_result_leads_to_papers_branch_and_the_visit_before(as_, database, world, released):
    second = add(database, world, world.harbour, world.alice)
    fill_visit(database, world, visit=second, entered=NOON + timedelta(days=2))
    release_visit(database, world, visit=second, at=NOON + timedelta(days=3))

    page = as_(world.dan).get(f"/results/{second}")

    for where in (
        f"/results/{second}/report.pdf?language=zh",
        f"/results/{second}/report.pdf?language=en",
        f"/branches/{world.harbour.id}",
        f"/branches/{world.harbour.id}/changes?before={released}&amp;after={second}",
    ):
        assert f'href="{where}"' in page.text


# ---- why, and what if ----------------------------------------------------------------


def test_the_tree_adds_up_at_every_level(as_, world, released):
    page = as_(world.dan).get(f"/results/{released}/what-if")

    rows = re.findall(
        r'<(?:summary|p|div) class="tree__row(?: tree__row--sum)?">.*?'
        r"<span>([\d.%—]+)</span><span>([\d.—]+)</span><span>([\d.—]+)</span>",
        page.text,
        re.DOTALL,
    )
    worth = [Decimal(row[1]) for row in rows if row[1] != "—"]
    total = rows[-1]
    assert total == ("78.1", "100.00", "21.90")
    assert sum(worth) == 4 * Decimal("100.00")  # parts, sections, items, and the sum itself


def test_the_tree_says_how_each_kind_of_answer_counts(as_, database, world):
    changes = {"rules-24/r09": "not_observed", "rules-24/r24": "", "rules-24/r20": "na"}
    fill_visit(database, world, changes)
    release_visit(database, world)

    page = as_(world.dan).get(f"/results/{world.harbour_visit}")

    counts = {
        "An earlier answer took it out": 9,
        "Does not apply: it counts neither": 1,
        "Not observed: left out": 1,
        "Unanswered: left out": 1,
        "Asked once, counted in two parts.": 4,
    }
    assert {words: page.text.count(words) for words in counts} == counts


def test_what_if_shows_the_new_total_beside_the_old(as_, database, world, released):
    where = f"/results/{released}/what-if?item=counter-routine-5/s52&value=yes"

    page = as_(world.dan).get(where)
    again = as_(world.dan).get(f"/results/{released}")

    assert re.search(r'trial__was">78\.1</span> → <strong>(79\.9)</strong>', page.text)
    assert "+1.8" in page.text
    assert figure(again) == "78.1"


def test_htmx_gets_only_the_answer_to_the_trial(as_, world, released):
    where = f"/results/{released}/what-if?item=counter-routine-5/s52&value=yes"

    part = as_(world.dan).get(where, headers={"HX-Request": "true"})

    assert part.text.lstrip().startswith('<div class="notice trial">')
    assert "tree__row" not in part.text


def test_the_answer_to_a_trial_stands_where_it_was_asked(as_, world, released):
    where = f"/results/{released}/what-if?item=counter-routine-5/s52&value=yes"

    page = soup(as_(world.dan).get(where))

    reply = page.select_one(".trial").parent
    asked = reply.parent
    assert (reply["role"], asked.select_one("[name=item]")["value"]) == (
        "status",
        "counter-routine-5/s52",
    )
    assert asked["action"].endswith(f"#{reply['id']}")
    assert len(page.select(f"#{reply['id']}")) == 1


@pytest.mark.parametrize(
    ("question", "status"),
    [("item=rules-24/r02&value=9", 422), ("item=nothing/here&value=1", 404)],
)
def test_what_cannot_be_answered_cannot_be_tried(as_, world, released, question, status):
    assert as_(world.dan).get(f"/results/{released}/what-if?{question}").status_code == status


def test_the_tree_promises_no_points_that_a_failed_critical_item_takes(as_, database, world):
    fill_visit(database, world, {"rules-24/r22": "no"})
    release_visit(database, world)

    page = soup(as_(world.dan).get(f"/results/{world.harbour_visit}/what-if"))

    said = [words(line) for line in page.select(".tree__policy")]
    promised = [line for line in said if "Full marks here" in line]
    capped = [line for line in promised if "the final score stays capped at 59.0" in line]
    lifted = [line for line in promised if "undo this critical failure" in line]
    assert len(lifted) == 1
    assert len(capped) == len(promised) - 1 > 10


# ---- frozen --------------------------------------------------------------------------


def test_an_event_after_the_release_changes_nothing(as_, database, world, released):
    before = as_(world.dan).get(f"/results/{released}").text
    with database.writing() as session:
        visit = get_visit(session, world.alice, released)
        events = list_events(session, visit.id)
        last = next(e for e in events if e.kind == "answer" and e.item == "rules-24/r12")
        worse = msgspec.structs.replace(
            last,
            id=new_id(),
            seq=events[-1].seq + 1,
            lamport=events[-1].lamport + 1,
            answer=msgspec.structs.replace(last.answer, value=0),
            base=(last.id,),
        )
        add_events(session, [worse], NOON + timedelta(days=9))

    after = as_(world.dan).get(f"/results/{released}").text

    assert _without_token(after) == _without_token(before)


def _without_token(text: str) -> str:
    return re.sub(r'name="csrf" value="\w+"', "", text)


# ---- who may read --------------------------------------------------------------------


def test_results_are_for_the_branchs_own_manager_and_auditors(as_, world, released):
    people = ("dan", "carol", "ann", "erin", "alice", "bob")

    got = {who: as_(getattr(world, who)).get(f"/results/{released}").status_code for who in people}

    assert got == {"dan": 200, "carol": 200, "ann": 200, "erin": 404, "alice": 404, "bob": 404}


def test_the_trial_page_is_no_way_round(as_, world, released):
    where = f"/results/{released}/what-if?item=rules-24/r22&value=no"

    got = [as_(person).get(where).status_code for person in (world.erin, world.alice)]

    assert got == [404, 404]


@pytest.mark.parametrize("who", ["carol", "dan"])
def test_there_is_no_result_before_the_release(as_, database, world, who):
    fill_visit(database, world)

    page = as_(getattr(world, who)).get(f"/results/{world.harbour_visit}")

    assert page.status_code == 404


# ---- the shopper's identity ----------------------------------------------------------

TICKET, REASON = "Q-7731-ticket", "Alicia, please look at the fee again."


def test_nothing_a_branch_manager_can_reach_says_who_shopped(as_, database, world):
    shopper = msgspec.structs.replace(world.alice, name="Alicia Shopping", code="SHOPPER-77")
    with database.writing() as session:
        save_person(session, shopper)
    for day in range(2):
        visit = add(database, world, world.harbour, world.alice)
        when = NOON + timedelta(days=3 * day)
        fill_visit(
            database, world, {"branch-visit/ticket_no": TICKET}, visit=visit, entered=when,
            submit=False,
        )  # fmt: skip
        with database.writing() as session:
            mine = get_visit(session, world.alice, visit)
            record(session, mine, [Deed("remember", "stage/waiting", text="Sat in seat 12B")], when)
            save_status(session, visit, "returned", when, REASON)
            save_status(session, visit, "submitted", when + timedelta(hours=1))
        release_visit(database, world, visit=visit, at=when + timedelta(days=1))

    everything = _reachable(as_(world.dan), ["/", f"/results/{visit}", f"/results/{visit}/what-if"])

    assert {"/branches", f"/results/{visit}"} <= everything.keys()
    secrets = ("Alicia", "SHOPPER-77", "alice", str(world.alice.id), TICKET, REASON, "seat 12B")
    leaks = [(where, s) for where, text in everything.items() for s in secrets if s in text]
    assert leaks == []


def test_an_auditor_does_not_see_the_shopper_on_the_result_either(as_, world, released):
    page = as_(world.carol).get(f"/results/{released}")

    assert [word for word in ("S01", "Alice", str(world.alice.id)) if word in page.text] == []


def _reachable(client, start: list[str]) -> dict[str, str]:
    """Every page and sheet of this site that links lead to, as text; PDFs have their own
    test."""
    found: dict[str, str] = {}
    waiting = list(start)
    while waiting:
        where = waiting.pop()
        if where in found or ".pdf" in where or where.startswith("/static"):
            continue
        answer = client.get(where)
        found[where] = _text(answer)
        waiting += [
            link.replace("&amp;", "&").partition("#")[0]
            for link in re.findall(r'(?:href|hx-get|action)="(/[^"]*)"', found[where])
        ]
    return found


def _text(answer) -> str:
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as sheet:
        return "\n".join(sheet.read(name).decode() for name in sheet.namelist())
