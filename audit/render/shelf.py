"""What a document may load: the fonts in `reports/fonts` and its own photos, nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from audit.render.prints import Prints

SCHEME = "report:"


class Refused(FatalURLFetchingError):  # type: ignore[misc]  # WeasyPrint ships no types
    """A document asked for something from elsewhere: that is a mistake in a template."""


class Shelf(URLFetcher):  # type: ignore[misc]
    def __init__(self, files: dict[str, Path]) -> None:
        super().__init__(allowed_protocols=())
        self.files = files
        self.photos: dict[str, bytes] = {}

    @contextmanager
    def lent(self, prints: Prints) -> Iterator[None]:
        """While one document is drawn."""
        self.photos = {f"{SCHEME}photos/{number}": prints[number] for number in prints}
        try:
            yield
        finally:
            self.photos = {}

    def fetch(self, url: str, headers: Any = None) -> Any:
        if url in self.photos:
            return URLFetcherResponse(url, self.photos[url], {"Content-Type": "image/jpeg"})
        path = self.files.get(url)
        if path is None:
            raise Refused(f"not on the shelf: {url}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


def shelf(folder: Path) -> Shelf:
    return Shelf({f"{SCHEME}fonts/{path.name}": path for path in (folder / "fonts").glob("*.ttf")})
