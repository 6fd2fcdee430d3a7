import pytest

from audit.domain.tables import in_step, tables_of
from tests.domain.writing import library, read, whole


@pytest.mark.parametrize("name", sorted(library().checklists))
def test_a_checklist_survives_becoming_tables_again(name):
    checklist = library().checklists[name]

    tables = tables_of(checklist, library().checklists)

    assert read(tables).hash == checklist.hash


def test_a_route_is_written_down_only_where_it_differs_from_the_sections():
    assert "route" not in tables_of(read(whole("arrival", "counter")), {})
    turned = {**whole("arrival", "arrival"), "route": [{"stage": "arrival", "items": []}]}
    turned["route"][0]["items"] = ["tea/i2", "tea/i1"]

    assert tables_of(read(turned), {})["route"] == turned["route"]


def test_what_is_no_longer_asked_leaves_gates_and_route_and_what_is_new_joins_its_stage():
    tables = whole("arrival", "counter") | {
        "gates": [{"id": "g", "items": ["tea/i1", "tea/gone"]}],
        "route": [{"stage": "arrival", "items": ["tea/gone", "tea/i1"]}],
    }

    now = in_step(tables)

    assert now["gates"] == [{"id": "g", "items": ["tea/i1"]}]
    assert now["route"] == [
        {"stage": "arrival", "items": ["tea/i1"]},
        {"stage": "counter", "items": ["tea/i2"]},
    ]
