import shutil

import msgspec
import pytest

from audit.domain.library import Unusable
from audit.domain.problems import Conflict, NotFound
from audit.paths import folder
from audit.store import checklists
from audit.store.checklists import Library, get_checklist, list_checklists, list_published, publish
from audit.store.visits import save_status
from tests.world import NOON, library

replace = msgspec.structs.replace


def test_a_published_version_comes_back_with_its_hash(either_database, place, monkeypatch):
    monkeypatch.setattr(checklists, "_decoded", {})  # as after a restart

    with either_database.reading() as session:
        for known in library().values():
            found = get_checklist(session, known.hash)
            assert found == known
            assert found.hash == known.hash


def test_publishing_again_changes_nothing(either_database, place):
    with either_database.writing() as session:
        assert not publish(session, place.checklist, NOON)

    with either_database.reading() as session:
        assert len(list_checklists(session)) == len(library())


def test_a_published_version_cannot_be_published_with_other_content(either_database, place):
    other = replace(place.checklist, estimated_minutes=99)

    with pytest.raises(Conflict), either_database.writing() as session:
        publish(session, other, NOON)


def test_a_new_version_stands_beside_the_old_one(either_database, place):
    newer = replace(place.checklist, version="1.1.0", estimated_minutes=99)

    with either_database.writing() as session:
        assert publish(session, newer, NOON)

    with either_database.reading() as session:
        assert get_checklist(session, place.checklist.hash) == place.checklist
        assert get_checklist(session, newer.hash) == newer


def test_a_version_says_how_many_visits_were_made_with_it(either_database, place):
    with either_database.writing() as session:
        save_status(session, place.hill_visit, "cancelled", NOON)

    with either_database.reading() as session:
        used = {found.checklist.id: found.visits for found in list_published(session)}
    assert used == {**dict.fromkeys(library(), 0), "branch-visit": 1}


def test_an_unknown_checklist_is_not_found(either_database):
    with either_database.reading() as session, pytest.raises(NotFound):
        get_checklist(session, "0" * 64)


def test_a_folder_tells_the_mistakes_of_all_its_files(tmp_path):
    copy = tmp_path / "checklists"
    shutil.copytree(folder("checklists"), copy)
    for name in ("rules-24", "branch-visit"):
        path = copy / name / "1.0.0.toml"
        path.write_text("colour = 'red'\n" + path.read_text())

    with pytest.raises(Unusable) as refused:
        Library(copy).read()

    assert [str(found) for found in refused.value.troubles if "colour" in found.message] == [
        "rules-24/1.0.0.toml: unknown key `colour`",
        "branch-visit/1.0.0.toml: unknown key `colour`",
    ]
