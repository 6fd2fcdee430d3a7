"""The house rules of CONTRIBUTING.md that a machine can hold."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import msgspec
import pytest

from audit.domain import checklist, source
from audit.paths import folder
from audit.settings import Settings

ROOT = Path(__file__).parents[1]
AUDIT = sorted(path for path in (ROOT / "audit").rglob("*.py") if "migrations" not in path.parts)
DOMAIN = [path for path in AUDIT if path.parent.name == "domain"]
TEMPLATES = sorted(folder("templates").rglob("*.html"))
PAPER = sorted(folder("reports").rglob("*.html"))
STYLES = sorted((folder("static") / "css").glob("*.css"))


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ---- the domain is pure --------------------------------------------------------------

PURE = {
    "bisect", "collections", "collections.abc", "datetime", "decimal", "enum", "fractions",
    "functools", "hashlib", "itertools", "json", "math", "msgspec", "operator", "re", "statistics",
    "string", "tomllib", "typing", "unicodedata", "uuid", "zoneinfo",
}  # fmt: skip
IMPURE_CALLS = {"now", "today", "utcnow", "uuid1", "uuid4", "open", "print", "input", "getenv"}


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.stem)
def test_the_domain_knows_neither_clock_nor_files_nor_chance(path):
    tree = ast.parse(path.read_text())
    modules = [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    modules += [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    calls = [
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]

    assert [m for m in modules if m not in PURE and not m.startswith("audit.domain")] == []
    assert [call for call in calls if call in IMPURE_CALLS] == []


# ---- sizes ---------------------------------------------------------------------------

LONGEST_FUNCTION = 40
LONGEST_MODULE = 300
LONGEST_TEMPLATE = 80
LONGER_FUNCTIONS = {
    "audit/filters.py:filters": "one small function per filter, all over one language and zone",
}
LONGER_MODULES: dict[str, str] = {}


def functions(path: Path) -> list[tuple[str, int]]:
    return [
        (f"{short(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_functions_fit_on_a_screen():
    long = {
        name: lines
        for path in AUDIT
        for name, lines in functions(path)
        if lines > LONGEST_FUNCTION and name not in LONGER_FUNCTIONS
    }

    assert long == {}


def test_modules_are_about_one_thing():
    sizes = {short(path): len(path.read_text().splitlines()) for path in AUDIT}

    assert {
        name: lines
        for name, lines in sizes.items()
        if lines > LONGEST_MODULE and name not in LONGER_MODULES
    } == {}
    assert set(LONGER_MODULES) <= set(sizes), "an exception that is not needed any more"


def test_templates_are_short():
    sizes = {short(path): len(path.read_text().splitlines()) for path in TEMPLATES}

    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_TEMPLATE} == {}


# ---- templates -----------------------------------------------------------------------

TAG = re.compile(r"<[a-zA-Z][^>]*>")
EXPRESSION = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
INLINE = re.compile(r"\s(?:style|on[a-z]+|hx-on[\w:.-]*)\s*=", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_page_has_no_script_or_style_of_its_own(path):
    """The content security policy would refuse them."""
    markup = EXPRESSION.sub("~", path.read_text())

    assert re.findall(r"<style|<script(?![^>]*\ssrc=)", markup) == []
    assert [tag for tag in TAG.findall(markup) if INLINE.search(tag)] == []
    assert "javascript:" not in markup


@pytest.mark.parametrize("path", [*TEMPLATES, *PAPER], ids=short)
def test_a_template_trusts_nothing(path):
    assert not re.search(r"\|\s*safe\b|{%-?\s*autoescape", path.read_text())


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.name.startswith("_")], ids=short
)
def test_a_partial_begins_with_what_it_needs(path):
    assert re.match(r"{# (needs|macros?): ", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_every_form_that_changes_something_carries_the_token(path):
    forms = re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL)
    posting = [form for form in forms if re.search(r'method="post"|hx-post', form)]

    assert [form[:80] for form in posting if 'name="csrf"' not in form] == []


def test_markup_is_made_in_one_place_at_most():
    makers = [short(path) for path in AUDIT if re.search(r"\bMarkup\(", path.read_text())]

    assert len(makers) <= 1, makers


# ---- styles --------------------------------------------------------------------------

DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+)")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|lab|lch|oklch)a?\(")
LENGTH = re.compile(r"\b\d*\.?\d+(?:px|rem|pt|cm)\b")
# How wide a column or a block is belongs to the one thing it is about, in rem.
LAYOUT = re.compile(
    r"grid-.*|columns|flex|flex-basis|(?:.*-)?(?:inline|block|intrinsic)-size|scroll-padding.*"
)
CONDITION = re.compile(r"@(?:media|container)[^{]*")  # these cannot name a token


def allowed(name: str, value: str) -> bool:
    one_pixel = value.strip().removeprefix("-") == "1px"  # what only screen readers read
    return one_pixel or (bool(LAYOUT.fullmatch(name)) and "px" not in value)


@pytest.mark.parametrize(
    "path", [path for path in STYLES if path.name != "tokens.css"], ids=lambda path: path.stem
)
def test_colours_and_sizes_come_from_the_tokens(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

    raw = [
        f"{name}: {value}"
        for name, value in DECLARATION.findall(CONDITION.sub("", text))
        if COLOUR.search(value) or (LENGTH.search(value) and not allowed(name, value))
    ]

    assert raw == []


def test_every_token_that_is_named_exists_and_is_used():
    tokens = (folder("static") / "css" / "tokens.css").read_text()
    made = set(re.findall(r"(--[\w-]+)\s*:", tokens))
    everything = "".join(path.read_text() for path in STYLES)
    local = set(re.findall(r"(--[\w-]+)\s*:", everything))

    named = set(re.findall(r"var\((--[\w-]+)", everything))

    assert named - local == set()
    assert made - named == set()


# ---- documents say what is -----------------------------------------------------------


def test_every_setting_is_in_the_readme_and_no_other():
    table = set(re.findall(r"`(MINGCHA_[A-Z_]+)`", (ROOT / "README.md").read_text()))

    known = {f"MINGCHA_{name.upper()}" for name in Settings.__struct_fields__}
    assert {name for name in table if not name.startswith("MINGCHA_TEST_")} == known


def structs(module: object) -> list[type[msgspec.Struct]]:
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, msgspec.Struct)
    ]


WRITTEN = [
    *(found for found in structs(source) if found.__module__ == source.__name__),
    checklist.CreditBand, checklist.Grade, checklist.Option, checklist.Mark, checklist.Source,
    checklist.ScoreBand, checklist.ScoringRule, checklist.Cap, checklist.Deduct,
    checklist.FrameworkEntry, checklist.FrameworkGroup, checklist.Framework,
    checklist.YesNo, checklist.Graded, checklist.Count, checklist.Seconds, checklist.Choice,
    checklist.Points, checklist.Number,
]  # fmt: skip
FILLED_IN = {"grades"}  # by the reader, from the scale; explained at the scale


@pytest.mark.parametrize("struct", WRITTEN, ids=lambda struct: struct.__name__)
def test_every_key_of_a_checklist_file_is_explained(struct):
    explained = (folder("checklists") / "README.md").read_text()

    missing = [name for name in struct.__struct_fields__ if f"`{name}`" not in explained]

    assert missing == []


def test_every_command_of_dev_is_in_the_readme():
    commands = re.findall(r"^#: (\w+)", (ROOT / "dev").read_text(), re.MULTILINE)
    readme = (ROOT / "README.md").read_text()

    assert [name for name in commands if f"./dev {name}" not in readme] == []


def test_the_tree_in_the_readme_names_every_folder():
    readme = (ROOT / "README.md").read_text()
    folders = {path.split("/")[0] for path in tracked() if "/" in path} | {
        f"audit/{path.split('/')[1]}" for path in tracked() if re.match(r"audit/\w+/", path)
    }

    missing = [
        name
        for name in sorted(folders)
        if not name.startswith(".") and f"{name.split('/')[-1]}/" not in readme
    ]

    assert missing == []


# ---- tests mirror the code -----------------------------------------------------------

TESTED_ELSEWHERE = {
    "audit/web/admin/planning.py": "tests/web/admin/test_assignments.py plans by its pages",
    "audit/web/dependencies.py": "tests/web/test_access.py: who may come in",
    "audit/web/pages.py": "every test of a page; languages in tests/test_translations.py",
    "audit/web/security.py": "tests/web/test_access.py: headers and forged requests",
    "audit/web/admin/words.py": "names for choices; every admin page shows them",
}


def test_every_web_module_has_a_test_module():
    missing = []
    for path in AUDIT:
        if not short(path).startswith("audit/web/") or path.name == "__init__.py":
            continue
        inside = path.relative_to(ROOT / "audit")
        test = ROOT / "tests" / inside.parent / f"test_{path.name}"
        if not test.exists() and short(path) not in TESTED_ELSEWHERE:
            missing.append(short(path))

    assert missing == []


# ---- the project speaks of itself alone ----------------------------------------------


@cache
def tracked() -> tuple[str, ...]:
    found = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip("not a git checkout")
    return tuple(found.stdout.splitlines())


# Written so that this file does not contain what it looks for.
FOREIGN = re.compile(
    r"/Users/\w|/home/\w|"
    r"\bcl[a]ude\b|\banthr[o]pic\b|\bchatg[p]t\b|\bcopil[o]t\b|\blanguage m[o]del\b|"
    r"\bsub-?ag[e]nt|\bfiles\.pythonh[o]sted|\bpyp[i]\.org|\bregistry\.npmj[s]|\bartifact[o]ry\b|"
    r"\bTO[D]O\b|\bFIXM[E]\b|\bXX[X]\b",
    re.IGNORECASE,
)
THEIRS = ("tests/vendor/", "static/vendor/", "reports/fonts/", "LICENSE", "THIRD_PARTY.md")


def test_no_file_speaks_of_anything_but_the_project():
    found = {}
    for name in tracked():
        path = ROOT / name
        if name.startswith(THEIRS) or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        if match := FOREIGN.search(text):
            found[name] = match[0]

    assert found == {}


def test_no_two_layers_call_one_thing_by_vague_names():
    vague = {"utils", "util", "helpers", "common", "services", "managers", "core", "misc"}

    assert [short(path) for path in AUDIT if path.stem in vague] == []
