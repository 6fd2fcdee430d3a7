"""Writing a checklist as a browser without scripts would: by the forms that pages show."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from audit.clock import now
from audit.ids import new_id
from audit.store.drafts import add_draft, list_drafts


class Sheet:
    """A page as drawn, and the forms on it."""

    def __init__(self, answer):
        self.status = answer.status_code
        self.url = answer.url.path
        self.soup = BeautifulSoup(answer.text, "html.parser")

    def form(self, action: str) -> dict[str, Any]:
        """What the form to this address sends when nothing is changed."""
        (form,) = self.soup.select(f'form[action$="{action}"]')[:1]
        sent: dict[str, Any] = {}
        for field in form.select("[name]"):
            kind = field.get("type")
            if field.name == "button" or (
                kind in ("checkbox", "radio") and not field.has_attr("checked")
            ):
                continue
            sent.setdefault(field["name"], []).append(value_of(field))
        return sent

    def told(self, slot: str) -> str:
        return self.soup.find(id=f"p-{slot.replace('.', '-')}").get_text(strip=True)

    def listed(self) -> list[str]:
        return [one.get_text(strip=True) for one in self.soup.select(".draft-list li a")]

    def text(self) -> str:
        return re.sub(r"\s+", " ", self.soup.main.get_text(" ", strip=True))


def value_of(field):
    if field.name == "textarea":
        return field.get_text().removeprefix("\n")
    if field.name == "select":
        chosen = field.find("option", selected=True) or field.find("option")
        return chosen.get("value", chosen.get_text()) if chosen else ""
    return field.get("value", "")


class Editor:
    def __init__(self, client, database):
        self.client, self.database = client, database
        self.root = ""

    def begin(self, **said):
        self.root = self.client.post("/drafts", data=said).url.path
        return self

    def at(self, root):
        self.root = root
        return self

    def see(self, place="") -> Sheet:
        return Sheet(self.client.get(self.root + place))

    def send(self, place, action=None, *, on=None, swap=False, **fields) -> Sheet:
        """The form on that page, with these fields changed."""
        page = on or self.see(place)
        form = page.form(action or place) | {
            name.replace("__", "."): value for name, value in fields.items()
        }
        where = self.root + (action or place)
        headers = {"HX-Request": "true"} if swap else {}
        return Sheet(self.client.post(where, data=form, headers=headers))

    @property
    def tables(self):
        with self.database.reading() as session:
            return next(
                one for one in list_drafts(session) if self.root.endswith(str(one.id))
            ).tables


@pytest.fixture
def carol(as_, world, database):
    """An auditor at work on a draft."""
    return Editor(as_(world.carol), database)


@pytest.fixture
def ann(as_, world, database):
    return Editor(as_(world.ann), database)


@pytest.fixture
def begun(carol, world, database):
    """Carol's editor at a draft of these tables, which Ann has begun."""

    def begin(tables):
        draft = new_id()
        with database.writing() as session:
            add_draft(session, draft, tables, world.ann, now())
        return carol.at(f"/drafts/{draft}")

    return begin
