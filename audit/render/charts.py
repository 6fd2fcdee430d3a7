"""Small charts as PDF operators, written once: bars of the same length come again.

What WeasyPrint writes for an SVG depends on its elements, its size, and the colours and
transparencies that are set already; its place is set around it. Charts with words are not
kept: their fonts are the document's.
"""

from typing import Any

from weasyprint.images import SVGImage

MOST = 3000  # of half a kilobyte
STATE = ("_current_color", "_current_color_stroke", "_current_alpha", "_current_alpha_stroke")
_theirs = SVGImage.draw

Kept = tuple[list[Any], set[str]]  # the operators, and the states of graphics they name


class Charts:
    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], Kept] = {}

    def draw(self, image: Any, stream: Any, width: float, height: float, style: Any) -> None:
        """Takes the place of `SVGImage.draw`."""
        elements = list(image._svg.tree._etree_node.iter())
        if any(element.tag.endswith("}text") for element in elements):
            _theirs(image, stream, width, height, style)
            return
        said = tuple((element.tag, *element.attrib.items()) for element in elements)
        key = (said, width, height, *(getattr(stream, name) for name in STATE))
        written, states = self.known.get(key, ([], {""}))
        if states <= stream._resources["ExtGState"].keys():
            stream.stream.extend(written)
            for name in (*STATE, "_current_font"):  # as after any restoring of the state
                setattr(stream, name, None)
            return
        first = len(stream.stream)
        _theirs(image, stream, width, height, style)
        if len(self.known) >= MOST:
            self.known.clear()
        written = stream.stream[first:]
        self.known[key] = (written, {name for part in written for name in _states(part)})


def _states(operator: Any) -> list[str]:
    """The state of graphics that this sets, by its name in the resources, if it sets one."""
    if not isinstance(operator, bytes) or not operator.endswith(b" gs"):
        return []
    return [operator[1:-3].decode("ascii")]
