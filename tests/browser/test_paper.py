"""Pages as the browser prints them, and as Windows draws them in its own few colours."""

import pytest

pytestmark = pytest.mark.browser


def test_only_what_is_read_is_printed_of_a_desk_page(open_, world):
    page = open_(world.carol, "/reviews", width=1280)

    page.emulate_media(media="print")

    assert page.locator("header, nav, form, button").locator("visible=true").all() == []


def test_nothing_is_cut_off_or_stuck_on_paper(open_, world):
    page = open_(world.carol, "/branches", width=1280)

    page.emulate_media(media="print")

    assert page.locator(".tally-scroll").evaluate("e => getComputedStyle(e).overflowX") == "visible"


def test_the_bar_lies_over_no_answer_on_paper(open_, world, fill):
    page = open_(world.alice, fill)

    page.emulate_media(media="print")

    assert page.locator(".bar").evaluate("e => getComputedStyle(e).position") == "static"


def test_a_chosen_answer_keeps_its_colours_on_paper_and_in_forced_colours(open_, world, fill):
    page = open_(world.alice, fill, forced_colors="active")
    page.locator(".seg label").first.tap()
    colours = """e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).printColorAdjust]"""

    chosen, other = (
        page.locator(f".seg {which} + span").first.evaluate(colours)
        for which in (":checked", ":not(:checked)")
    )

    assert chosen[0] != other[0]
    assert chosen[1] == "exact"
