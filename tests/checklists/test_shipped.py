"""The checklists that ship: complete, in both languages, in our own words, unchanged."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from audit.paths import folder
from audit.store.checklists import Library, checklist_files
from audit.store.scenarios import shipped_scenarios
from audit.store.systems import library_systems
from tests.world import library

FOLDER = folder("checklists")
FILES = checklist_files(FOLDER)
SCENARIOS = shipped_scenarios(FOLDER)
CHECKLISTS = [pytest.param(found, id=found.id) for found in library().values()]
ITEMS = {asked.key: asked for found in library().values() for asked in found.items}
SOURCES = os.environ.get("MINGCHA_TEST_SOURCES", "")  # a folder with the source documents
CJK = re.compile(r"[㐀-鿿]")
RUN = re.compile(r"[㐀-鿿]{8,}")


def test_every_file_is_read():
    assert len(Library(FOLDER).read()) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_file_lies_where_its_id_and_version_say(path):
    said = tomllib.loads(path.read_text())

    assert path.relative_to(FOLDER) == Path(said["id"]) / f"{said['version']}.toml"


def test_the_checklists_have_as_many_items_as_their_sources_ask():
    assert {found.id: len(found.items) for found in library().values()} == {
        "rules-24": 24,
        "counter-routine-5": 19,
        "cpt-standard": 18,
        "branch-visit": 59,
        "nine-core-processes": 53,
        "crisis-handling": 30,
        "complaint-handling": 29,
        "response-techniques": 22,
        "service-quality-factors": 41,
        "customer-care": 11,
        "points-1000": 46,
    }


def test_no_published_file_was_changed():
    published = tomllib.loads((FOLDER / "published.toml").read_text())
    pinned = {(name, version): pin for name, of in published.items() for version, pin in of.items()}

    found = {(said.id, said.version): said.hash for said in Library(FOLDER).read()}

    changed = [
        f"{name} {version}"
        for name, version in pinned
        if found.get((name, version)) != pinned[name, version]
    ]
    assert changed == [], "published: raise the version instead of changing the file"
    missing = {key: pin for key, pin in found.items() if key not in pinned}
    assert missing == {}, "new: add these to checklists/published.toml"


@pytest.mark.parametrize("asked", ITEMS.values(), ids=lambda asked: asked.key)
def test_an_item_has_help_and_advice_in_both_languages(asked):
    for text in (asked.label, asked.criterion, asked.help, asked.coach):
        assert CJK.search(text.zh)
        assert re.search(r"[A-Za-z]{2}", text.en)
        assert not CJK.search(text.en)


@pytest.mark.parametrize("found", CHECKLISTS)
def test_every_rule_of_a_framework_is_asked_about(found):
    mapped = {name for asked in found.items for name in asked.frameworks}
    own = next((known for known in found.frameworks if known.id == found.id), None)

    if own is not None:
        assert {f"{own.id}:{entry.id}" for entry in own.entries} <= mapped


@pytest.mark.parametrize("found", CHECKLISTS)
def test_every_item_is_asked_exactly_once(found):
    asked = [key for stage in found.stages for key in stage.items]

    assert sorted(asked) == sorted([*found.by_key, *found.gate_by_key])


@pytest.mark.parametrize("found", CHECKLISTS)
def test_every_index_has_enough_items(found):
    tagged = [dimension for asked in found.items for dimension in asked.cpt]
    used = set(tagged)

    if found.id in ("cpt-standard", "branch-visit"):
        assert used == {"C", "P", "T"}
        assert min(tagged.count(each) for each in used) >= found.scoring.minimum_index_items


@pytest.mark.parametrize("found", CHECKLISTS)
def test_a_timed_item_can_be_timed(found):
    marks = {mark.id for mark in found.marks}

    for asked in found.items:
        if asked.response.kind == "seconds":
            assert {asked.response.start, asked.response.stop} <= marks


@pytest.mark.skipif(not SOURCES, reason="MINGCHA_TEST_SOURCES names no folder of sources")
@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.toml")), ids=lambda path: path.stem)
def test_no_sentence_is_taken_from_the_sources(path):
    sources = "".join(
        "".join(CJK.findall(source.read_text(errors="replace")))
        for source in Path(SOURCES).glob("*.txt")
    )
    assert sources
    text = path.read_text()
    names = {source.system for one in library_systems().systems for source in one.sources}
    names |= {system.title.zh for system in library_systems().systems}
    names |= {framework.source.system for framework in Library(FOLDER).frameworks}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")  # a system may be called by its name
    text = re.sub(r'system = ".*?"', "", text)

    taken = {
        run[start : start + 8]
        for run in RUN.findall(text)
        for start in range(len(run) - 7)
        if run[start : start + 8] in sources
    }

    assert taken == set()


def test_the_example_of_the_documentation_is_a_sound_checklist():
    documentation = (FOLDER / "README.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", documentation, re.DOTALL)
    shelf = Library(FOLDER)
    shelf.read()

    found = shelf.add(example, "README.md")

    assert (found.id, len(found.items), len(found.gates), len(found.facts)) == (
        "tea-house",
        4,
        1,
        1,
    )
    assert {asked.response.kind for asked in found.items} == {"seconds", "yes_no", "grade"}


def test_every_scenario_is_there_under_its_own_name():
    names = sorted(path.stem for path in FOLDER.glob("scenarios/*.toml"))

    assert [scenario.id for scenario in SCENARIOS] == names
    assert len(names) == 13


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_scenario_says_the_same_in_both_languages(scenario):
    texts = [scenario.title, scenario.brief, *scenario.must_not]
    texts += [text for question in scenario.questions for text in (question.ask, question.answer)]

    for text in texts:
        assert CJK.search(text.zh)
        assert not CJK.search(text.en)
        assert "！" not in text.zh
        assert "!" not in text.en
        assert (text.zh[-1] in "？?") is (text.en[-1] in "？?")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_where_two_questions_are_judged_the_scenario_has_them_ready(scenario):
    if scenario.kind in ("enquiry", "transaction"):
        asked = scenario.questions_for("rules-24/r12")

        assert len(asked) >= 2, "r12 is about two prepared questions"
