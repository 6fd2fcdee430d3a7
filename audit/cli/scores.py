"""`score`: the score of answers in a file, without a database."""

import argparse
import json
from pathlib import Path
from typing import Any

from audit.cli.errors import Refused
from audit.cli.serving import by_version, shipped
from audit.domain.checklist import Checklist
from audit.settings import Settings

SHAPE = """\
ANSWERS.json: {"answers": {CHECKLIST: {ITEM: value | "na" | "not_observed"}}}; the outer
"answers" may be left out. Printed: an object with raw, final, band, veto, parts (score,
sections, coverage), coverage, cpt (index, items); null stands for "no score"."""


def add(commands: Any) -> None:
    text = "compute the score of the answers in a file"
    score = commands.add_parser(
        "score",
        help=text,
        description=text,
        epilog=SHAPE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("answers", type=Path, metavar="ANSWERS.json")
    score.add_argument(
        "--checklist",
        default="branch-visit",
        metavar="ID[@VERSION]",
        help="a shipped checklist; its newest version unless one is named (branch-visit)",
    )
    score.set_defaults(run=run_score)


def run_score(arguments: argparse.Namespace, _settings: Settings) -> int:
    from audit.domain.scoring import plain_card, read_plain, score

    checklist = _find(arguments.checklist)
    card = score(checklist, read_plain(checklist, _answers(arguments.answers)))
    print(json.dumps(plain_card(card), ensure_ascii=False, indent=1))
    return 0


def _find(wanted: str) -> Checklist:
    name, _, version = wanted.partition("@")
    found = [
        checklist
        for checklist in shipped().checklists.values()
        if checklist.id == name and version in ("", checklist.version)
    ]
    if not found:
        raise Refused(f"there is no checklist {wanted}; see: mingcha checklist list")
    return max(found, key=by_version)


def _answers(path: Path) -> dict[str, dict[str, object]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Refused(f"{path} is not JSON: {error}") from error
    answers = content.get("answers", content) if isinstance(content, dict) else None
    if not isinstance(answers, dict) or not all(isinstance(v, dict) for v in answers.values()):
        raise Refused(f'{path} must hold {{"answers": {{CHECKLIST: {{ITEM: value}}}}}}')
    return answers
