"""Every page for every role: nothing that axe finds, everything by keyboard, no error.

The addresses are built from the routes, so that a new page is looked at too. Consoles and
the content security policy are watched by `open_`.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from audit.domain.text import Text
from audit.store.drafts import create_draft
from audit.store.scenarios import give_scenario
from audit.store.visits import add_visit
from tests.world import NOON, fill_visit, library, release_visit, scenario

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
AGAIN, WAITING, PLANNED = UUID(int=33), UUID(int=34), UUID(int=36)
PLAIN, COMPOSED = UUID(int=91), UUID(int=92)
NOT_PAGES = re.compile(r"^/static/|/photos/|\.(?:pdf|csv|xlsx|toml|js|webmanifest)$")
# Whose pages are whose: so that nobody's are looked at twice.
OWN = {
    "stranger": r"/sign-in|/offline",
    "alice": r"/assignments|/visits|/account|/self-test",
    "carol": r"/reviews|/results|/branches$|/drafts|/checklists",
    "dan": r"/branches|/results|/library",
    "ann": r"/admin",
}
QUERIES = {
    "/branches/{branch_id:uuid}/comparison": "?visit={first}&visit={second}",
    "/branches/{branch_id:uuid}/changes": "?before={first}&after={second}",
    "/checklists/comparison": "?before={rules}&after={whole}",
}
REGROUPED = {"/results/{}", "/branches/{}/comparison"}


@pytest.fixture
def lived_in(database, world) -> dict[str, str]:
    """Visits in every state, so that no page is empty: two of the Harbour's released, one
    handed in, one being filled in, one with a role to play, and Bob's not begun."""
    for visit, shopper in (
        (AGAIN, world.alice),
        (WAITING, world.alice),
        (UUID(int=35), world.alice),
        (PLANNED, world.alice),
    ):
        with database.writing() as session:
            add_visit(
                session,
                visit,
                branch=world.harbour.id,
                wave=world.wave,
                shopper=shopper.id,
                mode="open",
                checklist=world.checklist.hash,
                brief=Text("看看等候区。", "Look at the waiting area."),
                due_on=date(2026, 11, 28),
            )
    with database.writing() as session:
        for visit in (WAITING, PLANNED, world.hill_visit):
            give_scenario(session, visit, scenario("sc-wealth"))
    fill_visit(database, world)
    release_visit(database, world, verdict="A warm welcome; the goodbye was cold.")
    later = NOON + timedelta(days=3)
    fill_visit(database, world, {"rules-24/r01": "0"}, visit=AGAIN, entered=later)
    release_visit(database, world, visit=AGAIN, at=later + timedelta(days=1))
    fill_visit(database, world, visit=WAITING, entered=later)
    fill_visit(database, world, visit=UUID(int=35), entered=later, submit=False)
    with database.writing() as session:
        whole, rules = world.checklist, library()["rules-24"]
        create_draft(session, COMPOSED, whole, world.ann, NOON, own_id="ours")
        create_draft(session, PLAIN, rules, world.ann, NOON, own_id="own-rules")
    return {
        "first": str(world.harbour_visit),
        "second": str(AGAIN),
        "rules": rules.hash,
        "whole": whole.hash,
    }


def candidates(world) -> dict[str, list[str]]:
    visits = [world.harbour_visit, AGAIN, WAITING, UUID(int=35), PLANNED, world.hill_visit]
    return {
        "visit_id": [str(visit) for visit in visits],
        "branch_id": [str(world.harbour.id)],
        "person_id": [str(world.dan.id)],
        "region_id": [str(world.region.id)],
        "wave_id": [str(world.wave)],
        "programme_id": [str(UUID(int=20))],
        "content_hash": [world.checklist.hash],
        "framework": ["anger7"],
        "name": ["listening-levels"],
        "draft_id": [str(PLAIN), str(COMPOSED)],
        "section": ["1"],
        "number": ["1"],
    }


def addresses(app, world, lived_in) -> Iterator[tuple[str, str]]:
    """(route, address) of every page there could be."""
    known = candidates(world)
    for route in app.routes:
        if "GET" not in getattr(route, "methods", ()) or NOT_PAGES.search(route.path_format):
            continue
        path = route.path_format
        names = re.findall(r"{(\w+)(?::\w+)?}", path)
        for values in product(*(known[name] for name in names)):
            found = path
            for value in values:
                found = re.sub(r"{\w+(?::\w+)?}", value, found, count=1)
            query = next((q for name, q in QUERIES.items() if bare(name) == bare(path)), "")
            yield path, found + query.format(**lived_in)
            if bare(path) in REGROUPED:
                mark = "&" if query else "?"
                yield path, found + query.format(**lived_in) + f"{mark}framework=say4"


def bare(path: str) -> str:
    return re.sub(r"{\w+(?::\w+)?}", "{}", path)


@pytest.fixture
def pages(as_, serving, world, lived_in):
    """Addresses of a person's own pages that answer with a page: in every state, or one
    for each route."""

    def of(name: str, *, each_state: bool = True) -> list[str]:
        person = getattr(world, name, None)
        client = as_(person)
        found: dict[str, str] = {}
        for route, address in addresses(serving.app, world, lived_in):
            if not re.match(OWN[name], route):
                continue
            answer = client.get(address, follow_redirects=False)
            if answer.status_code == 200 and "<!doctype html>" in answer.text:
                found.setdefault(address if each_state else route, address)
        return list(found.values())

    return of


def test_every_page_is_somebodys(serving, world, lived_in, pages):
    """A new route is looked at below, or this fails."""
    opened = {address for name in OWN for address in pages(name)}
    partial = {"/results/{}/what-if", "/"}  # an answer to htmx; a redirect

    missing = {
        bare(route)
        for route, _ in addresses(serving.app, world, lived_in)
        if bare(route) not in partial
        and not any(
            re.fullmatch(re.escape(bare(route)).replace(r"\{\}", "[^/]+"), found.split("?")[0])
            for found in opened
        )
    }

    assert missing == set()


FIND = """async (only) => {
  const options = only
    ? { runOnly: { type: "rule", values: only } }
    : { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  const found = await axe.run(document, options);
  const where = (one) => one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120));
  return found.violations.map((one) => `${one.id}: ${where(one).join(" | ")}`);
}"""
LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable"]


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{address}: {one}" for address, faults in found.items() for one in faults)


WORDS = ["html-has-lang", "html-lang-valid", "valid-lang", "document-title"]
ON_A_PHONE = ("stranger", "alice")


def window(name: str, language: str, place: int) -> tuple[int, str, list[str] | None]:
    """In Chinese every page, visits in every state, all rules, where its people are: shoppers on a
    phone, the others at a desk. In English once each route, at the other width and in the
    other colours, what depends on these and on words. Neighbours change colours with each
    other, so that all four are seen of every kind of page."""
    near, far = (390, 1280) if name in ON_A_PHONE else (1280, 390)
    schemes = ("light", "dark") if place % 2 else ("dark", "light")
    if language == "zh":
        return near, schemes[0], None
    return far, schemes[1], [*LOOKS, *WORDS]


def faults(page, width: int, scheme: str, rules: list[str] | None) -> list[str]:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AXE)
    found = [f"{width} {scheme}: {fault}" for fault in page.evaluate(FIND, rules)]
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + ([f"320: {wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", OWN)
def test_axe_finds_nothing(name, language, open_, world, pages):
    person = getattr(world, name, None)
    addresses = pages(name, each_state=language == "zh" and name in ("alice", "carol"))
    page = open_(person, addresses[0], language=language)

    found = {}
    for place, address in enumerate(addresses):
        page.goto(address)
        if wrong := faults(page, *window(name, language, place)):
            found[address] = wrong

    assert not found, told(found)


MARK = """() => {
  const stops =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  window.look = (element) => {
    const around = [element.parentElement, element.nextElementSibling, element.closest("label")];
    return [element, ...around, ...(element.labels || [])].filter(Boolean).map((one) => {
      const style = getComputedStyle(one);
      return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
        style.borderColor, style.backgroundColor].join();
    }).join(";");
  };
  window.stops = [...document.querySelectorAll(stops)].filter(
    (one) =>
      !one.matches(":disabled") && one.tabIndex >= 0 &&
      one.checkVisibility({ visibilityProperty: true })
  );
  window.before = window.stops.map(window.look);
  return window.stops.length;
}"""
NEXT = """() => {
  const element = document.activeElement;
  const place = window.stops.indexOf(element);
  if (place < 0) return [place, true];
  return [place, window.look(element) !== window.before[place]];
}"""
MISSED = """(visited) => {
  const seen = visited.map((place) => window.stops[place]);
  const sameGroup = (one, other) =>
    one.type === "radio" && one.name === other.name && one.form === other.form;
  return window.stops
    .filter((one) => !seen.includes(one) && !seen.some((other) => sameGroup(one, other)))
    .map((one) => one.outerHTML.slice(0, 120));
}"""
PARTS = 4  # a date is one field of several stops


def walk(page) -> tuple[list[str], list[str]]:
    """Press Tab through the page: what was not reached, and what did not show its focus."""
    count = page.evaluate(MARK)
    visited: list[int] = []
    dull = []
    for _ in range(PARTS * count + 5):
        page.keyboard.press("Tab")
        place, seen = page.evaluate(NEXT)
        if visited and place == visited[-1]:
            continue
        if place in visited:
            break
        if place >= 0:
            visited.append(place)
            if not seen:
                dull.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    return page.evaluate(MISSED, visited), dull


@pytest.mark.parametrize("name", OWN)
def test_everything_is_reached_by_keyboard_and_shows_its_focus(name, open_, world, pages):
    person = getattr(world, name, None)
    addresses = pages(name, each_state=False)
    page = open_(person, addresses[0], width=1280)

    found = {}
    for address in addresses:
        page.goto(address)
        page.emulate_media(reduced_motion="reduce")
        missed, dull = walk(page)
        found |= {f"{address} not reached": missed} if missed else {}
        found |= {f"{address} without visible focus": dull} if dull else {}

    assert not found, told(found)
