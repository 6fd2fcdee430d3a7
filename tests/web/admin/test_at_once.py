"""Two administrators, or two clicks of one, at the same moment: on either database."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from litestar.testing import TestClient

from audit.app import create_app
from audit.clock import now
from audit.domain.people import Person
from audit.store.branches import list_branches, list_regions
from audit.store.people import get_person, list_people, save_person
from audit.store.sessions import open_session
from audit.web.dependencies import token_for
from tests import world as known

SECOND = Person(UUID(int=7), "amy", "Amy", "administrator")


@pytest.fixture
def place(either_database, place):
    with either_database.writing() as session:
        save_person(session, SECOND, known.password_hash())
    return place


@pytest.fixture
def posted(either_database, settings, place) -> Iterator[Callable[..., Counter[int]]]:
    """Posts all of these at the same moment, each by an administrator; the answers' statuses."""
    app = create_app(settings, either_database)

    def post(*asked: tuple[Person, str, dict[str, object]]) -> Counter[int]:
        clients = []
        for person, _, _ in asked:
            with either_database.writing() as session:
                token = open_session(session, person.id, "test", now())
            client = TestClient(app, raise_server_exceptions=False)
            client.cookies.set("sid", token)
            client.headers["X-CSRF-Token"] = token_for(token)
            client.headers["Sec-Fetch-Site"] = "same-origin"
            clients.append(client)

        def send(number: int) -> int:
            _, path, data = asked[number]
            return clients[number].post(path, data=data, follow_redirects=False).status_code

        with ThreadPoolExecutor(len(asked)) as crowd:
            return Counter(crowd.map(send, range(len(asked))))

    yield post
    app.state.drawing.close()


def as_typed(person: Person, **changes: object) -> dict[str, object]:
    kept = {"login": person.login, "name": person.name, "role": person.role, "active": "1"}
    return {**kept, "code": person.code, "language": "", **changes}


def test_two_administrators_cannot_dismiss_each_other(posted, either_database, place):
    for _ in range(8):
        answers = posted(
            (place.ann, f"/admin/people/{SECOND.id}", as_typed(SECOND, role="auditor")),
            (SECOND, f"/admin/people/{place.ann.id}", as_typed(place.ann, role="auditor")),
        )

        with either_database.writing() as session:
            left = [one for one in list_people(session, "administrator") if one.active]
            assert len(left) == 1
            assert answers[303] == 1
            save_person(session, place.ann)
            save_person(session, SECOND)


def test_a_person_saved_by_many_clicks_is_saved(posted, either_database, place):
    branches = [str(place.harbour.id), str(place.hill.id)]
    manager = as_typed(place.dan, branch=branches)

    answers = posted(*[(place.ann, f"/admin/people/{place.dan.id}", manager)] * 8)

    with either_database.reading() as session:
        assert len(get_person(session, place.dan.id).branches) == 2
    assert answers == {303: 8}


def test_a_person_made_by_many_clicks_is_made_once(posted, either_database, place):
    fay = {"name": "Fay", "login": "fay", "role": "shopper", "code": "S09", "language": ""}

    answers = posted(*[(place.ann, "/admin/people", {**fay, "password": known.PASSWORD})] * 4)

    with either_database.reading() as session:
        assert [one.code for one in list_people(session) if one.code == "S09"] == ["S09"]
    assert answers == {303: 1, 422: 3}


def test_a_region_made_by_many_clicks_is_made_once(posted, either_database, place):
    hills = {"name_zh": "山区", "name_en": "Hills"}

    answers = posted(*[(place.ann, "/admin/regions", hills)] * 8)

    with either_database.reading() as session:
        assert len(list_regions(session)) == 2
    assert (answers[303], answers[409] + answers[422]) == (1, 7)


def test_a_branch_made_by_many_clicks_is_made_once(posted, either_database, place):
    branch = {"code": "H009", "kind": "bank", "region": str(place.region.id), "name_zh": "新",
              "name_en": "New"}  # fmt: skip

    answers = posted(*[(place.ann, "/admin/branches", branch)] * 8)

    with either_database.reading() as session:
        assert len(list_branches(session, place.ann)) == 3
    assert (answers[303], answers[409] + answers[422]) == (1, 7)
