"""What a press keeps from one report to the next: reports of a checklist say much the same.

WeasyPrint has no place to give it such a memory, so while a report is drawn, some of its
functions are ours (`test_warm.py` knows of which release). Everything remembered is a pure
function of the style sheets and the text: a warm press draws the bytes of a cold one.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from weasyprint import css, draw
from weasyprint.formatting_structure.boxes import Box
from weasyprint.images import SVGImage
from weasyprint.layout import absolute, block, inline, preferred, table
from weasyprint.layout import float as floated

from audit.render.charts import Charts
from audit.render.lines import Lines
from audit.render.sizes import is_floated, is_in_normal_flow, resolve_percentages
from audit.render.strokes import Strokes
from audit.render.styles import Styles

WEASYPRINT = "70.0"  # whose insides these are


class Warm(AbstractContextManager["Warm"]):
    """One for each set of fonts and style sheets; one document at a time."""

    def __init__(self) -> None:
        lines, self.charts = Lines(), Charts()

        def draw_chart(image: Any, *given: Any) -> None:  # a method of theirs
            self.charts.draw(image, *given)

        self.ours: tuple[tuple[Any, str, Callable[..., Any]], ...] = (
            (css, "ComputedStyle", Styles().computed),
            (inline, "split_first_line", lines.first),
            (preferred, "split_first_line", lines.first),
            (inline, "strut", lines.strut),
            *(
                (module, "resolve_percentages", resolve_percentages)
                for module in (absolute, block, floated, inline, table)
            ),
            (Box, "is_floated", is_floated),
            (Box, "is_in_normal_flow", is_in_normal_flow),
            (draw, "draw_text", Strokes().draw_text),
            (SVGImage, "draw", draw_chart),
        )
        self.theirs: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> "Warm":
        self.theirs = [(module, name, getattr(module, name)) for module, name, _ in self.ours]
        for module, name, function in self.ours:
            setattr(module, name, function)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for module, name, function in self.theirs:
            setattr(module, name, function)
