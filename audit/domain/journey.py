"""The order in which a checklist is asked: gates, the route, stages, and the marks it needs."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from audit.domain.checklist import Gate, Item, Mark, Seconds, Stage
from audit.domain.decoding import partly
from audit.domain.problems import N_
from audit.domain.sound import check_fields
from audit.domain.source import GateSource, RouteSource, Vocabulary
from audit.domain.troubles import Say, Troubles

ALWAYS = {"enter", "exit"}  # marks of every visit


class Journey:
    """`items` in the order of the file; `unread` are items, or `checklist/` for all of one
    checklist's, that have troubles of their own and are not reported again."""

    def __init__(
        self,
        troubles: Troubles,
        vocabulary: Vocabulary,
        items: Mapping[str, Item],
        unread: Set[str],
    ) -> None:
        self.troubles = troubles
        self.vocabulary = vocabulary
        self.known = {stage.id for stage in vocabulary.stages}
        self.items = items
        self.unread = unread

    def gates(self, checklist: str, tables: Iterable[dict[str, Any]]) -> tuple[Gate, ...]:
        found = (self.gate(checklist, data) for data in tables)
        return tuple(gate for gate in found if gate is not None)

    def gate(self, checklist: str, data: dict[str, Any]) -> Gate | None:
        say = self.troubles.at("gates", str(data.get("id", "?")))
        fields, said = partly(data, GateSource, say)
        check_fields(fields, say)
        if "stage" in fields:
            self.check_stage(fields["stage"], say)
        keys = [key for pattern in fields.get("items", ()) for key in self.named(pattern, say)]
        if said is None:
            return None
        return Gate(
            key=f"{checklist}/{said.id}",
            question=said.question,
            when=said.when,
            stage=said.stage,
            items=tuple(dict.fromkeys(keys)),
        )

    def named(self, pattern: str, say: Say) -> list[str]:
        """`checklist/item`, or `checklist/*` for all of them."""
        if pattern.endswith("/*"):
            found = [key for key in self.items if key.startswith(pattern[:-1])]
        else:
            found = [pattern] if pattern in self.items else []
        if not found and not self.excused(pattern):
            say(N_("names `%(name)s`, which is not asked"), name=pattern, field="items")
        return found

    def excused(self, pattern: str) -> bool:
        whole = f"{pattern.partition('/')[0]}/"
        if pattern.endswith("/*"):
            return any(name.startswith(whole) for name in self.unread)
        return pattern in self.unread or whole in self.unread

    def stages(
        self,
        tables: Iterable[dict[str, Any]],
        facts: tuple[Item, ...],
        gates: tuple[Gate, ...],
    ) -> tuple[Stage, ...]:
        """Stages in order with what each asks: the route if there is one, else by stage."""
        routed = self.routed(list(tables))
        stages = []
        for stage in self.vocabulary.stages:
            keys = [gate.key for gate in gates if gate.stage == stage.id]
            keys += [fact.key for fact in facts if fact.stage == stage.id]
            if routed is None:
                keys += [key for key, item in self.items.items() if item.stage == stage.id]
            else:
                keys += routed.get(stage.id, [])
            if keys:
                stages.append(Stage(stage.id, stage.title, tuple(keys)))
        return tuple(stages)

    def routed(self, tables: list[dict[str, Any]]) -> dict[str, list[str]] | None:
        """Items by stage as the route says; None without one. It names every item once."""
        if not tables:
            return None
        result: dict[str, list[str]] = {}
        listed: set[str] = set()
        whole = True
        for data in tables:
            say = self.troubles.at("route", str(data.get("stage", "?")))
            fields, leg = partly(data, RouteSource, say)
            whole = whole and leg is not None
            if "stage" in fields:
                self.check_stage(fields["stage"], self.troubles.at("route"))
            for key in fields.get("items", ()):
                say = self.troubles.at("route", key)
                if key in listed:
                    say(N_("is in the route twice"))
                elif key not in self.items and not self.excused(key):
                    say(N_("is in the route but is not asked"))
                listed.add(key)
                result.setdefault(fields.get("stage", ""), []).append(key)
        for key in self.items:
            if whole and key not in listed:
                self.troubles.at("route", key)(N_("is asked but not in the route"))
        return result

    def check_drill(self, kind: str | None) -> None:
        played = any(item.stage == "drill" for item in self.items.values())
        if kind == "drill" and not played and not self.unread:
            say = self.troubles.at()
            say(N_("is a drill, but nothing is asked in the stage `drill`"), field="kind")

    def check_stage(self, stage: str, say: Say) -> None:
        if stage not in self.known:
            say(N_("there is no stage `%(name)s`"), name=stage, field="stage")

    def marks(self, items: Iterable[Item]) -> tuple[Mark, ...]:
        timed = [item.response for item in items if isinstance(item.response, Seconds)]
        used = ALWAYS | {mark for response in timed for mark in (response.start, response.stop)}
        return tuple(mark for mark in self.vocabulary.marks if mark.id in used)
