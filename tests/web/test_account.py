from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup

from audit.store.people import find_login
from audit.web.sessions import TRIES, verify_password
from tests.world import PASSWORD

NEW = "four calm grey herons"


def typed(**changes):
    return {"old": PASSWORD, "new": NEW, "again": NEW, **changes}


def password_is(database, login, password):
    with database.reading() as session:
        found = find_login(session, login)
    assert found is not None
    return verify_password(found[1], password)


def signed_in(client):
    return client.get("/account", follow_redirects=False).status_code == 200


def test_a_new_password_ends_the_other_sign_ins_and_keeps_this_one(as_, world, database):
    here, elsewhere, bob = as_(world.alice), as_(world.alice), as_(world.bob)

    answer = here.post("/account/password", data=typed(), follow_redirects=False)

    assert answer.headers["location"] == "/account?saved=1"
    assert password_is(database, "alice", NEW)
    assert (signed_in(here), signed_in(elsewhere), signed_in(bob)) == (True, False, True)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"old": "not this one"}, "old", "This is not your present password."),
        ({"again": NEW + "s"}, "again", "The two are not the same."),
        ({"new": "short", "again": "short"}, "new", "At least 12 characters."),
    ],
)
def test_a_refused_change_is_told_at_its_field_and_changes_nothing(
    as_, world, database, changes, field, message
):
    here, elsewhere = as_(world.alice), as_(world.alice)

    answer = here.post("/account/password", data=typed(**changes))

    page = BeautifulSoup(answer.text, "html.parser")
    told = page.select_one(f"#{field}-problem")
    assert answer.status_code == 422
    assert told is not None
    assert told.get_text() == message
    assert password_is(database, "alice", PASSWORD)
    assert signed_in(elsewhere)


def test_no_password_is_ever_written_into_the_page(as_, world):
    answer = as_(world.alice).post("/account/password", data=typed(again="other than that"))

    for typed_in in (PASSWORD, NEW, "other than that"):
        assert typed_in not in answer.text


@pytest.mark.usefixtures("quick_hashes")
def test_guessing_the_old_password_is_slowed_down(as_, world, database):
    here = as_(world.alice)
    for _ in range(TRIES):
        here.post("/account/password", data=typed(old="a guess", again=""))

    answer = here.post("/account/password", data=typed())

    assert answer.status_code == 429
    assert password_is(database, "alice", PASSWORD)


@pytest.mark.usefixtures("quick_hashes")
def test_many_guesses_at_once_are_no_more_than_one_after_another(as_, world):
    clients = [as_(world.alice) for _ in range(3 * TRIES)]
    guess = typed(old="a guess", again="")
    with ThreadPoolExecutor(len(clients)) as crowd:
        answers = list(crowd.map(lambda one: one.post("/account/password", data=guess), clients))

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[422] <= TRIES
    assert statuses == {422: statuses[422], 429: len(clients) - statuses[422]}


@pytest.mark.usefixtures("quick_hashes")
def test_the_right_old_password_forgets_the_guesses_before_it(as_, world):
    here = as_(world.alice)
    for _ in range(TRIES - 1):
        here.post("/account/password", data=typed(old="a guess"))
    for _ in range(TRIES):
        here.post("/account/password", data=typed(new="short"))

    assert here.post("/account/password", data=typed()).status_code == 200


def test_sign_ins_are_listed_and_one_can_be_ended(as_, world):
    here, elsewhere = as_(world.alice), as_(world.alice)
    page = BeautifulSoup(here.get("/account").text, "html.parser")
    (end,) = page.select("tbody form")

    here.post(str(end["action"]))

    assert len(page.select("tbody tr")) == 2
    assert (signed_in(here), signed_in(elsewhere)) == (True, False)


def test_all_others_can_be_ended_at_once(as_, world):
    here, second, third = as_(world.alice), as_(world.alice), as_(world.alice)

    here.post("/account/sign-ins/closure")

    assert [signed_in(client) for client in (here, second, third)] == [True, False, False]


def test_nobody_ends_somebody_elses_sign_in(as_, world):
    alice, bob = as_(world.alice), as_(world.bob)
    as_(world.alice)
    page = BeautifulSoup(alice.get("/account").text, "html.parser")
    (end,) = page.select("tbody form")

    answer = bob.post(str(end["action"]), follow_redirects=False)

    assert answer.status_code == 404
    assert len(BeautifulSoup(alice.get("/account").text, "html.parser").select("tbody tr")) == 2


def test_choosing_a_language_leads_back_to_the_same_page_with_its_choices(as_, world):
    page = as_(world.carol).get("/reviews?status=all&number=1").text

    assert '<input type="hidden" name="next" value="/reviews?status=all&amp;number=1">' in page
