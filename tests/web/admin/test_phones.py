import pytest

OLD, NEW = "a" * 32, "b" * 32


@pytest.fixture
def ann(as_, world):
    return as_(world.ann)


def test_there_is_nothing_to_tell_at_first(ann):
    page = ann.get("/admin/phones").text

    assert "No phone has lost its storage." in page
    assert "<table" not in page


def test_a_lost_store_and_a_self_test_are_listed(ann, as_, world, seen):
    alice = as_(world.alice)
    for device in (OLD, NEW):
        alice.post(f"/visits/{world.harbour_visit}/tokens", data={"device": device})
    result = '{"checks":{"room":"fail","clock":"warn"},"measures":{"resize_ms":812.4}}'
    alice.post("/self-test", data={"result": result})

    incident, test = seen(ann.get("/admin/phones")).rows()

    assert incident[1:5] == ["S01", "H001", "0", "—"]
    assert test[1:5] == ["S01 Alice", "Free space", "Clock", "photo in 812 ms"]
