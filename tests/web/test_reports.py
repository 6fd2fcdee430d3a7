"""A released visit's PDF over HTTP: who gets it, under which name, and from where."""

import io
import re
import subprocess
from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

import msgspec
import pypdf
import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace
from openpyxl import load_workbook

from audit.clock import now
from audit.domain.report import VisitReport
from audit.domain.text import Text
from audit.domain.visit import Mode
from audit.store.branches import save_branch, save_region
from audit.store.people import save_person
from audit.store.programmes import save_programme, save_wave
from tests.web.test_reviews import decide
from tests.world import NOON, fill_visit, release_visit, revisit


@pytest.fixture
def address(database, world):
    """Visit A of the Harbour branch, released."""
    fill_visit(database, world)
    release_visit(database, world, verdict="Steady, with a weak farewell.")
    return f"/results/{world.harbour_visit}/report.pdf"


def text(answer) -> str:
    command = ["pdftotext", "-", "-"]
    done = subprocess.run(
        command, input=answer.content, capture_output=True, check=True
    )  # poppler's
    return re.sub(r"\s+", "", done.stdout.decode())


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


def test_a_regrouped_report_has_a_name_and_an_identifier_of_its_own(as_, world, address):
    client = as_(world.dan)

    whole = client.get(address)
    regrouped = client.get(address, params={"framework": "wants7"})

    papers = [pypdf.PdfReader(io.BytesIO(one.content)) for one in (whole, regrouped)]
    assert papers[0].trailer["/ID"][0] != papers[1].trailer["/ID"][0]
    assert " wants7.pdf" in unquote(regrouped.headers["content-disposition"])
    assert "WhatCustomersWantReading75.0" in text(regrouped)
    assert "WhatCustomersWant" not in text(whole)


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


def test_a_report_drawn_a_year_later_is_the_same_to_the_byte(
    application, as_, settings, database, world
):
    before = replace(settings, contact="quality@example.com")
    application.state.update({"settings": before})
    earlier = revisit(database, world, 1)
    visit = revisit(database, world, 3, answers={"rules-24/r02": "2"}, released=False)
    decide(as_(world.carol), visit, "release", confirmed="1")
    addresses = [f"/results/{one}/report.pdf" for one in (visit, earlier)]
    first, old = (as_(world.dan).get(place) for place in addresses)
    known = {path.name for path in (settings.data / "reports").iterdir()}
    for path in (settings.data / "reports").iterdir():
        path.unlink()

    with database.writing() as session:
        region = replace(world.region, name=Text("新区", "New Bay"))
        save_region(session, region)
        save_branch(
            session,
            replace(world.harbour, name=Text("新名支行", "Renamed branch"), code="H009"),
        )
        save_programme(session, UUID(int=20), Text("新项目", "Renamed programme"))
        save_wave(
            session,
            world.wave,
            UUID(int=20),
            Text("新批次", "Renamed wave"),
            NOON.date(),
            NOON.date(),
            world.checklist.hash,
            Text("", ""),
        )
        save_person(session, replace(world.carol, name="Carol Later"))
    application.state.update({"settings": replace(settings, contact="later@example.com")})
    between = revisit(database, world, 2, released=False)  # made before it, released after
    release_visit(database, world, visit=between, at=now())
    a_network(database, world)

    again, old_again = (as_(world.dan).get(place) for place in addresses)
    assert b"Renamed" in as_(world.dan).get(f"/branches/{world.harbour.id}").content
    assert "quality@example.com" in text(first)
    assert (again.content, old_again.content) == (first.content, old.content)
    assert {path.name for path in (settings.data / "reports").iterdir()} == known


def a_network(database, world):
    """Ten branches visited twice: from now on scatter is known."""
    for number in range(9):
        branch = replace(world.hill, id=UUID(int=500 + number), code=f"N{number}")
        with database.writing() as session:
            save_branch(session, branch)
        for day in (4, 5):
            revisit(database, world, day, branch=branch, answers={"rules-24/r02": str(day - 4)})


def everything(answer) -> str:
    """All a file says, attachments and cells with it."""
    kind = answer.headers["content-type"]
    if "pdf" in kind:
        reader = pypdf.PdfReader(io.BytesIO(answer.content))
        inside = b"".join(one for files in reader.attachments.values() for one in files)
        pages = " ".join(page.extract_text() for page in reader.pages)
        return f"{pages} {inside.decode()} {reader.metadata}"
    if "spreadsheet" in kind:
        book = load_workbook(io.BytesIO(answer.content))
        return str([cell.value for page in book for row in page for cell in row])
    return str(answer.text)


def observed(database, world, number: int, mode: Mode) -> UUID:
    """In at 12:47:13, out at 13:05:43."""
    visit = revisit(database, world, number, released=False, mode=mode, late=LATE)
    release_visit(database, world, visit=visit, at=NOON + timedelta(days=number + 1))
    return visit


LATE = timedelta(minutes=47, seconds=13)
MINUTES = ("12:47", "13:05", "04:47", "05:05")


def test_no_branch_learns_the_minute_of_a_disguised_visit(as_, database, world):
    first, second = (observed(database, world, number, "disguised") for number in (1, 2))
    branch, both = f"/branches/{world.harbour.id}", f"?visit={first}&visit={second}"
    places = [
        f"/results/{second}",
        f"/results/{second}/what-if?item=rules-24/r02&value=2",
        f"/results/{second}/report.pdf?language=zh",
        f"/results/{second}/report.pdf?language=en",
        branch,
        f"{branch}/comparison{both}",
        f"{branch}/comparison.pdf{both}",
        f"{branch}/changes?before={first}&after={second}",
        f"{branch}/scores.csv",
        f"{branch}/scores.csv?rows=items",
        f"{branch}/scores.xlsx",
    ]

    found = {place: everything(as_(world.dan).get(place)) for place in places}
    auditors = as_(world.carol).get(f"/reviews/{second}").text

    assert [minute in auditors for minute in MINUTES[:2]] == [True, True]  # it could leak
    assert min(len(said) for said in found.values()) > 1000
    assert {
        place: minute for place, said in found.items() for minute in MINUTES if minute in said
    } == {}
    assert "about 12:30 – 13:00" in found[places[3]]
    assert "约 12:30 – 13:00" in found[places[2]]
    assert "the half hour before" in " ".join(found[places[3]].split())


def test_an_open_visit_has_its_exact_times(as_, database, world):
    visit = observed(database, world, 1, "open")

    said = everything(as_(world.dan).get(f"/results/{visit}/report.pdf?language=en"))

    assert "12:47 – 13:05" in said
    assert "about" not in said.split("Kind of visit")[0].split("In and out")[1]
    assert '"came_in":"2026-11-21T04:47:13Z"' in said
    assert "half hour before" not in said


# ---- limits --------------------------------------------------------------------------


@pytest.fixture
def hasty(application):
    """The worker is ended and a new one has no time at all."""
    [desk] = application.state.drawing.desks
    desk.leave()
    usual, desk.seconds = desk.seconds, 0
    yield desk
    desk.seconds = usual


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "This did not work just now", "took more than 0 seconds and was stopped"),
        ("zh", "暂时无法完成", "生成此 PDF 超过了 0 秒，已经停止。其中的内容都能在网页上看到。"),
    ],
)
def test_a_report_that_takes_too_long_is_a_page_in_the_readers_language(
    as_, world, address, hasty, language, title, words
):
    client = as_(world.dan)
    client.cookies.set("language", language)

    answer = client.get(address)

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert page.h1.get_text() == title
    assert words in page.main.get_text()
    assert hasty.pid() is None

    hasty.seconds = 60
    assert client.get(address).headers["content-type"] == "application/pdf"


def test_another_time_zone_is_another_file(as_, settings, world, address, application):
    client = as_(world.dan)
    client.get(address)

    application.state.settings = msgspec.structs.replace(settings, timezone="America/Lima")
    client.get(address)

    assert len(list((settings.data / "reports").iterdir())) == 2
