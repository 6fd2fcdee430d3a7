from datetime import UTC, datetime, timedelta

from audit.domain.phone import Phone, SelfTest, Sent, Standing, stand

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OLD, NEW, OTHER = "a" * 32, "b" * 32, "c" * 32
COOKIE = "d" * 32


def test_a_new_phone_is_told_nothing():
    assert stand(Phone(COOKIE, NEW), set(), {}) == Standing()


def test_a_phone_with_a_new_name_and_nothing_of_its_old_one_has_lost_its_store():
    sent = {OLD: Sent(12, NOON), f"{OLD}~1": Sent(1, LATER)}

    found = stand(Phone(COOKIE, NEW), {OLD}, sent)

    assert found == Standing(cleared=Sent(13, LATER))


def test_a_loss_is_told_even_if_nothing_had_been_sent():
    assert stand(Phone(COOKIE, NEW), {OLD}, {}) == Standing(cleared=Sent(0, None))


def test_a_phone_that_still_holds_what_it_made_under_its_old_name_has_lost_nothing():
    """It goes on under a new name when a copy of it has given the same numbers."""
    assert stand(Phone(COOKIE, NEW, held=3), {OLD}, {OLD: Sent(3, NOON)}) == Standing()


def test_a_loss_is_told_once():
    assert stand(Phone(COOKIE, NEW), {OLD, NEW}, {OLD: Sent(3, NOON)}) == Standing()


def test_what_another_phone_has_sent_is_told_and_plain_forms_are_no_phone():
    sent = {NEW: Sent(4, NOON), OTHER: Sent(2, LATER), "server": Sent(9, LATER)}

    assert stand(Phone(COOKIE, NEW), {NEW}, sent) == Standing(elsewhere=Sent(2, LATER))


def test_a_self_test_names_its_checks_by_outcome():
    found = SelfTest({"room": "fail", "clock": "warn", "worker": "fail", "secure": "pass"})

    assert found.names("fail") == ["room", "worker"]
