"""A phone of Alice's at the Harbour branch, with the token of her visit."""

import pytest
from argon2 import PasswordHasher

from audit.store.people import save_password
from audit.web import sessions
from tests.phone import Phone
from tests.world import NOON, PASSWORD


@pytest.fixture
def alice(as_, world):
    return as_(world.alice)


@pytest.fixture
def phone(world):
    return Phone(world.harbour_visit, world.checklist.hash, NOON)


@pytest.fixture
def token(alice, world):
    return alice.post(f"/visits/{world.harbour_visit}/tokens").json()["token"]


@pytest.fixture
def quick_hashes(monkeypatch, database, world):
    """Alice's password with less work in its hash, for tests that try dozens."""
    monkeypatch.setattr(sessions, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024))
    with database.writing() as session:
        save_password(session, world.alice.id, sessions.hash_password(PASSWORD))
