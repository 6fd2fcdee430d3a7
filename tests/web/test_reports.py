"""A released visit's PDF over HTTP: who gets it, under which name, and from where."""

import io
import re
from urllib.parse import unquote

import msgspec
import pypdf
import pytest

from audit.domain.report import VisitReport
from tests.world import fill_visit, release_visit, revisit


@pytest.fixture
def address(database, world):
    """Visit A of the Harbour branch, released."""
    fill_visit(database, world)
    release_visit(database, world, verdict="Steady, with a weak farewell.")
    return f"/results/{world.harbour_visit}/report.pdf"


def text(answer) -> str:
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def test_readers_get_the_report_in_the_language_they_ask_for(as_, world, address):
    client = as_(world.dan)

    english = client.get(address)
    chinese = client.get(address, params={"language": "zh"})

    assert english.headers["content-type"] == "application/pdf"
    assert english.headers["cache-control"].startswith("private")
    assert "Steady,withaweakfarewell." in text(english)
    assert "整改单" in text(chinese)


def test_the_file_is_named_after_branch_and_report(as_, world, address):
    client = as_(world.dan)

    shown = client.get(address, params={"language": "zh"}).headers["content-disposition"]
    saved = client.get(address, params={"download": "true"}).headers["content-disposition"]

    kind, plain, real = shown.split("; ")
    assert kind == "inline"
    assert re.fullmatch(r'filename="[\w.-]+\.pdf"', plain)
    assert unquote(real).startswith("filename*=UTF-8''港口支行 ")
    assert saved.startswith("attachment; ")


def test_others_cannot_tell_that_the_report_exists(as_, database, world, address):
    statuses = {
        person.login: as_(person).get(address).status_code
        for person in (world.erin, world.alice, world.bob)
    }

    assert statuses == {"erin": 404, "alice": 404, "bob": 404}
    assert as_(None).get(address, follow_redirects=False).status_code == 303


def test_an_unreleased_visit_has_no_report(as_, database, world):
    fill_visit(database, world)

    answer = as_(world.carol).get(f"/results/{world.harbour_visit}/report.pdf")

    assert answer.status_code == 404


def test_another_language_is_refused(as_, world, address):
    assert as_(world.dan).get(address, params={"language": "fr"}).status_code == 422


def test_an_auditors_copy_names_the_shopper_no_more_than_the_branchs(as_, world, address):
    answer = as_(world.carol).get(address)

    inside = pypdf.PdfReader(io.BytesIO(answer.content)).attachments["report.json"][0]
    assert world.alice.code == "S01"
    assert b"S01" not in inside
    assert str(world.alice.id).encode() not in inside
    assert answer.content == as_(world.dan).get(address).content


def test_what_was_drawn_once_is_kept_and_may_be_thrown_away(as_, settings, world, address):
    client = as_(world.dan)

    first = client.get(address)
    [kept] = (settings.data / "reports").iterdir()
    kept_bytes = kept.read_bytes()
    kept.write_bytes(b"%PDF from the shelf")
    second = client.get(address)
    kept.unlink()
    third = client.get(address)

    assert kept_bytes == first.content
    assert second.content == b"%PDF from the shelf"
    assert third.content == first.content


def test_the_second_report_of_a_branch_looks_back_on_the_first(as_, database, world, address):
    later = revisit(database, world, 5, answers={"rules-24/r02": "2"})

    answer = as_(world.dan).get(f"/results/{later}/report.pdf")

    inside = pypdf.PdfReader(io.BytesIO(answer.content)).attachments["report.json"][0]
    report = msgspec.json.decode(inside, type=VisitReport)
    assert [past.current for past in report.history] == [False, True]
    assert [flip.item.key for flip in report.better] == ["rules-24/r02"]
