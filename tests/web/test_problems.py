"""What goes wrong on our side says so, and tells nothing about how it is made."""

import pytest
from sqlalchemy import text

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


def test_a_page_that_does_not_exist_says_so_in_the_readers_language(as_, world):
    answer = as_(None).get("/nowhere", headers={"Accept-Language": "zh-CN"})

    assert answer.status_code == 404
    assert "页面或文件不存在。" in answer.text
