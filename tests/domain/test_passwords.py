import pytest

from audit.domain.passwords import COMMON, check_password
from audit.domain.problems import Invalid


@pytest.mark.parametrize(
    "password", ["a" * 6 + "b" * 6, "no capital here", "密码只要够长就好不必有数字", "z9" * 100]
)
def test_any_long_password_is_taken(password):
    check_password(password, "alice")


@pytest.mark.parametrize("password", ["", "elevenchars", "Tr0ub4dor&3"])
def test_eleven_characters_are_too_few(password):
    with pytest.raises(Invalid) as refused:
        check_password(password, "alice")

    assert str(refused.value) == "At least 12 characters."


def test_the_list_holds_at_least_a_hundred_words():
    assert len(COMMON) >= 100


@pytest.mark.parametrize("word", sorted(COMMON))
def test_what_everybody_tries_is_refused_however_often_it_is_repeated(word):
    with pytest.raises(Invalid):
        check_password((word * 12)[: len(word) * 12].upper(), "alice")


def test_the_own_login_is_refused_alone_and_with_common_words():
    for password in ("alice.liddell", "alice.liddell123456"):
        with pytest.raises(Invalid):
            check_password(password, "alice.liddell")


def test_a_common_word_inside_a_longer_one_is_no_reason_to_refuse():
    check_password("password of the quiet heron", "alice")
