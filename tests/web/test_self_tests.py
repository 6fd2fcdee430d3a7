import pytest

from audit.domain.phone import SelfTest
from audit.store.phones import list_self_tests

RESULT = '{"checks":{"storage":"pass","room":"fail"},"measures":{"entries_per_second":412}}'


@pytest.fixture
def alice(as_, world):
    return as_(world.alice)


def runs(database):
    with database.reading() as session:
        return list_self_tests(session)


def test_a_result_is_kept_with_the_browser_it_is_about(alice, database, world):
    answer = alice.post("/self-test", data={"result": RESULT}, headers={"User-Agent": "Phone 1"})

    (run,) = runs(database)
    assert "The result has been sent" in answer.text
    assert (run.person, run.agent) == (world.alice.name, "Phone 1")
    assert run.result == SelfTest({"storage": "pass", "room": "fail"}, {"entries_per_second": 412})


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{}x",
        '{"checks":{"a":"perhaps"}}',
        '{"more":1}',
        '{"checks":{"' + "a" * 10_001 + '":"pass"}}',
    ],
)
def test_anything_else_is_refused(alice, database, sent):
    answer = alice.post("/self-test", data={"result": sent})

    assert answer.status_code == 422
    assert runs(database) == []
