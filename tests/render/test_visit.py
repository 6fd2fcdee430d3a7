"""A visit's report on paper: what it says, what it must never say, and what kind of file it is."""

import hashlib
import io
import logging
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pikepdf
import pypdf
import pytest
import weasyprint

from audit.domain.answer import Answer, Capture
from audit.domain.checklist import Choice, Graded, YesNo, canonical
from audit.domain.report import VisitReport
from audit.domain.scoring import score
from audit.domain.statistics import Spread, difference
from audit.domain.text import Text
from audit.domain.visit_report import visit_report
from audit.filters import filters
from audit.render.source import read
from tests.render.papers import (
    IN,
    NOTES,
    SHOPPER,
    answers_a,
    capture_of,
    earlier_a,
    press,
    report_a,
    visit_of,
)
from tests.world import library

RIGHT_MARGIN = (210 - 18) / 25.4 * 72 + 1  # points; one for the boxes of slanted letters

TITLES = {
    "zh": [
        "总评", "审核意见", "最先要改的", "本次走访", "对照服务标准", "章节得分", "用时",
        "失分项", "亮点", "历次走访", "比 2026-10-19 好的检查项", "整改单", "签章", "方法与说明",
    ],
    "en": [
        "Verdict", "From the auditor", "To put right first", "The visit",
        "Against the standards", "Scores by section", "Times", "Points lost",
        "Worth praising", "Earlier visits", "Better than on 2026-10-19", "Rectification form",
        "Signatures", "How to read this report",
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_warning(caplog):
    """WeasyPrint says in its log what it could not do. It must have nothing to say."""
    caplog.set_level(logging.WARNING, logger="weasyprint")
    yield
    assert [record.getMessage() for record in caplog.records] == []


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def drawn(language) -> bytes:
    return press().draw(report_a(), language)


def text_of(drawn: bytes) -> str:
    """All words in reading order, without the spaces and line ends that setting adds."""
    pages = pypdf.PdfReader(io.BytesIO(drawn)).pages
    return squeezed("".join(page.extract_text() for page in pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def attached(drawn: bytes) -> bytes:
    [content] = pypdf.PdfReader(io.BytesIO(drawn)).attachments["report.json"]
    return content


def test_every_part_is_there_in_both_languages(drawn, language):
    text = text_of(drawn)

    assert [title for title in TITLES[language] if squeezed(title) not in text] == []


def test_the_numbers_are_those_of_the_card(drawn):
    report, text = report_a(), text_of(drawn)
    points = [report.card.final, *(part.score for part in report.card.parts)]
    points += [section.score for part in report.card.parts for section in part.sections]
    points += [index.index for index in report.card.cpt.values()]
    wanted = [f"{number:.1f}" for number in points if number is not None]
    wanted += [f"{lost:.2f}" for lost in report.card.lost().values()]

    assert [number for number in wanted if number not in text] == []


def test_what_was_lost_adds_up_to_the_distance_from_a_hundred():
    report = report_a()

    assert sum(loss.points for loss in report.losses) == Decimal(100) - report.card.raw
    assert sum(part.lost for part in report.parts) == Decimal(100) - report.card.raw


def test_largest_losses_come_first_with_answer_comment_and_advice(drawn, language):
    report, text = report_a(), text_of(drawn)
    first = report.losses[0]

    assert list(report.losses) == sorted(report.losses, key=lambda loss: -loss.points)
    assert first.note == NOTES["rules-24/r12"]
    for said in (first.item.label, first.item.criterion, first.said, first.advice):
        assert squeezed(straight(said.in_(language))) in text
    assert squeezed(first.note) in text


def straight(text: str) -> str:
    return text.replace("’", "'")


def test_an_ordinary_visit_takes_four_to_seven_pages_and_200_kb(drawn):
    pages = len(pypdf.PdfReader(io.BytesIO(drawn)).pages)

    assert 4 <= pages <= 7
    assert len(drawn) <= 200_000


def test_nothing_is_set_smaller_than_eight_and_a_half_points(drawn):
    sizes: set[float] = set()

    def seen(text, _cm, matrix, _font, size):
        if text.strip():
            sizes.add(round(abs(matrix[3]) * size * 0.75, 1))

    for page in pypdf.PdfReader(io.BytesIO(drawn)).pages:
        page.extract_text(visitor_text=seen)

    assert min(sizes) >= 8.5


# ---- who must stay unknown -----------------------------------------------------------


def test_the_shopper_is_nowhere_in_the_file(language):
    visit = visit_of(library()["branch-visit"])
    assert SHOPPER in visit.brief.zh + visit.shopper_code
    facts = {
        "branch-visit/ticket_no": Answer("answered", "TICKET-A1073"),
        "branch-visit/people_waiting": Answer("answered", 6),
    }

    file = press().draw(report_a(visit=visit, answers=answers_a() | facts), language)

    everything = (
        text_of(file) + attached(file).decode() + str(pypdf.PdfReader(io.BytesIO(file)).metadata)
    )
    assert "人" in everything
    assert ("等候人数" if language == "zh" else "Peoplewaiting") in everything
    for secret in (SHOPPER, str(visit.shopper), "TICKET-A1073"):
        assert secret not in everything
        assert secret.encode() not in file


# ---- the kind of file ----------------------------------------------------------------


def test_it_is_tagged_named_and_dated(drawn, language):
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        root, info = pdf.Root, pdf.docinfo

        assert bool(root.MarkInfo.Marked)
        assert root.StructTreeRoot.Type == "/StructTreeRoot"
        assert str(root.Lang) == {"zh": "zh-CN", "en": "en"}[language]
        assert "2026-H001-002" in str(info["/Title"])
        assert str(info["/CreationDate"]).startswith("D:20261120021400")


def test_it_declares_pdf_a_3a_and_pdf_ua_1(drawn):
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        packet = pdf.Root.Metadata.read_bytes().decode()

    assert re.findall(r'pdfaid:(part|conformance)="?>?([^"<]+)', packet) == [
        ("part", "3"),
        ("conformance", "A"),
    ]
    assert 'pdfuaid:part="1"' in packet
    assert packet.count("</rdf:RDF>") == 1


def test_every_table_header_says_what_it_heads_and_every_figure_has_words(drawn):
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        tags = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o]
        scopes = Counter(str(tag.A.Scope) for tag in tags if tag.S == "/TH")
        figures = [str(tag.get("/Alt", "")) for tag in tags if tag.S == "/Figure"]
        headers = sum(tag.S == "/TH" for tag in tags)

    assert set(scopes) == {"/Column", "/Row"}
    assert scopes.total() == headers
    assert figures
    assert "" not in figures


def test_every_word_on_a_page_belongs_to_an_element_of_the_structure(drawn):
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        owners = list(pdf.Root.StructTreeRoot.ParentTree.Nums)[1::2]
        for page, owned in zip(pdf.pages, owners, strict=True):
            marked = re.findall(rb"/MCID (\d+)", page.Contents.read_bytes())

            assert sorted(map(int, marked)) == list(range(len(owned)))
            for number, owner in enumerate(owned):
                assert number in [kid for kid in owner.K if isinstance(kid, int)]
                assert owner.Pg.objgen == page.obj.objgen
                assert owner.S != "/Span"

        assert pdf.check_pdf_syntax() == []


def test_its_fonts_are_its_own(drawn):
    assert fonts_of(drawn) == {"Mingcha-Sans", "Mingcha-Sans-Bold"}


def test_a_rare_character_has_a_font_too():
    with pytest.raises(UnicodeEncodeError):
        "镕".encode("gb2312")

    file = press().draw(report_a(notes={"rules-24/r12": "镕"}), "zh")

    assert "镕" in text_of(file)
    assert fonts_of(file) == {"Mingcha-Sans", "Mingcha-Sans-Bold", "Mingcha-Sans-Rare"}


def fonts_of(drawn: bytes) -> set[str]:
    pages: list[Any] = list(pypdf.PdfReader(io.BytesIO(drawn)).pages)
    return {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }


def test_the_data_inside_reads_back_hashes_to_the_footer_and_gives_the_score_again(drawn):
    report, content = report_a(), attached(drawn)

    again = msgspec.json.decode(content, type=VisitReport)

    assert again == report
    digest = hashlib.sha256(content).hexdigest()
    assert text_of(drawn).count(digest[:16]) >= len(pypdf.PdfReader(io.BytesIO(drawn)).pages)
    assert score(library()["branch-visit"], again.answers) == again.card


def test_the_same_report_is_the_same_bytes_in_any_process(drawn, language):
    program = (
        "import sys; from tests.render.papers import press, report_a; "
        f"sys.stdout.buffer.write(press().draw(report_a(), {language!r}))"
    )

    environment = os.environ | {"PYTHONHASHSEED": "2", "TZ": "America/Lima"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    ).stdout

    assert elsewhere == drawn


# ---- what may be written into it -----------------------------------------------------


def test_what_people_typed_is_text_and_reaches_nothing():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    attack = (
        f'<img src=file:///etc/passwd><img src="http://127.0.0.1:{port}/">{{{{7*7}}}}{{% x %}}'
        f"<style>@import url(http://127.0.0.1:{port})</style>%(x)s&amp;</p></table><h1>"
        f"url(http://127.0.0.1:{port})<svg><image href='http://127.0.0.1:{port}/a.png'/></svg>"
    )
    both = Text(attack, attack)
    visit = visit_of(library()["branch-visit"])
    branch = msgspec.structs.replace(visit.branch, name=both, city=both, address=both, code=attack)
    wave = msgspec.structs.replace(visit.wave, name=both, programme=both)
    release = msgspec.structs.replace(visit.release, verdict=attack, reviewer=attack, number=attack)
    visit = msgspec.structs.replace(visit, branch=branch, wave=wave, release=release)
    notes = dict.fromkeys((item.key for item in library()["branch-visit"].items), attack)

    file = press().draw(report_a(visit=visit, notes=notes, contact=attack), "zh")

    text = text_of(file)
    assert "{{7*7}}" in text
    assert "root:" not in text
    assert "<imgsrc=file:///etc/passwd>" in text
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()
    listener.close()


def test_our_own_reading_of_a_page_is_what_a_browser_reads(language):
    """Pages are read as XML; the only difference is white space around head and body."""
    notes = {"rules-24/r12": "<b>&amp;</b> ]]> \x0b 😀 \u00a0 \"'"}
    content = press().pages.draw(report_a(notes=notes), language)

    theirs = weasyprint.HTML(string=content.replace("\x0b", "\ufffd")).etree_element

    assert nodes(read(content)) == nodes(theirs)


def nodes(root) -> list[tuple[str, dict[str, str], str, str]]:
    return [
        (node.tag, attributes(node), (node.text or "").strip("\n"), (node.tail or "").strip("\n"))
        for node in root.iter()
    ]


def attributes(node) -> dict[str, str]:
    return {name: value for name, value in node.attrib.items() if not name.endswith("}xmlns")}


def test_a_template_that_asks_for_something_from_outside_fails_aloud(monkeypatch):
    hole = '<html lang="en"><title>t</title><img alt="x" src="file:///etc/passwd"/></html>'
    monkeypatch.setattr(press().pages, "draw", lambda *_given: hole)

    with pytest.raises(RuntimeError, match="not on the shelf: file:///etc/passwd"):
        press().draw(report_a(), "en")


def test_very_long_names_stay_on_the_page(language):
    long = Text("海城滨海新区国际金融中心港口支行" * 8, "Harbour International Finance Centre " * 8)
    unbroken = "W" * 300
    visit = visit_of(library()["branch-visit"])
    branch = msgspec.structs.replace(visit.branch, name=long, address=Text(unbroken, unbroken))
    visit = msgspec.structs.replace(visit, branch=branch)

    file = press().draw(report_a(visit=visit, notes={"rules-24/r12": unbroken}), language)

    assert furthest(file) <= RIGHT_MARGIN
    assert text_of(file).count("W") >= 600


def furthest(drawn: bytes) -> float:
    """How far to the right any word reaches, in points."""
    said = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=drawn, capture_output=True, check=True
    ).stdout.decode()
    return max(float(place) for place in re.findall(r'xMax="([0-9.]+)"', said))


def test_very_long_notes_are_shortened_and_whole_in_the_data(language):
    checklist = library()["branch-visit"]
    answers = {item.key: worst(item) for item in checklist.items}
    long = checklist.items[:12]
    notes = {item.key: f"{item.key}: " + "取号机旁无人，约三分钟。" * 330 for item in long}
    whole = report_a(answers=answers, notes=notes)
    assert sum(len(loss.note) > 3900 for loss in whole.losses) == len(long)

    file = press().draw(whole, language)

    said = {"zh": "……（已节选，全文见走访结果页", "en": "…(shortened;thewholenoteis"}[language]
    assert text_of(file).count(said) == len(long)
    assert msgspec.json.decode(attached(file), type=VisitReport) == whole
    assert len(pypdf.PdfReader(io.BytesIO(file)).pages) < 30


def test_a_note_of_ordinary_length_is_printed_whole(language):
    note = "".join(f"{number}、" for number in range(150))
    assert 450 < len(note) <= 500

    text = text_of(press().draw(report_a(notes={"rules-24/r12": note}), language))

    assert note in text


# ---- other visits --------------------------------------------------------------------


def test_a_visit_with_nothing_scored_has_no_score_and_a_short_report(language):
    checklist = library()["branch-visit"]
    card = score(checklist, {})

    report = visit_report(visit_of(checklist), checklist, card, Capture())
    file = press().draw(report, language)

    assert (report.verdict.final, report.losses, report.highlights) == (None, (), ())
    assert len(pypdf.PdfReader(io.BytesIO(file)).pages) <= 4
    assert {"zh": "没有得分", "en": "Noscore"}[language] in text_of(file)
    assert {"zh": "没有可以对比的结果", "en": "nothingtocompare"}[language] in text_of(file)


def test_a_visit_with_everything_lost_lists_and_forms_every_item(language):
    checklist = library()["branch-visit"]
    answers = {item.key: worst(item) for item in checklist.items}

    report = report_a(answers=answers)
    text = text_of(press().draw(report, language))

    assert (report.card.raw, len(report.losses)) == (Decimal("0.0"), len(checklist.items))
    for loss in report.losses:
        assert text.count(squeezed(straight(loss.item.label.in_(language)))) >= 2


def worst(item) -> Answer:
    match item.response:
        case YesNo(good=good):
            return Answer("answered", "no" if good == "yes" else "yes")
        case Graded():
            return Answer("answered", 0)
        case Choice(options=options):
            return Answer("answered", min(options, key=lambda option: option.credit or 0).id)
    most = getattr(item.response, "maximum", None)
    most = 86_400 if most is None else int(most)
    return Answer("answered", most if item.response.bands[0].max is not None else 0)


def test_a_failed_critical_item_is_named_with_the_score_before_it(language):
    critical = next(item for item in library()["branch-visit"].items if item.critical)

    report = report_a(answers=answers_a() | {critical.key: worst(critical)})
    text = text_of(press().draw(report, language))

    assert [veto.key for veto in report.verdict.vetoes] == [critical.key]
    assert (report.verdict.final, report.verdict.capped) == (Decimal(59), True)
    assert f"{report.verdict.raw:.1f}" in text
    assert {"zh": "未达到的否决项", "en": "Criticalitemsfailed"}[language] in text


@pytest.mark.parametrize("name", sorted(library()))
def test_any_checklist_has_a_report(name, language):
    checklist = library()[name]
    answers = {item.key: worst(item) for item in checklist.items[::2] if scorable(item)}

    report = visit_report(
        visit_of(checklist), checklist, score(checklist, answers), capture_of(answers)
    )

    assert squeezed(straight(checklist.title.in_(language))) in text_of(
        press().draw(report, language)
    )


def scorable(item) -> bool:
    return isinstance(item.response, YesNo | Graded | Choice) or bool(
        getattr(item.response, "bands", ())
    )


# ---- earlier visits ------------------------------------------------------------------


def test_earlier_visits_are_dated_scored_and_compared_item_by_item():
    report = report_a()

    assert [past.number for past in report.history] == [
        "2026-H001-000", "2026-H001-001", "2026-H001-002",
    ]  # fmt: skip
    assert [past.current for past in report.history] == [False, False, True]
    assert {flip.item.key for flip in report.better} == {
        "rules-24/r02", "rules-24/r06", "rules-24/r16", "cpt-standard/p31",
    }  # fmt: skip
    assert report.worse == ()
    assert report.verdict.change == report.card.raw - earlier_a().card.raw


def test_whether_a_change_is_clear_is_told_by_the_rule_of_the_branch_pages():
    narrow, wide = Spread(0.5, 40, 20), Spread(9.0, 40, 20)

    alone, clear, unclear = (report_a(spread=spread) for spread in (None, narrow, wide))

    before, after = float(alone.verdict.previous), float(alone.verdict.raw)
    assert alone.verdict.difference == difference(before, after, None)
    assert [one.verdict.difference.clear for one in (alone, clear, unclear)] == [False, True, False]
    assert "没有明确变化" in text_of(press().draw(unclear, "zh"))
    assert "变化明确" in text_of(press().draw(clear, "zh"))


def test_only_the_last_six_earlier_visits_are_shown():
    many = tuple(earlier_a(200 - 20 * place, f"N{place}") for place in range(9))

    report = report_a(earlier=many)

    assert [past.number for past in report.history] == [
        "N3", "N4", "N5", "N6", "N7", "N8", "2026-H001-002",
    ]  # fmt: skip


def test_an_insufficient_visit_is_not_compared():
    few = dict(list(answers_a().items())[:6])

    report = report_a(answers=few)

    assert report.verdict.insufficient
    assert (report.verdict.previous, report.verdict.change) == (None, None)


def test_the_hash_changes_with_any_word():
    one, other = report_a(), report_a(contact="someone@example.com")

    assert one.hash() == hashlib.sha256(canonical(one)).hexdigest()
    assert one.hash() != other.hash()


def test_times_stand_beside_whose_target_they_are():
    [first] = [timing for timing in report_a().timings if timing.code == "t13"]

    assert (first.seconds, first.target, first.norm) == (9, Decimal(7), "seed")
    assert first.credit == Decimal("0.5")
    assert report_a().appeal_until == IN + timedelta(days=12)
    assert filters("en", press().pages.zone)["duration"](first.seconds) == "9 s"
