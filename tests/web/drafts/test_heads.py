from tests.domain.writing import BOTH, whole


def test_the_title_is_saved_and_what_is_missing_stays_told(carol):
    carol.begin(begin="blank", name="tea")

    page = carol.send("/head", title__zh="茶馆")

    assert carol.tables["title"] == {"zh": "茶馆", "en": ""}
    assert page.told("title.en") == "needs both Chinese and English"


def test_a_mistake_in_the_scoring_is_told_beside_its_row(carol):
    carol.begin(begin="blank", name="tea")

    page = carol.send("/head", scoring__bands__1__minimum="80.55")

    assert page.told("scoring.bands.1").startswith("points are between 0 and 100")
    assert "Kind" not in carol.see().soup.select_one("#troubles").get_text()


def test_what_a_critical_item_takes_is_told_beside_its_field_though_the_file_calls_it_else(carol):
    carol.begin(begin="blank", name="tea")

    page = carol.send("/head", scoring__critical__effect="deduct", scoring__critical__points="x")

    assert carol.tables["scoring"]["critical"] == {"effect": "deduct", "points": "x"}
    assert page.told("scoring.critical") == "a number is needed here"


def test_typing_saves_and_answers_with_what_is_wrong(carol):
    carol.begin(begin="blank", name="tea")

    swap = carol.send("/head", swap=True, version="one")

    assert carol.tables["version"] == "one"
    assert swap.told("version") == "the version must look like 1.0.0"
    assert swap.soup.find("form") is None


def test_under_another_identifier_the_questions_still_set_the_same_aside(begun):
    gate = {"id": "g", "question": BOTH, "when": "no", "items": ["tea/i1"], "stage": "arrival"}
    editor = begun({**whole("arrival"), "gates": [gate]})

    page = editor.send("/head", id="coffee")

    assert editor.tables["gates"][0]["items"] == ["coffee/i1"]
    assert "Nothing to put right" in page.text()
