import pytest

from tests import world as known


@pytest.fixture
def place(either_database):
    """The small known world on either database."""
    return known.build(either_database)
