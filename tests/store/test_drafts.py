import pytest

from audit.domain.draft import blank
from audit.domain.problems import Invalid, NotFound
from audit.ids import new_id
from audit.store.drafts import (
    add_draft,
    create_draft,
    get_draft,
    list_drafts,
    remove_draft,
    save_draft,
)
from tests.world import NOON

TEA = blank("tea")


@pytest.fixture
def draft(either_database, place):
    name = new_id()
    with either_database.writing() as session:
        add_draft(session, name, TEA, place.ann, NOON)
    return name


def test_a_draft_is_kept_as_it_was_typed(either_database, place, draft):
    tables = {**TEA, "version": "never", "sections": [{"id": "s1", "items": [], "weight": "1.50"}]}

    with either_database.writing() as session:
        save_draft(session, draft, tables, place.carol, NOON, "a page")

    with either_database.reading() as session:
        found = get_draft(session, draft, locked=True)
    assert (found.tables, found.edited_by, found.page) == (tables, "Carol", "a page")


def test_a_draft_begins_from_a_published_version_or_as_a_copy_of_it(either_database, place):
    version, copy = new_id(), new_id()

    with either_database.writing() as session:
        create_draft(session, version, place.checklist, place.ann, NOON)
        create_draft(session, copy, place.checklist, place.ann, NOON, own_id="ours")

    with either_database.reading() as session:
        found = {one.id: one for one in list_drafts(session)}
    assert (found[version].tables["id"], found[version].tables["version"]) == (
        place.checklist.id,
        "1.1.0",
    )
    assert (found[copy].tables["id"], found[copy].tables["version"]) == ("ours", "1.0.0")
    assert {one.based_on for one in found.values()} == {place.checklist.hash}


def test_what_was_thrown_away_is_gone(either_database, draft):
    with either_database.writing() as session:
        remove_draft(session, draft)

    with either_database.reading() as session, pytest.raises(NotFound):
        get_draft(session, draft)


def test_nobody_fills_the_database_with_one_draft(either_database, place, draft):
    huge = {**TEA, "title": {"zh": "字" * 4_000_001, "en": ""}}

    with pytest.raises(Invalid), either_database.writing() as session:
        save_draft(session, draft, huge, place.ann, NOON)
