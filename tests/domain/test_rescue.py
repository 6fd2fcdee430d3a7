import hashlib
from uuid import UUID

import msgspec
import pytest

from audit.domain.event import digest
from audit.domain.problems import Invalid
from audit.domain.rescue import Kept, KeptPhoto, Rescue, read_rescue

VISIT = UUID(int=7)


def file(**changes) -> str:
    content = {
        "mingcha": "backup",
        "v": 1,
        "visit": str(VISIT),
        "saved_at": "2026-11-20T04:00:00Z",
        "entries": [{"body": "{}", "hash": digest("{}")}],
        **changes,
    }
    return msgspec.json.encode(content).decode()


def test_the_texts_come_back_as_they_were_written():
    assert list(read_rescue(file(), VISIT).whole()) == ["{}"]


def test_a_text_that_is_no_longer_what_was_written_is_left_out():
    entries = [{"body": "{}", "hash": digest("{}")}, {"body": "{ }", "hash": digest("{}")}]

    assert list(read_rescue(file(entries=entries), VISIT).whole()) == ["{}"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", file(v=2), file(mingcha="x"), file(entries=[1]), file(visit="x")]
)
def test_what_is_no_backup_file_is_said_to_be_none(text):
    with pytest.raises(Invalid, match="not a backup file"):
        read_rescue(text, VISIT)


def test_a_file_of_another_visit_is_said_to_be_that():
    with pytest.raises(Invalid, match="another visit"):
        read_rescue(file(), UUID(int=8))


def test_a_photo_is_taken_only_whole():
    sha = hashlib.sha256(b"abc").hexdigest()
    photo = KeptPhoto(VISIT, sha, 3, (b"ab", b"c"))

    assert photo.content() == b"abc"
    assert msgspec.structs.replace(photo, data=(b"ab",)).content() is None
    assert msgspec.structs.replace(photo, data=(b"abd",)).content() is None
    assert msgspec.structs.replace(photo, sha="0" * 64).content() is None


def test_the_file_says_bytes_in_base64():
    photos = [{"id": str(VISIT), "sha": "0" * 64, "size": 3, "data": ["YWI=", "Yw=="]}]

    (found,) = read_rescue(file(photos=photos), VISIT).photos

    assert found.data == (b"ab", b"c")
    assert isinstance(read_rescue(file(), VISIT), Rescue)
    assert read_rescue(file(), VISIT).entries == (Kept("{}", digest("{}")),)
