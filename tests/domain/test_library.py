import re
import tomllib
from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.checklist import Checklist, canonical
from audit.domain.decoding import tell_wrong
from audit.domain.library import (
    Trouble,
    Unusable,
    read_checklist,
    read_frameworks,
    read_vocabulary,
    requirements,
)
from audit.domain.troubles import Words
from audit.languages import translations
from audit.paths import folder
from tests.world import library

HEAD = """
id = "tea"
version = "1.0.0"
kind = "rules"
title = { zh = "茶", en = "Tea" }
summary = { zh = "一杯茶", en = "A cup of tea" }
"""
SCORING = """
[scoring]
method = "weighted_sections"
bands = [
  { id = "good", minimum = 80, title = { zh = "好", en = "Good" } },
  { id = "bad", minimum = 0, title = { zh = "差", en = "Bad" } },
]
"""
TEXTS = """
label = { zh = "标签", en = "Label" }
criterion = { zh = "标准", en = "Criterion" }
help = { zh = "帮助", en = "Help" }
coach = { zh = "建议", en = "Advice" }
"""
SECTION = """
[[sections]]
id = "pot"
title = { zh = "壶", en = "Pot" }
"""
ITEM = f"""
[[sections.items]]
id = "t1"
{TEXTS}
stage = "arrival"
response = {{ type = "yes_no" }}
"""
PLAIN = HEAD + SCORING + SECTION + ITEM
SECOND = ITEM.replace('"t1"', '"t2"')
COMPOSED = """
id = "both"
version = "1.0.0"
kind = "composite"
title = { zh = "两表", en = "Both" }
summary = { zh = "两表合一", en = "Two in one" }
requires = { cpt-standard = "1.0.0", rules-24 = "1.0.0" }
parts = [{ checklist = "cpt-standard", share = 30 }, { checklist = "rules-24", share = 70 }]
""" + SCORING.replace("weighted_sections", "weighted_parts")


@cache
def shared(name: str) -> str:
    return (folder("checklists") / f"{name}.toml").read_text()


@cache
def shipped() -> dict[tuple[str, str], Checklist]:
    return {(found.id, found.version): found for found in library().values()}


def read(raw: str) -> Checklist:
    return read_checklist(
        raw,
        "tea/1.0.0.toml",
        read_vocabulary(shared("vocabulary")),
        read_frameworks(shared("frameworks")),
        shipped(),
    )


def troubles(raw: str) -> list[tuple[str, str, str]]:
    with pytest.raises(Unusable) as refused:
        read(raw)
    return [(found.section, found.item, found.message) for found in refused.value.troubles]


def test_a_small_file_is_read_with_its_defaults():
    found = read(PLAIN)

    (asked,) = found.items
    assert (asked.key, asked.na, asked.weight, asked.stage) == ("tea/t1", "exclude", 1, "arrival")
    assert [(part.id, part.share) for part in found.parts] == [("tea", 100)]
    assert [(stage.id, stage.items) for stage in found.stages] == [("arrival", ("tea/t1",))]
    assert [mark.id for mark in found.marks] == ["enter", "exit"]
    assert found.frameworks == ()


def test_the_hash_is_of_the_content_and_not_of_how_the_file_is_written():
    rewritten = "# a remark\n" + PLAIN.replace("80,", "80.0 ,").replace(" = ", "   =  ")

    assert read(rewritten).hash == read(PLAIN.replace("80,", "80.0,")).hash
    assert read(PLAIN.replace("A cup", "One cup")).hash != read(PLAIN).hash


def test_a_checklist_survives_its_canonical_form():
    for found in library().values():
        again = msgspec.json.decode(canonical(found), type=Checklist)

        assert again == found
        assert again.hash == found.hash


# ---- each kind of mistake ------------------------------------------------------------

HERE = ("pot", "t1")


def changed(old: str, new: str, raw: str = PLAIN) -> str:
    assert old in raw
    return raw.replace(old, new)


def response(text: str) -> str:
    return changed('response = { type = "yes_no" }', f"response = {{ {text} }}")


def options(text: str) -> str:
    filled = text.replace('"}', '", label = { zh = "甲", en = "A" }}')
    return response(f'type = "choice", options = [{filled}]')


def gate(name: str, stage: str, item: str) -> str:
    return f"""
[[gates]]
id = "{name}"
question = {{ zh = "问", en = "Question" }}
when = "no"
stage = "{stage}"
items = ["{item}"]
"""


MISTAKES = {
    "not TOML": ("id =", ("", "", "not valid TOML: Invalid value (at end of document)")),
    "unknown key at the top": (
        changed('kind = "rules"', 'kind = "rules"\ncolour = "red"'),
        ("", "", "unknown key `colour`"),
    ),
    "unknown key in an item": (PLAIN + "wieght = 2", (*HERE, "unknown key `wieght`")),
    "unknown key in a response": (
        response('type = "yes_no", best = "no"'),
        (*HERE, "`response`: unknown key `best`"),
    ),
    "missing key": (
        changed('coach = { zh = "建议", en = "Advice" }', ""),
        (*HERE, "`coach` is missing"),
    ),
    "one language missing": (
        changed('label = { zh = "标签", en = "Label" }', 'label = { zh = "标签" }'),
        (*HERE, "`label`: `en` is missing"),
    ),
    "one language empty": (
        changed('en = "Advice"', 'en = " "'),
        (*HERE, "a text is empty in one language"),
    ),
    "empty title of a section": (
        changed('en = "Pot"', 'en = ""'),
        ("pot", "", "a text is empty in one language"),
    ),
    "empty name of a band": (
        changed('en = "Good"', 'en = ""'),
        ("scoring", "", "a text is empty in one language"),
    ),
    "wrong type": (
        PLAIN + 'weight = "2"\ncritical = 1',
        (*HERE, "`critical`: expected true or false, got a whole number"),
    ),
    "a number as words": (
        PLAIN + 'weight = "two"',
        (*HERE, "`weight`: expected a number, got text"),
    ),
    "not a number, in quotes": (
        PLAIN + 'weight = "nan"',
        (*HERE, "`weight`: NaN is not a number a checklist can use"),
    ),
    "not one of the policies": (
        PLAIN + 'na = "maybe"',
        (
            *HERE,
            "`na`: `maybe` is not one of the possible values: `exclude`, `zero`, `not_allowed`",
        ),
    ),
    "unknown response": (
        response('type = "yesno"'),
        (*HERE, "`response.type`: `yesno` is not one of the possible values"),
    ),
    "not a number": (
        PLAIN + "weight = nan",
        ("", "", "not valid TOML: NaN is not a number a checklist can use"),
    ),
    "an endless number": (
        PLAIN + "weight = 1e999999999",
        ("", "", "not valid TOML: 1E+999999999 is not a number a checklist can use"),
    ),
    "a huge whole number": (
        PLAIN + "number = 99999999999",
        ("", "", "not valid TOML: a whole number is larger than a checklist can use"),
    ),
    "negative weight": (PLAIN + "weight = -1", (*HERE, "the weight is below 0")),
    "section without weight": (
        changed('en = "Pot" }', 'en = "Pot" }\nweight = 0'),
        ("pot", "", "the weight of a section must be above 0"),
    ),
    "unknown stage": (
        changed('stage = "arrival"', 'stage = "lunch"'),
        (*HERE, "there is no stage `lunch`"),
    ),
    "unknown role": (PLAIN + 'filled_by = ["cat"]', (*HERE, "there is no role `cat`")),
    "unknown role of the checklist": (
        changed('kind = "rules"', 'kind = "rules"\nfilled_by = "cat"'),
        ("", "", "there is no role `cat`"),
    ),
    "unknown framework": (
        PLAIN + 'frameworks = ["rules-25:1"]',
        (*HERE, "there is no framework entry `rules-25:1`"),
    ),
    "unknown framework entry": (
        PLAIN + 'frameworks = ["rules-24:25"]',
        (*HERE, "there is no framework entry `rules-24:25`"),
    ),
    "unknown scale": (
        response('type = "grade", scale = "stars"'),
        (*HERE, "there is no scale `stars`"),
    ),
    "grades in an item": (
        response(
            'type = "grade", scale = "frequency", '
            'grades = [{ value = 0, credit = 1, label = { zh = "一", en = "One" } }]'
        ),
        (*HERE, "grades are written in the vocabulary's scales, not in an item"),
    ),
    "unknown mark": (
        response('type = "seconds", start = "enter", stop = "tea"'),
        (*HERE, "there is no mark `tea`"),
    ),
    "timed from itself": (
        response('type = "seconds", start = "enter", stop = "enter"'),
        (*HERE, "it is timed from a mark to the same mark"),
    ),
    "one option": (
        options('{id = "a"}'),
        (*HERE, "a choice needs at least two options"),
    ),
    "option twice": (
        options('{id = "a"}, {id = "a"}'),
        (*HERE, "option `a` is there twice"),
    ),
    "reserved option": (
        options('{id = "a"}, {id = "na"}'),
        (*HERE, "`na` and `not_observed` are reserved answers"),
    ),
    "credit above 1": (
        options('{credit = 2, id = "a"}, {credit = 1, id = "b"}'),
        (*HERE, "credit 2 is not between 0 and 1"),
    ),
    "full credit out of reach": (
        options('{credit = 0.5, id = "a"}, {credit = 0, id = "b"}'),
        (*HERE, "no answer earns full credit (1)"),
    ),
    "bands out of order": (
        response('type = "count", bands = [{max=3,credit=1},{max=2,credit=0.5},{credit=0}]'),
        (*HERE, "credit bands are out of order: `max` rises from band to band, `min` falls"),
    ),
    "lower limits out of order": (
        response('type = "count", bands = [{min=3,credit=0.5},{min=4,credit=1},{credit=0}]'),
        (*HERE, "credit bands are out of order: `max` rises from band to band, `min` falls"),
    ),
    "last band with a limit": (
        response('type = "count", bands = [{max=1,credit=1},{max=2,credit=0}]'),
        (*HERE, "the last credit band must take everything else: no `max`, no `min`"),
    ),
    "band after the last": (
        response('type = "count", bands = [{credit=1},{credit=0}]'),
        (*HERE, "a credit band after the one that takes everything else"),
    ),
    "band with two limits": (
        response('type = "count", bands = [{min=1,max=2,credit=1},{credit=0}]'),
        (*HERE, "a credit band has `max` or `min`, not both"),
    ),
    "points of nothing": (
        response('type = "points", maximum = 0'),
        (*HERE, "the maximum must be above 0"),
    ),
    "a count of nothing": (
        response('type = "count", maximum = 0, bands = [{min=1,credit=1},{credit=0}]'),
        (*HERE, "the maximum must be above 0"),
    ),
    "number limits crossed": (
        response('type = "number", minimum = 2, maximum = 1'),
        (*HERE, "the minimum is above the maximum"),
    ),
    "critical but never failed": (
        response('type = "text"') + "critical = true",
        (
            *HERE,
            "is critical but can never be failed: it needs a weight and an answer with credit 0",
        ),
    ),
    "critical without weight": (
        PLAIN + "critical = true\nweight = 0",
        (
            *HERE,
            "is critical but can never be failed: it needs a weight and an answer with credit 0",
        ),
    ),
    "item twice": (PLAIN + ITEM, (*HERE, "this id is used twice")),
    "section twice": (
        PLAIN + SECTION + SECOND,
        ("", "", "section `pot` is there twice"),
    ),
    "section without items": (
        PLAIN + 'evidence = "none"\n' + SECTION.replace('"pot"', '"lid"') + "items = []",
        ("lid", "", "the section has no items"),
    ),
    "bad id": (
        changed('id = "t1"', 'id = "T 1"'),
        ("pot", "T 1", "`T 1`: ids use small letters, digits, - _ and . only"),
    ),
    "bad version": (
        changed('"1.0.0"', '"1.0"'),
        ("", "", "the version must look like 1.0.0"),
    ),
    "no minutes": (
        changed('kind = "rules"', 'kind = "rules"\nestimated_minutes = 0'),
        ("", "", "`estimated_minutes` is at least 1"),
    ),
    "nothing to ask": (
        HEAD + SCORING,
        ("", "", "has neither sections nor parts: there is nothing to ask"),
    ),
    "score bands out of order": (
        changed("minimum = 80", "minimum = 0"),
        ("scoring", "", "score bands run from the highest minimum, at most 100, down to 0"),
    ),
    "no score band for 0": (
        changed("minimum = 0", "minimum = 10"),
        ("scoring", "", "score bands run from the highest minimum, at most 100, down to 0"),
    ),
    "score band twice": (
        changed('"bad"', '"good"'),
        ("scoring", "", "score band `good` is there twice"),
    ),
    "score band finer than scores": (
        changed("minimum = 80", "minimum = 79.95"),
        (
            "scoring",
            "",
            "the minimum of `good`: points are between 0 and 100 with at most one decimal",
        ),
    ),
    "cap above 100": (
        changed("[scoring]", '[scoring]\ncritical = { effect = "cap", cap = 159 }'),
        ("scoring", "", "`critical`: points are between 0 and 100 with at most one decimal"),
    ),
    "unknown effect": (
        changed("[scoring]", '[scoring]\ncritical = { effect = "explode" }'),
        ("", "", "`scoring.critical.effect`: `explode` is not one of the possible values"),
    ),
    "coverage in percent": (
        changed("[scoring]", "[scoring]\nminimum_coverage = 70"),
        ("scoring", "", "`minimum_coverage` is a share between 0 and 1"),
    ),
    "more parts than there are": (
        changed("[scoring]", "[scoring]\nminimum_parts = 2"),
        ("scoring", "", "`minimum_parts` is at least 1 and at most the number of parts"),
    ),
    "parts' method without parts": (
        changed("weighted_sections", "weighted_parts"),
        ("", "", "`weighted_parts` is how a checklist made of parts is scored, and only that"),
    ),
    "kind without parts": (
        changed('"rules"', '"composite"'),
        ("", "", "the kind `composite` is for checklists made of parts, and only those"),
    ),
    "a drill without anything played": (
        changed('"rules"', '"drill"'),
        ("", "", "is a drill, but nothing is asked in the stage `drill`"),
    ),
    "another rule": (
        changed("[scoring]", "[scoring]\nrule = 2"),
        ("", "", "`scoring.rule`: `2` is not one of the possible values: `1`"),
    ),
    "requires what is not there": (
        PLAIN + '[requires]\nrules-24 = "0.9.0"',
        ("", "", "requires rules-24 0.9.0, which is not in the library"),
    ),
    "uses what is not required": (
        PLAIN + '[[sections.items]]\nuse = "rules-24/r12"',
        ("pot", "rules-24/r12", "is used here but no required checklist has it"),
    ),
    "uses what does not exist": (
        PLAIN + '[[sections.items]]\nuse = "rules-24/r99"\n[requires]\nrules-24 = "1.0.0"',
        ("pot", "rules-24/r99", "is used here but no required checklist has it"),
    ),
    "uses the same twice": (
        PLAIN + '[[sections.items]]\nuse = "rules-24/r12"\n' * 2 + '[requires]\nrules-24 = "1.0.0"',
        ("pot", "rules-24/r12", "is already in this checklist"),
    ),
    "uses a critical item for nothing": (
        PLAIN
        + '[[sections.items]]\nuse = "rules-24/r08"\nweight = 0\n[requires]\nrules-24 = "1.0.0"',
        (
            "pot",
            "rules-24/r08",
            "is critical but can never be failed: it needs a weight and an answer with credit 0",
        ),
    ),
    "gate on what is not asked": (
        PLAIN + gate("g", "arrival", "tea/t9"),
        ("gates", "g", "names `tea/t9`, which is not asked"),
    ),
    "gate with the id of an item": (
        PLAIN + gate("t1", "arrival", "tea/*"),
        ("", "", "the id `tea/t1` is there twice"),
    ),
    "gate in a stage that is not": (
        PLAIN + gate("g", "lunch", "tea/*"),
        ("gates", "g", "there is no stage `lunch`"),
    ),
    "fact with unknown stage": (
        PLAIN + f'[[facts]]\nid = "f"\n{TEXTS}stage = "lunch"\nresponse = {{ type = "text" }}',
        ("facts", "f", "unknown key `help`"),
    ),
    "route with a gap": (
        PLAIN + SECOND + '[[route]]\nstage = "arrival"\nitems = ["tea/t1"]',
        ("route", "tea/t2", "is asked but not in the route"),
    ),
    "route with a stranger": (
        PLAIN + '[[route]]\nstage = "arrival"\nitems = ["tea/t1", "tea/t9"]',
        ("route", "tea/t9", "is in the route but is not asked"),
    ),
    "route twice": (
        PLAIN + '[[route]]\nstage = "arrival"\nitems = ["tea/t1", "tea/t1"]',
        ("route", "tea/t1", "is in the route twice"),
    ),
    "route through a stage that is not": (
        PLAIN + '[[route]]\nstage = "lunch"\nitems = ["tea/t1"]',
        ("route", "", "there is no stage `lunch`"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_with_its_place(name):
    raw, told = MISTAKES[name]

    assert told in troubles(raw)


def test_a_file_without_mistakes_is_not_suspected():
    """Every text the mistakes above are made from is sound by itself."""
    for raw in (PLAIN, PLAIN + SECOND, PLAIN + '[requires]\nrules-24 = "1.0.0"'):
        assert read(raw).id == "tea"


def test_all_mistakes_of_a_file_are_told_at_once():
    raw = (
        HEAD.replace('summary = { zh = "一杯茶", en = "A cup of tea" }', "")
        + SCORING.replace("80", "180")
        + SECTION
        + ITEM.replace('"arrival"', '"lunch"')
        + SECOND
        + "colour = 1\nweight = true\n"
        + '[[gates]]\nid = "g"\nwhen = "perhaps"\n'
        + '[[facts]]\nid = "f"\n[[route]]\nitems = 3'
    )

    assert {(section, item) for section, item, _ in troubles(raw)} == {
        ("", ""),
        ("scoring", ""),
        ("pot", "t1"),
        ("pot", "t2"),
        ("gates", "g"),
        ("facts", "f"),
        ("route", "?"),
    }


def fields(raw: str) -> dict[tuple[str, str], list[str]]:
    """Of what is told, the fields of each place."""
    with pytest.raises(Unusable) as refused:
        read(raw)
    found: dict[tuple[str, str], list[str]] = {}
    for one in refused.value.troubles:
        found.setdefault((one.section, one.item), []).append(one.field)
    return found


AT_ONCE = {
    "an item": (
        HEAD
        + SCORING
        + SECTION
        + f"""
[[sections.items]]
id = "T 1"
{TEXTS.replace("标签", " ")}
stage = "lunch"
weight = "two"
filled_by = ["nobody"]
frameworks = ["rules-24:99"]
critical = "yes"
response = {{ type = "yes_no" }}
""",
        ("pot", "T 1"),
        ["weight", "critical", "id", "label.zh", "filled_by", "frameworks", "stage"],
    ),
    "an item's answers": (
        PLAIN.replace(
            '{ type = "yes_no" }',
            '{ type = "count", maximum = "many", colour = 1, bands = '
            '[{ credit = "all", max = 1 }, { credit = 0, max = "x", min = "y" }, {}] }',
        ),
        ("pot", "t1"),
        [
            "response",
            "response.bands.0.credit",
            "response.bands.1.max",
            "response.bands.1.min",
            "response.bands.2.credit",
            "response.maximum",
        ],
    ),
    "a taken item": (
        HEAD
        + SCORING
        + SECTION
        + """
[[sections.items]]
use = "rules-24/r01"
weight = "two"
frameworks = ["none:1"]
[requires]
rules-24 = "1.0.0"
""",
        ("pot", "rules-24/r01"),
        ["weight", "frameworks"],
    ),
    "a section": (
        HEAD + SCORING + SECTION.replace("Pot", "").replace("pot", "P t") + "weight = []" + ITEM,
        ("P t", ""),
        ["weight", "id", "title.en"],
    ),
    "the head": (
        PLAIN.replace('version = "1.0.0"', 'version = "1"\nestimated_minutes = "x"').replace(
            "一杯茶", ""
        ),
        ("", ""),
        ["estimated_minutes", "version"],
    ),
    "the bands": (
        PLAIN.replace("80", '"high"').replace("minimum = 0", 'minimum = "low"'),
        ("", ""),
        ["scoring.bands.0.minimum", "scoring.bands.1.minimum"],
    ),
    "a gate": (
        PLAIN
        + """[[gates]]
id = "G 1"
question = { zh = "", en = "Q" }
when = "perhaps"
stage = "lunch"
items = ["tea/t9"]
""",
        ("gates", "G 1"),
        ["when", "id", "question.zh", "stage", "items"],
    ),
    "a fact": (
        PLAIN
        + """[[facts]]
id = "F 1"
label = { zh = "", en = "Q" }
criterion = { zh = "问", en = "Q" }
stage = "lunch"
required = "no"
response = { type = "number", minimum = 3, maximum = 2 }
""",
        ("facts", "F 1"),
        ["required", "id", "label.zh", "stage", "response.minimum"],
    ),
    "a part": (
        COMPOSED.replace("share = 30", 'share = "much", without = ["cpt-standard/none"]'),
        ("parts", "cpt-standard"),
        ["share", "without"],
    ),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_all_that_is_wrong_with_one_thing_is_told_at_once_each_at_its_field(name):
    raw, place, wanted = AT_ONCE[name]

    assert sorted(fields(raw)[place]) == sorted(wanted)


def test_an_id_is_twice_even_where_both_items_have_troubles():
    both = PLAIN + "wieght = 2" + ITEM + "wieght = 2"

    assert ("pot", "t1", "this id is used twice") in troubles(both)


def test_what_follows_from_a_mistake_is_not_told_as_another():
    raw = PLAIN + SECOND + 'wieght = 2\n[[route]]\nstage = "arrival"\nitems = ["tea/t1", "tea/t2"]'

    assert troubles(raw) == [("pot", "t2", "unknown key `wieght`")]


def test_a_trouble_reads_as_a_sentence_with_its_place():
    with pytest.raises(Unusable) as refused:
        read(PLAIN + "wieght = 2")

    assert str(refused.value) == "tea/1.0.0.toml · pot · t1: unknown key `wieght`"


def in_chinese(raw: str) -> list[str]:
    with pytest.raises(Unusable) as refused:
        read(raw)
    return [found.words.in_(translations("zh").gettext) for found in refused.value.troubles]


# Two words in a row that are neither a value in quotes nor what a parser said.
ENGLISH = re.compile(r"[A-Za-z]+ [A-Za-z]+")
QUOTED = re.compile(r"“[^”]*”|（(?:解析器|程序)提示：.*）")


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_in_chinese_too(name):
    raw, _ = MISTAKES[name]

    for told in in_chinese(raw):
        assert re.search(r"[㐀-鿿]{2}", told)
        assert not ENGLISH.search(QUOTED.sub("", told))


@pytest.mark.parametrize(
    ("line", "english", "chinese"),
    [
        (
            "critical = 1",
            "`critical`: expected true or false, got a whole number",
            "字段“critical”应为是或否（true 或 false），现为整数",
        ),
        (
            "number = 1.5",
            "`number`: expected a whole number or nothing, got a number",
            "字段“number”应为整数或留空，现为数字",
        ),
        (
            "weight = []",
            "`weight`: expected a number, got a list",
            "字段“weight”应为数字，现为列表",
        ),
        (
            "filled_by = [{}]",
            "`filled_by[0]`: expected text, got a table",
            "字段“filled_by[0]”应为文字，现为一组字段",
        ),
        (
            "frameworks = 1979-05-27",
            "`frameworks`: expected a list, got a date",
            "字段“frameworks”应为列表，现为日期",
        ),
        (
            "na = true",
            "`na`: expected text, got true or false: `exclude`, `zero`, `not_allowed`",
            "字段“na”应为文字，现为是或否（true 或 false）；"
            "可选的值有：“exclude”、“zero”、“not_allowed”",
        ),
        (
            'na = "100%"',
            "`na`: `100%` is not one of the possible values: `exclude`, `zero`, `not_allowed`",
            "字段“na”不能填“100%”，可选的值有：“exclude”、“zero”、“not_allowed”",
        ),
        (
            'weight = "nan"',
            "`weight`: NaN is not a number a checklist can use",
            "字段“weight”：NaN 不是检查表可用的数字",
        ),
        (
            "weight = = 2",
            "not valid TOML: Invalid value (at line 29, column 10)",
            "文件不符合 TOML 格式，问题在第 29 行第 10 列（解析器提示：Invalid value）",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_both_languages(line, english, chinese):
    assert [message for _, _, message in troubles(PLAIN + line)] == [english]
    assert in_chinese(PLAIN + line) == [chinese]


def test_what_the_decoder_says_in_words_of_its_own_is_introduced_and_kept():
    found = []

    tell_wrong(
        "when",
        msgspec.ValidationError("Timezone is odd - at `$.zone`"),
        str,
        lambda message, /, **values: found.append(Words(message, values)),
    )

    (told,) = found
    assert str(told) == "`when.zone`: Timezone is odd"
    assert told.in_(translations("zh").gettext) == (
        "字段“when.zone”的内容不符合要求（程序提示：Timezone is odd）"
    )


# ---- parts and items of other checklists ---------------------------------------------


def test_an_item_of_two_parts_is_asked_once_and_counted_in_both():
    found = read(COMPOSED)

    twin = "rules-24/r12"
    assert [asked.key for asked in found.items].count(twin) == 1
    assert [
        part.id for part in found.parts for s in part.sections for e in s.entries if e.item == twin
    ] == ["cpt-standard", "rules-24"]
    assert {"rules-24:12", "cpt-standard:C1"} <= set(found.by_key[twin].frameworks)


def test_what_holds_a_drill_is_a_drill_too():
    with_drill = COMPOSED.replace("cpt-standard", "crisis-handling")

    assert read(with_drill).is_drill
    assert not read(COMPOSED).is_drill
    assert {found.id for found in library().values() if found.is_drill} == {"crisis-handling"}


def test_an_item_of_two_parts_has_the_weight_it_has_at_home_where_it_counts_once():
    alone = shipped()["cpt-standard", "1.0.0"]
    twin = "rules-24/r12"
    light = msgspec.structs.replace(
        alone,
        items=tuple(
            msgspec.structs.replace(asked, weight=9) if asked.key == twin else asked
            for asked in alone.items
        ),
    )

    found = read_checklist(
        COMPOSED,
        "both",
        read_vocabulary(shared("vocabulary")),
        read_frameworks(shared("frameworks")),
        {**shipped(), ("cpt-standard", "1.0.0"): light},
    )

    assert found.by_key[twin].weight == shipped()["rules-24", "1.0.0"].by_key[twin].weight


def test_a_used_item_has_the_weight_given_to_it_here():
    used = '[[sections.items]]\nuse = "rules-24/r12"\nweight = 7\n[requires]\nrules-24 = "1.0.0"'

    found = read(PLAIN + used)

    assert found.by_key["rules-24/r12"].weight == 7
    assert [(e.item, e.weight) for e in found.parts[0].sections[0].entries] == [
        ("tea/t1", 1),
        ("rules-24/r12", 7),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("share = 30", "share = 0", ("parts", "cpt-standard", "the share must be above 0")),
        (
            '"cpt-standard", share',
            '"tea", share',
            ("parts", "tea", "is not among what the checklist requires"),
        ),
        (
            '"cpt-standard", share',
            '"rules-24", share',
            ("", "", "part `rules-24` is there twice"),
        ),
        (
            'cpt-standard = "1.0.0", ',
            'cpt-standard = "1.0.0", branch-visit = "1.0.0", ',
            None,
        ),
    ],
)
def test_mistakes_of_parts_are_told(old, new, told):
    raw = changed(old, new, COMPOSED)

    if told is None:
        assert read(raw).id == "both"
    else:
        assert told in troubles(raw)


def test_parts_are_not_made_of_parts():
    raw = changed('"cpt-standard", share', '"branch-visit", share', COMPOSED)
    raw = changed("requires = {", 'requires = { branch-visit = "1.0.0",', raw)

    assert ("parts", "branch-visit", "is itself made of parts") in troubles(raw)


def test_two_wordings_of_one_item_do_not_mix():
    alone = shipped()["rules-24", "1.0.0"]
    other = msgspec.structs.replace(
        alone,
        version="2.0.0",
        items=tuple(msgspec.structs.replace(asked, na="zero") for asked in alone.items),
    )
    raw = changed('rules-24 = "1.0.0"', 'rules-24 = "2.0.0"', COMPOSED)

    with pytest.raises(Unusable, match="two versions of `rules-24/r12` are required"):
        read_checklist(
            raw,
            "both",
            read_vocabulary(shared("vocabulary")),
            read_frameworks(shared("frameworks")),
            {**shipped(), ("rules-24", "2.0.0"): other},
        )


# ---- the shared files ----------------------------------------------------------------


def said(found: Trouble) -> str:
    return str(found).partition(".toml")[2].removeprefix(" · ").removeprefix(": ")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("credit = 0.5", "credit = 5", "scales · frequency: credit 5 is not between 0 and 1"),
        ('id = "enter"', 'id = "door"', "marks: there is no mark `enter`, which every visit has"),
        ('id = "exit"', 'id = "enter"', "marks: the id `enter` is there twice"),
        ('en = "Arrival"', 'en = ""', "stages · arrival: a text is empty in one language"),
        ("[[roles]]", "[[rolls]]", "unknown key `rolls`"),
        ("value = 1,", "value = 0,", "scales · frequency: grade `0` is there twice"),
    ],
)  # fmt: skip
def test_mistakes_of_the_vocabulary_are_told(old, new, told):
    with pytest.raises(Unusable) as refused:
        read_vocabulary(changed(old, new, shared("vocabulary")))

    assert told in [said(found) for found in refused.value.troubles]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "24"', 'id = "23"', "rules-24: entry `23` is there twice"),
        ('group = "C"', 'group = "X"', "cpt-standard · C1: there is no group `X`"),
        ('id = "cpt-standard"', 'id = "rules-24"', "framework `rules-24` is there twice"),
        ('en = "Smile"', 'en = " "', "rules-24: a text is empty in one language"),
    ],
)  # fmt: skip
def test_mistakes_of_the_frameworks_are_told(old, new, told):
    with pytest.raises(Unusable) as refused:
        read_frameworks(changed(old, new, shared("frameworks")))

    assert told in [said(found) for found in refused.value.troubles]


# ---- no file breaks the reader -------------------------------------------------------


def is_read_or_refused(raw: str) -> None:
    for reading in (read, read_vocabulary, read_frameworks, lambda text: requirements(text, "f")):
        try:
            found = reading(raw)
        except Unusable:
            continue
        if isinstance(found, Checklist):
            assert found.hash


@given(st.text())
def test_any_text_is_read_or_refused(raw):
    is_read_or_refused(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[" * 5000,
        "a = " + "[" * 5000,
        "a." * 3000 + "b = 1",
        "a = " + "9" * 5000,
        "requires = 3",
        "sections = [1]",
        "sections = {a = 1}",
        "parts = [{}]",
        "[[sections]]\nitems = [{use = 3}, {id = []}]",
        "id = 1979-05-27",
        'scoring = "x"',
        "route = [{stage = [], items = [{}]}]",
    ],
)
def test_malicious_files_are_refused(raw):
    is_read_or_refused(raw)


@st.composite
def mutations(draw) -> str:
    """A sound file with some of its values changed for others, or lines lost."""
    lines = draw(st.sampled_from([PLAIN + SECOND, COMPOSED, shipped_text()])).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        number = draw(st.integers(0, len(lines) - 1))
        name, equals, _ = lines[number].partition(" = ")
        value = draw(
            st.sampled_from(
                ['""', "0", "-1", "1.5", "nan", "1e9", "true", "[]", "{}", "[[]]", '["x"]',
                 "[1]", "{ zh = 1 }", '{ type = "points" }', '{ type = "grade" }',
                 '{ type = "number", minimum = 1e30 }', "1979-05-27", '"NaN"',
                 '"1e99999999"', "1e99999999999999999999999", '"\\u0000"', '"tea/*"']
            )
        )  # fmt: skip
        lines[number] = f"{name} = {value}" if equals and draw(st.booleans()) else ""
    return "\n".join(lines)


@cache
def shipped_text() -> str:
    return (folder("checklists") / "branch-visit" / "1.0.0.toml").read_text()


@given(mutations())
def test_any_damaged_file_is_read_or_refused(raw):
    is_read_or_refused(raw)


def test_the_fuzz_has_sound_files_to_damage():
    for raw in (PLAIN + SECOND, COMPOSED, shipped_text()):
        assert tomllib.loads(raw)
        assert read(raw).items
