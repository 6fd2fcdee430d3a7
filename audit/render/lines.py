"""First lines of texts, as Pango broke them before.

A line depends on its text, its style and the width there is. Styles are shared between
documents (`styles.py`), so one is known by its identity, and is kept alive with the line.
"""

from typing import Any

from weasyprint.text import line_break

MOST = 8000  # lines of each generation; a report has some hundreds that the last one had not
LONGEST = 300  # characters that may follow; more are a note, which does not come again

Key = tuple[Any, ...]


class Lines:
    def __init__(self) -> None:
        self.young: dict[Key, tuple[Any, Any]] = {}
        self.old: dict[Key, tuple[Any, Any]] = {}

    def first(
        self,
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        """Takes the place of `split_first_line`. Its layout is not changed afterwards."""
        key = (id(style), text, max_width, justification_spacing, is_line_start, minimum)
        found = self.young.get(key)
        if found is None:
            found = self.old.get(key)
            if found is None:
                line = line_break.split_first_line(
                    text, style, context, max_width, justification_spacing, is_line_start, minimum
                )
                if len(text) > LONGEST:
                    return line
                found = style, line
            self._keep(key, found)
        return found[1]

    def strut(self, style: Any) -> Any:
        """Takes the place of `strut`, which looks it up by all there is to a font, as text."""
        try:
            return style.strut
        except AttributeError:
            style.strut = line_break.strut(style)
            return style.strut

    def _keep(self, key: Key, found: tuple[Any, Any]) -> None:
        if len(self.young) >= MOST:
            self.old, self.young = self.young, {}
        self.young[key] = found
