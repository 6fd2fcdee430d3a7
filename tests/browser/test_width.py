"""What has no place to break does not widen a page."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from audit.domain.text import Text
from audit.store.branches import save_branch, save_region
from audit.store.visits import add_visit

pytestmark = pytest.mark.browser

ADDRESS = "https://intranet.example.cn/" + "x" * 260
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


@pytest.fixture
def briefed(world, database) -> str:
    visit = UUID(int=77)
    with database.writing() as session:
        save_branch(session, replace(world.harbour, name=Text("长" * 40, LONG)))
        add_visit(
            session,
            visit,
            branch=world.harbour.id,
            wave=world.wave,
            shopper=world.alice.id,
            mode="open",
            checklist=world.checklist.hash,
            brief=Text(ADDRESS, ADDRESS),
            due_on=date(2026, 11, 28),
        )
    return f"/assignments/{visit}"


def test_an_address_in_a_brief_and_a_long_name_do_not_widen_a_shoppers_page(open_, world, briefed):
    for path in ("/assignments", briefed):
        assert open_.overflow(open_(world.alice, path, width=320)) == 0


def test_an_address_in_a_criterion_does_not_widen_a_checklist(open_, world):
    page = open_(world.carol, f"/checklists/{world.checklist.hash}", width=320)

    page.locator(".admin-item-card p").last.evaluate("(e, text) => e.textContent = text", ADDRESS)

    assert open_.overflow(page) == 0


def test_a_long_name_does_not_widen_a_list_of_the_administrator(open_, world, database):
    with database.writing() as session:
        save_region(session, replace(world.region, name=Text("长" * 60, LONG * 5)))

    for width in (320, 1280):
        assert open_.overflow(open_(world.ann, "/admin/regions", width=width)) == 0
