import io
import zipfile
from decimal import Decimal
from functools import cache
from xml.sax.saxutils import escape

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from audit.domain.book import WHATS
from audit.domain.checklist import Choice, Count, FreeText, Number, YesNo
from audit.languages import translations
from audit.work.exchange import give, take
from tests.books import KNOWN, REAL, SHIPPED, Sheets, changed, workbook

STRAIGHT = str.maketrans("“”‘’", "\"\"''")
EVERY = [pytest.param(one, id=one.id) for one in SHIPPED.values()]
FORMS = [pytest.param(path, id=path.stem) for path in REAL]
RULES = SHIPPED["rules-24"]
TEA = {
    "survey": [
        ("type", "name", "label", "hint", "required", "relevant", "constraint", "appearance"),
        ("start", "began", None, None),
        ("begin group", "Visit", "The visit"),
        ("note", "hello", "Look around first."),
        ("select_one yes_no", "sat_down", "Did you sit down?"),
        ("integer", "minutes", "Minutes waited", "Count from the door", "yes",
         "${sat_down} = 'yes'", ". >= 0 and . <= 90", "thousands-sep"),
        ("select_one tea", "which", "Which tea?", None, None, "${minutes} > 5"),
        ("select_multiple tea", "offered", "What was offered?"),
        ("image", "cup", "A photo of the cup"),
        ("decimal", "price", "Price", None, None, None, ". < 100"),
        ("geopoint", "where", "Where"),
        ("calculate", "sum", None),
        ("text", "words", "After ${minutes} minutes, what was said?"),
        ("end group",),
        ("begin repeat", "guests", "Guests"),
        ("text", "guest", "Who?"),
        ("end repeat",),
    ],
    "choices": [
        ("list_name", "name", "label", "image"),
        ("yes_no", "yes", "Yes"), ("yes_no", "no", "No"),
        ("tea", "Green", "Green tea", "green.png"), ("tea", "black", "Black tea"),
        ("unused", "a", "A"),
    ],
    "settings": [("form_title", "form_id", "version", "style"), ("Tea", "Tea House", "7", "pages")],
    "notes of ours": [("why", "what"), ("because", 3)],
}  # fmt: skip


def said(taken, what=None):
    return [str(one) for one in taken.findings if what in (None, one.what)]


# ---- our own, without loss -----------------------------------------------------------


@pytest.mark.parametrize("form", ["toml", "xlsx"])
@pytest.mark.parametrize("checklist", EVERY)
def test_what_is_shipped_comes_back_as_it_went(checklist, form):
    content = give(checklist, KNOWN.shelf, form)

    taken = take(content, f"any.{form}", KNOWN)

    assert taken.findings == ()
    assert taken.checklist == checklist
    assert taken.checklist.hash == checklist.hash
    assert give(taken.checklist, KNOWN.shelf, "toml") == give(checklist, KNOWN.shelf, "toml")


@pytest.mark.parametrize("checklist", EVERY)
def test_pyxform_accepts_what_we_write(checklist, tmp_path):
    file = tmp_path / "form.xlsx"
    file.write_bytes(give(checklist, KNOWN.shelf, "xlsx"))

    warnings: list[str] = []
    form = convert(file, warnings=warnings).xform

    assert warnings == []
    assert checklist.title.zh in form
    assert [item.key for item in checklist.items if asked(item) not in form] == []


def asked(item):
    """As pyxform writes it: with straight quotation marks."""
    return escape(item.criterion.zh.translate(STRAIGHT))


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufffe\uffff"), min_size=1
).filter(str.strip)
WEIGHT = st.decimals("0.001", "99", places=3) | st.sampled_from(
    [Decimal(3), Decimal("3.0"), Decimal("0.70"), Decimal("1E+1"), Decimal("1E-7")]
)


@given(words=TEXT, weight=WEIGHT)
@settings(max_examples=8, deadline=None, derandomize=True)
def test_any_text_and_any_number_come_back_exactly(words, weight):
    item, *others = RULES.items
    texts = msgspec.structs.replace(item.label, zh=words, en=f"{words}=1")
    other = msgspec.structs.replace(item, label=texts, help=texts, weight=weight)
    section, *rest = RULES.parts[0].sections
    entries = tuple(
        msgspec.structs.replace(entry, weight=weight) if entry.item == item.key else entry
        for entry in section.entries
    )
    part = msgspec.structs.replace(
        RULES.parts[0], sections=(msgspec.structs.replace(section, entries=entries), *rest)
    )
    one = msgspec.structs.replace(RULES, items=(other, *others), parts=(part,))

    for form in ("toml", "xlsx"):
        taken = take(give(one, KNOWN.shelf, form), "any", KNOWN)
        assert (taken.checklist, said(taken)) == (one, [])


# ---- changed in a spreadsheet program ------------------------------------------------


def test_a_weight_and_a_text_changed_in_the_sheet_are_taken_over():
    def change(sheets: Sheets):
        sheets.put("r01", "mc_weight", 2.5)
        sheets.put("r01", "hint::English (en)", "Look again.")

    taken = take(changed(RULES, change), "rules.xlsx", KNOWN)

    assert said(taken) == []
    assert taken.checklist.items[0].weight == Decimal("2.5")
    assert taken.checklist.items[0].help.en == "Look again."


def test_all_that_is_wrong_is_told_at_once_with_its_cell():
    places = {}

    def change(sheets: Sheets):
        places["number"] = sheets.put("r01", "mc_weight", "two")
        places["stage"] = sheets.put("r02", "mc_stage", "nowhere")
        places["coach"] = sheets.put("r03", "mc_coach::English (en)", None)
        places["twice"] = sheets.put("r05", "name", "r04")

    taken = take(changed(RULES, change), "rules.xlsx", KNOWN)

    wrong = {one.place: str(one.words) for one in taken.findings if one.what == "wrong"}
    assert taken.checklist is None
    assert wrong[places["number"]] == "`two` is not a number."
    assert wrong[places["stage"]] == "there is no stage `nowhere`"
    assert wrong[places["twice"]] == "this id is used twice"
    assert "a text is empty in one language" in wrong.values()


def test_columns_and_sheets_of_ones_own_are_written_back():
    def change(sheets: Sheets):
        sheets.put("r01", "our code", "A-17")
        sheets.put("r02", "appearance", "minimal")
        sheets.book.create_sheet("memo").append(["for", "whom"])

    taken = take(changed(RULES, change), "rules.xlsx", KNOWN)
    again = take(give(taken.checklist, KNOWN.shelf, "toml"), "rules.toml", KNOWN).checklist
    back = Sheets(again)

    assert {one.what for one in taken.findings} == {"kept"}
    assert again == taken.checklist != RULES
    assert again.items == RULES.items
    assert (back.get("r01", "our code"), back.get("r02", "appearance")) == ("A-17", "minimal")
    assert [cell.value for cell in back.book["memo"][1]] == ["for", "whom"]


def test_what_belongs_to_another_checklist_stays_and_that_is_said():
    composite = SHIPPED["branch-visit"]

    def change(sheets: Sheets):
        sheets.put("rules-24.r01", "label::English (en)", "Nonsense")

    taken = take(changed(composite, change), "visit.xlsx", KNOWN)

    assert taken.checklist == composite
    assert [(one.what, one.words.values["text"]) for one in taken.findings] == [
        ("left_out", "Nonsense")
    ]


def test_a_relevant_added_in_the_sheet_puts_an_item_behind_its_gate():
    one = next(one for one in SHIPPED.values() if one.gates and len(one.parts) == 1)
    item = next(item for item in one.items if item.key not in one.gates[0].items)
    name = one.gates[0].key.partition("/")[2]

    def change(sheets: Sheets):
        said = f"${{{name}}} != '{one.gates[0].when}'"
        sheets.put(item.key.partition("/")[2], "relevant", said)

    taken = take(changed(one, change), "a.xlsx", KNOWN)

    assert taken.checklist.gates[0].items == (*one.gates[0].items, item.key)


# ---- forms of others -----------------------------------------------------------------


def test_a_form_of_others_becomes_a_checklist():
    taken = take(workbook(TEA), "tea.xlsx", KNOWN)

    made = taken.checklist
    kinds = {item.key.partition("/")[2]: type(item.response) for item in made.items}
    assert (made.id, made.version, made.title.zh) == ("tea_house", "1.0.0", "Tea")
    assert kinds == {
        "minutes": Count, "which": Choice, "offered.green": YesNo, "offered.black": YesNo,
        "cup": FreeText, "price": Number, "words": FreeText, "guest": FreeText,
    }  # fmt: skip
    assert [(gate.key, gate.when, gate.items) for gate in made.gates] == [
        ("tea_house/sat_down", "no", ("tea_house/minutes",))
    ]
    minutes = made.by_key["tea_house/minutes"]
    assert minutes.response.maximum == 90
    assert minutes.help.en == "Look around first.\nCount from the door"
    assert made.by_key["tea_house/cup"].evidence == "photo"
    assert {item.weight for item in made.items} == {Decimal(0)}


def test_nothing_of_it_goes_without_a_word():
    taken = take(workbook(TEA), "tea.xlsx", KNOWN)

    assert said(taken, "wrong") == []
    assert said(taken, "left_out") == [
        "survey!2: What the phone would note by itself (start) is noted in another way here.",
        "survey!11: A place on the map (geopoint) cannot be asked.",
        "survey!12: Nothing is asked here: a calculation (calculate) cannot be kept.",
        "survey!13: An answer cannot stand in another question: its name stands there.",
        "survey!15: A repeat cannot be kept: its questions are asked once.",
        "choices!6: No question that was kept uses the list `unused`.",
    ]
    assert said(taken, "kept") == [
        "survey!E: `required` has no effect here; it is kept and written back.",
        "survey!F: `relevant` has no effect here; it is kept and written back.",
        "survey!G: `constraint` has no effect here; it is kept and written back.",
        "survey!H: `appearance` has no effect here; it is kept and written back.",
        "choices!D: `image` has no effect here; it is kept and written back.",
        "settings!D: `style` has no effect here; it is kept and written back.",
        "notes of ours: This sheet has no effect here; it is kept and written back.",
    ]
    assert len(said(taken, "mapped")) == 10


def test_what_was_kept_of_it_is_written_back():
    made = take(workbook(TEA), "tea.xlsx", KNOWN).checklist

    back = Sheets(made)

    assert back.get("minutes", "appearance") == "thousands-sep"
    assert back.get("minutes", "required") == "yes"
    assert back.get("which", "relevant") == "${minutes} > 5"
    assert back.get("price", "constraint") == ". < 100"
    assert [cell.value for cell in back.book["settings"][2]][-1] == "pages"
    assert [cell.value for cell in back.book["notes of ours"][2]] == ["because", "3"]
    images = [row[-1].value for row in back.book["choices"]]
    assert images[0] == "image"
    assert images.count("green.png") == 1


@pytest.mark.parametrize("path", FORMS)
def test_a_form_others_published_is_read_with_a_report(path, tmp_path):
    chinese = translations("zh").gettext

    taken = take(path.read_bytes(), path.name, KNOWN)

    assert taken.findings
    assert all(one.words.in_(chinese) != one.words.in_(str) for one in taken.findings)
    assert (taken.checklist is None) == bool(said(taken, "wrong"))
    if taken.checklist is not None:
        written = give(taken.checklist, KNOWN.shelf, "xlsx")
        assert take(written, "again.xlsx", KNOWN).checklist == taken.checklist
        (tmp_path / "form.xlsx").write_bytes(written)
        assert convert(tmp_path / "form.xlsx").xform


def test_enough_of_them_become_checklists():
    taken = [take(path.read_bytes(), path.name, KNOWN) for path in REAL]

    assert len(REAL) >= 30
    assert sum(one.checklist is not None for one in taken) >= 25


# ---- what cannot be read -------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "`id` is missing"),
        (b"\xff\xfe\x00", "This is neither an XLSX workbook nor text in UTF-8, as TOML has to be."),
        (b"PK\x03\x04 and no more", "This workbook is damaged and cannot be read."),
        (
            b"\xd0\xcf\x11\xe0 old",
            "This workbook is in the old .xls format or has a password. Save it as .xlsx.",
        ),
        (b"a = = b", "not valid TOML: Invalid value (at line 1, column 5)"),
    ],
)
def test_what_is_no_checklist_at_all_is_told_plainly(content, message):
    taken = take(content, "any", KNOWN)

    assert taken.checklist is None
    assert message in [str(one.words) for one in taken.findings]


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"Sheet1": [("a",)]}, "There is no sheet called `survey`, so this is not an XLSForm."),
        ({"survey": []}, "settings: has neither sections nor parts: there is nothing to ask"),
        (
            {"survey": [("type", "name"), ("begin group", "g"), ("text", "a")]},
            "survey!2: This group is never ended.",
        ),
        (
            {"survey": [("type", "name"), ("text", "a"), ("end group",)]},
            "survey!3: A group ends here that never began.",
        ),
        (
            {"survey": [("type", "name"), ("wibble", "a"), ("text", "b")]},
            "survey!2: The type `wibble` is not known here.",
        ),
        (
            {"survey": [("type", "name", "name"), ("text", "a", "b")]},
            "survey!C1: The heading `name` is there twice; only the first column is read.",
        ),
        (
            {"survey": [("type", "name", "label"), ("text", "a", "=1+1")]},
            "survey!C2: This formula has no value yet, so there is nothing to read.",
        ),
        (
            {
                "survey": [("type", "name"), ("select_one l", "a")],
                "choices": [("list_name", "name"), ("l", "x"), ("l", "x"), ("l", "y")],
            },
            "choices!B3: `x` is in this list twice.",
        ),
    ],
)
def test_what_is_odd_about_a_form_is_told_with_its_place(sheets, message):
    taken = take(workbook(sheets), "odd.xlsx", KNOWN)

    assert message in said(taken)


@pytest.mark.parametrize(
    "said",
    ["(" * 15_000 + "x" + ")" * 15_000, "${" + " " * 30_000, "a" * 32_000, ". >=" + " " * 32_000],
    ids=["brackets", "spaces", "letters", "range"],
)
@pytest.mark.timeout(20)
def test_long_cells_hold_nobody_up(said):
    columns = ("type", "name", "label", "relevant", "constraint", "parameters", "mc_bands")
    rows = [("range", f"q{n}", said, said, said, said, said) for n in range(20)]

    taken = take(workbook({"survey": [columns, *rows]}), "long.xlsx", KNOWN)

    assert taken.findings


# ---- whatever the bytes --------------------------------------------------------------

ROWS = st.lists(
    st.lists(
        st.sampled_from(
            ["type", "name", "label", "begin group", "end group", "select_one a", "text", "${a}",
             "integer", "mc_bands", "mc_as", "gate", "fact", "relevant", "${a} = 'yes'", "yes_no",
             "list_name", "1E999999999", "-0", "_x0041_", "constraint", ". >= 1", "mc_weight",
             "mc_use", "rules-24/r01", "form_id", "mc_format", "1", "begin repeat"]
        )
        | st.none() | st.integers() | st.booleans() | st.text(max_size=5).filter(str.isprintable),
        max_size=8,
    ),
    max_size=12,
)  # fmt: skip


@given(survey=ROWS, choices=ROWS, settings=ROWS, ours=st.booleans())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_any_cells_give_a_checklist_or_say_why_not(survey, choices, settings, ours):
    settings = [("form_id", "mc_format"), ("a", "1")] if ours else settings
    sheets = {"survey": survey, "choices": choices, "settings": settings}

    taken = take(workbook(sheets), "any.xlsx", KNOWN)

    assert (taken.checklist is None) == bool(said(taken, "wrong"))
    assert {one.what for one in taken.findings} <= set(WHATS)


@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_damaged_bytes_give_a_message(data):
    form = data.draw(st.sampled_from(["xlsx", "toml", "inside"]))
    whole = rules("toml" if form == "toml" else "xlsx")
    if form == "inside":
        whole = _damaged_inside(whole, data)
    else:
        whole = _damaged(whole, data)

    taken = take(whole, "any", KNOWN)

    assert taken.checklist is not None or said(taken, "wrong")


@cache
def rules(form) -> bytes:
    """Once, since a workbook has the time in it."""
    return give(RULES, KNOWN.shelf, form)


def _damaged(content: bytes, data) -> bytes:
    spoilt = bytearray(content)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    return bytes(spoilt[: data.draw(st.integers(len(spoilt) // 2, len(spoilt)))])


def _damaged_inside(content: bytes, data) -> bytes:
    """The archive is whole, one of its files is not."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        spoilt = data.draw(st.sampled_from(sorted(old.namelist())))
        for name in old.namelist():
            new.writestr(name, _damaged(old.read(name), data) if name == spoilt else old.read(name))
    return out.getvalue()
