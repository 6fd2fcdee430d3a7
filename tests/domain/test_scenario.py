"""What a scenario's file may say, and what it goes with."""

import pytest

from audit.domain.library import read_vocabulary
from audit.domain.scenario import read_scenario
from audit.domain.troubles import Unusable
from audit.paths import folder
from tests.world import library

VOCABULARY = read_vocabulary((folder("checklists") / "vocabulary.toml").read_text())
HEAD = """
id = "tea"
title = { zh = "问茶", en = "Asking about tea" }
org = "bank"
kind = "enquiry"
played_by = "mystery_shopper"
brief = { zh = "问一杯茶。", en = "Ask for a cup of tea." }
must_not = [{ zh = "不喝", en = "Do not drink" }]
checklists = ["rules-24"]
source = { file = "tea.txt", system = "茶" }
"""
ASKED = """
[[questions]]
ask = { zh = "烫吗？", en = "Is it hot?" }
answer = { zh = "烫。", en = "It is." }
items = ["rules-24/r12"]
"""
SOUND = HEAD + ASKED


def read(raw):
    return read_scenario(raw, "tea.toml", VOCABULARY, library().values())


def told(raw) -> list[str]:
    with pytest.raises(Unusable) as refused:
        read(raw)
    return [trouble.message for trouble in refused.value.troubles]


def test_a_sound_scenario_is_read_as_it_is_written():
    found = read(SOUND)

    assert (found.id, found.kind, found.brief.en) == ("tea", "enquiry", "Ask for a cup of tea.")
    assert [question.answer.zh for question in found.questions_for("rules-24/r12")] == ["烫。"]
    assert found.questions_for("rules-24/r11") == ()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("colour = 1\n" + SOUND, "unknown key `colour`"),
        (SOUND.replace('org = "bank"\n', ""), "`org` is missing"),
        (SOUND.replace('"enquiry"', '"play"'), "`kind`: `play` is not one of the possible values: "
         "`enquiry`, `transaction`, `observation`, `drill`"),
        (SOUND.replace('en = "It is."', 'en = "It is.", de = "Ja."'),
         "`questions[0].answer`: unknown key `de`"),
        (SOUND.replace("烫。", " "), "a text is empty in one language"),
        (SOUND.replace('"tea"', '"Tea house"'),
         "`Tea house`: ids use small letters, digits, - _ and . only"),
        (SOUND.replace('"mystery_shopper"', '"actor"'), "there is no role `actor`"),
        (SOUND.replace('["rules-24"]', '["rules-24", "rules-25"]'),
         "there is no checklist `rules-25`"),
        (SOUND.replace('["rules-24"]', '["rules-24", "rules-24"]'),
         "the checklist `rules-24` is there twice"),
        (SOUND.replace("rules-24/r12", "cpt-standard/c12"),
         "none of its checklists has an item `cpt-standard/c12`"),
        (SOUND.replace('[{ zh = "不喝", en = "Do not drink" }]', "[]"),
         "`must_not` is empty: whoever plays it has to know where to stop"),
        (HEAD, "an enquiry or a transaction needs a question to ask"),
        (HEAD.replace('["rules-24"]', "[]").replace("enquiry", "drill"),
         "`checklists` names none, so it could never be assigned"),
        ("id = ", "not valid TOML: Invalid value (at end of document)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(raw, expected):
    assert told(raw) == [expected]


def test_all_that_is_wrong_is_told_at_once():
    assert len(told(HEAD.replace('"mystery_shopper"', '"actor"').replace("bank", "shop"))) == 1
    assert len(told(HEAD.replace('"mystery_shopper"', '"actor"'))) == 2


def test_only_seeing_needs_no_question():
    assert read(HEAD.replace("enquiry", "observation")).questions == ()


@pytest.mark.parametrize(
    ("checklist", "fits"),
    [("rules-24", True), ("branch-visit", True), ("cpt-standard", False)],
)
def test_it_goes_with_its_checklists_and_with_what_is_made_of_them(checklist, fits):
    assert read(SOUND).suits(library()[checklist]) is fits


def test_another_wording_is_another_scenario():
    assert read(SOUND).hash == read(SOUND + "\n").hash
    assert read(SOUND).hash != read(SOUND.replace("It is.", "Very.")).hash
