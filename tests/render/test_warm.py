"""What a press remembers from report to report never shows in a report."""

import contextlib
import inspect
import io
import re
from collections.abc import Iterator

import msgspec
import pikepdf
import pytest
import weasyprint
from weasyprint import css, draw
from weasyprint.css import ComputedStyle
from weasyprint.formatting_structure.boxes import Box
from weasyprint.images import SVGImage
from weasyprint.layout import inline, percent
from weasyprint.text import line_break

from audit.paths import folder
from audit.render import charts, pdf, sizes, strokes, styles, warm
from audit.render import lines as remembered_lines
from tests.bench.papers import report
from tests.render.papers import report_a

ZONE = "Asia/Shanghai"
SEEDS = (1, 2)


@pytest.fixture(scope="module")
def old_hand() -> pdf.Press:
    """A press that has drawn other reports, in both languages."""
    press = pdf.Press(folder("reports"), ZONE)
    for seed in SEEDS:
        press.draw(report(seed), "zh")
        press.draw(report(seed), "en")
    return press


@pytest.fixture(scope="module")
def forgetful() -> pdf.Press:
    """WeasyPrint as it comes."""
    press = pdf.Press(folder("reports"), ZONE)
    press.warm = contextlib.nullcontext()  # type: ignore[assignment]  # stands for Warm
    return press


@pytest.mark.parametrize(("seed", "language"), [(1, "zh"), (9, "en")])
def test_a_warm_press_draws_the_bytes_of_a_new_one(old_hand, language, seed):
    new = pdf.Press(folder("reports"), ZONE)

    drawn = old_hand.draw(report(seed), language)

    assert drawn == new.draw(report(seed), language)
    assert drawn == old_hand.draw(report(seed), language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_in_a_file_is_other_than_weasyprint_says_but_for_kerning_of_nothing(
    old_hand, forgetful, language
):
    notes = {"rules-24/r12": "fi ffi 镕 😀 é\u0301 " + "W" * 300, "rules-24/r04": "字" * 4000}

    one = report_a(notes=notes) if language == "zh" else report(9)

    ours, theirs = (press.draw(one, language) for press in (old_hand, forgetful))

    said = [item.replace(b">0<", b"") for item in objects(theirs)]
    assert [item.replace(b">0<", b"") for item in objects(ours)] == said
    assert len(b"".join(objects(ours))) < len(b"".join(objects(theirs)))


def objects(drawn: bytes) -> Iterator[bytes]:
    """Every object of a file, with its streams unpacked. Lengths and places follow from them."""
    with pikepdf.open(io.BytesIO(drawn)) as file:
        for item in file.objects:
            if isinstance(item, pikepdf.Stream):
                if item.get("/Type") not in ("/XRef", "/ObjStm"):
                    yield item.read_bytes()
            else:
                yield re.sub(rb"/Length \d+", b"", item.unparse(resolved=True))


def test_reports_of_a_checklist_have_most_lines_and_styles_in_common(old_hand):
    ours = {name: function for _module, name, function in old_hand.warm.ours}
    lines = ours["split_first_line"].__self__
    known = ours["ComputedStyle"].__self__.known
    before, count = len(lines.young), len(known)

    old_hand.draw(report(8), "zh")
    alone = pdf.Press(folder("reports"), ZONE)
    alone.draw(report(8), "zh")

    new = len(lines.young) - before
    all_of_it = len({n: f for _, n, f in alone.warm.ours}["split_first_line"].__self__.young)
    assert new < all_of_it / 2
    assert len(known) < count * 1.1


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(remembered_lines, "MOST", 50)
    monkeypatch.setattr(styles, "MOST", 20)
    monkeypatch.setattr(sizes, "MOST", 2)
    monkeypatch.setattr(charts, "MOST", 2)
    small = pdf.Press(folder("reports"), ZONE)

    drawn = small.draw(report(1), "zh")

    lines = {name: f for _, name, f in small.warm.ours}["split_first_line"].__self__
    assert len(lines.young) <= 50
    assert len(lines.old) <= 50
    assert len(small.warm.charts.known) <= 2
    monkeypatch.undo()
    assert drawn == pdf.Press(folder("reports"), ZONE).draw(report(1), "zh")


# ---- what it leans on ----------------------------------------------------------------


def test_the_insides_that_are_replaced_are_those_of_this_release():
    """After an upgrade, read the replaced functions again, then name the release in `warm.py`."""
    theirs = {
        styles.Styles.computed: ComputedStyle.__init__,
        remembered_lines.Lines.first: line_break.split_first_line,
        remembered_lines.Lines.strut: line_break.strut,
        sizes.resolve_percentages: percent.resolve_percentages,
        sizes.is_floated: Box.is_floated,
        sizes.is_in_normal_flow: Box.is_in_normal_flow,
        strokes.Strokes.draw_text: draw.draw_text,
        charts.Charts.draw: SVGImage.draw,
    }

    assert weasyprint.__version__ == warm.WEASYPRINT
    for ours, replaced in theirs.items():
        assert shape(ours) == shape(replaced)
    assert inline.split_first_line is line_break.split_first_line
    assert css.ComputedStyle is ComputedStyle


def shape(function) -> list[object]:
    """How many things it takes, and which of them may be left out."""
    known = inspect.signature(function).parameters.values()
    taken = [parameter for parameter in known if parameter.name not in ("self", "box", "image")]
    return [parameter.default for parameter in taken]


def test_outside_a_drawing_weasyprint_is_as_it_comes(monkeypatch):
    press = pdf.Press(folder("reports"), ZONE)
    before = [getattr(module, name) for module, name, _ in press.warm.ours]
    monkeypatch.setattr(press.pages, "draw", lambda *_given: "<html></html")

    with pytest.raises(Exception, match="unclosed token"):
        press.draw(msgspec.structs.replace(report(1), contact="x"), "en")

    assert [getattr(module, name) for module, name, _ in press.warm.ours] == before
    assert before != [function for _, _, function in press.warm.ours]
