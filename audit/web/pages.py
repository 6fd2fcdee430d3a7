"""Drawing pages: one Jinja environment per language, rendered in the handler's thread."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.response import Stream

from audit.domain.people import Person
from audit.domain.text import LANGUAGES, Language
from audit.filters import filters
from audit.languages import translations
from audit.settings import Settings
from audit.web.assets import Assets

READER = "X-Reader"  # whose page it is: a phone keeps those of one person at a time
PIECE = 3_000  # expressions of a template in what is sent at once: some twenty questions


class Templates:
    """`folder` holds the pages; `paper` the reports, whose charts pages draw too."""

    def __init__(self, folder: Path, paper: Path, assets: Assets, settings: Settings) -> None:
        self.assets = assets
        self.by_language = {
            language: _environment(folder, paper, assets, settings, language)
            for language in LANGUAGES
        }

    def render(self, language: Language, name: str, /, **context: Any) -> str:
        return self.by_language[language].get_template(name).render(**context)

    def pieces(self, language: Language, name: str, /, **context: Any) -> Iterator[str]:
        found = self.by_language[language].get_template(name).stream(**context)
        found.enable_buffering(PIECE)
        return found


def _environment(
    folder: Path, paper: Path, assets: Assets, settings: Settings, language: Language
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder, paper]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    environment.globals.update(
        asset=assets.url,
        inline=assets.inline,
        paper=assets.paper,
        language=language,
        demo=settings.demo,
        zone=settings.timezone,
    )
    environment.filters.update(filters(language, settings.zone))
    return environment


class Page:
    """Draws templates for one request: in its language, for its person."""

    def __init__(
        self,
        templates: Templates,
        language: Language,
        person: Person | None,
        csrf: str,
        path: str,
        query: str = "",
    ) -> None:
        self.templates = templates
        self.language = language
        self.person = person
        self.csrf = csrf
        self.path = path
        self.here = f"{path}?{query}" if query else path  # where a choice of language returns to

    def html(self, name: str, /, **context: Any) -> str:
        return self.templates.render(self.language, name, **self._known, **context)

    def __call__(
        self,
        name: str,
        /,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response[str]:
        return Response(
            self.html(name, **context),
            media_type=MediaType.HTML,
            status_code=status,
            headers={**self._reader, **(headers or {})},
        )

    def flowing(self, name: str, /, *, style: str, status: int = 200, **context: Any) -> Stream:
        """A page so long that its beginning is sent before its end is written. What it looks
        like, `style`, is asked for before either."""
        pieces = self.templates.pieces(self.language, name, **self._known, **context)
        link = f"<{self.templates.assets.url(style)}>; rel=preload; as=style"
        return Stream(
            pieces,
            media_type=MediaType.HTML,
            status_code=status,
            headers={**self._reader, "Link": link},
        )

    @property
    def _known(self) -> dict[str, Any]:
        return {"person": self.person, "csrf": self.csrf, "path": self.path, "here": self.here}

    @property
    def _reader(self) -> dict[str, str]:
        return {READER: str(self.person.id) if self.person else ""}


def chosen_language(request: Request[Any, Any, Any], person: Person | None) -> Language:
    """The person's choice, else this browser's choice, else what the browser asks for."""
    settings: Settings = request.app.state.settings
    for choice in (person.language if person else None, request.cookies.get("language")):
        if choice in LANGUAGES:
            return choice
    for wanted in request.headers.get("accept-language", "").lower().split(","):
        for language in LANGUAGES:
            if wanted.strip().startswith(language):
                return language
    return settings.language
