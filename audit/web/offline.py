"""What a phone needs to open pages without a connection: the service worker, the page that
stands in for one that is not on the phone, and the manifest of the app."""

import hashlib
from typing import Any

import msgspec
from litestar import Response, get
from litestar.enums import MediaType

from audit.domain.problems import N_
from audit.domain.text import LANGUAGES
from audit.languages import gettext
from audit.web.assets import Assets
from audit.web.dependencies import AnyRequest, ThePage, TheSettings
from audit.web.pages import Page

# What every phone carries; what a kept page names besides comes with that page.
CARRIED = (
    "phone.css", "screen.css", "page.js", "visits.js", "fill.js", "onsite.js", "dim.js",
    "offline.js", "mark.svg", "notes.svg",
)  # fmt: skip
WORDS = {
    "title": N_("No connection"),
    "lede": N_("This page is not on this phone. These are:"),
    "none": N_("No visit is on this phone yet. Open a visit once while there is a connection."),
    "kept": N_("What you filled in is kept on this phone and is sent when you are connected."),
    "onsite": N_("On-site notes"),
    "again": N_("Try again"),
}


class Icon(msgspec.Struct, frozen=True):
    src: str
    sizes: str
    type: str = "image/png"
    purpose: str = "any maskable"


class Manifest(msgspec.Struct, frozen=True):
    """Named for what a bystander may read over a shopper's shoulder: notes. Nothing on the
    home screen or among the open apps says what it is for."""

    name: str
    short_name: str
    lang: str
    icons: tuple[Icon, ...]
    theme_color: str
    background_color: str
    id: str = "/assignments"
    start_url: str = "/assignments"
    scope: str = "/"
    display: str = "standalone"


@get("/sw.js", sync_to_thread=False, public=True)
def get_worker(request: AnyRequest, page: ThePage, settings: TheSettings) -> Response[bytes]:
    """Asked for anew at every use. It changes, and phones take the new one, when anything it
    carries does."""
    headers = {"Cache-Control": "no-cache"}
    assets: Assets = request.app.state.assets
    if not settings.offline:
        return _script(assets.by_name["worker_off.js"].plain, headers)
    carried = msgspec.json.encode([assets.url(name) for name in CARRIED])
    stand_in = hashlib.sha256(_stand_in(page).encode()).hexdigest()[:10]
    head = b"const CARRIED = %b // %b\n" % (carried, stand_in.encode())
    return _script(head + assets.by_name["worker.js"].plain, headers)


@get("/offline", sync_to_thread=False, public=True)
def show_offline(page: ThePage) -> Response[str]:
    """The same for everybody, in both languages: it is kept for whoever holds the phone."""
    return Response(_stand_in(page), media_type=MediaType.HTML)


@get("/notes.webmanifest", sync_to_thread=False, public=True)
def get_manifest(request: AnyRequest, page: ThePage) -> Response[bytes]:
    assets: Assets = request.app.state.assets
    name = gettext(page.language, "Notes")
    paper, _dark = assets.paper
    manifest = Manifest(
        name=name,
        short_name=name,
        lang=page.language,
        icons=tuple(Icon(assets.url(f"notes-{size}.png"), f"{size}x{size}") for size in (192, 512)),
        theme_color=paper,
        background_color=paper,
    )
    return Response(msgspec.json.encode(manifest), media_type="application/manifest+json")


def _stand_in(page: Page) -> str:
    both = [("zh-CN" if language == "zh" else language, _in(language)) for language in LANGUAGES]
    return page.templates.render("zh", "offline/show.html", both=both)


def _in(language: Any) -> dict[str, str]:
    return {name: gettext(language, words) for name, words in WORDS.items()}


def _script(content: bytes, headers: dict[str, str]) -> Response[bytes]:
    return Response(content, media_type="text/javascript", headers=headers)


handlers = [get_worker, show_offline, get_manifest]
