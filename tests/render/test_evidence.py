"""Photos on paper: which, where, with what words, and that they break nothing."""

import io
import logging
import os
import re
import subprocess
import sys

import pikepdf
import pypdf
import pytest
from msgspec.structs import replace

from audit.domain.evidence import PRINTED
from audit.render.prints import sound
from tests.pictures import jpeg
from tests.render.papers import NOTES, illustrated, press, report_a


@pytest.fixture(autouse=True)
def no_warning(caplog):
    caplog.set_level(logging.WARNING, logger="weasyprint")
    yield
    assert [record.getMessage() for record in caplog.records] == []


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def report():
    return illustrated(7)[0]


@pytest.fixture(scope="module")
def drawn(language) -> bytes:
    return press().draw(*mixed(7, language))


def mixed(several, language):
    """Upright ones among them, as phones are held."""
    report, prints = illustrated(several)
    prints |= {number: jpeg(360, 480) for number in list(prints)[::3]}
    return report, language, prints


def pages(drawn: bytes) -> list[str]:
    return [
        re.sub(r"\s+", "", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(drawn)).pages
    ]


def figures(drawn: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        tags = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o]
        return [str(tag.get("/Alt", "")) for tag in tags if tag.S == "/Figure"]


def images_of(page) -> list[pikepdf.Object]:
    """Those that are drawn on it; all pages share their resources."""
    names = re.findall(rb"(/\S+) Do\b", page.Contents.read_bytes())
    drawn = [page.Resources.XObject[name.decode()] for name in names]
    return [one for one in drawn if one.Subtype == "/Image"]


def test_each_photo_has_its_item_its_note_and_words_for_who_cannot_see_it(drawn, report, language):
    text = pages(drawn)[-1]

    assert {"zh": "附录：证据照片", "en": "Appendix:evidence"}[language] in text
    for one in report.evidence:
        label = one.item.label.in_(language).replace("’", "'")
        said = {"zh": "照片 %d：%s", "en": "Photo %d: %s"}[language] % (one.number, label)
        assert said in figures(drawn)
        assert re.sub(r"\s+", "", f"{one.number}.{label}{one.item.code}") in text
    assert re.sub(r"\s+", "", NOTES["rules-24/r12"]) in text
    assert "" not in figures(drawn)


def test_a_note_stands_beside_the_first_photo_of_its_item_alone(report):
    assert [(one.item.key, one.note) for one in report.evidence[:2]] == [
        ("rules-24/r12", NOTES["rules-24/r12"]),
        ("rules-24/r12", ""),
    ]


def test_a_very_long_note_is_shortened_beside_its_photo(language):
    report, prints = illustrated(1)
    whole = report.evidence[0]
    long = replace(report, evidence=(replace(whole, note="鑫" * 4000),))

    text = "".join(pages(press().draw(long, language, prints)))

    assert text.count("鑫") == 159


def test_what_cost_points_leads_to_its_photos(drawn, report):
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        names = pdf.Root.Names.Dests.Names
        places = {str(name) for name in list(names)[::2]}
        links = [
            (str(link.Dest), "/StructParent" in link)
            for page in pdf.pages
            for link in page.get("/Annots", [])
        ]

    assert links == [(f"photo-{number}", True) for number in range(1, 8)]
    assert {name for name, _ in links} <= places


def test_it_is_tagged_and_sound_with_photos_too(drawn):
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        owners = list(pdf.Root.StructTreeRoot.ParentTree.Nums)[1::2]
        for page, owned in zip(pdf.pages, owners, strict=False):
            marked = re.findall(rb"/MCID (\d+)", page.Contents.read_bytes())
            assert sorted(map(int, marked)) == list(range(len(owned)))

        assert pdf.check_pdf_syntax() == []


def test_photos_go_in_as_they_are(language):
    report, prints = illustrated(3)
    plain = len(press().draw(report_a(), language))

    drawn = press().draw(report, language, prints)

    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        [images] = [images for page in pdf.pages if (images := images_of(page))]
        assert [image.read_raw_bytes() for image in images] == list(prints.values())
    assert plain < 200_000
    assert len(drawn) < plain + sum(map(len, prints.values())) + 10_000


def test_no_photo_is_parted_from_its_words_or_cut(language):
    report, _, prints = mixed(PRINTED, language)

    with pikepdf.open(io.BytesIO(press().draw(report, language, prints))) as pdf:
        shown = [len(images_of(page)) for page in pdf.pages]
    text = pages(press().draw(report, language, prints))

    assert sum(shown) == PRINTED
    for page, images in zip(text, shown, strict=True):
        there = [
            one
            for one in report.evidence
            if images
            and f"{one.number}.{one.item.label.in_(language)}{one.item.code}".replace(
                " ", ""
            ).replace("’", "'")
            in page
        ]
        assert len(there) == images


@pytest.mark.parametrize("several", [1, 2, 3, 4])
def test_a_row_that_is_not_full_keeps_its_columns(several):
    report, prints = illustrated(several)

    page = press().pages.draw(report, "en", prints)

    assert page.count('class="photo"') == 3 * -(-several // 3)


def test_so_many_are_printed_and_the_rest_are_named(language):
    report, prints = illustrated(PRINTED + 3)

    text = "".join(pages(press().draw(report, language, prints)))

    assert sorted(prints) == list(range(1, PRINTED + 1))
    assert {"zh": "另有3张", "en": "3photosmore"}[language] in text
    for one in report.evidence[PRINTED:]:
        label = one.item.label.in_(language).replace("’", "'").replace(" ", "")
        assert f"{one.number}.{label}{one.item.code}" in text


def test_where_a_photo_is_missing_its_place_says_so(language):
    report, prints = illustrated(4)
    del prints[2]

    drawn = press().draw(report, language, prints)

    said = {"zh": "这张照片的文件已丢失或损坏。", "en": "Thefileofthisphotoismissingordamaged."}
    assert "".join(pages(drawn)).count(said[language]) == 1
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        assert sum(len(images_of(page)) for page in pdf.pages) == 3


def test_a_report_without_photos_says_nothing_of_them(language):
    text = "".join(pages(press().draw(report_a(), language)))

    assert {"zh": "附录", "en": "Appendix"}[language] not in text
    assert (
        b'"evidence"'
        not in pypdf.PdfReader(io.BytesIO(press().draw(report_a(), language))).attachments[
            "report.json"
        ][0]
    )


def test_photos_of_one_report_are_in_no_other(language):
    report, prints = illustrated(2)

    press().draw(report, language, prints)

    assert press().fetcher.photos == {}


def test_the_same_photos_are_the_same_bytes_in_any_process(drawn, language):
    program = (
        "import sys; from tests.render.papers import press; "
        "from tests.render.test_evidence import mixed; "
        f"sys.stdout.buffer.write(press().draw(*mixed(7, {language!r})))"
    )

    environment = os.environ | {"PYTHONHASHSEED": "2", "TZ": "America/Lima"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    ).stdout

    assert elsewhere == drawn


WHOLE = jpeg(64, 48)
DAMAGED = {
    "nothing": b"",
    "two bytes": WHOLE[:2],
    "cut off": WHOLE[: len(WHOLE) // 2],
    "without its last byte": WHOLE[:-1],
    "zeros": bytes(len(WHOLE)),
    "a head of zeros": WHOLE[:2] + bytes(300) + WHOLE[302:],
    "only its ends": WHOLE[:2] + WHOLE[-2:],
    "no picture": b"\xff\xd8\xff\xfe\x00\x04ab\xff\xda\xff\xd9",
    "text": b"<html>",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_known_as_one(name):
    assert not sound(DAMAGED[name])


@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"optimize": True, "quality": 75}])
def test_a_whole_file_is_known_as_one(more):
    assert sound(jpeg(64, 48, **more))
