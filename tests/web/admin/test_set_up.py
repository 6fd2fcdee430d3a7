"""A whole programme, from an empty database with one administrator to a shopper's list."""

from datetime import timedelta

from audit.clock import now
from audit.domain.people import Person
from audit.ids import new_id
from audit.store.people import save_person
from tests.world import password_hash

PASSWORD = "four calm grey herons"
TODAY = now().date()


def test_a_programme_can_be_set_up_from_nothing_by_its_pages_alone(as_, database, seen):
    admin = Person(new_id(), "root-admin", "Ann", "administrator")
    with database.writing() as session:
        save_person(session, admin, password_hash())
    ann = as_(admin)
    missing = seen(ann.get("/admin")).soup.select(".admin-steps a")
    assert [step["href"] for step in missing] == [
        "/admin/regions",
        "/admin/branches",
        "/admin/people?role=shopper",
        "/admin/people?role=auditor",
        "/admin/people?role=branch_manager",
        "/admin/checklists",
        "/admin/waves",
        "/admin/assignments",
    ]

    ann.post("/admin/regions", data={"name_zh": "海湾", "name_en": "Bay"})
    region = option(seen(ann.get("/admin/branches/new")), "region", "Bay")
    ann.post(
        "/admin/branches",
        data={
            "code": "H001",
            "name_zh": "港口支行",
            "name_en": "Harbour branch",
            "region": region,
            "kind": "bank",
        },
    )
    new = seen(ann.get("/admin/people/new"))
    branch = new.soup.find(attrs={"name": "branch"})["value"]
    for name, role, more in (
        ("Alice", "shopper", {"code": "S01"}),
        ("Carol", "auditor", {}),
        ("Dan", "branch_manager", {"branch": branch}),
    ):
        login = {"name": name, "login": name.lower(), "role": role, "language": "en"}
        ann.post("/admin/people", data={**login, "password": PASSWORD, **more})
    ann.post("/admin/checklists/shipped")
    ann.post("/admin/programmes", data={"name_zh": "服务检测", "name_en": "Service check"})
    add_wave = seen(ann.get("/admin/waves")).soup.find("a", string="New wave")["href"]
    ann.post(
        add_wave.removesuffix("/new"),
        data={
            "name_zh": "第一批",
            "name_en": "First wave",
            "opens_on": str(TODAY),
            "closes_on": str(TODAY + timedelta(days=30)),
            "checklist": option(seen(ann.get(add_wave)), "checklist", "Branch visit"),
            "brief_zh": "办理一笔存款。",
            "brief_en": "Make a deposit.",
        },
    )
    plan = seen(ann.get("/admin/assignments/new"))
    ann.post(
        "/admin/assignments",
        data={
            "wave": option(plan, "wave", "First wave"),
            "branch": branch,
            "shopper": plan.soup.find(attrs={"name": "shopper"})["value"],
            "mode": "disguised",
            "due_on": str(TODAY + timedelta(days=7)),
        },
    )

    alice = sign_in(as_, "alice", seen)
    assert "Harbour branch" in alice.get("/assignments").text
    assert sign_in(as_, "carol", seen).get("/", follow_redirects=False).headers["location"] == (
        "/reviews"
    )
    assert sign_in(as_, "dan", seen).get("/", follow_redirects=False).headers["location"] == (
        "/branches"
    )
    done = seen(ann.get("/admin"))
    assert done.soup.select(".admin-steps") == []
    assert done.rows()[0][2:] == ["1", "0", "0", "0", "0", "0"]


def option(page, field, text):
    """The value of the option whose words start so."""
    options = page.soup.find(attrs={"name": field}).find_all("option")
    return next(one["value"] for one in options if one.get_text(strip=True).startswith(text))


def sign_in(as_, login, seen):
    client = as_(None)
    client.headers["Sec-Fetch-Site"] = "same-origin"
    token = seen(client.get("/sign-in")).value("csrf")
    client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf": token})
    return client
