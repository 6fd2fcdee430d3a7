import pytest

from audit.store.people import find_login, get_person, list_people
from audit.store.visits import save_status
from audit.web.sessions import verify_password
from tests.world import NOON, PASSWORD, revisit


def typed(**changes):
    return {
        "name": "Fay",
        "login": "fay",
        "role": "shopper",
        "code": "S09",
        "language": "",
        "password": "four calm grey herons",
        **changes,
    }


def stored(database, login):
    with database.reading() as session:
        found = find_login(session, login)
    assert found is not None
    return found


def test_a_new_shopper_can_sign_in_with_the_password_given(ann, database):
    answer = ann.post("/admin/people", data=typed(login="Fay"), follow_redirects=False)

    assert answer.headers["location"] == "/admin/people?role=shopper&saved=1"
    person, password_hash = stored(database, "fay")
    assert (person.name, person.role, person.code, person.active) == ("Fay", "shopper", "S09", True)
    assert verify_password(password_hash, "four calm grey herons")


def test_a_proposed_password_is_good_enough_to_be_kept(ann, database, seen):
    proposal = seen(ann.get("/admin/people/new")).value("password")

    ann.post("/admin/people", data=typed(password=proposal))

    assert verify_password(stored(database, "fay")[1], proposal)
    assert seen(ann.get("/admin/people/new")).value("password") != proposal


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("short", "At least 12 characters."),
        ("x" * 201, "At most 200 characters."),
        ("password1234", "This is one of the first anybody would try. Choose another one."),
        ("fayfayfayfay", "This is one of the first anybody would try. Choose another one."),
        ("............", "This is one of the first anybody would try. Choose another one."),
    ],
)
def test_a_weak_password_is_refused_at_its_field(ann, database, seen, password, message):
    page = seen(ann.post("/admin/people", data=typed(password=password)))

    assert (page.status, page.problem("password")) == (422, message)
    with database.reading() as session:
        assert find_login(session, "fay") is None


@pytest.mark.parametrize(
    "password", ["all small letters", "四只安静的灰鹭站在水里边", "y" * 63 + " z"]
)
def test_long_passwords_of_any_characters_are_taken_whole(ann, database, password):
    ann.post("/admin/people", data=typed(password=password))

    password_hash = stored(database, "fay")[1]
    assert verify_password(password_hash, password)
    assert not verify_password(password_hash, password[:-1])


def test_login_and_code_are_one_persons_only(ann, world, seen):
    login = seen(ann.post("/admin/people", data=typed(login="ALICE")))
    code = seen(ann.post("/admin/people", data=typed(code="S01")))

    assert login.problem("login") == "Someone already signs in as alice."
    assert code.problem("code") == "Someone else already has this code."


def test_a_branch_manager_answers_for_the_branches_ticked(ann, world, database, seen):
    manager = typed(role="branch_manager", branch=[str(world.hill.id), str(world.harbour.id)])
    ann.post("/admin/people", data=manager)
    none = seen(ann.post("/admin/people", data=typed(login="gus", role="branch_manager")))

    person, _ = stored(database, "fay")
    assert set(person.branches) == {world.hill.id, world.harbour.id}
    assert person.code == ""
    assert none.problem("branch") == "Choose at least one branch."


def test_a_former_shopper_reads_results_of_own_visits_only_if_that_is_meant(
    ann, world, database, seen
):
    revisit(database, world, 1)
    both = [str(world.hill.id), str(world.harbour.id)]
    manager = typed(login="alice", role="branch_manager", branch=both, active="1")

    page = seen(ann.post(f"/admin/people/{world.alice.id}", data=manager))
    refused, _ = stored(database, "alice")
    ann.post(f"/admin/people/{world.alice.id}", data={**manager, "accept": "1"})

    assert page.problem("accept") == (
        "This person has been asked to visit H001 as a shopper and would read the results "
        "of those visits."
    )
    assert page.soup.find("input", {"name": "accept", "type": "checkbox"}) is not None
    assert refused == world.alice
    assert set(stored(database, "alice")[0].branches) == {world.hill.id, world.harbour.id}


def test_a_manager_is_asked_about_once_and_others_are_not_asked(ann, world, database, seen):
    place = f"/admin/people/{world.alice.id}"
    elsewhere = typed(login="alice", role="branch_manager", branch=str(world.hill.id), active="1")
    own = {**elsewhere, "branch": [str(world.hill.id), str(world.harbour.id)]}

    answers = [
        ann.post(place, data=data, follow_redirects=False).status_code
        for data in (elsewhere, own, {**own, "accept": "1"}, own)
    ]

    assert seen(ann.get(place)).soup.find("input", {"name": "accept"}) is None
    assert answers == [303, 422, 303, 303]


def test_a_visit_that_was_cancelled_is_no_reason_to_ask(ann, world, database):
    with database.writing() as session:
        save_status(session, world.harbour_visit, "cancelled", NOON)
    manager = typed(login="alice", role="branch_manager", branch=str(world.harbour.id), active="1")

    answer = ann.post(f"/admin/people/{world.alice.id}", data=manager, follow_redirects=False)

    assert answer.status_code == 303


def test_who_is_locked_out_is_signed_out_at_once(ann, as_, world):
    alice = as_(world.alice)
    before = alice.get("/account", follow_redirects=False).status_code

    ann.post(f"/admin/people/{world.alice.id}", data=typed(login="alice", code="S01"))

    assert (before, alice.get("/account", follow_redirects=False).status_code) == (200, 303)


def test_a_changed_role_ends_the_sign_ins_and_a_changed_name_does_not(ann, as_, world):
    alice, bob = as_(world.alice), as_(world.bob)

    ann.post(
        f"/admin/people/{world.alice.id}",
        data=typed(login="alice", code="S01", name="Alicia", active="1"),
    )
    ann.post(f"/admin/people/{world.bob.id}", data=typed(login="bob", role="auditor", active="1"))

    assert alice.get("/account", follow_redirects=False).status_code == 200
    assert bob.get("/account", follow_redirects=False).status_code == 303


def test_a_refused_change_signs_nobody_out(ann, as_, world):
    alice = as_(world.alice)

    ann.post(f"/admin/people/{world.alice.id}", data=typed(login="bob", code="S01"))

    assert alice.get("/account", follow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [({"role": "administrator"}, "active"), ({"role": "auditor", "active": "1"}, "role")],
)
def test_the_last_administrator_stays_one(ann, world, database, seen, change, field):
    page = seen(ann.post(f"/admin/people/{world.ann.id}", data=typed(login="ann", **change)))

    assert page.problem(field) == (
        "This is the last active administrator. Appoint another one first."
    )
    with database.reading() as session:
        assert get_person(session, world.ann.id) == world.ann


def test_with_a_second_administrator_the_first_may_go(ann, world, database):
    ann.post("/admin/people", data=typed(role="administrator"))

    ann.post(f"/admin/people/{world.ann.id}", data=typed(login="ann", role="administrator"))

    with database.reading() as session:
        active = [one.login for one in list_people(session, "administrator") if one.active]
    assert active == ["fay"]


def test_a_new_password_ends_every_sign_in_of_that_person(ann, as_, world, database):
    alice = as_(world.alice)

    ann.post(f"/admin/people/{world.alice.id}/password", data={"password": "four calm grey herons"})

    assert alice.get("/account", follow_redirects=False).status_code == 303
    password_hash = stored(database, "alice")[1]
    assert verify_password(password_hash, "four calm grey herons")
    assert not verify_password(password_hash, PASSWORD)


def test_a_weak_new_password_changes_nothing_and_leaves_the_person_on_the_page(
    ann, as_, world, database, seen
):
    alice = as_(world.alice)

    page = seen(ann.post(f"/admin/people/{world.alice.id}/password", data={"password": "short"}))

    assert page.problem("password") == "At least 12 characters."
    assert page.value("login") == "alice"
    assert verify_password(stored(database, "alice")[1], PASSWORD)
    assert alice.get("/account", follow_redirects=False).status_code == 200


def test_the_list_narrows_by_role_and_words(ann, world, seen):
    shoppers = seen(ann.get("/admin/people", params={"role": "shopper"})).names()
    found = seen(ann.get("/admin/people", params={"search": "s02"})).names()

    assert (shoppers, found) == (["Alice", "Bob"], ["Bob"])
