"""Which passwords are accepted: long ones that are not made of what everybody tries first.

No rule about kinds of characters: they make passwords harder to keep, not to guess.
"""

from audit.domain.problems import N_, Invalid

LEAST = 12
MOST = 200

# The hundred most common, as whole words; passwords put together from them alone are refused.
_COMMON = """
    123456 123456789 12345678 password qwerty 12345 1234567 111111 123123 1234567890 1234 000000
    abc123 password1 iloveyou qwerty123 1q2w3e4r 1q2w3e qwertyuiop 123321 654321 666666 987654321
    admin 7777777 dragon monkey letmein football baseball welcome sunshine princess master shadow
    superman michael asdfghjkl zxcvbnm qazwsx 1qaz2wsx 123qwe qwe123 zaq12wsx 112233 121212 555555
    888888 999999 159753 147258369 147258 789456123 123654 222222 333333 88888888 11111111 00000000
    5201314 1314520 woaini woaini1314 a123456 a123456789 123456a aa123456 123456aa asd123 asdasd
    q1w2e3r4 q1w2e3r4t5 1234qwer qwer1234 passw0rd p@ssw0rd trustno1 starwars charlie donald freedom
    whatever hello login access batman root guest test changeme secret google computer internet
    administrator summer winter killer jordan 2000 1111 0000 123 321 12
"""
COMMON = frozenset(_COMMON.split())


def check_password(password: str, login: str) -> None:
    """Raises `Invalid`, in words for the person who typed it."""
    if len(password) < LEAST:
        raise Invalid(N_("At least %(least)s characters."), least=LEAST)
    if len(password) > MOST:
        raise Invalid(N_("At most %(most)s characters."), most=MOST)
    lowered = password.lower()
    if len(set(lowered)) == 1 or _made_of(lowered, COMMON | {login.lower()} - {""}):
        raise Invalid(N_("This is one of the first anybody would try. Choose another one."))


def _made_of(password: str, words: frozenset[str]) -> bool:
    """Whether the whole password is words of the list, one after another."""
    reached = {0}
    for end in range(1, len(password) + 1):
        if any(password.endswith(word, 0, end) and end - len(word) in reached for word in words):
            reached.add(end)
    return len(password) in reached
