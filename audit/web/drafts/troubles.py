"""What is wrong with a draft, in the words of its pages.

A trouble names what stands in the file. Whoever writes on pages has never seen that file: to
them fields go by the labels of the forms, and sections and items by their own wording.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from audit.domain.problems import N_
from audit.domain.tables import Tables
from audit.domain.troubles import Trouble, Words
from audit.domain.typed import by_slot, slot_of, slots
from audit.web.drafts.places import Labels, Place, Spot, has, label_of

OF_HEAD = ("title", "summary", "scoring")
OF_LISTS = ("sections", "parts", "requires", "gates", "facts", "route")
OFFERED = N_("please choose one of those offered")
BROUGHT = N_("“%(key)s” came with the file and means nothing here")
POINTS = N_("points are between 0 and 100 with at most one decimal")
MISFIT = N_("does not fit what the checklist is made of")
TAKEN = N_("something else here has this identifier already")
LEAST = N_("at least 1")
WORDS = {
    "unknown key `%(key)s`": BROUGHT,
    "`%(place)s`: unknown key `%(key)s`": BROUGHT,
    "`%(key)s` is missing": N_("is missing"),
    "`%(place)s`: `%(key)s` is missing": N_("is missing"),
    "`%(place)s`: %(why)s": N_("%(why)s"),
    "`%(place)s`: %(said)s": N_("cannot be read as it is"),
    "`%(place)s`: expected %(wanted)s, got %(got)s": N_("%(wanted)s is needed here"),
    "`%(place)s`: expected %(wanted)s, got %(got)s: %(choices)s": OFFERED,
    "`%(place)s`: `%(value)s` is not one of the possible values": OFFERED,
    "`%(place)s`: `%(value)s` is not one of the possible values: %(choices)s": OFFERED,
    "`%(name)s`: ids use small letters, digits, - _ and . only": N_(
        "may use small letters, digits, - _ and . only, and begins with a letter or digit"
    ),
    "a text is empty in one language": N_("needs both Chinese and English"),
    "there is no mark `%(name)s`": OFFERED,
    "there is no stage `%(name)s`": OFFERED,
    "there is no scale `%(name)s`": OFFERED,
    "there is no role `%(name)s`": N_("there is no role “%(name)s”"),
    "there is no framework entry `%(name)s`": N_("“%(name)s” is no entry of any framework"),
    "option `%(name)s` is there twice": N_("two rows are the same"),
    "score band `%(name)s` is there twice": N_("two rows are the same"),
    "`na` and `not_observed` are reserved answers": N_(
        "the name of an option is reserved: empty its row and write it anew"
    ),
    "a credit band has `max` or `min`, not both": N_("either “at most” or “at least”, not both"),
    "the last credit band must take everything else: no `max`, no `min`": N_(
        "the last row has to be for “anything else”"
    ),
    "a credit band after the one that takes everything else": N_(
        "no row can come after the one for “anything else”"
    ),
    "credit bands are out of order: `max` rises from band to band, `min` falls": N_(
        "the rows are out of order: “at most” rises from row to row, “at least” falls"
    ),
    "the minimum of `%(band)s`: points are between 0 and 100 with at most one decimal": POINTS,
    "`critical`: points are between 0 and 100 with at most one decimal": POINTS,
    "`minimum_coverage` is a share between 0 and 1": N_("a share between 0 and 1"),
    "`minimum_parts` is at least 1 and at most the number of parts": N_(
        "at least 1 and at most the number of parts"
    ),
    "`minimum_index_items` is at least 1": LEAST,
    "`estimated_minutes` is at least 1": LEAST,
    "`weighted_parts` is how a checklist made of parts is scored, and only that": MISFIT,
    "the kind `composite` is for checklists made of parts, and only those": MISFIT,
    "has both parts and sections; a checklist is one or the other": N_(
        "there are parts and sections; a checklist has one or the other"
    ),
    "has neither sections nor parts: there is nothing to ask": N_("there is nothing to ask yet"),
    "two versions of `%(item)s` are required": N_(
        "two versions of the same item, “%(item)s”, come together here"
    ),
    "is not among what the checklist requires": N_("please choose a version that is published"),
    "section `%(name)s` is there twice": TAKEN,
    "part `%(name)s` is there twice": N_("is there twice"),
    "the id `%(name)s` is there twice": TAKEN,
    "this id is used twice": TAKEN,
    "is used here but no required checklist has it": N_(
        "is taken over from a checklist that does not have it"
    ),
    "names `%(name)s`, which is not asked": N_("“%(name)s” is not asked and cannot be set aside"),
    "leaves out `%(name)s`, which it does not have": N_(
        "“%(name)s” is left out, but not part of it"
    ),
    "is in the route twice": N_("is in the order twice"),
    "is in the route but is not asked": N_("is in the order but is not asked"),
    "is asked but not in the route": N_("is asked but missing from the order"),
    "is a drill, but nothing is asked in the stage `drill`": N_(
        "a drill needs at least one item in the stage of the drill"
    ),
}
NAMED = ("section `%(name)s` is there twice", "part `%(name)s` is there twice")
TWICE = "the id `%(name)s` is there twice"


def on_page(trouble: Trouble, places: Mapping[Spot, Place]) -> Trouble:
    """The same where its page is, with the whole path as its field."""
    said = Words(WORDS.get(trouble.words.message, trouble.words.message), trouble.words.values)
    section, item, field = trouble.section, trouble.item, trouble.field
    if section in OF_HEAD and not item:
        section, field = "", ".".join(filter(None, (section, field)))
    if not section and (first := field.partition(".")[0]) in OF_LISTS:
        section, field = first, ""
    if trouble.words.message in (*NAMED, TWICE):
        section, item, field = *_last(str(trouble.words.values["name"]), places), "id"
    return msgspec.structs.replace(trouble, section=section, item=item, field=field, words=said)


def _last(name: str, places: Mapping[Spot, Place]) -> Spot:
    """Of those called so, who came last: the first may keep its name."""
    own = name.rpartition("/")[2]
    fits = [spot for spot in places if spot[1] == own or spot == (own, "")]
    return fits[-1] if fits else ("", "")


def beside(troubles: Iterable[Trouble], table: Tables, labels: Labels) -> dict[str, list[Words]]:
    """Each at its field of the form; what has none there stands above it, with its name."""
    there = slots_of(table, labels)
    return by_slot((_with_name(one, there, labels) for one in troubles), there)


def slots_of(table: Tables, labels: Labels) -> list[str]:
    return [slot for slot in slots(table) if has(labels, slot)]


def named(labels: Labels, field: str) -> Words:
    return label_of(labels, field) or Words(N_("from the file, “%(field)s”"), {"field": field})


def _with_name(trouble: Trouble, there: Sequence[str], labels: Labels) -> Trouble:
    if not trouble.field or slot_of(trouble.field, there):
        return trouble
    said = {"field": named(labels, trouble.field), "words": trouble.words}
    return msgspec.structs.replace(trouble, words=Words(N_("%(field)s: %(words)s"), said))
