"""Signing in, staying signed in, and no longer being so."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from litestar.testing import TestClient
from sqlalchemy import text

from audit.app import create_app
from audit.clock import now
from audit.settings import Settings
from audit.store.people import find_login, save_password
from audit.web.dependencies import token_for
from audit.web.sessions import TRIES, hash_password
from tests.world import PASSWORD


def sign_in(client, login="alice", password=PASSWORD, **sent):
    """By the form, as a browser does it."""
    page = client.get("/sign-in")
    token = page.text.split('name="csrf" value="')[1].split('"')[0]
    return client.post(
        "/sign-in",
        data={"login": login, "password": password, "csrf": token, **sent},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )


def signed_in(client):
    return client.get("/account", follow_redirects=False).status_code == 200


def sign_ins(database):
    with database.reading() as session:
        return session.execute(text("SELECT count(*) FROM session")).scalar_one()


@pytest.mark.parametrize(
    ("login", "start"),
    [
        ("alice", "/assignments"),
        ("carol", "/reviews"),
        ("dan", "/branches"),
        ("ann", "/admin"),
        (" Alice ", "/assignments"),
    ],
)
def test_sign_in_leads_to_the_persons_own_start(as_, world, login, start):
    answer = sign_in(as_(None), login)

    assert (answer.status_code, answer.headers["location"]) == (303, start)


def test_home_without_a_sign_in_asks_for_one_and_remembers_the_way(as_, world):
    answer = as_(None).get("/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


def test_a_sign_in_leads_to_where_one_wanted_to_go(as_, world):
    answer = sign_in(as_(None), next="/assignments?a=b")

    assert answer.headers["location"] == "/assignments?a=b"


ELSEWHERE = [
    "https://other.example/",
    "//other.example",
    "/\\other.example",
    "\\\\other.example",
    "/\t/other.example",
    "\t//other.example",
    "/\n/other.example",
    "/\r\nSet-Cookie: sid=mine",
    "javascript:alert(1)",
    "other.example",
]


@pytest.mark.parametrize("where", ELSEWHERE)
def test_nothing_leads_away_from_the_site(as_, world, where):
    client = as_(None)

    signed = sign_in(client, next=where)
    chosen = as_(world.bob).post(
        "/language", data={"language": "zh", "next": where}, follow_redirects=False
    )

    assert signed.headers["location"] == "/assignments"
    assert chosen.headers["location"] == "/"


def test_a_token_chosen_by_somebody_else_is_not_taken_over(as_, world, database):
    client = as_(None)
    client.cookies.set("sid", "chosen-by-an-attacker")

    page = client.get("/sign-in")
    answer = client.post(
        "/sign-in",
        data={"login": "alice", "password": PASSWORD},
        headers={
            "Sec-Fetch-Site": "same-origin",
            "X-CSRF-Token": token_for("chosen-by-an-attacker"),
        },
        follow_redirects=False,
    )

    assert page.status_code == 200
    assert answer.cookies["sid"] not in ("", "chosen-by-an-attacker")
    attacker = as_(None)
    attacker.cookies.set("sid", "chosen-by-an-attacker")
    assert not signed_in(attacker)


def test_signing_in_again_gives_a_new_token_and_the_old_one_is_dead(as_, world):
    client = as_(world.alice)
    old = client.cookies["sid"]
    client.headers["X-CSRF-Token"] = token_for(old)

    answer = client.post(
        "/sign-in", data={"login": "alice", "password": PASSWORD}, follow_redirects=False
    )

    replay = as_(None)
    replay.cookies.set("sid", old)
    assert answer.cookies["sid"] != old
    assert not signed_in(replay)


def test_signing_out_ends_it_on_the_server(as_, world):
    client, elsewhere = as_(world.alice), as_(world.alice)
    token = client.cookies["sid"]

    client.post("/sign-out", follow_redirects=False)

    replay = as_(None)
    replay.cookies.set("sid", token)
    assert not signed_in(replay)
    assert signed_in(elsewhere)


def test_only_a_digest_of_the_token_is_kept(as_, world, database):
    client = as_(world.alice)

    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM session")).all()

    assert client.cookies["sid"] not in repr(rows)


def test_who_is_locked_out_is_out_with_the_next_request(as_, world, database):
    client = as_(world.alice)
    before = signed_in(client)

    with database.writing() as session:
        session.execute(text("UPDATE person SET active = 0 WHERE login = 'alice'"))

    assert (before, signed_in(client)) == (True, False)
    assert sign_in(as_(None)).status_code == 422


@pytest.mark.parametrize(
    ("idle", "stays"), [(timedelta(days=13), True), (timedelta(days=15), False)]
)
def test_a_sign_in_ends_when_it_has_not_been_used_for_long(as_, world, database, idle, stays):
    client = as_(world.alice)
    with database.writing() as session:
        session.execute(
            text("UPDATE session SET seen_at = :then"),
            {"then": (now() - idle).replace(tzinfo=None).isoformat(" ")},
        )

    assert signed_in(client) is stays


def test_use_keeps_a_sign_in_alive(as_, world, database):
    client = as_(world.alice)
    stale = (now() - timedelta(days=13)).replace(tzinfo=None).isoformat(" ")
    with database.writing() as session:
        session.execute(text("UPDATE session SET seen_at = :then"), {"then": stale})

    signed_in(client)

    with database.reading() as session:
        seen = session.execute(text("SELECT seen_at FROM session")).scalar_one()
    assert seen[:10] > stale[:10]


@pytest.mark.usefixtures("quick_hashes")
def test_after_ten_failures_even_the_right_password_has_to_wait(as_, world, database):
    client = as_(None)
    answers = [sign_in(client, password="wrong").status_code for _ in range(TRIES)]

    right = sign_in(client)
    forwarded = as_(None)
    forwarded.headers["X-Forwarded-For"] = "203.0.113.7"
    hidden = sign_in(forwarded)

    assert answers == [422] * TRIES
    assert (right.status_code, hidden.status_code) == (429, 429)
    assert sign_ins(database) == 0


@pytest.mark.usefixtures("quick_hashes")
def test_many_tries_at_once_are_no_more_than_one_after_another(as_, world, database):
    clients = [as_(None) for _ in range(3 * TRIES)]
    with ThreadPoolExecutor(len(clients)) as crowd:
        answers = list(crowd.map(lambda client: sign_in(client, password="wrong"), clients))

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[422] <= TRIES
    assert statuses == {422: statuses[422], 429: len(clients) - statuses[422]}


@pytest.mark.usefixtures("quick_hashes")
def test_failures_of_one_login_do_not_stop_another(as_, world):
    client = as_(None)
    for _ in range(TRIES):
        sign_in(client, password="wrong")

    assert sign_in(as_(None), "bob").status_code == 303


@pytest.mark.usefixtures("quick_hashes")
def test_the_wait_is_over_after_a_quarter_of_an_hour(as_, world, database):
    client = as_(None)
    for _ in range(TRIES):
        sign_in(client, password="wrong")
    then = (now() - timedelta(minutes=16)).replace(tzinfo=None).isoformat(" ")
    with database.writing() as session:
        session.execute(text("UPDATE sign_in_attempt SET at = :then"), {"then": then})

    assert sign_in(client).status_code == 303


@pytest.mark.usefixtures("quick_hashes")
def test_a_sign_in_forgets_the_failures_before_it(as_, world):
    client = as_(None)
    for _ in range(TRIES - 1):
        sign_in(client, password="wrong")
    sign_in(client)
    again = as_(None)
    sign_in(again, password="wrong")

    assert sign_in(again).status_code == 303


def test_an_unknown_login_cannot_be_told_from_a_wrong_password(as_, world):
    def tried(login):
        client = as_(None)
        quickest, words = 99.0, ""
        for _ in range(3):
            start = time.perf_counter()
            answer = sign_in(client, login, "wrong")
            quickest = min(quickest, time.perf_counter() - start)
            token = answer.text.split('name="csrf" value="')[1].split('"')[0]
            words = answer.text.replace(login, "").replace(token, "")
        return quickest, words

    known, unknown = tried("alice"), tried("nobody")

    assert unknown[1] == known[1]
    assert unknown[0] > known[0] / 3  # without a hash it is fifty times as fast


def test_a_refused_sign_in_keeps_the_name_and_never_the_password(as_, world):
    answer = sign_in(as_(None), "alice", "a wrong password")

    assert 'value="alice"' in answer.text
    assert "a wrong password" not in answer.text


def test_passwords_are_kept_as_argon2id_with_more_than_is_asked_for():
    parameters = extract_parameters(hash_password(PASSWORD))

    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 46 * 1024
    assert parameters.time_cost >= 2
    assert hash_password(PASSWORD) != hash_password(PASSWORD)


def test_an_older_hash_is_renewed_at_the_next_sign_in(as_, world, database):
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with database.writing() as session:
        save_password(session, world.alice.id, weak)

    sign_in(as_(None))

    with database.reading() as session:
        found = find_login(session, "alice")
    assert found is not None
    assert extract_parameters(found[1]).memory_cost >= 46 * 1024


@pytest.fixture
def secure(tmp_path, database, world):
    """A browser at an installation that is reached over TLS."""
    settings = Settings(data=tmp_path, language="en", public_url="https://audit.example")
    return TestClient(create_app(settings, database), base_url="https://audit.example")


def test_over_tls_the_cookie_is_pinned_to_the_host(secure):
    answer = sign_in(secure)

    cookie = SimpleCookie(answer.headers["set-cookie"])["__Host-sid"]
    assert answer.status_code == 303
    assert (cookie["secure"], cookie["httponly"]) == (True, True)
    assert (cookie["path"], cookie["samesite"].lower(), cookie["domain"]) == ("/", "lax", "")
    assert signed_in(secure)


def test_over_tls_every_answer_asks_for_tls_from_now_on(secure):
    for path in ("/sign-in", "/nowhere", "/static/none.css", "/admin"):
        answer = secure.get(path, follow_redirects=False)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_without_tls_nothing_is_promised_that_a_browser_would_hold_us_to(as_, world):
    answer = sign_in(as_(None))

    assert "strict-transport-security" not in answer.headers
    assert answer.headers["set-cookie"].startswith("sid=")


def test_over_tls_a_plain_cookie_is_not_accepted(secure, as_, world):
    secure.cookies.set("sid", as_(world.alice).cookies["sid"])

    assert not signed_in(secure)


def test_over_tls_the_origin_is_the_public_address(secure, as_, world):
    token = as_(world.alice).cookies["sid"]
    secure.cookies.set("__Host-sid", token)

    def ended(origin):
        headers = {"Origin": origin, "X-CSRF-Token": token_for(token)}
        return secure.post("/language", headers=headers, data={"language": "zh"}).status_code

    assert ended("http://audit.example") == 403
    assert ended("https://audit.example.evil.example") == 403
    assert ended("https://audit.example") == 200
