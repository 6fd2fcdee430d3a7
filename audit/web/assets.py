"""CSS and JS without a build step: files are joined into bundles in memory at start,
named by content hash, compressed once, and cached by browsers for ever."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from audit.domain.problems import N_, NotFound
from audit.web.shrinking import shrunk

HTMX = "vendor/htmx-4.0.1.min.js"

# What keeps a visit's log on the phone and sends it.
LOG = (
    "js/journal.js",
    "js/log.js",
    "js/deeds.js",
    "js/token.js",
    "js/sender.js",
    "js/tabs.js",
    "js/waiting.js",
    "js/drawing.js",
)

# What makes a phone ready to be used without a connection, and makes sure that it is.
CHECKING = (
    "js/journal.js",
    "js/token.js",
    "js/keeping.js",
    "js/browsers.js",
    "js/scratch.js",
    "js/checks.js",
)

# The page that is filled in.
FILLING = (
    HTMX,
    "js/page.js",
    *LOG,
    "js/saving.js",
    "js/early.js",
    "js/choices.js",
    "js/gates.js",
    "js/notes.js",
    "js/drafts.js",
    "js/stopwatch.js",
    "js/leaving.js",
    "js/timing.js",
    "js/outbox.js",
)

# Scripts by page; what is not named here is not sent. Every page gets htmx and one CSS: those
# of shoppers `phone.css`, which leaves out what only desks need.
SCRIPTS = {
    "page.js": (HTMX, "js/page.js", "js/once.js", "js/going.js"),
    "queue.js": ("js/queue.js",),
    "fill.js": FILLING,
    "large.js": (*FILLING, "js/large.js"),  # instead, for a large checklist
    "onsite.js": (
        HTMX,
        *LOG,
        "js/waiting_long.js",
        "js/tabs_without.js",
        "js/saving.js",
        "js/marks.js",
        "js/leaving.js",
        "js/outbox.js",
    ),
    "visits.js": (
        HTMX,
        "js/page.js",
        *CHECKING,
        "js/prepare.js",
        "js/prepared.js",
        "js/forgetting.js",
        "js/briefing.js",
    ),
    "damaged.js": ("js/journal.js", "js/rescue.js", "js/damaged.js"),
    "self_test.js": (HTMX, "js/page.js", *CHECKING, "js/trying.js", "js/self_test.js"),
    "offline.js": ("js/keeping.js", "js/offline.js"),
    "worker.js": ("js/keeping.js", "js/worker.js"),  # served as /sw.js
    "worker_off.js": ("js/worker_off.js",),
    "later.js": (  # after fill.js
        "js/rescue.js",
        "js/waiting_long.js",
        "js/tabs_without.js",
        "js/roll.js",
        "js/photos_again.js",
        "js/again.js",
        "js/manifest.js",
        "js/recall.js",
        "js/handing_in.js",
        "js/photo_sender.js",
        "js/photos.js",
        "js/stages.js",
    ),
    "printing.js": ("js/printing.js",),
    "sign_out.js": ("js/held.js", "js/left_here.js", "js/sign_out.js"),
    "journal.js": ("js/journal.js", "js/token.js"),
    "sending.js": (
        "js/log.js",
        "js/roll.js",
        "js/again.js",
        "js/photos_again.js",
        "js/sender.js",
        "js/photo_sender.js",
        "js/rescue.js",
    ),  # after the journal
    "submitting.js": ("js/leaving.js", "js/submitting.js"),
    "dim.js": ("js/dim.js",),
}
FIRST = ("tokens", "reset", "base")
PHONE = (
    *FIRST, "layout", "controls", "assignments", "fill", "onsite", "submissions",
    "offline",
)  # fmt: skip
# Style sheets by page: all there is, or what a phone needs of it.
SHEETS: dict[str, tuple[str, ...] | None] = {
    "screen.css": None,
    "phone.css": PHONE,
    "large.css": (*PHONE, "large"),  # instead, for a large checklist
    "scenarios.css": ("scenarios",),
}
TYPES = {  # Litestar adds the charset to text
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


class Asset(msgspec.Struct, frozen=True):
    url: str
    media_type: str
    plain: bytes
    brotli: bytes


class Assets:
    def __init__(self, folder: Path) -> None:
        self.by_name: dict[str, Asset] = {}
        every = sorted(path.stem for path in (folder / "css").glob("*.css"))
        ordered = [*FIRST, *(name for name in every if name not in FIRST)]
        sheets = {
            bundle: tuple(f"css/{name}.css" for name in ordered if not wanted or name in wanted)
            for bundle, wanted in SHEETS.items()
        }
        bundles = {**sheets, **SCRIPTS}
        own = [(TYPES[Path(name).suffix], _own(folder, files)) for name, files in bundles.items()]
        for (name, files), small in zip(bundles.items(), shrunk(*own), strict=True):
            vendored = [
                (folder / file).read_text("utf-8").rstrip() for file in files if file == HTMX
            ]
            self._add(name, "\n".join([*vendored, small, ""]).encode())
        for path in sorted((folder / "img").glob("*")):
            self._add(path.name, path.read_bytes())
        self.by_url = {asset.url: asset for asset in self.by_name.values()}

    def _add(self, name: str, content: bytes) -> None:
        stem, dot, suffix = name.rpartition(".")
        digest = hashlib.sha256(content).hexdigest()[:10]
        self.by_name[name] = Asset(
            url=f"/static/{stem}.{digest}{dot}{suffix}",
            media_type=TYPES[dot + suffix],
            plain=content,
            brotli=_compressed(content),
        )

    @property
    def paper(self) -> tuple[str, str]:
        """The colour of every page, light and dark, from the tokens."""
        tokens = self.by_name["screen.css"].plain.decode()
        light, dark = re.findall(r"--paper:\s*light-dark\((#\w+),\s*(#\w+)\)", tokens)[0]
        return light, dark

    def inline(self, name: str) -> str:
        """A small picture as an address that asks for nothing."""
        return "data:image/svg+xml," + quote(self.by_name[name].plain.decode().strip())

    def url(self, name: str) -> str:
        """The address of a bundle or image; a KeyError is a template naming none."""
        return self.by_name[name].url


@cache
def _compressed(content: bytes) -> bytes:
    compressed: bytes = brotli.compress(content, quality=11)
    return compressed


def _own(folder: Path, files: tuple[str, ...]) -> str:
    """What is ours of a bundle; what is vendored came minified and stays as it came."""
    return "\n".join((folder / name).read_text("utf-8") for name in files if name != HTMX)


@get("/static/{name:str}", sync_to_thread=False, no_compression=True, public=True)
def get_asset(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    assets: Assets = request.app.state.assets
    asset = assets.by_url.get(f"/static/{name}")
    if asset is None:
        raise NotFound(N_("There is no such file."))
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": "default-src 'none'",  # it is no page
    }
    if "br" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "br"
        return Response(asset.brotli, media_type=asset.media_type, headers=headers)
    return Response(asset.plain, media_type=asset.media_type, headers=headers)
