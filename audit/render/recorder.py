"""What WeasyPrint says when it draws one line of text, taken down.

The line alone decides it, never what the document has drawn before: the document's fonts and
stream are stood in for by empty ones.
"""

from typing import Any

from weasyprint.text.fonts import get_pango_font_key

Glyph = tuple[int, int, str]  # its number, its width in thousandths, what it says


class Unkept(Exception):
    """More than glyphs side by side: WeasyPrint draws it each time."""


class Run:
    """Glyphs in one font; stands for the document's font while they are recorded."""

    def __init__(self, pango_font: Any, font: Any) -> None:
        self.pango_font = pango_font
        self.key, _description, self.size = get_pango_font_key(pango_font)
        self.hash, self.bitmap = font.hash, font.bitmap
        self.png, self.svg, self.colr = font.png, font.svg, font.colr
        self.widths: dict[int, int] = {}
        self.to_unicode: dict[int, str] = {}
        self.string = b""
        self.glyphs: tuple[Glyph, ...] = ()

    def get_unused_glyph_id(self, _codepoint: int) -> int:
        raise Unkept


class Recorder:
    """Stands for the document's stream."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self.runs: list[Run] = []
        self.following: Run | None = None

    def set_text_matrix(self, *_values: float) -> None:
        pass

    def add_font(self, pango_font: Any) -> tuple[Run, float]:
        font, size = self.stream.add_font(pango_font)
        self.following = Run(pango_font, font)
        return self.following, size

    def set_font_size(self, _hash: str, _size: float) -> None:
        assert self.following is not None
        self.runs.append(self.following)

    def show_text(self, string: str) -> None:
        run = self.runs[-1]
        if run.string:
            raise Unkept
        run.string = string.replace(">0<", "").encode()  # kerning that rounds to nothing

    def set_text_rise(self, _rise: float) -> None:
        raise Unkept
