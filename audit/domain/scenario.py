"""A scenario: the role a shopper plays, the questions they have ready, and what a right answer
to each contains.

What a shopper is told is kept with the visit by the hash of its content, as checklists are:
the auditor reads later exactly that, whatever becomes of the library's file.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from audit.domain.checklist import Checklist, Source, canonical
from audit.domain.decoding import gather, parse
from audit.domain.problems import N_
from audit.domain.sound import check_id, check_known, check_texts, check_unique
from audit.domain.source import Vocabulary
from audit.domain.text import Text
from audit.domain.troubles import Say, Troubles, Unusable

ScenarioKind = Literal["enquiry", "transaction", "observation", "drill"]
ASKING: tuple[ScenarioKind, ...] = ("enquiry", "transaction")


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Asked by the shopper as if it came to mind; `answer` is what a right one contains."""

    ask: Text
    answer: Text
    items: tuple[str, ...] = ()  # those that are judged by how it was answered


class Scenario(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True
):
    id: str
    title: Text
    org: Literal["bank", "securities", "both"]
    kind: ScenarioKind
    played_by: str  # a role of the vocabulary
    brief: Text
    must_not: tuple[Text, ...]
    checklists: tuple[str, ...]  # ids of those it goes with
    source: Source
    questions: tuple[Question, ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical content, in hex."""
        return hashlib.sha256(canonical(self)).hexdigest()

    @property
    def is_drill(self) -> bool:
        return self.kind == "drill"

    def suits(self, checklist: Checklist) -> bool:
        """Whether it was written for this checklist, or for one that this is made of."""
        return not {checklist.id, *(part.id for part in checklist.parts)}.isdisjoint(
            self.checklists
        )

    def questions_for(self, key: str) -> tuple[Question, ...]:
        """Those an item is judged by."""
        return tuple(question for question in self.questions if key in question.items)


def read_scenario(
    raw: str, file: str, vocabulary: Vocabulary, checklists: Iterable[Checklist]
) -> Scenario:
    """Raises `Unusable` with every trouble found. `checklists`: those there are to go with."""
    troubles = Troubles(file)
    say = troubles.at()
    found = gather(parse(raw, file), Scenario, say)
    if found is None:
        raise Unusable(troubles.found)
    known: dict[str, set[str]] = {}
    for checklist in checklists:
        known.setdefault(checklist.id, set()).update(checklist.by_key)
    _check(found, vocabulary, known, say)
    troubles.settle()
    return found


def _check(
    scenario: Scenario, vocabulary: Vocabulary, known: Mapping[str, set[str]], say: Say
) -> None:
    check_id(scenario.id, say)
    check_texts(scenario, say)
    roles = {role.id for role in vocabulary.roles}
    check_known((scenario.played_by,), roles, N_("there is no role `%(name)s`"), say)
    check_known(scenario.checklists, known, N_("there is no checklist `%(name)s`"), say)
    check_unique(scenario.checklists, N_("the checklist `%(name)s` is there twice"), say)
    if not scenario.checklists:
        say(N_("`checklists` names none, so it could never be assigned"))
    if not scenario.must_not:
        say(N_("`must_not` is empty: whoever plays it has to know where to stop"))
    if scenario.kind in ASKING and not scenario.questions:
        say(N_("an enquiry or a transaction needs a question to ask"))
    items = set().union(*(known.get(name, set()) for name in scenario.checklists))
    absent = N_("none of its checklists has an item `%(name)s`")
    for question in scenario.questions:
        check_known(question.items, items, absent, say)
