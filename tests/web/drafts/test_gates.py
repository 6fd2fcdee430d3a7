def test_a_question_sets_items_aside(carol, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")
    there = len(carol.tables["gates"])
    carol.send("/gates", "/gates")
    where = f"/gates/{there + 1}"
    shown = carol.send(
        where, question__zh="取号了吗？", question__en="Took a ticket?", group="rules-24"
    )
    keys = [one["value"] for one in shown.soup.select('input[name="items"]')]

    page = carol.send(where, on=shown, items=keys[:2])

    assert carol.tables["gates"][there]["items"] == keys[:2]
    assert "Nothing to put right" in page.text()
    assert carol.see("/gates").listed()[-1] == "Took a ticket?"


def test_a_question_that_sets_nothing_aside_is_told_of_and_can_be_published(carol, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")
    idle = f"/gates/{len(carol.tables['gates']) + 1}"
    carol.send("/gates", "/gates")
    carol.send(idle, question__zh="取号了吗？", question__en="Took a ticket?")

    told = [carol.see(page).soup.select_one(".notice") for page in (idle, "/publication")]
    busy = carol.see("/gates/1").soup.select_one(".notice")
    page = carol.send("/publication", note="With an idle question")

    assert [one.get_text().split(".")[0].split(":")[0] for one in told] == [
        "This question sets nothing aside yet", "“Took a ticket?” sets nothing aside",
    ]  # fmt: skip
    assert busy is None
    assert page.url.startswith("/checklists/")


def test_questions_change_places(carol, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")
    before = [gate["id"] for gate in carol.tables["gates"]]

    carol.send("/gates", "/gates/places", step="1.down")
    carol.send("/gates", "/gates/places", step="1.remove")

    assert [gate["id"] for gate in carol.tables["gates"]] == [before[0], *before[2:]]


def test_who_comes_later_keeps_what_was_typed(carol, ann, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")
    before = carol.see("/gates/1")
    ann.at(carol.root).send("/gates/1", when="yes")

    late = carol.send("/gates/1", on=before, question__en="Mine?")

    assert (late.status, late.form("/gates/1")["question.en"]) == (409, ["Mine?"])
    assert carol.tables["gates"][0]["when"] == "yes"


def test_what_is_left_out_of_a_part_cannot_be_set_aside(carol, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")
    offered = carol.see("/parts/1").form("/parts/1")["offered"]
    carol.send("/parts/1", items=offered[1:])

    shown = carol.send("/gates/1", group="rules-24", items=[])

    named = {one["value"] for one in shown.soup.select('input[name="items"]')}
    assert offered[0] not in named
    assert named >= set(offered[1:])


def test_gates_that_somebody_else_moved_are_neither_moved_nor_added_to(carol, ann, world):
    carol.begin(begin=world.checklist.hash, own="1", name="ours")
    before = carol.see("/gates")
    ann.at(carol.root).send("/gates", "/gates/places", step="1.down")
    kept = carol.tables["gates"]

    late = [
        carol.send("/gates", "/gates", on=before).status,
        carol.send("/gates", "/gates/places", on=before, step="1.remove").status,
    ]

    assert (late, carol.tables["gates"]) == ([409, 409], kept)
