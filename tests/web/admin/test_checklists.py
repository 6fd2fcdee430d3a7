from sqlalchemy import text

from audit.paths import folder
from audit.store.checklists import list_published
from audit.store.database import Database

RAW = (folder("checklists") / "rules-24/1.0.0.toml").read_text(encoding="utf-8")
NEXT = RAW.replace('version = "1.0.0"', 'version = "1.1.0"', 1)


def published(database: Database):
    with database.reading() as session:
        return {(one.checklist.id, one.checklist.version): one for one in list_published(session)}


def test_what_was_looked_at_is_published(ann, database):
    answer = ann.post("/admin/checklists", data={"content": NEXT}, follow_redirects=False)

    new = published(database)["rules-24", "1.1.0"].checklist
    assert answer.headers["location"] == f"/admin/checklists/{new.hash}?saved=1"


def test_what_is_wrong_with_it_is_told_and_nothing_is_published(ann, database, seen):
    wrong = NEXT.replace('stage = "', 'stage = "nowhere-', 1).replace("weight = 2", "weigth = 2", 1)
    before = published(database)

    page = seen(ann.post("/admin/checklists", data={"content": wrong}))

    assert page.status == 422
    assert page.rows() == [
        ["image", "unknown key `weigth`"],
        ["image · r01", "there is no stage `nowhere-arrival`"],
    ]
    assert published(database) == before


def test_troubles_are_told_in_the_pages_language(ann, world, seen):
    wrong = (
        NEXT.replace('stage = "', 'stage = "nowhere-', 1)
        .replace("weight = 2", "weigth = 2", 1)
        .replace("minimum = 90", "minimum = true", 1)
    )
    chinese = {"Accept-Language": "zh-CN"}

    told = seen(ann.post("/admin/checklists", data={"content": wrong}, headers=chinese))
    unread = seen(ann.post("/admin/checklists", data={"content": "id ="}, headers=chinese))

    assert told.rows() == [
        ["—", "字段“scoring.bands[0].minimum”应为数字，现为是或否（true 或 false）"],
        ["image", "没有“weigth”这个字段，请核对拼写"],
        ["image · r01", "没有“nowhere-arrival”这个环节"],
    ]
    assert told.soup.select('td[lang="en"]') == []
    assert unread.rows() == [
        ["—", "文件不符合 TOML 格式，问题在文件末尾（解析器提示：Invalid value）"]
    ]


def test_a_published_version_cannot_be_published_with_other_content(ann, world, database, seen):
    other = RAW.replace('zh = "', 'zh = "改', 1)
    before = published(database)

    page = seen(ann.post("/admin/checklists", data={"content": other}))

    assert page.status == 422
    assert page.problem("file") == (
        "rules-24 1.0.0 is already published with other content. Give it a new version."
    )
    assert published(database) == before


def test_nothing_is_refused(ann, database):
    before = published(database)

    answers = [ann.post("/admin/checklists", data={"content": raw}) for raw in ("", " ")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert published(database) == before


def test_the_list_says_how_often_a_version_was_used(ann, world, seen):
    ann.post(f"/admin/assignments/{world.hill_visit}/cancellation")

    rows = {row[1]: row for row in seen(ann.get("/admin/checklists")).rows()}

    assert rows["branch-visit 1.0.0"][2] == str(len(world.checklist.items))
    assert rows["branch-visit 1.0.0"][-1] == "1"
    assert rows["rules-24 1.0.0"][-1] == "0"


def test_a_drill_is_marked_as_one_wherever_checklists_are_chosen(ann, seen):
    wave = "/admin/programmes/00000000-0000-0000-0000-000000000014/waves/new"

    rows = seen(ann.get("/admin/checklists")).names()
    options = [one.get_text() for one in seen(ann.get(wave)).soup.select("#checklist option")]

    name = "Incidents and Crisis Handling"
    assert [row for row in rows if row.endswith("Drill")] == [f"{name} Drill"]
    assert [one for one in options if one.endswith("Drill")] == [f"{name} 1.0.0 · Drill"]


def test_a_version_can_be_read_item_by_item_in_the_pages_language(ann, world):
    english = ann.get(f"/admin/checklists/{world.checklist.hash}").text
    chinese = ann.get(
        f"/admin/checklists/{world.checklist.hash}", headers={"Accept-Language": "zh-CN"}
    ).text

    for item in world.checklist.items:
        assert item.key in english
    first = world.checklist.items[0]
    assert first.label.zh in chinese
    assert world.checklist.title.zh not in english


def test_the_shipped_checklists_can_be_published_with_one_button(as_, world, database, seen):
    with database.writing() as session:
        for table in ("visit", "wave", "checklist"):
            session.execute(text(f"DELETE FROM {table}"))
    ann = as_(world.ann)

    before = seen(ann.get("/admin/checklists"))
    after = seen(ann.post("/admin/checklists/shipped"))

    assert before.names() == []
    assert before.soup.find("form", action="/admin/checklists/shipped") is not None
    assert len(after.names()) == len(published(database)) > 0
    assert after.soup.find("form", action="/admin/checklists/shipped") is None
