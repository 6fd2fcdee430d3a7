"""The shopper's pages in a real browser."""

import pytest

pytestmark = pytest.mark.browser


def test_a_stranger_is_asked_to_sign_in(open_):
    page = open_(None, "/", width=320)

    assert "/sign-in?next=" in page.url
    assert open_.overflow(page) == 0
