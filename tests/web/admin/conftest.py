"""Reading a page as a person would: by its fields, rows and messages."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from audit.clock import now
from audit.domain.text import Text
from audit.store.programmes import list_with_waves
from tests.world import library


class Seen:
    """A page as drawn."""

    def __init__(self, answer):
        self.status = answer.status_code
        self.soup = BeautifulSoup(answer.text, "html.parser")

    def problem(self, field):
        found = self.soup.find(id=f"{field}-problem")
        return found.get_text(strip=True) if found else None

    def value(self, field):
        found = self.soup.find(attrs={"name": field})
        if found.name == "select":
            return found.find("option", selected=True)["value"]
        return found.get_text().lstrip("\n") if found.name == "textarea" else found.get("value")

    def names(self):
        """The first heading of every table row."""
        return [cell.get_text(" ", strip=True) for cell in self.soup.select("tbody th")]

    def rows(self):
        return [
            [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
            for row in self.soup.select("tbody tr")
        ]

    def notice(self):
        found = self.soup.select_one('.notice[role="status"]')
        return found.get_text(strip=True) if found else None


@pytest.fixture
def seen():
    return Seen


@pytest.fixture
def ann(as_, world):
    """The administrator's browser, in English."""
    return as_(world.ann)


@pytest.fixture
def make_wave(ann, world, database):
    """An empty wave, open long enough for visits beyond the reach of the world's own."""

    def make(brief, checklist=None):
        ann.post(
            "/admin/programmes/00000000-0000-0000-0000-000000000014/waves",
            data={
                "name_zh": "新",
                "name_en": "New",
                "opens_on": str(now().date()),
                "closes_on": str(now().date() + timedelta(days=210)),
                "checklist": (checklist or world.checklist).hash,
                "brief_zh": brief.zh,
                "brief_en": brief.en,
            },
        )
        with database.reading() as session:
            waves = list_with_waves(session)[0].waves
        return next(one.id for one in waves if one.name.en == "New")

    return make


@pytest.fixture
def wave(make_wave):
    return make_wave(Text("问贷款。", "Ask for a loan."))


@pytest.fixture
def drill(make_wave):
    """A wave whose checklist is a drill."""
    return make_wave(Text("演练断网。", "Play a network failure."), library()["crisis-handling"])
