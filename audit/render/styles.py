"""Computed styles, shared by all documents of a press.

WeasyPrint shares one among the elements of a document that inherit from the same and match
the same rules. The style sheets of a press stay the same objects, so it may be shared with
the next document too, with every value that has been computed. Page styles as well.
"""

from typing import Any

from weasyprint.css import ComputedStyle

MOST = 3000  # 10 kB each; a few hundred are used


class Style(ComputedStyle):  # type: ignore[misc]  # WeasyPrint ships no types
    def copy(self) -> "Style":
        """To be changed, so it is nobody else's. (Theirs is made by the name that is ours.)"""
        copy = Style(
            self.parent_style,
            self.cascaded,
            self.pseudo_type,
            self.root_style,
            self.base_url,
            self.font_config,
            self.initial_page_sizes,
        )
        copy.update(self)
        copy.specified = self.specified.copy()
        return copy


class Styles:
    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], Any] = {}

    def computed(
        self,
        parent: Any,
        cascaded: dict[str, tuple[Any, Any]],
        pseudo_type: str | None,
        root: Any,
        base_url: str | None,
        font_config: Any,
        page_sizes: dict[str, Any],
    ) -> Any:
        """Takes the place of the constructor. A style keeps its parent and its declared values
        alive, so what has the same `id` is the same."""
        declared = tuple(
            (name, value if name in ("lang", "anchor") else id(value), origin, *specificity)
            for name, (value, (origin, _layer, specificity)) in cascaded.items()
        )
        key = (id(parent) if parent is not None else 0, pseudo_type, declared)
        style = self.known.get(key)
        if style is None:
            if len(self.known) >= MOST:
                self.known.clear()
            style = Style(parent, cascaded, pseudo_type, root, base_url, font_config, page_sizes)
            self.known[key] = style
        return style
