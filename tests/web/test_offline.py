"""What a phone is given to open pages without a connection."""

import json
import struct

import msgspec
import pytest

from audit.paths import folder
from audit.web.offline import CARRIED


@pytest.fixture
def stranger(as_):
    return as_(None)


def carried(script):
    return json.loads(script.partition("const CARRIED = ")[2].partition(" // ")[0])


def test_the_worker_is_asked_for_anew_each_time_and_names_what_every_phone_carries(stranger):
    answer = stranger.get("/sw.js")

    urls = carried(answer.text)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert urls == [stranger.app.state.assets.url(name) for name in CARRIED]
    assert [stranger.get(url).status_code for url in urls] == [200] * len(urls)


def test_the_worker_never_takes_over_a_page_that_is_open(stranger):
    script = stranger.get("/sw.js").text

    assert "skipWaiting" not in script
    assert "claim" not in script


def test_switched_off_phones_are_given_a_worker_that_removes_itself(stranger, settings):
    stranger.app.state.settings = msgspec.structs.replace(settings, offline=False)

    script = stranger.get("/sw.js").text

    assert ("skipWaiting()" in script, "registration.unregister()" in script) == (True, True)
    assert "indexedDB" not in script


@pytest.mark.parametrize(("language", "name"), [("zh", "备忘"), ("en", "Notes")])
def test_the_app_is_named_for_what_a_bystander_may_read(stranger, language, name):
    manifest = stranger.get("/notes.webmanifest", headers={"Accept-Language": language}).json()

    assert (manifest["name"], manifest["short_name"]) == (name, name)
    assert manifest["start_url"] == "/assignments"
    for icon in manifest["icons"]:
        picture = stranger.get(icon["src"]).content
        wide, high = struct.unpack(">II", picture[16:24])
        assert (picture[1:4], f"{wide}x{high}") == (b"PNG", icon["sizes"])


def test_the_colours_of_the_app_are_those_of_the_tokens(stranger):
    tokens = (folder("static") / "css" / "tokens.css").read_text()

    colour = stranger.get("/notes.webmanifest").json()["theme_color"]

    assert f"--paper: light-dark({colour}," in tokens


def test_the_page_that_stands_in_is_everybodys_and_in_both_languages(stranger, as_, world):
    mine, theirs = as_(world.alice).get("/offline"), stranger.get("/offline")

    assert mine.text == theirs.text
    assert "没有网络" in mine.text
    assert "No connection" in mine.text
    assert "mingcha" not in mine.text.lower()


def test_only_pages_of_shoppers_offer_the_app(as_, world):
    alice, carol = as_(world.alice), as_(world.carol)

    assert "/notes.webmanifest" in alice.get("/assignments").text
    assert "/notes.webmanifest" not in carol.get("/reviews").text


def test_every_page_says_whose_it_is(as_, world):
    signed_in, stranger = as_(world.alice).get("/account"), as_(None).get("/sign-in")

    assert signed_in.headers["x-reader"] == str(world.alice.id)
    assert stranger.headers["x-reader"] == ""
