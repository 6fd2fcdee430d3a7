"""What a document may load: the fonts in `reports/fonts`, and nothing else."""

from pathlib import Path
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME = "report:"


class Refused(FatalURLFetchingError):  # type: ignore[misc]  # WeasyPrint ships no types
    """A document asked for something from elsewhere: that is a mistake in a template."""


class Shelf(URLFetcher):  # type: ignore[misc]
    def __init__(self, files: dict[str, Path]) -> None:
        super().__init__(allowed_protocols=())
        self.files = files

    def fetch(self, url: str, headers: Any = None) -> Any:
        path = self.files.get(url)
        if path is None:
            raise Refused(f"not on the shelf: {url}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


def shelf(folder: Path) -> Shelf:
    return Shelf({f"{SCHEME}fonts/{path.name}": path for path in (folder / "fonts").glob("*.ttf")})
