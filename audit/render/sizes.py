"""What WeasyPrint asks of a box's style again and again, worked out once for each style.

Used margins, paddings, borders and sizes depend on the style and on the size of the containing
block. In tables whose borders collapse, a box may have been given other borders before: those
count too. Whether a box floats or is in the flow depends on the style alone.
"""

from typing import Any

from weasyprint.formatting_structure.boxes import Box, PageBox
from weasyprint.layout import percent

MOST = 40  # sizes of containing blocks to a style
BORDERS = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))
USED = (
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("top", "right", "bottom")),
    *("margin_left", "padding_left", *BORDERS),
    *(f"{least}{axis}" for least in ("", "min_", "max_") for axis in ("width", "height")),
)


def resolve_percentages(box: Any, containing_block: Any) -> None:
    """Takes the place of `resolve_percentages`."""
    if isinstance(box, PageBox):
        percent.resolve_percentages(box, containing_block)
        return
    style, has = box.style, box.__dict__
    around: tuple[Any, ...] = (
        (containing_block.width, containing_block.height)
        if isinstance(containing_block, Box)
        else tuple(containing_block)
    )
    if style["border_collapse"] == "collapse":
        around = (*around, *(has.get(name) for name in BORDERS))
    try:
        known = style.used
    except AttributeError:
        known = style.used = {}
    values = known.get(around)
    if values is None:
        percent.resolve_percentages(box, containing_block)
        if len(known) >= MOST:
            known.clear()
        known[around] = {name: has[name] for name in USED}
    else:
        has.update(values)


def is_floated(box: Any) -> bool:
    """Takes the place of the method."""
    style = box.style
    try:
        return bool(style.floated)
    except AttributeError:
        style.floated = _is_floated(box)
        return bool(style.floated)


def is_in_normal_flow(box: Any) -> bool:
    """Takes the place of the method."""
    style = box.style
    try:
        return bool(style.in_flow)
    except AttributeError:
        style.in_flow = _is_in_normal_flow(box)
        return bool(style.in_flow)


_is_floated, _is_in_normal_flow = Box.is_floated, Box.is_in_normal_flow
