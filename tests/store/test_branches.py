from uuid import UUID

import msgspec
import pytest

from audit.domain.branch import Region
from audit.domain.problems import Conflict, NotFound
from audit.domain.text import Text
from audit.store.branches import (
    get_branch,
    get_region,
    list_branches,
    list_regions,
    save_branch,
    save_region,
)

replace = msgspec.structs.replace


def test_a_branch_comes_back_as_it_was_kept(either_database, place):
    changed = replace(
        place.harbour,
        name=Text("新港支行", "New Harbour"),
        kind="securities",
        city=Text("新城", "Newtown"),
        active=False,
    )

    with either_database.writing() as session:
        save_branch(session, changed)

    with either_database.reading() as session:
        assert get_branch(session, place.ann, changed.id) == changed
        assert list_branches(session, place.ann) == [changed, place.hill]


def test_a_branch_can_move_to_another_region(either_database, place):
    north = Region(UUID(int=77), Text("北区", "North"))
    with either_database.writing() as session:
        save_region(session, north)
        save_branch(session, replace(place.hill, region=north))

    with either_database.reading() as session:
        assert get_branch(session, place.ann, place.hill.id).region == north
        assert get_region(session, north.id) == north
        assert {region.id for region in list_regions(session)} == {place.region.id, north.id}


def test_a_branch_manager_knows_of_no_branch_but_their_own(either_database, place):
    with either_database.reading() as session:
        assert list_branches(session, place.dan) == [place.harbour]
        assert get_branch(session, place.dan, place.harbour.id) == place.harbour
        with pytest.raises(NotFound):
            get_branch(session, place.dan, place.hill.id)


def test_a_code_belongs_to_one_branch(either_database, place):
    with pytest.raises(Conflict), either_database.writing() as session:
        save_branch(session, replace(place.hill, code=place.harbour.code))


def test_what_is_not_there_is_not_found(either_database, place):
    with either_database.reading() as session:
        with pytest.raises(NotFound):
            get_branch(session, place.ann, UUID(int=999))
        with pytest.raises(NotFound):
            get_region(session, UUID(int=999))
