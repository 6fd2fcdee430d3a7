"""Our own pages on their way to WeasyPrint: well-formed XML, with a short base style.

WeasyPrint reads HTML with a parser in Python, made for anybody's mistakes, and styles it
first with a sheet for everything HTML has, which gives each element five pseudo-elements.
Our templates are XML and use a dozen elements, so the C parser and `reports/base.css` do.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, XMLParser

import cssselect2
import weasyprint

UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(content: str) -> Element:
    """What XML cannot hold (people can paste it into a note) is shown as not readable."""
    parser = XMLParser()  # noqa: S314  # our own templates, escaped; expat loads nothing
    parser.feed(UNREADABLE.sub("\ufffd", content).encode())
    return parser.close()


class Source(weasyprint.HTML):  # type: ignore[misc]  # WeasyPrint ships no types
    def __init__(self, content: str, base: Any, url_fetcher: Any) -> None:
        self.base = base
        self.base_url = None
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.etree_element = read(content)
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(self.etree_element)

    def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
        return [self.base]
