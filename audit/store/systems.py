"""The systems of the sources, from the files in `checklists/`: what they are read through,
played as and explained by. Read once; they come with the software and change with it."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from audit.domain.problems import N_, NotFound
from audit.domain.regrouping import Lens
from audit.domain.systems import (
    Background,
    Systems,
    explaining,
    read_background,
    read_mappings,
    read_systems,
)
from audit.domain.text import Text
from audit.paths import folder
from audit.store.checklists import Library


@cache
def library_lenses() -> tuple[Lens, ...]:
    """The frameworks that visits can be read through, in the library's order."""
    place = folder("checklists")
    return read_mappings(_text(place / "mappings.toml"), Library(place).frameworks)


@cache
def library_backgrounds() -> tuple[Background, ...]:
    files = sorted((folder("checklists") / "background").glob("*.toml"))
    return tuple(read_background(_text(file), file.stem) for file in files)


@cache
def explained() -> dict[str, tuple[Background, ...]]:
    """By item, and by `framework:id`: the pages of background that explain it."""
    return explaining(library_backgrounds())


@cache
def library_systems() -> Systems:
    """All of it. Raises `Unusable` where a line points nowhere."""
    place = folder("checklists")
    items = {item.key: item for found in Library(place).read() for item in found.items}
    return read_systems(
        _text(place / "systems.toml"),
        library_lenses(),
        library_backgrounds(),
        items,
        _scenarios(place / "scenarios"),
    )


def get_background(name: str) -> Background:
    for page in library_backgrounds():
        if page.id == name:
            return page
    raise NotFound(N_("There is no such page."))


def get_framework(name: str) -> Lens:
    found = library_systems().lens(name)
    if found is None:
        raise NotFound(N_("There is no such page."))
    return found


def _scenarios(place: Path) -> dict[str, Text] | None:
    """Titles by id; None where no scenarios are kept."""
    if not place.is_dir():
        return None
    files = sorted(place.glob("*.toml"))
    return {file.stem: msgspec.convert(tomllib.loads(_text(file))["title"], Text) for file in files}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
