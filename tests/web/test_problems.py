"""What goes wrong on our side says so, and tells nothing about how it is made."""

import pytest
from bs4 import BeautifulSoup
from litestar.testing import TestClient
from sqlalchemy import text

from audit.app import create_app
from audit.domain.text import Text
from audit.store.branches import list_regions
from tests import world as known

INSIDE = ("Traceback", "sqlalchemy", "sqlite", "SELECT", "no such table", ".py", "audit/")


def break_table(database, table):
    with database.writing() as session:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text(f"ALTER TABLE {table} RENAME TO gone"))


@pytest.mark.parametrize("table", ["visit", "session"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_failure_is_a_page_with_a_reference_and_nothing_else(
    as_, world, database, caplog, table, htmx
):
    client = as_(world.alice)
    break_table(database, table)

    answer = client.get("/assignments", headers={"HX-Request": "true"} if htmx else {})

    reference = caplog.records[-1].getMessage().split()[1]
    assert answer.status_code == 500
    assert f"Reference: {reference}" in answer.text
    assert [word for word in INSIDE if word.lower() in answer.text.lower()] == []
    assert ("<html" in answer.text) is not htmx
    assert answer.headers["cache-control"] == "no-store"


def test_a_failure_for_htmx_leaves_the_page_and_what_was_typed(as_, world, database):
    client = as_(world.alice)
    break_table(database, "visit")

    answer = client.get("/assignments", headers={"HX-Request": "true"})

    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#problem", "innerHTML")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"{", "application/json"),
        (b"a=" + b"x" * 11_000_000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_words(as_, world, content, kind):
    answer = as_(world.ann).post("/admin/regions", content=content, headers={"Content-Type": kind})

    assert answer.status_code in (400, 403, 413, 422)
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text


def part(content, *heads):
    """A region as a multipart form, whose English name is sent like this."""
    lines = [b"--x", b'Content-Disposition: form-data; name="name_en"', *heads, b"", content]
    return b"\r\n".join([*lines, b"--x--", b""])


@pytest.mark.parametrize(
    "content",
    [
        part(b"\xff\xfe"),
        part(b"a", b"Content-Type: text/plain; charset=bogus"),
        part(b"a", b"Content-Type: text/plain; charset=hex"),
        part(b"xn--", b"Content-Type: text/plain; charset=idna"),
    ],
)
@pytest.mark.parametrize("token_in_a_header", [True, False])
def test_a_text_in_an_unknown_alphabet_is_refused_in_words(as_, world, content, token_in_a_header):
    client = as_(world.ann)
    if not token_in_a_header:
        del client.headers["X-CSRF-Token"]

    answer = client.post(
        "/admin/regions",
        content=content,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    assert answer.status_code == 422
    assert "This form is not text in UTF-8." in answer.text


ODD = [
    {"content": "csrf=\u00e9&login=alice".encode()},
    {"data": {"csrf": "\u00e9", "login": "alice"}},
    {"data": {}, "headers": {"X-CSRF-Token": b"\xe9"}},
    {"data": {}, "headers": {"Origin": "http://[", "X-CSRF-Token": "a"}},
]


@pytest.mark.parametrize("sent", ODD)
def test_a_token_or_origin_that_is_none_is_refused_like_any_other(as_, world, sent):
    client = as_(None)
    client.get("/sign-in")
    if "Origin" not in sent.get("headers", {}):
        client.headers["Sec-Fetch-Site"] = "same-origin"
    client.headers["Content-Type"] = "application/x-www-form-urlencoded"

    answer = client.post("/sign-in", **sent)

    assert answer.status_code == 403
    assert "This page is out of date." in answer.text


def test_an_address_cannot_forge_a_line_of_the_log(as_, world, database, caplog):
    client = as_(world.ann)
    break_table(database, "checklist")

    client.get("/admin/checklists/a%0A2026-11-22 ERROR forged")

    assert len(caplog.records[-1].getMessage().splitlines()) == 1


# ---- characters nobody can read ------------------------------------------------------


def test_control_characters_are_left_out_and_line_breaks_stay(as_, world, database):
    as_(world.ann).post("/admin/regions", data={"name_zh": "a\0b\x1b\x9fc", "name_en": "d\te\nf"})

    with database.reading() as session:
        names = [region.name for region in list_regions(session)]
    assert Text("abc", "d\te\nf") in names


def test_half_a_character_is_left_out(as_, world, database):
    odd = b"Content-Type: text/plain; charset=unicode_escape"
    body = part(b"a\\ud800b\\u0000", odd).replace(b"--x--", b"")
    zh = b'--x\r\nContent-Disposition: form-data; name="name_zh"\r\n\r\nc\r\n--x--\r\n'

    as_(world.ann).post(
        "/admin/regions",
        content=body + zh,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    with database.reading() as session:
        assert Text("c", "ab") in [region.name for region in list_regions(session)]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/checklists/%00",
        "/admin/checklists/a%00b",
        "/admin/checklists/%1b",
        "/admin/people?search=a%00",
        "/admin/people?%00=a",
    ],
)
def test_an_address_with_control_characters_leads_nowhere(as_, world, path):
    answer = as_(world.ann).get(path)

    assert answer.status_code == 404
    assert "There is no such page." in answer.text


def test_a_sign_in_named_with_control_characters_does_not_exist(as_, world):
    assert as_(world.ann).post("/account/sign-ins/%00/closure").status_code == 404


def test_no_database_is_asked_about_a_login_with_control_characters(
    either_database, place, settings
):
    client = TestClient(create_app(settings, either_database))
    page = client.get("/sign-in")
    token = page.text.split('name="csrf" value="')[1].split('"')[0]

    answer = client.post(
        "/sign-in",
        data={"login": f"{place.ann.login}\0", "password": f"{known.PASSWORD}\0", "csrf": token},
        headers={"Sec-Fetch-Site": "same-origin", "User-Agent": "a\0phone"},
        follow_redirects=False,
    )

    assert answer.status_code == 303


def test_a_page_that_does_not_exist_says_so_in_the_readers_language(as_, world):
    answer = as_(None).get("/nowhere", headers={"Accept-Language": "zh-CN"})

    assert answer.status_code == 404
    assert "页面或文件不存在。" in answer.text


def test_on_a_problems_page_language_and_sign_out_still_work(as_, world):
    client = as_(world.alice)
    page = client.get("/nowhere").text

    token = page.split('name="csrf" value="')[1].split('"')[0]

    assert token == client.headers["X-CSRF-Token"]


def page_of(world, *, at="http://testserver.local"):
    return {"Referer": f"{at}/reviews/{world.harbour_visit}?sort=age"}


def soup_of(answer):
    return BeautifulSoup(answer.text, "html.parser")


def test_what_was_written_in_a_refused_form_is_shown_with_the_way_back(as_, world):
    answer = as_(world.carol).post(
        f"/reviews/{world.harbour_visit}/return",
        data={"reason": "等候太久", "note": "one", "password": "two words"},
        headers=page_of(world),
    )

    page = soup_of(answer)
    assert answer.status_code == 409
    assert [one.text.strip() for one in page.find_all("textarea")] == ["等候太久"]
    back = page.find("a", string="Back to the page")
    assert back["href"] == f"/reviews/{world.harbour_visit}?sort=age"


def test_whoever_is_no_longer_signed_in_is_told_and_keeps_what_was_written(as_, world):
    client = as_(world.carol)
    client.cookies.clear()
    del client.headers["X-CSRF-Token"]

    answer = client.post(
        f"/reviews/{world.harbour_visit}/return",
        data={"csrf": "0" * 64, "reason": "Which fee was named?"},
        headers=page_of(world),
    )

    page = soup_of(answer)
    assert answer.status_code == 401
    assert page.find("textarea").text.strip() == "Which fee was named?"
    way = page.find("a", class_="button--main")["href"]
    assert way == f"/sign-in?next=/reviews/{world.harbour_visit}%3Fsort%3Dage"


@pytest.mark.parametrize("at", ["https://other.example", "http://[", "http://testserver.local:x"])
def test_the_way_back_leads_to_no_other_site(as_, world, at):
    answer = as_(world.carol).post(
        f"/reviews/{world.harbour_visit}/return",
        data={"reason": "x"},
        headers=page_of(world, at=at),
    )

    assert answer.status_code == 409
    assert soup_of(answer).find("a", string="Back to the page") is None
