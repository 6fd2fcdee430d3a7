"""Who may do what: every route times every kind of person, from one table.

A route without a row fails; so does a row without a route. Whoever is refused changes
nothing, and a GET changes nothing for anybody. Every unsafe route is tried from other
sites' pages. All answers are looked at for the headers that protect a browser.
"""

import re
from typing import Any

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler

from audit.app import HANDLERS
from audit.web.security import HEADERS
from tests.web.house import House

# Alice owns the visits and Dan the branch that are asked for; Bob and Erin are their likes.
WHO = ("stranger", "alice", "bob", "dan", "erin", "carol", "ann")
NO = 404  # what is not yours does not exist


class Row(msgspec.Struct, frozen=True):
    path: str
    statuses: tuple[int | None, ...]  # in the order of WHO; None: has to sign in first
    sent: dict[str, str] = {}


def anybody(status: int) -> tuple[int | None, ...]:
    return (status,) * 7


def signed_in(status: int) -> tuple[int | None, ...]:
    return (None, *(status,) * 6)


def own_sign_in(status: int) -> tuple[int | None, ...]:
    return (None, status, NO, NO, NO, NO, NO)


def shoppers(own: int, other: int = NO) -> tuple[int | None, ...]:
    return (None, own, other, NO, NO, NO, NO)


def auditors(status: int) -> tuple[int | None, ...]:
    return (None, NO, NO, NO, NO, status, status)


def readers(own: int, other: int = NO) -> tuple[int | None, ...]:
    return (None, NO, NO, own, other, own, own)


def viewers(status: int) -> tuple[int | None, ...]:
    """Of a visit's photos by their names, which tell when they were taken: never a branch."""
    return (None, status, NO, NO, NO, status, status)


def administrators(status: int) -> tuple[int | None, ...]:
    return (None, NO, NO, NO, NO, NO, status)


HERE = {"page": "house"}  # the page that saved it last saves again
HERE_UP = {**HERE, "step": "2.up"}
ROWS = {
    # phones, by a visit's token: nobody's sign-in opens these
    "POST /api/v1/visits/{}/events": Row("/api/v1/visits/{assigned}/events", anybody(422)),
    "PUT /api/v1/visits/{}/photos/{}/chunks/{}": Row(
        "/api/v1/visits/{assigned}/photos/{photo}/chunks/0?of=1&size=1&sha={sha}", anybody(401)
    ),
    "GET /api/v1/visits/{}/photos/{}": Row(
        "/api/v1/visits/{assigned}/photos/{photo}", anybody(401)
    ),
    # everybody
    "GET /static/{}": Row("/static/none.css", anybody(404)),
    "GET /sw.js": Row("/sw.js", anybody(200)),
    "GET /notes.webmanifest": Row("/notes.webmanifest", anybody(200)),
    "GET /offline": Row("/offline", anybody(200)),
    "GET /": Row("/", signed_in(303)),
    "GET /sign-in": Row("/sign-in", (200, 303, 303, 303, 303, 303, 303)),
    "POST /sign-in": Row("/sign-in", anybody(422), {"login": "nobody", "password": "none"}),
    "POST /sign-out": Row("/sign-out", signed_in(303)),
    "POST /language": Row("/language", anybody(303), {"language": "zh"}),
    "GET /library/systems": Row("/library/systems", signed_in(200)),
    "GET /library/frameworks/{}": Row("/library/frameworks/wants7", signed_in(200)),
    "GET /library/background": Row("/library/background", signed_in(200)),
    "GET /library/background/{}": Row("/library/background/listening-levels", signed_in(200)),
    "GET /account": Row("/account", signed_in(200)),
    "POST /account/password": Row("/account/password", signed_in(422)),
    "POST /account/sign-ins/{}/closure": Row(
        "/account/sign-ins/{sign_in}/closure", own_sign_in(303)
    ),
    "POST /account/sign-ins/closure": Row("/account/sign-ins/closure", signed_in(303)),
    # shoppers
    "GET /assignments": Row("/assignments", shoppers(200, 200)),
    "GET /assignments/{}": Row("/assignments/{assigned}", shoppers(200)),
    "GET /assignments/{}/brief": Row("/assignments/{assigned}/brief", shoppers(200)),
    "GET /visits/{}/onsite": Row("/visits/{assigned}/onsite", shoppers(200)),
    "POST /visits/{}/marks": Row(
        "/visits/{assigned}/marks", shoppers(303), {"mark": "enter", "value": "now"}
    ),
    "POST /visits/{}/marks/onsite": Row(
        "/visits/{assigned}/marks/onsite", shoppers(200), {"mark": "enter", "value": "now"}
    ),
    "POST /visits/{}/marks/swap": Row(
        "/visits/{assigned}/marks/swap", shoppers(200), {"mark": "enter", "value": "now"}
    ),
    "POST /visits/{}/memories": Row(
        "/visits/{assigned}/memories", shoppers(303), {"stage": "{stage}", "text": "a"}
    ),
    "POST /visits/{}/memories/swap": Row(
        "/visits/{assigned}/memories/swap", shoppers(200), {"stage": "{stage}", "text": "a"}
    ),
    "GET /visits/{}/fill": Row("/visits/{assigned}/fill", shoppers(200)),
    "POST /visits/{}/answers": Row(
        "/visits/{assigned}/answers", shoppers(303), {"item": "{item}", "value": "not_observed"}
    ),
    "POST /visits/{}/answers/swap": Row(
        "/visits/{assigned}/answers/swap",
        shoppers(200),
        {"item": "{item}", "value": "not_observed"},
    ),
    "POST /visits/{}/notes": Row(
        "/visits/{assigned}/notes", shoppers(303), {"item": "{item}", "note": "a"}
    ),
    "POST /visits/{}/notes/swap": Row(
        "/visits/{assigned}/notes/swap", shoppers(200), {"item": "{item}", "note": "a"}
    ),
    "GET /visits/{}/submission": Row("/visits/{assigned}/submission", shoppers(200)),
    "POST /visits/{}/submission": Row(
        "/visits/{assigned}/submission", shoppers(303), {"confirmed": "1"}
    ),
    "POST /visits/{}/tokens": Row("/visits/{assigned}/tokens", shoppers(201)),
    # whoever may see a visit
    "GET /visits/{}/photos/{}": Row("/visits/{released}/photos/{photo}", viewers(200)),
    "GET /visits/{}/photos/{}/thumbnail": Row(
        "/visits/{released}/photos/{photo}/thumbnail", viewers(200)
    ),
    "GET /self-test": Row("/self-test", shoppers(200, 200)),
    "POST /self-test": Row("/self-test", shoppers(303, 303), {"result": "{{}}"}),
    # auditors
    "GET /reviews": Row("/reviews", auditors(200)),
    "GET /reviews/{}": Row("/reviews/{submitted}", auditors(200)),
    "POST /reviews/{}/return": Row(
        "/reviews/{submitted}/return", auditors(303), {"reason": "Again, please.", "seen": "{seen}"}
    ),
    "POST /reviews/{}/release": Row(
        "/reviews/{submitted}/release", auditors(303), {"confirmed": "1", "seen": "{seen}"}
    ),
    "GET /reviews/{}/audit.csv": Row("/reviews/{submitted}/audit.csv", auditors(200)),
    "POST /reviews/{}/inclusion": Row("/reviews/{submitted}/inclusion", auditors(422)),
    "POST /reviews/{}/resolutions": Row("/reviews/{submitted}/resolutions", auditors(422)),
    "POST /reviews/{}/rescue": Row("/reviews/{submitted}/rescue", auditors(422)),
    # readers of released visits
    "GET /results/{}": Row("/results/{released}", readers(200)),
    "GET /results/{}/what-if": Row("/results/{released}/what-if", readers(200)),
    "GET /results/{}/photos/{}": Row("/results/{released}/photos/1", readers(200)),
    "GET /results/{}/photos/{}/thumbnail": Row(
        "/results/{released}/photos/1/thumbnail", readers(200)
    ),
    "GET /results/{}/report.pdf": Row("/results/{released}/report.pdf", readers(200)),
    "GET /branches": Row("/branches", (None, NO, NO, 303, 303, 200, 200)),
    "GET /branches/{}": Row("/branches/{branch}", readers(200)),
    "GET /branches/{}/comparison": Row(
        "/branches/{branch}/comparison?visit={earlier}&visit={released}", readers(200)
    ),
    "GET /branches/{}/comparison.pdf": Row(
        "/branches/{branch}/comparison.pdf?visit={earlier}&visit={released}", readers(200)
    ),
    "GET /branches/{}/changes": Row(
        "/branches/{branch}/changes?before={earlier}&after={released}", readers(200)
    ),
    "GET /branches/{}/scores.csv": Row("/branches/{branch}/scores.csv", readers(200)),
    "GET /branches/{}/scores.xlsx": Row("/branches/{branch}/scores.xlsx", readers(200)),
    # those who write checklists
    "GET /checklists/{}": Row("/checklists/{checklist}", auditors(200)),
    "GET /checklists/comparison": Row(
        "/checklists/comparison?before={checklist}&after={other}", auditors(200)
    ),
    "GET /drafts": Row("/drafts", auditors(200)),
    "POST /drafts": Row("/drafts", auditors(303), {"begin": "{checklist}"}),
    "GET /drafts/{}": Row("/drafts/{draft}", auditors(200)),
    "POST /drafts/{}/removal": Row("/drafts/{draft}/removal", auditors(303)),
    "GET /drafts/{}/head": Row("/drafts/{draft}/head", auditors(200)),
    "POST /drafts/{}/head": Row("/drafts/{draft}/head", auditors(303), HERE),
    "POST /drafts/{}/sections": Row("/drafts/{draft}/sections", auditors(303), HERE),
    "POST /drafts/{}/places": Row("/drafts/{draft}/places", auditors(303), HERE_UP),
    "GET /drafts/{}/sections/{}": Row("/drafts/{draft}/sections/1", auditors(200)),
    "POST /drafts/{}/sections/{}": Row("/drafts/{draft}/sections/1", auditors(303), HERE),
    "POST /drafts/{}/sections/{}/places": Row(
        "/drafts/{draft}/sections/1/places", auditors(303), HERE_UP
    ),
    "POST /drafts/{}/sections/{}/items": Row(
        "/drafts/{draft}/sections/1/items", auditors(303), HERE
    ),
    "GET /drafts/{}/sections/{}/items/{}": Row("/drafts/{draft}/sections/1/items/1", auditors(200)),
    "POST /drafts/{}/sections/{}/items/{}": Row(
        "/drafts/{draft}/sections/1/items/1", auditors(303), HERE
    ),
    "POST /drafts/{}/parts": Row(
        "/drafts/{composite}/parts",
        auditors(303),
        {"seen": "{seen_parts}", "checklist": "{other}"},
    ),
    "POST /drafts/{}/parts/places": Row(
        "/drafts/{composite}/parts/places",
        auditors(303),
        {"seen": "{seen_parts}", "step": "1.down"},
    ),
    "GET /drafts/{}/parts/{}": Row("/drafts/{composite}/parts/1", auditors(200)),
    "POST /drafts/{}/parts/{}": Row(
        "/drafts/{composite}/parts/1",
        auditors(303),
        {"seen": "{seen_part}", "share": "50", "version": "1.0.0"},
    ),
    "GET /drafts/{}/gates": Row("/drafts/{composite}/gates", auditors(200)),
    "POST /drafts/{}/gates": Row("/drafts/{composite}/gates", auditors(303), HERE),
    "POST /drafts/{}/gates/places": Row("/drafts/{composite}/gates/places", auditors(303), HERE_UP),
    "GET /drafts/{}/gates/{}": Row("/drafts/{composite}/gates/1", auditors(200)),
    "POST /drafts/{}/gates/{}": Row("/drafts/{composite}/gates/1", auditors(303), HERE),
    "GET /drafts/{}/facts": Row("/drafts/{composite}/facts", auditors(200)),
    "POST /drafts/{}/facts": Row("/drafts/{composite}/facts", auditors(303), HERE),
    "POST /drafts/{}/facts/places": Row("/drafts/{composite}/facts/places", auditors(303), HERE_UP),
    "GET /drafts/{}/facts/{}": Row("/drafts/{composite}/facts/1", auditors(200)),
    "POST /drafts/{}/facts/{}": Row("/drafts/{composite}/facts/1", auditors(303), HERE),
    "GET /drafts/{}/route": Row("/drafts/{composite}/route", auditors(200)),
    "POST /drafts/{}/route": Row(
        "/drafts/{composite}/route", auditors(303), {**HERE_UP, "stage": "arrival"}
    ),
    "GET /drafts/{}/preview": Row("/drafts/{composite}/preview", auditors(200)),
    "GET /drafts/{}/publication": Row("/drafts/{composite}/publication", auditors(200)),
    "POST /drafts/{}/publication": Row(
        "/drafts/{composite}/publication", auditors(303), {"seen": "{seen_draft}", "note": "New"}
    ),
    # administrators
    "GET /admin": Row("/admin", administrators(200)),
    "GET /admin/regions": Row("/admin/regions", administrators(200)),
    "GET /admin/regions/new": Row("/admin/regions/new", administrators(200)),
    "POST /admin/regions": Row(
        "/admin/regions", administrators(303), {"name_zh": "新", "name_en": "New"}
    ),
    "GET /admin/regions/{}": Row("/admin/regions/{region}", administrators(200)),
    "POST /admin/regions/{}": Row(
        "/admin/regions/{region}", administrators(303), {"name_zh": "新", "name_en": "New"}
    ),
    "POST /admin/regions/{}/removal": Row("/admin/regions/{empty}/removal", administrators(303)),
    "GET /admin/branches": Row("/admin/branches", administrators(200)),
    "GET /admin/branches/new": Row("/admin/branches/new", administrators(200)),
    "POST /admin/branches": Row(
        "/admin/branches",
        administrators(303),
        {"code": "H9", "name_zh": "新", "name_en": "New", "region": "{region}", "kind": "bank"},
    ),
    "GET /admin/branches/{}": Row("/admin/branches/{branch}", administrators(200)),
    "POST /admin/branches/{}": Row(
        "/admin/branches/{branch}",
        administrators(303),
        {"code": "H9", "name_zh": "新", "name_en": "New", "region": "{region}", "kind": "bank"},
    ),
    "GET /admin/people": Row("/admin/people", administrators(200)),
    "GET /admin/people/new": Row("/admin/people/new", administrators(200)),
    "POST /admin/people": Row(
        "/admin/people",
        administrators(303),
        {
            "name": "Fay",
            "login": "fay",
            "role": "administrator",
            "language": "",
            "password": "four calm grey herons",
        },
    ),
    "GET /admin/people/{}": Row("/admin/people/{person}", administrators(200)),
    "POST /admin/people/{}": Row(
        "/admin/people/{person}",
        administrators(303),
        {"name": "Bob", "login": "bob", "role": "auditor", "language": "", "active": "1"},
    ),
    "POST /admin/people/{}/password": Row(
        "/admin/people/{person}/password",
        administrators(303),
        {"password": "four calm grey herons"},
    ),
    "GET /admin/waves": Row("/admin/waves", administrators(200)),
    "GET /admin/programmes/new": Row("/admin/programmes/new", administrators(200)),
    "POST /admin/programmes": Row(
        "/admin/programmes", administrators(303), {"name_zh": "新", "name_en": "New"}
    ),
    "GET /admin/programmes/{}": Row("/admin/programmes/{programme}", administrators(200)),
    "POST /admin/programmes/{}": Row(
        "/admin/programmes/{programme}", administrators(303), {"name_zh": "新", "name_en": "New"}
    ),
    "GET /admin/programmes/{}/waves/new": Row(
        "/admin/programmes/{programme}/waves/new", administrators(200)
    ),
    "POST /admin/programmes/{}/waves": Row(
        "/admin/programmes/{programme}/waves",
        administrators(303),
        {
            "name_zh": "新",
            "name_en": "New",
            "opens_on": "2027-01-01",
            "closes_on": "2027-01-31",
            "checklist": "{checklist}",
        },
    ),
    "GET /admin/waves/{}": Row("/admin/waves/{wave}", administrators(200)),
    "POST /admin/waves/{}": Row(
        "/admin/waves/{wave}",
        administrators(303),
        {
            "name_zh": "新",
            "name_en": "New",
            "opens_on": "2027-01-01",
            "closes_on": "2027-01-31",
            "checklist": "{checklist}",
        },
    ),
    "GET /admin/assignments": Row("/admin/assignments", administrators(200)),
    "GET /admin/assignments/new": Row("/admin/assignments/new", administrators(200)),
    "POST /admin/assignments/plan": Row("/admin/assignments/plan", administrators(422)),
    "POST /admin/assignments": Row(
        "/admin/assignments",
        administrators(303),
        {
            "wave": "{wave}",
            "branch": "{branch}",
            "shopper": "{person}",
            "mode": "open",
            "due_on": "2027-01-31",
            "accept": "1",
        },
    ),
    "GET /admin/assignments/{}": Row("/admin/assignments/{assigned}", administrators(200)),
    "POST /admin/assignments/{}": Row(
        "/admin/assignments/{assigned}",
        administrators(303),
        {"shopper": "{person}", "mode": "open", "due_on": "2027-01-31"},
    ),
    "POST /admin/assignments/{}/cancellation": Row(
        "/admin/assignments/{assigned}/cancellation", administrators(303)
    ),
    "GET /admin/phones": Row("/admin/phones", administrators(200)),
    "GET /admin/checklists": Row("/admin/checklists", administrators(200)),
    "POST /admin/checklists": Row("/admin/checklists", administrators(422)),
    "POST /admin/checklists/shipped": Row("/admin/checklists/shipped", administrators(303)),
    "GET /admin/checklists/{}": Row("/admin/checklists/{checklist}", administrators(200)),
    "GET /admin/checklists/import": Row("/admin/checklists/import", auditors(200)),
    "POST /admin/checklists/import": Row("/admin/checklists/import", auditors(422)),
    "GET /admin/checklists/{}/checklist.toml": Row(
        "/admin/checklists/{checklist}/checklist.toml", auditors(200)
    ),
    "GET /admin/checklists/{}/checklist.xlsx": Row(
        "/admin/checklists/{checklist}/checklist.xlsx", auditors(200)
    ),
}
# Answers a browser may keep; everything else is never stored.
PHOTOS = {
    f"GET /{place}/{{}}/photos/{{}}{form}"
    for place in ("visits", "results")
    for form in ("", "/thumbnail")
}
KEPT = {"GET /static/{}", "GET /sw.js", "GET /results/{}/report.pdf", *PHOTOS}
# A browser adds a cookie by itself, never a token in a header: nothing to be forged there.
BY_TOKEN = {key for key in ROWS if " /api/" in key}
UNSAFE = sorted(key for key in ROWS if not key.startswith("GET ") and key not in BY_TOKEN)


def key_of(handler: HTTPRouteHandler, path: str) -> str:
    (method,) = handler.http_methods
    return f"{method} {re.sub(r'{[^}]*}', '{}', path)}"


def routes() -> list[str]:
    return [key_of(handler, path) for handler in HANDLERS for path in handler.paths]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    found = House(tmp_path_factory.mktemp("house"))
    yield found
    found.close()


@pytest.fixture
def house(furnished):
    furnished.restore()
    return furnished


def ask(
    house: House, key: str, who: str, headers: dict[str, str] | None = None, **more: Any
) -> Any:
    """The row's request, as this person's browser would send it from our own page."""
    row = ROWS[key]
    if not more:
        sent = {name: value.format(**house.names) for name, value in row.sent.items()}
        more = {} if key.startswith("GET ") else {"data": sent}
    return house.client(who).request(
        key.partition(" ")[0],
        row.path.format(**house.names),
        headers=house.proof(who) if headers is None else headers,
        follow_redirects=False,
        **more,
    )


def test_every_route_has_a_row_and_every_row_a_route():
    assert sorted(routes()) == sorted(ROWS)


def test_the_application_serves_these_routes_and_no_others(house):
    served = {
        key_of(handler, route.path_format)
        for route in house.app.routes
        for handler in getattr(route, "route_handlers", ())
        if "OPTIONS" not in handler.http_methods
    }

    assert served == set(ROWS)


@pytest.mark.parametrize("key", ROWS)
def test_each_may_do_what_the_table_says_and_the_refused_change_nothing(house, key):
    reading = key.startswith("GET ")
    answers = {}
    for who, expected in zip(WHO, ROWS[key].statuses, strict=True):
        house.restore()
        before = house.contents()

        answer = ask(house, key, who)

        answers[who] = answer.status_code
        to_sign_in = 303 if reading else 401
        assert (who, answer.status_code) == (who, to_sign_in if expected is None else expected)
        if expected is None and reading:
            assert answer.headers["location"].startswith("/sign-in?next=")
        if reading or expected in (None, NO, 401):
            assert house.contents() == before, who
        assert_protected(answer, key)


OF_PAGES = ("Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy")


def assert_protected(answer, key):
    wanted = dict(HEADERS)
    if key in PHOTOS and answer.status_code == 200:  # not even our own scripts
        wanted["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if key == "GET /static/{}" and answer.status_code == 200:  # no page, and short on the wire
        wanted = {name: value for name, value in HEADERS.items() if name not in OF_PAGES}
        wanted["Content-Security-Policy"] = "default-src 'none'"
    names = {name.lower(): name for name in HEADERS}
    assert {names[n]: value for n, value in answer.headers.items() if n in names} == wanted
    if key not in KEPT or answer.status_code != 200:
        assert "no-store" in answer.headers["cache-control"].split(", ")


def allowed(key):
    return next(
        who
        for who, status in zip(WHO, ROWS[key].statuses, strict=True)
        if status is not None and status != NO
    )


FORGED = {
    "no token": lambda house, who: {"Sec-Fetch-Site": "same-origin"},
    "another site": lambda house, who: {**house.proof(who), "Sec-Fetch-Site": "cross-site"},
    "a sibling site": lambda house, who: {**house.proof(who), "Sec-Fetch-Site": "same-site"},
    "typed in": lambda house, who: {**house.proof(who), "Sec-Fetch-Site": "none"},
    "another origin": lambda house, who: {
        "X-CSRF-Token": house.proof(who)["X-CSRF-Token"],
        "Origin": "https://other.example",
    },
    "no origin at all": lambda house, who: {"X-CSRF-Token": house.proof(who)["X-CSRF-Token"]},
    "somebody else's token": lambda house, who: {
        "X-CSRF-Token": house.proof("bob" if who != "bob" else "alice")["X-CSRF-Token"],
        "Sec-Fetch-Site": "same-origin",
    },
}


@pytest.mark.parametrize("key", UNSAFE)
def test_no_other_site_can_make_a_browser_do_it(house, key):
    who = allowed(key)
    before = house.contents()

    for name, headers in FORGED.items():
        answer = ask(house, key, who, headers(house, who))
        assert (name, answer.status_code) == (name, 403)
        assert_protected(answer, key)

    assert house.contents() == before


@pytest.mark.parametrize("key", UNSAFE)
def test_a_plain_text_body_is_never_taken_for_a_form(house, key):
    who = allowed(key)
    before = house.contents()
    token = house.proof(who)["X-CSRF-Token"]
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}

    answer = ask(house, key, who, headers, content=f"csrf={token}".encode())

    assert answer.status_code == 403
    assert house.contents() == before


def test_the_right_origin_counts_where_a_browser_does_not_say_more(house):
    headers = {
        "X-CSRF-Token": house.proof("ann")["X-CSRF-Token"],
        "Origin": "http://testserver.local",
    }

    answer = ask(house, "POST /admin/regions", "ann", headers)

    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/nowhere", {}),
        ("/nowhere", {"HX-Request": "true"}),
        ("/admin/branches/not-an-id", {}),
        ("/admin/people/00000000-0000-0000-0000-0000000000ff", {}),
        ("/static/../audit/app.py", {}),
        ("/admin/assignments?number=many", {}),
    ],
)
def test_an_address_that_leads_nowhere_is_protected_too(house, path, headers):
    answer = house.client("ann").get(path, headers=headers)

    assert answer.status_code in (400, 404)
    assert_protected(answer, "GET")


def test_a_file_is_kept_by_browsers_and_protected_all_the_same(house):
    (url, *_) = house.app.state.assets.by_url

    answer = house.client("stranger").get(url)

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert_protected(answer, "GET /static/{}")


def test_options_and_unknown_methods_tell_and_change_nothing(house):
    before = house.contents()
    client = house.client("ann")

    for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, "/admin/regions", headers=house.proof("ann"))
        assert answer.status_code in (204, 405)
        assert_protected(answer, method)

    assert house.contents() == before
