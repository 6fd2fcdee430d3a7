"""The systems of the sources, and how each is served: read through frameworks, played as
scenarios, explained on a page of background, or recorded by single items.

What the files of `checklists/` say about them, decoded strictly, and whether it hangs
together: no system without a line, no line that points nowhere.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from audit.domain.checklist import Framework, Item, Source
from audit.domain.decoding import whole
from audit.domain.problems import N_
from audit.domain.regrouping import Lens, Unseen
from audit.domain.sound import TWICE, check_id, check_known, check_texts, check_unique
from audit.domain.text import Text
from audit.domain.troubles import Say, Troubles

OF_FRAMEWORK = "framework:"  # before a framework's id, where items stand too

NO_FRAMEWORK = N_("there is no framework `%(name)s`")
NO_ENTRY = N_("there is no framework entry `%(name)s`")
NO_ITEM = N_("there is no item `%(name)s`")


class System(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`frameworks`: an id, or `id:group` for one group of it."""

    id: str
    title: Text
    sources: tuple[Source, ...]
    frameworks: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


class Passage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Text
    text: Text | None = None
    points: tuple[Text, ...] = ()


class Background(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page about a system with nothing to tick; `explains`: items and `framework:id`."""

    id: str
    title: Text
    source: Source
    summary: Text
    sections: tuple[Passage, ...]
    explains: tuple[str, ...] = ()


class Answering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items that answer to `entry` though their own checklist does not name the framework."""

    entry: str
    items: tuple[str, ...]


class SystemsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    systems: tuple[System, ...]


class MappingsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mappings: tuple[Answering, ...]
    unseen: tuple[Unseen, ...]


class Systems(msgspec.Struct, frozen=True):
    """All of it. `scenarios`: titles by id; None where no scenarios are kept."""

    systems: tuple[System, ...]
    lenses: tuple[Lens, ...]
    backgrounds: tuple[Background, ...]
    items: Mapping[str, Item]
    scenarios: Mapping[str, Text] | None = None

    def lens(self, framework: str) -> Lens | None:
        return next((one for one in self.lenses if one.framework.id == framework), None)

    def answering(self, framework: str, entry: str) -> tuple[str, ...]:
        """Every shipped item that answers to the entry, by whichever file says so."""
        lens = self.lens(framework)
        name = f"{framework}:{entry}"
        own = [key for key, item in self.items.items() if name in item.frameworks]
        return tuple(dict.fromkeys([*own, *(lens.items.get(entry, ()) if lens else ())]))


def explaining(backgrounds: Iterable[Background]) -> dict[str, tuple[Background, ...]]:
    """By item, and by `framework:id`: the pages that explain it."""
    found: dict[str, tuple[Background, ...]] = {}
    for page in backgrounds:
        for name in page.explains:
            found[name] = (*found.get(name, ()), page)
    return found


def lenses(frameworks: Iterable[Framework], said: MappingsFile) -> tuple[Lens, ...]:
    return tuple(
        Lens(
            framework,
            {
                mapping.entry.partition(":")[2]: mapping.items
                for mapping in said.mappings
                if mapping.entry.partition(":")[0] == framework.id
            },
            tuple(one for one in said.unseen if one.framework == framework.id),
        )
        for framework in frameworks
    )


# ---- the files -----------------------------------------------------------------------


def read_mappings(raw: str, frameworks: tuple[Framework, ...]) -> tuple[Lens, ...]:
    troubles = Troubles("mappings.toml")
    said = whole(raw, MappingsFile, troubles)
    check_mappings(said, frameworks, troubles.at())
    troubles.settle()
    return lenses(frameworks, said)


def read_background(raw: str, name: str) -> Background:
    """`name`: the file's, without its ending; it is the page's id."""
    troubles = Troubles(f"background/{name}.toml")
    page = whole(raw, Background, troubles)
    check_background(page, name, troubles.at())
    troubles.settle()
    return page


def read_systems(
    raw: str,
    lenses: tuple[Lens, ...],
    backgrounds: tuple[Background, ...],
    items: Mapping[str, Item],
    scenarios: Mapping[str, Text] | None,
) -> Systems:
    troubles = Troubles("systems.toml")
    listed = whole(raw, SystemsFile, troubles).systems
    found = Systems(listed, lenses, backgrounds, items, scenarios)
    check_systems(found, troubles)
    troubles.settle()
    return found


# ---- whether it hangs together -------------------------------------------------------


def check_mappings(said: MappingsFile, frameworks: tuple[Framework, ...], say: Say) -> None:
    entries = {f"{f.id}:{entry.id}" for f in frameworks for entry in f.entries}
    check_unique((one.entry for one in said.mappings), TWICE, say)
    check_known((one.entry for one in said.mappings), entries, NO_ENTRY, say)
    known = {framework.id for framework in frameworks}
    check_known((one.framework for one in said.unseen), known, NO_FRAMEWORK, say)
    for one in said.unseen:
        check_texts((one.title, one.reason), say)
        if (one.entry is None) == (one.title is None):
            say(N_("what cannot be seen has an `entry` or a `title`, one of the two"))
        elif one.entry is not None:
            check_known((f"{one.framework}:{one.entry}",), entries, NO_ENTRY, say)


def check_background(page: Background, name: str, say: Say) -> None:
    check_id(page.id, say)
    if page.id != name:
        say(N_("the id `%(id)s` is not the file’s name"), id=page.id)
    check_texts(page, say)
    if not page.sections:
        say(N_("has no sections: there is nothing to read"))


def check_systems(found: Systems, troubles: Troubles) -> None:
    groups = {f"{f.id}:{g.id}" for f in _frameworks(found) for g in f.groups}
    frameworks = {f.id for f in _frameworks(found)}
    pages = {page.id for page in found.backgrounds}
    check_unique((one.id for one in found.systems), TWICE, troubles.at())
    for one in found.systems:
        say = troubles.at(one.id)
        check_texts(one, say)
        check_known(one.frameworks, frameworks | groups, NO_FRAMEWORK, say)
        check_known(one.background, pages, N_("there is no page of background `%(name)s`"), say)
        check_known(one.items, found.items, NO_ITEM, say)
        if found.scenarios is not None:
            check_known(one.scenarios, found.scenarios, N_("there is no scenario `%(name)s`"), say)
        if not (one.frameworks or one.scenarios or one.background or one.items):
            say(N_("nothing serves this system"))
    _check_served(found, troubles.at())
    for page in found.backgrounds:
        known = {*found.items, *(f"{OF_FRAMEWORK}{name}" for name in frameworks)}
        check_known(page.explains, known, NO_ITEM, troubles.at("background", page.id))
    for lens in found.lenses:
        for entry, items in lens.items.items():
            check_known(items, found.items, NO_ITEM, troubles.at(lens.framework.id, entry))


def _check_served(found: Systems, say: Say) -> None:
    """Everything there is serves some system."""
    named = {name for one in found.systems for name in (*one.scenarios, *one.background)}
    named |= {name.partition(":")[0] for one in found.systems for name in one.frameworks}
    there: list[Collection[str]] = [
        [f.id for f in _frameworks(found)],
        [page.id for page in found.backgrounds],
        list(found.scenarios or ()),
    ]
    for names in there:
        check_known(names, named, N_("`%(name)s` serves no system"), say)


def _frameworks(found: Systems) -> tuple[Framework, ...]:
    return tuple(lens.framework for lens in found.lenses)
