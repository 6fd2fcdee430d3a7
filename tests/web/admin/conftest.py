"""Reading a page as a person would: by its fields, rows and messages."""

import pytest
from bs4 import BeautifulSoup


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
