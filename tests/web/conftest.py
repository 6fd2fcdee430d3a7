"""A phone of Alice's at the Harbour branch, with the token of her visit."""

import pytest

from tests.phone import Phone
from tests.world import NOON


@pytest.fixture
def alice(as_, world):
    return as_(world.alice)


@pytest.fixture
def phone(world):
    return Phone(world.harbour_visit, world.checklist.hash, NOON)


@pytest.fixture
def token(alice, world):
    return alice.post(f"/visits/{world.harbour_visit}/tokens").json()["token"]
