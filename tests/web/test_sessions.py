from tests.world import PASSWORD


def test_sign_in_leads_to_the_persons_own_start(as_, world):
    client = as_(None)
    page = client.get("/sign-in")
    token = page.text.split('name="csrf" value="')[1].split('"')[0]

    answer = client.post(
        "/sign-in",
        data={"login": "alice", "password": PASSWORD, "csrf": token},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/assignments")


def test_home_without_a_sign_in_asks_for_one_and_remembers_the_way(as_, world):
    answer = as_(None).get("/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")
