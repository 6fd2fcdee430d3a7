"""From the library's TOML files to published checklists.

A file is decoded strictly (unknown keys refused), checked as a whole (every problem found
at once, each with its place), and resolved into a self-contained `Checklist`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from audit.domain.checklist import Checklist, Framework
from audit.domain.decoding import parse, whole
from audit.domain.resolution import Resolution
from audit.domain.sound import check_frameworks, check_vocabulary
from audit.domain.source import Frameworks, Vocabulary
from audit.domain.troubles import Trouble, Troubles, Unusable

__all__ = [
    "Trouble", "Unusable", "Vocabulary", "read_checklist", "read_frameworks", "read_tables",
    "read_vocabulary", "requirements",
]  # fmt: skip


def read_vocabulary(raw: str) -> Vocabulary:
    troubles = Troubles("vocabulary.toml")
    vocabulary = whole(raw, Vocabulary, troubles)
    check_vocabulary(vocabulary, troubles)
    troubles.settle()
    return vocabulary


def read_frameworks(raw: str) -> tuple[Framework, ...]:
    troubles = Troubles("frameworks.toml")
    frameworks = whole(raw, Frameworks, troubles).frameworks
    check_frameworks(frameworks, troubles)
    troubles.settle()
    return frameworks


def read_checklist(
    raw: str,
    file: str,
    vocabulary: Vocabulary,
    frameworks: Iterable[Framework],
    library: Mapping[tuple[str, str], Checklist],
) -> Checklist:
    """The published form of one checklist file.

    `library` holds the versions it may require, by (id, version). Raises `Unusable` with
    every trouble found.
    """
    resolution = Resolution(Troubles(file), vocabulary, frameworks, library)
    return resolution.checklist(parse(raw, file))


def read_tables(
    tables: dict[str, Any],
    vocabulary: Vocabulary,
    frameworks: Iterable[Framework],
    library: Mapping[tuple[str, str], Checklist],
) -> Checklist:
    """As `read_checklist`, of a file that is not written yet."""
    return Resolution(Troubles(""), vocabulary, frameworks, library).checklist(tables)


def requirements(raw: str, file: str) -> dict[str, str]:
    """The checklists this file builds on, id to version."""
    required = parse(raw, file).get("requires")
    if not isinstance(required, dict):
        return {}  # reading the file will say so
    return {str(key): str(value) for key, value in required.items()}
