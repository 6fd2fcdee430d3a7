from uuid import UUID

import pytest

from audit.store.checklists import list_published
from audit.store.drafts import get_draft
from audit.work.exchange import give, take
from tests.books import KNOWN, REAL, Sheets, changed, workbook

PATH = "/admin/checklists/import"


@pytest.fixture
def rules(world, database):
    with database.reading() as session:
        return next(
            one.checklist for one in list_published(session) if one.checklist.id == "rules-24"
        )


def versions(database):
    with database.reading() as session:
        return {(one.checklist.id, one.checklist.version) for one in list_published(session)}


def upload(client, content, name="form.xlsx", **headers):
    files = {"file": (name, content, "application/octet-stream")}
    return client.post(PATH, files=files, headers=headers)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("toml", "application/toml"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_version_is_downloaded_and_read_again_as_it_was(ann, world, form, kind):
    answer = ann.get(f"/admin/checklists/{world.checklist.hash}/checklist.{form}")

    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="{world.checklist.id}-{world.checklist.version}.{form}"'
    )
    assert take(answer.content, "a", KNOWN).checklist == world.checklist


def test_a_version_that_is_not_there_has_no_file(ann):
    assert ann.get("/admin/checklists/none/checklist.toml").status_code == 404


def test_a_file_is_looked_at_before_anything_is_kept(as_, world, rules, database, seen):
    before = versions(database)
    form = changed(rules, newer)

    page = seen(upload(as_(world.carol), form))

    assert page.status == 200
    assert page.notice() == (
        f"It can be read: {rules.title.en} 1.1.0, {len(rules.items)} questions. "
        "It has not been kept yet."
    )
    assert [what for _, what in page.rows()] == [
        "`our code` has no effect here; it is kept and written back."
    ]
    assert page.soup.find("form", action="/admin/checklists") is None, "an auditor's is a draft"
    assert versions(database) == before


def newer(sheets: Sheets):
    head = sheets.head("settings")
    sheets.book["settings"].cell(2, head.index("version") + 1).value = "1.1.0"
    sheets.put("r01", "our code", "A-17")


def test_what_was_looked_at_is_published_with_one_button(ann, rules, database, seen):
    page = seen(upload(ann, changed(rules, newer)))
    form = page.soup.find("form", action="/admin/checklists")
    fields = {one["name"]: one.get("value") or one.get_text() for one in form.select("[name]")}

    answer = ann.post(form["action"], data=fields, follow_redirects=False)

    with database.reading() as session:
        made = {one.checklist.version: one.checklist for one in list_published(session)
                if one.checklist.id == "rules-24"}  # fmt: skip
    assert answer.status_code == 303
    assert made["1.1.0"].items == rules.items
    assert [page.sheet for page in made["1.1.0"].extras] == ["survey"]


def test_what_is_published_already_is_said_to_be(ann, rules, seen):
    form = seen(upload(ann, changed(rules, newer))).soup.find("form", action="/admin/checklists")
    fields = {one["name"]: one.get("value") or one.get_text() for one in form.select("[name]")}

    ann.post("/admin/checklists", data=fields)
    again = seen(ann.post("/admin/checklists", data=fields))

    assert (again.status, again.problem("file")) == (422, "This very content is published already.")


def sent_on(client, page):
    form = page.soup.find("form", action="/drafts")
    fields = {one["name"]: one.get("value") or one.get_text() for one in form.select("[name]")}
    return client.post("/drafts", data=fields, follow_redirects=False).headers["location"]


def test_a_file_becomes_a_draft_with_all_that_was_read_of_it(as_, world, rules, database, seen):
    carol = as_(world.carol)

    address = sent_on(carol, seen(upload(carol, changed(rules, newer))))

    with database.reading() as session:
        draft = get_draft(session, UUID(address.rpartition("/")[2]))
    assert (draft.tables["id"], draft.tables["version"]) == ("rules-24", "1.1.0")
    assert carol.get(address).status_code == 200


def test_whatever_others_wrote_can_be_put_right_as_a_draft(as_, world, seen):
    carol = as_(world.carol)
    drafts = {}

    for path in REAL:
        page = seen(upload(carol, path.read_bytes(), path.name))
        if page.soup.find("form", action="/drafts"):
            address = sent_on(carol, page)
            for part in ("", "/sections/1", "/sections/1/items/1", "/preview", "/publication"):
                drafts[path.stem, part] = carol.get(address + part).status_code

    assert len(drafts) > 100
    pages = {status for (_, part), status in drafts.items() if "/sections" not in part}
    assert pages == {200}
    assert set(drafts.values()) == {200, 404}, "some have no section"


def test_what_is_wrong_is_told_with_its_cell_in_the_pages_language(ann, rules, seen):
    def change(sheets: Sheets):
        sheets.put("r01", "mc_weight", "two")
        sheets.put("r02", "mc_stage", "nowhere")

    answer = upload(ann, changed(rules, change), **{"Accept-Language": "zh-CN"})
    page = seen(answer)

    assert page.status == 422
    assert page.soup.select_one('[role="alert"].notice').get_text(strip=True) == (
        "文件有 2 处需要改正，未保存任何内容。"
    )
    assert sorted(what for _, what in page.rows()) == ["“two”不是数字。", "没有“nowhere”这个环节"]
    assert all(place.startswith("survey!") for place, _ in page.rows())
    assert page.soup.find("form", action="/admin/checklists") is None


def test_a_form_of_others_comes_with_its_report(ann, seen):
    tutorial = next(path for path in REAL if path.stem == "tutorial")

    page = seen(upload(ann, tutorial.read_bytes(), tutorial.name))

    heads = [one.get_text(" ", strip=True) for one in page.soup.select("summary")]
    assert page.status == 200
    assert heads[:3] == ["Left out 1 remark", "Became something else 5 remarks",
                         "Kept without effect 4 remarks"]  # fmt: skip


def test_a_toml_file_is_told_what_is_wrong_with_section_and_item(ann, rules, seen):
    raw = give(rules, KNOWN.shelf, "toml").decode().replace('stage = "arrival"', 'stage = "x"', 1)

    page = seen(upload(ann, raw.encode(), "rules.toml"))

    assert page.status == 422
    assert page.rows() == [["image · r01", "there is no stage `x`"]]


def test_nothing_and_too_much_are_refused(ann, seen):
    nothing = seen(ann.post(PATH))
    empty = seen(upload(ann, b"", "form.toml"))
    large = seen(upload(ann, b"PK" + b"\0" * 5_000_000))
    odd = seen(upload(ann, b"\xff\xd8\xff\xe0", "photo.jpg"))

    assert nothing.problem("file") == "Choose a file."
    assert empty.problem("file") == "This file is empty."
    assert large.problem("file") == "A file may have at most 5 MB."
    assert odd.rows() == [
        ["—", "This is neither an XLSX workbook nor text in UTF-8, as TOML has to be."]
    ]


def test_words_of_a_file_are_never_markup(ann, seen):
    bad = "<script>alert(1)</script>"
    form = workbook({"survey": [("type", "name", "label", bad), ("text", "a", bad, bad)]})

    page = upload(ann, form)

    assert bad not in page.text
    assert "&lt;script&gt;" in page.text
