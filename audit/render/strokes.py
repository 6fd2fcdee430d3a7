"""Lines of text as PDF operators, written once for each line that Pango has laid out.

WeasyPrint lays a line out again to draw it, and asks Pango for every glyph. Here what it says
the first time is kept on the line (`recorder.py`), which may be used again (`lines.py`).
"""

from typing import Any

from weasyprint.draw import text
from weasyprint.matrix import Matrix
from weasyprint.text.ffi import ffi

from audit.render.recorder import Glyph, Recorder, Run, Unkept


class Strokes:
    def __init__(self) -> None:
        self.alive: dict[int, Any] = {}  # for each font, by address, a layout that holds it
        self.glyphs: dict[Glyph, Glyph] = {}

    def draw_text(
        self,
        stream: Any,
        textbox: Any,
        offset_x: float,
        text_overflow: str,
        block_ellipsis: Any,
    ) -> None:
        """Takes the place of `draw_text`."""
        runs = self._runs(stream, textbox, text_overflow, block_ellipsis)
        if runs is None:
            text.draw_text(stream, textbox, offset_x, text_overflow, block_ellipsis)
            return
        x, y = textbox.position_x, textbox.position_y + textbox.baseline
        stream.set_color(textbox.style["color"])
        stream.begin_text()
        stream.set_text_matrix(1, 0, 0, -1, x, y)
        for run in runs:
            font = stream._fonts.get(run.key) or stream.add_font(run.pango_font)[0]
            stream.set_font_size(font.hash, run.size)
            stream.show_text(run.string)
            for glyph, width, said in run.glyphs:
                if glyph not in font.widths:
                    font.widths[glyph], font.to_unicode[glyph] = width, said
        stream.end_text()

    def _runs(
        self, stream: Any, textbox: Any, text_overflow: str, block_ellipsis: Any
    ) -> list[Run] | None:
        style, layout = textbox.style, textbox.pango_layout
        plain = (
            text_overflow == "clip"
            and block_ellipsis == "none"
            and style["visibility"] == "visible"
            and style["text_decoration_line"] == "none"
        )
        if not plain or not textbox.text.strip():
            return None
        if not hasattr(layout, "runs"):
            layout.runs = self._recorded(stream, textbox)
        runs: list[Run] | None = layout.runs
        return runs

    def _recorded(self, stream: Any, textbox: Any) -> list[Run] | None:
        recorder, layout = Recorder(stream), textbox.pango_layout
        layout.reactivate(textbox.style)
        try:
            text.draw_first_line(recorder, textbox, "clip", "none", Matrix())
        except Unkept:
            return None
        else:
            for run in recorder.runs:
                self.alive.setdefault(int(ffi.cast("intptr_t", run.pango_font)), layout.layout)
        finally:
            layout.deactivate()
        if any(run.bitmap or run.png or run.svg or run.colr for run in recorder.runs):
            return None
        for run in recorder.runs:
            glyphs = ((g, run.widths[g], said) for g, said in run.to_unicode.items())
            run.glyphs = tuple(self.glyphs.setdefault(glyph, glyph) for glyph in glyphs)
            run.widths, run.to_unicode = {}, {}
        return recorder.runs
