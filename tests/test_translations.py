"""Every word people read exists in both languages; nothing is translated twice or in vain."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from audit.languages import FOLDER
from audit.paths import folder

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted(
    path for name in ("templates", "reports") for path in folder(name).rglob("*.html")
)
MODULES = sorted((ROOT / "audit").rglob("*.py"))
CATALOGUES = sorted((FOLDER / "zh").glob("*.po"))
MARKS = {"_", "gettext", "ngettext", "N_"}
PLACEHOLDER = re.compile(r"%\((\w+)\)")
JINJA = Environment(extensions=["jinja2.ext.i18n"])
Id = str | tuple[str, ...]

# A language is named in itself; units and signs are the same in both.
SAME_IN_BOTH = {
    "English", "中文", "PDF", "PDF 中文", "PDF English", "CSV", "Excel", "n", "C", "P", "T",
}  # fmt: skip
NOT_WORDS = {"at"}  # a macro that makes an element's id
SILENT = ("script", "style", "code", "kbd")
SHOWN = ("title", "aria-label", "aria-description", "placeholder", "alt", "label")
LETTER = re.compile(r"[A-Za-z㐀-鿿]")
CLASSES = re.compile(r"{% block body_class %}.*?{% endblock %}")
CJK = re.compile(r"[㐀-鿿]")


# ---- what is marked for translation --------------------------------------------------


def in_template(path: Path) -> Iterator[Id]:
    for _, function, said in extract_from_ast(JINJA.parse(path.read_text()), tuple(MARKS)):
        texts = [part for part in ((said,) if isinstance(said, str) else said or ()) if part]
        if function == "ngettext" and len(texts) > 1:
            yield tuple(texts[:2])
        elif texts:
            yield texts[0]


def in_module(path: Path) -> Iterator[Id]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [
            arg.value
            for arg in node.args
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if name == "ngettext" and len(texts) > 1:
            yield tuple(texts[:2])
        elif name in MARKS and texts:
            yield texts[0]


@cache
def used() -> dict[Id, str]:
    """Message id → a file that uses it."""
    found: dict[Id, str] = {}
    for path in TEMPLATES:
        found.update(dict.fromkeys(in_template(path), path.name))
    for path in MODULES:
        found.update(dict.fromkeys(in_module(path), path.name))
    return found


@cache
def translated() -> dict[Id, list[tuple[str, str]]]:
    """Message id → (catalogue, translation) wherever it is."""
    found: dict[Id, list[tuple[str, str]]] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN"):
                if message.id:
                    name: Any = tuple(message.id) if message.pluralizable else message.id
                    text: Any = message.string
                    text = text[0] if message.pluralizable else text
                    found.setdefault(name, []).append((path.name, text))
    return found


def plain(name: Id) -> str:
    return name if isinstance(name, str) else name[-1]


def test_everything_said_has_a_chinese_translation():
    known = {plain(name) for name in translated()} | {
        part for name in translated() if isinstance(name, tuple) for part in name
    }

    missing = {name: where for name, where in used().items() if plain(name) not in known}

    assert missing == {}


def test_plural_messages_are_translated_as_such():
    """gettext finds a plural by its singular id, and only among the plurals."""
    plurals = {name for name in used() if isinstance(name, tuple)}

    assert {name for name in plurals if name not in translated()} == set()


def test_no_translation_is_empty():
    empty = [name for name, places in translated().items() for _, text in places if not text]

    assert empty == []


def test_translations_keep_the_placeholders():
    broken = {
        name: text
        for name, places in translated().items()
        for _, text in places
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(plain(name)))
    }

    assert broken == {}


def test_no_translation_is_without_use():
    inside = {part for name in used() for part in ([name] if isinstance(name, str) else name)}

    unused = {
        name: [place for place, _ in places]
        for name, places in translated().items()
        if plain(name) not in inside
    }

    assert unused == {}


def test_nothing_is_translated_twice():
    twice = {
        name: [place for place, _ in places]
        for name, places in translated().items()
        if len(places) > 1
    }

    assert twice == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_each_id_once(path):
    ids = re.findall(r'^msgid "(.+)"$', path.read_text(), re.MULTILINE)

    assert [name for name, times in Counter(ids).items() if times > 1] == []


def test_chinese_is_without_exclamation_marks_and_half_width_commas():
    bad = [
        text
        for places in translated().values()
        for _, text in places
        if "!" in text or "！" in text or re.search(r"[㐀-鿿][,;?](?!\w)", text)
    ]

    assert bad == []


# ---- what is not marked --------------------------------------------------------------


class Words(HTMLParser):
    """The text nodes and shown attributes that contain words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        kind = dict(attrs).get("type")
        for name, value in attrs:
            pressed = name == "value" and tag == "input" and kind in ("submit", "button", "reset")
            if name in SHOWN or pressed or CJK.search(value or ""):
                self.handle_data(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        for line in data.splitlines():
            text = line.strip(" \t·/:：—–-()（）%+−=|,.0123456789")
            known = text in SAME_IN_BOTH or text in NOT_WORDS or text.startswith("aria-")
            if LETTER.search(text) and not known and not self.silent:
                self.found.append(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_word_of_a_template_is_untranslated(path):
    words = Words()
    tokens = JINJA.lex(CLASSES.sub("", path.read_text()))

    words.feed("".join(text if kind == "data" else " " for _, kind, text in tokens))

    assert words.found == []


@pytest.mark.parametrize(
    "path", sorted((folder("static") / "js").glob("*.js")), ids=lambda path: path.stem
)
def test_scripts_bring_no_words_of_their_own(path):
    """What a script shows it reads from the page, where it is translated."""
    assert CJK.findall(path.read_text()) == []
    assert not re.search(r"\b(?:alert|confirm|prompt)\(", path.read_text())
