"""The visit's report regrouped by a framework."""

import logging

import pytest
import weasyprint

from audit.render.source import read
from audit.store.systems import library_lenses
from tests.render.papers import press, report_a
from tests.render.test_visit import attached, nodes, squeezed, text_of


@pytest.fixture(autouse=True)
def no_warning(caplog):
    caplog.set_level(logging.WARNING, logger="weasyprint")
    yield
    assert [record.getMessage() for record in caplog.records] == []


@pytest.fixture(scope="module")
def regrouped():
    lens = next(one for one in library_lenses() if one.framework.id == "complaint-causes")
    return report_a(lens=lens)


@pytest.fixture(scope="module")
def drawn(regrouped) -> bytes:
    return press().draw(regrouped, "en")


def test_the_framework_takes_the_place_of_the_standards_with_entries_and_items(drawn):
    text = text_of(drawn)

    assert squeezed("Causes of Complaints Reading — from 3 scored items; a score takes 5") in text
    assert squeezed("1 Unclear explanation in part 50.0 Can explain why c12") in text
    assert squeezed("Against the standards") not in text
    assert squeezed("Points lost") in text


def test_what_is_not_covered_is_listed_plainly(drawn):
    text = text_of(drawn)

    assert squeezed("Not covered by this checklist 3") in text
    assert squeezed("3 Lack of honesty No item of this checklist answers to it.") in text
    assert squeezed("A way of sorting complaints, not of serving.") in text


def test_its_hash_is_its_own_and_its_data_says_how_it_was_grouped(regrouped, drawn):
    assert regrouped.hash() != report_a().hash()
    assert squeezed(f"Content {regrouped.hash()[:16]}") in text_of(drawn)
    assert b'"regrouping":{' in attached(drawn)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["complaint-causes", "cpt-standard"])
def test_it_is_read_as_a_browser_reads_it(name, language):
    lens = next(one for one in library_lenses() if one.framework.id == name)
    content = press().pages.draw(report_a(lens=lens), language)

    assert nodes(read(content)) == nodes(weasyprint.HTML(string=content).etree_element)
