"""A draft on the desk: read strictly, with all that is to be put right, and where."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.composition import part_of
from audit.domain.draft import STEPS, Draft, Step, seen_as
from audit.domain.library import Trouble, Unusable, read_tables
from audit.domain.people import Person
from audit.domain.preview import as_far_as_it_goes
from audit.domain.problems import N_, Conflict, Invalid
from audit.domain.tables import Shelf, Tables, plain
from audit.ids import new_id
from audit.languages import translations
from audit.paths import folder
from audit.store.checklists import Library, shelf_of
from audit.store.database import Database
from audit.store.drafts import get_draft, save_draft
from audit.web.drafts.places import both, places_of, taken_over
from audit.web.drafts.troubles import on_page
from audit.web.forms import Form, number_of
from audit.web.pages import Page


class Overtaken(Conflict):
    """Somebody else changed the same piece in between. Nothing was saved."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            N_("%(name)s changed this while you were at it. What you did has not been saved."),
            name=draft.edited_by,
        )
        self.draft = draft


class Group(msgspec.Struct, frozen=True):
    id: str
    title: Tables
    labels: dict[str, Tables]  # by item


def _own(checklist: str, section: Tables) -> dict[str, Tables]:
    return {f"{checklist}/{one['id']}": one["label"] for one in section["items"] if "id" in one}


class Desk(msgspec.Struct, frozen=True, dict=True):
    draft: Draft
    checklist: Checklist | None  # what it would be published as
    troubles: tuple[Trouble, ...]  # in the words of the pages
    shelf: Shelf

    @cached_property
    def as_far(self) -> Checklist | None:
        """What there is of it, if it cannot be published yet."""
        library = shared()
        return self.checklist or as_far_as_it_goes(
            self.draft.tables, library.vocabulary, library.frameworks, self.shelf
        )

    @property
    def groups(self) -> list["Group"]:
        """All that can be named by a gate, in the parts or sections people know."""
        own = str(self.draft.tables.get("id", ""))
        found = [Group(str(one["id"]), one["title"], _own(own, one)) for one in self.draft.sections]
        for part in self.draft.tables.get("parts", []):
            if (other := part_of(self.draft.tables, part, self.shelf)) is not None:
                without = part.get("without", ())
                labels = {
                    item.key: plain(item.label) for item in other.items if item.key not in without
                }
                found.append(Group(other.id, plain(other.title), labels))
        return found

    def told(self, section: str, item: str = "") -> list[Trouble]:
        return [one for one in self.troubles if (one.section, one.item) == (section, item)]

    @property
    def known(self) -> dict[str, Tables]:
        """What the items and stages are called that a file has by their names."""
        items = {key: label for group in self.groups for key, label in group.labels.items()}
        stages = {one.id: both(one.title) for one in shared().vocabulary.stages}
        return {**stages, **self.taken, **items}

    @cached_property
    def taken(self) -> dict[str, Tables]:
        return taken_over(self.draft, self.shelf)

    def label(self, item: Tables) -> Tables:
        """Its own, or that of the item it takes over."""
        found: Tables = item.get("label") or self.taken.get(item.get("use", ""), {})
        return found


@cache
def shared() -> Library:
    """The vocabulary and frameworks that came with the software."""
    return Library(folder("checklists"))


def laid_out(draft: Draft, shelf: Shelf) -> Desk:
    library = shared()
    try:
        checklist = read_tables(draft.tables, library.vocabulary, library.frameworks, shelf)
    except Unusable as error:
        places = places_of(draft, shelf)
        return Desk(draft, None, tuple(on_page(one, places) for one in error.troubles), shelf)
    return Desk(draft, checklist, (), shelf)


def open_desk(session: Session, draft_id: UUID) -> Desk:
    return laid_out(get_draft(session, draft_id), shelf_of(session))


def read_desk(database: Database, draft_id: UUID) -> Desk:
    with database.reading() as session:
        return open_desk(session, draft_id)


def save_piece(
    database: Database,
    person: Person,
    form: Form,
    draft_id: UUID,
    piece: Callable[[Draft], Any],
    change: Callable[[Draft], Tables],
) -> Desk:
    """Raises `Overtaken` if the piece is no longer what the form was drawn from, unless it is
    this same page that changed it."""
    with database.writing() as session:
        draft = get_draft(session, draft_id, locked=True)
        own = bool(draft.page) and draft.page == form.get("page")
        if not own and seen_as(piece(draft)) not in form.all("seen"):
            raise Overtaken(draft)
        save_draft(session, draft_id, change(draft), person, now(), form.get("page"))
        return open_desk(session, draft_id)


def save_typed(
    database: Database,
    person: Person,
    form: Form,
    draft_id: UUID,
    piece: Callable[[Draft], Any],
    change: Callable[[Draft], Tables],
) -> tuple[Desk, Overtaken | None]:
    """As `save_piece`, for a form that is drawn again: if somebody else was quicker, the desk
    is as it would be with what was typed, and nothing is saved."""
    try:
        return save_piece(database, person, form, draft_id, piece, change), None
    except Overtaken as late:
        typed = changed(late.draft, change(late.draft))
        return laid_out(typed, read_desk(database, draft_id).shelf), late


def changed(draft: Draft, tables: Tables) -> Draft:
    """As it would be, had it been saved."""
    return msgspec.structs.replace(draft, tables=tables)


def place_of(form: Form, steps: tuple[Step, ...] = STEPS) -> tuple[int, Step]:
    """`3.up` as a number and a step."""
    said, _, wanted = form.get("step").partition(".")
    for step in steps:
        if step == wanted:
            return number_of(said), step
    raise Invalid(N_("Please choose one."))


class Piece(dict[str, Any]):
    """A table in which what is missing is nothing, for templates."""

    def __missing__(self, key: str) -> None:
        return None


def piece(value: Any) -> Any:
    if isinstance(value, dict):
        return Piece({name: piece(inner) for name, inner in value.items()})
    return [piece(inner) for inner in value] if isinstance(value, list) else value


def drawn(page: Page, form: Form | None = None) -> dict[str, Any]:
    """What every page of an editor needs."""
    library = shared()

    def words(text: Tables | None) -> str:
        """In the page's language, or else in the other."""
        said = text or {}
        return str(said.get(page.language) or said.get("zh") or said.get("en") or "")

    return {
        "words": words,
        "named": lambda things: [(one.id, one.title.in_(page.language)) for one in things],
        "vocabulary": library.vocabulary,
        "translated": translations(page.language).gettext,
        "empty": Piece(),
        "page_id": form.get("page") if form else str(new_id()),
    }
