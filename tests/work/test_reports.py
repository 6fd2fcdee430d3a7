"""PDFs drawn before: what they are found by, and how many are kept."""

import os
from pathlib import Path

import pytest

from audit.paths import folder
from audit.work import reports
from audit.work.reports import Drawn, edition, shaping
from tests.render.papers import report_a


@pytest.fixture(autouse=True)
def fresh():
    edition.cache_clear()
    yield
    edition.cache_clear()


def test_everything_that_shapes_a_page_is_in_the_edition():
    names = {path.name for path in shaping()}

    wanted = {
        "visit.html", "bars.html", "visit.css", "base.css", "sc400.ttf", "sc700-rare.ttf",
        "paper.po", "common.po", "filters.py", "wording.py", "pages.py", "strokes.py",
    }  # fmt: skip
    assert wanted - names == set()


@pytest.mark.parametrize("changed", ["visit.css", "sc400.ttf", "common.po", "_losses.html"])
def test_a_change_of_any_file_is_another_edition(changed, tmp_path, monkeypatch):
    [place] = [number for number, path in enumerate(shaping()) if path.name == changed]
    before = edition("UTC")
    files = shaping()
    other = tmp_path / changed
    other.write_bytes(files[place].read_bytes() + b" ")
    files[place] = other
    monkeypatch.setattr(reports, "shaping", lambda: files)
    edition.cache_clear()

    assert edition("UTC") != before


def test_the_time_zone_and_the_libraries_are_in_the_edition_too(monkeypatch):
    before = edition("UTC")
    zone = edition("Asia/Shanghai")
    edition.cache_clear()
    monkeypatch.setattr(reports, "version", lambda _library: "0.0")

    assert len({before, zone, edition("UTC")}) == 3


def test_a_drawing_of_another_time_zone_or_language_is_not_found(tmp_path):
    here, there = Drawn(tmp_path, "Asia/Shanghai"), Drawn(tmp_path, "America/Lima")

    here.keep(here.path(report_a(), "zh"), b"%PDF drawn in Shanghai")

    assert here.find(here.path(report_a(), "zh")) == b"%PDF drawn in Shanghai"
    assert here.find(here.path(report_a(), "en")) is None
    assert there.find(there.path(report_a(), "zh")) is None


def test_what_nobody_asked_for_longest_is_forgotten(tmp_path):
    drawn = Drawn(tmp_path, "UTC")
    drawn.most = 3
    for number in range(3):
        drawn.keep(tmp_path / f"{number}.pdf", b"%PDF")
        os.utime(tmp_path / f"{number}.pdf", (number, number))
    drawn.find(tmp_path / "0.pdf")

    drawn.keep(tmp_path / "new.pdf", b"%PDF")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.pdf", "2.pdf", "new.pdf"]


def test_fonts_are_read_once_in_a_process(monkeypatch):
    edition("UTC")
    monkeypatch.setattr(Path, "read_bytes", None)

    assert len(edition("UTC")) == 16
    assert (folder("reports") / "fonts").is_dir()
