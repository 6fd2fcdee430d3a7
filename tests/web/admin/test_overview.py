def test_the_overview_counts_what_there_is(ann, world, seen):
    ann.post(f"/admin/assignments/{world.hill_visit}/cancellation")
    page = seen(ann.get("/admin"))

    counts = {
        one.dt.get_text(strip=True): one.dd.get_text(strip=True)
        for one in page.soup.select(".admin-counts__one")
    }
    assert counts == {
        "Regions": "1",
        "Branches": "2",
        "Shoppers": "2",
        "Auditors": "1",
        "Branch managers": "2",
        "Checklists": str(len(ann.get("/admin/checklists").text.split('scope="row"')) - 1),
        "Waves": "1",
        "Visits": str(len(seen(ann.get("/admin/assignments")).names())),
    }


def test_a_wave_is_told_by_the_states_of_its_visits(ann, world, seen):
    ann.post(f"/admin/assignments/{world.hill_visit}/cancellation")

    (row,) = seen(ann.get("/admin")).rows()

    assert row == ["First wave Service check", "2026-11-30", "1", "0", "0", "0", "0", "1"]


def test_what_is_missing_is_named_and_what_is_there_is_not_asked_for_again(ann, world, seen):
    complete = seen(ann.get("/admin"))
    for visit in (world.harbour_visit, world.hill_visit):
        ann.post(f"/admin/assignments/{visit}/cancellation")
    lacking = seen(ann.get("/admin"))

    assert complete.soup.select(".admin-steps") == []
    assert [step["href"] for step in lacking.soup.select(".admin-steps a")] == [
        "/admin/assignments"
    ]
