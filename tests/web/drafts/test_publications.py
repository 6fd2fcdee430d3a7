import pytest

from audit.store.checklists import list_published


def published(database):
    with database.reading() as session:
        return {
            (one.checklist.id, one.checklist.version): one.note for one in list_published(session)
        }


@pytest.fixture
def copied(carol, world):
    return carol.begin(begin=world.checklist.hash, own="1", name="ours")


def test_a_draft_is_published_with_its_note_and_is_no_draft_any_more(copied, database):
    page = copied.send("/publication", note="The first of ours")

    assert published(database)["ours", "1.0.0"] == "The first of ours"
    assert page.url.startswith("/checklists/")
    assert "The first of ours" in page.text()
    assert copied.see().status == 404


def test_a_note_is_needed(copied, database):
    page = copied.send("/publication", note=" ")

    assert page.status == 422
    assert ("ours", "1.0.0") not in published(database)


def test_a_version_that_is_there_with_other_content_is_refused(carol, world, database):
    carol.begin(begin=world.checklist.hash)
    carol.send("/head", version=world.checklist.version, title__en="Another")

    page = carol.send("/publication", note="Once more")

    assert page.status == 409
    assert "is already published with other content" in page.text()
    assert carol.see().status == 200


def test_an_unfinished_draft_offers_no_publication_and_takes_none(carol, copied, database):
    ready = copied.see("/publication")
    copied.send("/head", title__en="")

    page = carol.see("/publication")
    answer = copied.send("/publication", on=ready, note="Now")

    assert page.soup.find("textarea") is None
    assert answer.status == 409
    assert "1 thing is still to be put right." in answer.text()
    assert answer.soup.find("textarea").text.strip() == "Now"
    assert ("ours", "1.0.0") not in published(database)


def test_what_somebody_changed_since_it_was_looked_at_is_not_published(copied, ann, database):
    ready = copied.see("/publication")
    ann.at(copied.root).send("/head", title__en="Changed")

    refused = copied.send("/publication", on=ready, note="Now")

    assert refused.status == 409
    assert "The draft has been changed since." in refused.text()
    assert ("ours", "1.0.0") not in published(database)


def test_a_refused_publication_keeps_its_note_and_can_be_sent_again(copied, ann, database):
    ready = copied.see("/publication")
    ann.at(copied.root).send("/head", title__en="Changed")
    refused = copied.send("/publication", on=ready, note="Now")

    assert refused.soup.find("textarea").text.strip() == "Now"
    assert copied.send("/publication", on=refused, note="Now").url.startswith("/checklists/")
    assert published(database)["ours", "1.0.0"] == "Now"


def test_what_a_new_version_changes_is_said_before_it_is_published(carol, world):
    carol.begin(begin=world.checklist.hash)
    carol.send("/parts/1", share="50")

    text = carol.see("/publication").text()

    assert "59 items stay comparable; 0 added, 0 removed, 0 changed." in text
    assert "Twenty-four Rules for Receiving Customers 45 50" in text


def test_the_preview_is_the_page_that_is_filled_in_and_cannot_be(copied, world):
    stage = world.checklist.stages[1]

    page = copied.see(f"/preview?stage={stage.id}")

    phone = page.soup.select_one(".draft-phone")
    assert len(phone.select("article.item")) == len(stage.items)
    assert all(field.has_attr("disabled") for field in phone.select("fieldset"))
    assert phone.select("button:not([hidden])") == []


def test_an_unfinished_draft_is_shown_as_far_as_it_goes(carol):
    carol.begin(begin="blank", name="tea").send("/sections/1", "/sections/1/items")
    carol.send("/sections/1/items/1", criterion__en="Someone greeted me")

    page = carol.see("/preview")

    assert "Someone greeted me" in page.soup.select_one(".draft-phone").get_text()
    assert "still to be put right" in page.text()


def test_what_is_published_already_is_not_published_again_and_stays_a_draft(carol, world, database):
    before = published(database)
    carol.begin(begin=world.checklist.hash)
    carol.send("/head", version=world.checklist.version)

    page = carol.send("/publication", note="Once more")

    assert (page.status, published(database)) == (409, before)
    assert "This very content is published already." in page.text()
    assert carol.see().status == 200


def test_an_own_copy_is_compared_with_nothing(copied):
    assert "comparable" not in copied.see("/publication").text()
