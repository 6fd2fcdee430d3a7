from audit.domain.answer import Answer, Deed
from audit.store.events import list_events, record
from audit.store.visits import get_visit
from tests import world as known
from tests.world import NOON


def test_a_deed_is_journalled_once_and_starts_the_visit(either_database):
    world = known.build(either_database)
    deed = Deed("answer", "rules-24/r01", Answer("answered", 2))

    for _ in range(2):
        with either_database.writing() as session:
            visit = get_visit(session, world.alice, world.harbour_visit)
            capture, _made = record(session, visit, [deed], NOON)

    with either_database.reading() as session:
        events = list_events(session, world.harbour_visit)
        visit = get_visit(session, world.alice, world.harbour_visit)
    assert [(event.item, event.seq, event.answer) for event in events] == [
        ("rules-24/r01", 1, Answer("answered", 2))
    ]
    assert capture.answers == {"rules-24/r01": Answer("answered", 2)}
    assert visit.status == "in_progress"
