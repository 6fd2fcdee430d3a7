from audit.domain.text import Text
from audit.store.branches import list_regions


def test_a_new_region_is_kept_in_both_languages(ann, database, world):
    answer = ann.post(
        "/admin/regions", data={"name_zh": "山区", "name_en": "Hills"}, follow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/regions?saved=1")
    with database.reading() as session:
        names = [region.name for region in list_regions(session)]
    assert sorted(names, key=lambda name: name.en) == [world.region.name, Text("山区", "Hills")]


def test_a_region_without_a_name_is_drawn_again_with_what_was_typed(ann, database, seen):
    page = seen(ann.post("/admin/regions", data={"name_zh": "山区", "name_en": " "}))

    assert page.status == 422
    assert page.value("name_zh") == "山区"
    assert page.problem("name_en") == "Please fill this in."
    assert page.problem("name_zh") is None


def test_two_regions_cannot_have_one_name(ann, world, seen):
    page = seen(ann.post("/admin/regions", data={"name_zh": "新", "name_en": "bay"}))

    assert page.problem("name_en") == "Another region already has this name."


def test_a_region_can_be_renamed(ann, world, database):
    ann.post(f"/admin/regions/{world.region.id}", data={"name_zh": "海湾区", "name_en": "Bay"})

    with database.reading() as session:
        assert [region.name.zh for region in list_regions(session)] == ["海湾区"]


def test_a_region_with_branches_stays(ann, world, database):
    answer = ann.post(f"/admin/regions/{world.region.id}/removal", follow_redirects=False)

    assert answer.status_code == 409
    with database.reading() as session:
        assert list_regions(session) == [world.region]


def test_an_empty_region_can_be_removed(ann, world, database):
    ann.post("/admin/regions", data={"name_zh": "空", "name_en": "Empty"})
    with database.reading() as session:
        empty = next(one for one in list_regions(session) if one.name.en == "Empty")

    ann.post(f"/admin/regions/{empty.id}/removal")

    with database.reading() as session:
        assert list_regions(session) == [world.region]
