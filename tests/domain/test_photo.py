import pytest
from hypothesis import given
from hypothesis import strategies as some

from audit.domain.event import Photo
from audit.domain.photo import (
    CHUNK,
    LARGEST,
    SMALL,
    Arrived,
    Picture,
    check_chunk,
    content,
    length,
    pictures,
    pieces,
    shown,
    sound,
)
from audit.domain.problems import Invalid, TooLarge
from audit.ids import new_id


def photo(size: int = 1, sha: str = "a" * 64) -> Photo:
    return Photo(new_id(), sha, size)


@given(some.integers(0, LARGEST))
def test_the_chunks_of_a_photo_make_it_up(size):
    whole = photo(size)

    lengths = [length(whole, number) for number in range(pieces(whole))]

    assert sum(lengths) == size
    assert all(one == CHUNK for one in lengths[:-1])
    assert 0 < lengths[-1] <= CHUNK or size == 0


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 1), (CHUNK, 1), (CHUNK + 1, 2)])
def test_a_photo_has_as_few_chunks_as_it_can(size, count):
    assert pieces(photo(size)) == count


def test_the_largest_photo_may_come_and_one_byte_more_may_not():
    check_chunk(photo(LARGEST), 39, 40)

    with pytest.raises(TooLarge):
        check_chunk(photo(LARGEST + 1), 0, 41)


@pytest.mark.parametrize(
    ("whole", "number", "of"),
    [
        (photo(CHUNK + 1), 2, 2),
        (photo(CHUNK + 1), -1, 2),
        (photo(CHUNK + 1), 0, 1),
        (photo(1, "a" * 63), 0, 1),
        (photo(1, "A" * 64), 0, 1),
        (photo(1, "a" * 64 + "\n"), 0, 1),
        (photo(-1), 0, 1),
    ],
)
def test_a_chunk_that_makes_no_sense_is_refused(whole, number, of):
    with pytest.raises(Invalid):
        check_chunk(whole, number, of)


def test_a_photo_is_sound_when_a_phone_could_have_made_it():
    assert [sound(photo(size)) for size in (-1, 0, LARGEST, LARGEST + 1)] == [
        False,
        True,
        True,
        False,
    ]


def test_the_photos_of_an_item_are_numbered_as_they_were_taken():
    whole, broken, awaited = photo(), photo(), photo()
    arrived = {
        content(one): Arrived(one, "key", *size)
        for one, size in ((broken, (0, 0)), (whole, (40, 30)))
    }

    seen = pictures({"a": (whole, broken), "b": (awaited,)}, arrived)

    first = Picture(whole, 1, "shown", 40, 30)
    assert seen == {
        "a": (first, Picture(broken, 2, "unreadable")),
        "b": (Picture(awaited, 1, "awaited"),),
    }
    assert shown(seen) == {"a": (first,)}
    assert shown(seen, [whole.id]) == {"a": (first,)}
    assert shown(seen, []) == {}


def test_other_bytes_under_the_same_name_are_not_the_photo():
    one = photo()
    other = Photo(one.id, "b" * 64, one.size)

    seen = pictures({"a": (one,)}, {content(other): Arrived(other, "key", 40, 30)})

    assert seen["a"][0].sight == "awaited"


@pytest.mark.parametrize(
    ("size", "small"),
    [((2048, 1024), (SMALL, SMALL // 2)), ((30, 40), (30, 40)), ((2048, 1), (SMALL, 1))],
)
def test_a_thumbnail_has_the_shape_of_its_picture(size, small):
    assert Picture(photo(), 1, "shown", *size).small == small
