from audit.domain.text import Text
from audit.store.branches import get_branch, list_branches


def typed(world, **changes):
    return {
        "code": "H009",
        "name_zh": "新支行",
        "name_en": "New branch",
        "region": str(world.region.id),
        "kind": "securities",
        "city_zh": "海城",
        "city_en": "Bay City",
        **changes,
    }


def test_a_new_branch_is_kept_as_typed(ann, world, database):
    answer = ann.post("/admin/branches", data=typed(world), follow_redirects=False)

    assert answer.status_code == 303
    with database.reading() as session:
        branch = next(one for one in list_branches(session, world.ann) if one.code == "H009")
    assert (
        branch.name,
        branch.kind,
        branch.region,
        branch.city,
        branch.address,
        branch.active,
    ) == (
        Text("新支行", "New branch"),
        "securities",
        world.region,
        Text("海城", "Bay City"),
        Text("", ""),
        True,
    )


def test_a_code_that_is_taken_is_told_at_its_field(ann, world, database, seen):
    page = seen(ann.post("/admin/branches", data=typed(world, code="H001")))

    assert page.status == 422
    assert page.problem("code") == "Another branch already has the code H001."
    assert page.value("name_zh") == "新支行"
    with database.reading() as session:
        assert [one.code for one in list_branches(session, world.ann)] == ["H001", "H002"]


def test_a_branch_needs_a_known_region_and_kind(ann, world, seen):
    page = seen(ann.post("/admin/branches", data=typed(world, region="", kind="shop")))

    assert page.problem("region") == "Please choose one."
    assert page.problem("kind") == "Please choose one."


def test_a_branch_can_be_closed_and_opened_again(ann, world, database):
    where = f"/admin/branches/{world.hill.id}"

    ann.post(where, data=typed(world, code="H002"))
    with database.reading() as session:
        closed = get_branch(session, world.ann, world.hill.id)
    ann.post(where, data=typed(world, code="H002", active="1"))
    with database.reading() as session:
        opened = get_branch(session, world.ann, world.hill.id)

    assert (closed.active, opened.active) == (False, True)


def test_search_finds_by_any_word_in_either_language(ann, world, seen):
    def found(search):
        return seen(ann.get("/admin/branches", params={"search": search})).names()

    assert found("hill") == ["Hill branch"]
    assert found("港口") == ["Harbour branch"]
    assert found("h002 bay") == ["Hill branch"]
    assert found("nowhere") == []


def test_the_list_narrows_to_a_region(ann, world, seen):
    ann.post("/admin/regions", data={"name_zh": "山区", "name_en": "Hills"})

    page = seen(ann.get("/admin/branches", params={"region": str(world.wave)}))

    assert page.names() == []


def test_typed_text_is_never_taken_for_markup(ann, world):
    ann.post("/admin/branches", data=typed(world, name_en='"><script>alert(1)</script>{{7*7}}'))

    page = ann.get("/admin/branches").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
