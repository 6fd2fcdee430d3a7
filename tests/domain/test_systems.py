"""The systems of the sources: all of them listed, each served, no line that points nowhere."""

from pathlib import Path

import msgspec
import pytest

from audit.domain.regrouping import Lens
from audit.domain.systems import (
    check_systems,
    read_background,
    read_mappings,
    read_systems,
)
from audit.domain.text import Text
from audit.domain.troubles import Troubles, Unusable
from audit.paths import folder
from audit.store.checklists import Library
from audit.store.systems import library_systems

FOLDER = folder("checklists")
PAGE = """
id = "tea"
title = { zh = "茶", en = "Tea" }
source = { file = "002.txt", system = "茶" }
summary = { zh = "一句话。", en = "One sentence." }

[[sections]]
title = { zh = "水", en = "Water" }
points = [{ zh = "要热。", en = "Hot." }]
"""
NAMES = [*(f"A{n}" for n in range(1, 15)), *(f"B{n}" for n in range(1, 34))]
FURTHER = [*(f"A4.{n}" for n in range(1, 10)), "A7b"]


def troubles_of(**changes):
    troubles = Troubles("systems.toml")
    check_systems(msgspec.structs.replace(library_systems(), **changes), troubles)
    return [str(one).removeprefix("systems.toml · ") for one in troubles.found]


def changed(name, **changes):
    return tuple(
        msgspec.structs.replace(one, **changes) if one.id == name else one
        for one in library_systems().systems
    )


def test_all_57_systems_are_listed_once():
    names = [one.id for one in library_systems().systems]

    assert sorted(names) == sorted([*NAMES, *FURTHER])
    assert len(names) == 57


def test_nothing_that_is_shipped_points_nowhere():
    assert troubles_of() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"frameworks": ("rules-25",)}, "A1: there is no framework `rules-25`"),
        ({"frameworks": ("cpt-standard:X",)}, "A1: there is no framework `cpt-standard:X`"),
        ({"background": ("none",)}, "A1: there is no page of background `none`"),
        ({"items": ("rules-24/r99",)}, "A1: there is no item `rules-24/r99`"),
        ({"frameworks": ()}, "A1: nothing serves this system"),
    ],
)
def test_a_line_that_points_nowhere_is_told(changes, told):
    assert told in troubles_of(systems=changed("A1", **changes))


def test_a_scenario_that_is_not_kept_is_told_once_scenarios_are():
    scenarios = {
        name: Text("字", "word") for one in library_systems().systems for name in one.scenarios
    }

    assert troubles_of(scenarios=None) == []
    assert troubles_of(scenarios=scenarios) == []
    del scenarios["sc-queue"]
    assert troubles_of(scenarios=scenarios) == ["A4.4: there is no scenario `sc-queue`"]


def test_what_serves_no_system_is_told():
    page = msgspec.structs.replace(library_systems().backgrounds[0], id="forgotten")
    framework = msgspec.structs.replace(library_systems().lenses[0].framework, id="unread")
    scenarios = {
        name: Text("字", "word") for one in library_systems().systems for name in one.scenarios
    }

    told = troubles_of(
        backgrounds=(*library_systems().backgrounds, page),
        lenses=(*library_systems().lenses, Lens(framework)),
        scenarios={**scenarios, "sc-lost": Text("字", "word")},
    )

    assert [one.partition(": ")[2] for one in told] == [
        "`unread` serves no system",
        "`forgotten` serves no system",
        "`sc-lost` serves no system",
    ]


def test_a_mapping_and_a_page_that_name_no_item_are_told():
    lens = msgspec.structs.replace(library_systems().lenses[0], items={"1": ("rules-24/r99",)})
    page = msgspec.structs.replace(library_systems().backgrounds[0], explains=("framework:none",))

    told = troubles_of(
        lenses=(lens, *library_systems().lenses[1:]),
        backgrounds=(page, *library_systems().backgrounds[1:]),
    )

    assert told == [
        f"background · {page.id}: there is no item `framework:none`",
        "rules-24 · 1: there is no item `rules-24/r99`",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "tea"', 'id = "other"', "the id `other` is not the file’s name"),
        ("points =", "point =", "`sections[0]`: unknown key `point`"),
        ('en = "Hot."', 'en = " "', "a text is empty in one language"),
        ("summary =", "# summary =", "`summary` is missing"),
    ],
)
def test_mistakes_of_a_page_of_background_are_told(old, new, told):
    with pytest.raises(Unusable) as error:
        read_background(PAGE.replace(old, new), "tea")

    assert told in [one.message for one in error.value.troubles]


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ('[[mappings]]\nentry = "wants7:8"\nitems = []', "there is no framework entry `wants7:8`"),
        ('[[mappings]]\nentry = "wants7:1"\nitems = []', "the id `wants7:1` is there twice"),
        (
            '[[unseen]]\nframework = "none"\ntitle = { zh = "字", en = "word" }\n'
            'reason = { zh = "字", en = "word" }',
            "there is no framework `none`",
        ),
        (
            '[[unseen]]\nframework = "anger7"\nreason = { zh = "字", en = "word" }',
            "what cannot be seen has an `entry` or a `title`, one of the two",
        ),
        (
            '[[unseen]]\nframework = "anger7"\nentry = "9"\nreason = { zh = "字", en = "word" }',
            "there is no framework entry `anger7:9`",
        ),
    ],
)
def test_mistakes_of_the_mappings_are_told(extra, told):
    raw = (FOLDER / "mappings.toml").read_text()

    with pytest.raises(Unusable) as error:
        read_mappings(f"{raw}\n{extra}\n", Library(FOLDER).frameworks)

    assert told in [one.message for one in error.value.troubles]


def test_an_unknown_key_of_a_system_is_refused():
    raw = (FOLDER / "systems.toml").read_text().replace("sources =", "source =", 1)
    found = library_systems()

    with pytest.raises(Unusable, match="source"):
        read_systems(raw, found.lenses, found.backgrounds, found.items, None)


def test_every_page_of_background_explains_something_and_says_where_it_comes_from():
    for page in library_systems().backgrounds:
        assert page.explains, page.id
        assert Path(page.source.file).suffix == ".txt"
