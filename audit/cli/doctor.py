"""`doctor`: what this machine lacks, and the one command that puts it right."""

import argparse
import ctypes
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from typing import Any

import msgspec

from audit.cli.databases import exists, opened
from audit.cli.errors import Refused
from audit.settings import Settings

LIBRARIES = (
    ("gobject-2.0", 0),
    ("pango-1.0", 0),
    ("pangoft2-1.0", 0),
    ("harfbuzz", 0),
    ("harfbuzz-subset", 0),
    ("fontconfig", 1),
)
INSTALL = {  # by the package manager that is there
    "apt-get": "sudo apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0",
    "dnf": "sudo dnf install pango harfbuzz fontconfig",
    "apk": "apk add " + " ".join(f"so:lib{name}.so.{version}" for name, version in LIBRARIES),
    "brew": "brew install pango",
}
FONTS = ("sc400.ttf", "sc700.ttf", "sc400-rare.ttf", "sc700-rare.ttf")
REINSTALL = f"{sys.executable} -m pip install --force-reinstall mingcha"


class Finding(msgspec.Struct, frozen=True):
    what: str
    fix: str = ""  # empty: all is well


def add(commands: Any) -> None:
    text = "check that everything needed is there, and say the command that fixes what is not"
    doctor = commands.add_parser("doctor", help=text, description=text)
    doctor.set_defaults(run=run_doctor)


def run_doctor(_arguments: argparse.Namespace, settings: Settings) -> int:
    findings = [finding for check in CHECKS for finding in check(settings)]
    for finding in findings:
        print(f"{'missing' if finding.fix else 'ok':<8}{finding.what}")
        if finding.fix:
            print(f"        fix: {finding.fix}")
    return int(any(finding.fix for finding in findings))


def check_python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    right = sys.version_info >= (3, 11)  # doctor may be run by any Python
    yield Finding(f"Python {version}", "" if right else "install Python 3.11 or newer")


def check_libraries(_settings: Settings) -> Iterator[Finding]:
    missing = [name for name, version in LIBRARIES if not _loads(name, version)]
    if missing:
        manager = next((name for name in INSTALL if shutil.which(name)), "")
        fix = INSTALL.get(manager, "install Pango 1.44 or newer and harfbuzz-subset")
        yield Finding(f"libraries for PDFs: {', '.join(missing)}", fix)
    else:
        yield Finding("libraries for PDFs (Pango, harfbuzz-subset)")


def check_fonts(_settings: Settings) -> Iterator[Finding]:
    from audit.paths import folder

    try:
        missing = [name for name in FONTS if not (folder("reports") / "fonts" / name).is_file()]
    except FileNotFoundError:
        missing = list(FONTS)
    names = ", ".join(missing)
    yield Finding(f"fonts for PDFs: {names}", REINSTALL) if missing else Finding("fonts for PDFs")


def check_time_zone(settings: Settings) -> Iterator[Finding]:
    yield Finding(f"time zone {settings.zone.key}")  # settings that name another do not load


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data.absolute()
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield Finding(f"data folder {folder} can be written to")
    except FileNotFoundError:
        yield Finding(f"data folder {folder}", f"mkdir -p '{folder}'")
    except OSError as error:
        yield Finding(f"data folder {folder}: {error.strerror}", f"sudo chown $USER '{folder}'")


def check_database(settings: Settings) -> Iterator[Finding]:
    if not exists(settings):
        yield Finding("database: none yet", "mingcha migrate")
        return
    try:
        with opened(settings, migrate=False) as database:
            current = database.up_to_date()
    except Refused as error:
        yield Finding(str(error), "start the database, or set MINGCHA_DATABASE_URL right")
        return
    kind = "SQLite" if settings.url.startswith("sqlite") else "PostgreSQL"
    if current:
        yield Finding(f"database ({kind}) is reachable, its schema is up to date")
    else:
        yield Finding("database: its schema is out of date", "mingcha migrate")


def check_kept(settings: Settings) -> Iterator[Finding]:
    """What is kept as a text of its own, one by one; of the events `mingcha log check` tells."""
    from audit.store.damages import list_damages

    if not exists(settings):
        return
    try:
        with opened(settings, migrate=False) as database:
            if not database.up_to_date():
                return
            with database.reading() as session:
                found = list_damages(session)
    except Refused:
        return  # the database's own check says so
    shipped = _shipped_hashes() if found else set()
    for one in found:
        fix = "mingcha migrate" if one.hash in shipped else "bring its row back from a backup"
        yield Finding(f"{one.what} cannot be read: what is kept of it is damaged", fix)
    if not found:
        yield Finding("checklists, scenarios, releases and drafts in the database can be read")


def _shipped_hashes() -> set[str]:
    from audit.cli.serving import shipped

    try:
        return {checklist.hash for checklist in shipped().checklists.values()}
    except (Refused, OSError):
        return set()  # the check of the checklists says so


def check_photos(settings: Settings) -> Iterator[Finding]:
    """Writes and reads, as a photo would be."""
    from audit.store.files import Files, NotReached

    place = settings.photo_place
    if not settings.photos and not settings.data.is_dir():
        return  # the data folder's own check says so
    try:
        files = Files(place, **settings.bucket)
        files.put("probe", b"mingcha doctor")
        files.get("probe")
    except NotReached as error:
        reason = str(error).partition(": ")[2]
        fix = (
            "set MINGCHA_PHOTOS and its companions right"
            if "://" in place
            else f"sudo chown -R $USER '{place}'"
        )
        yield Finding(f"photos in {place}: {reason}", fix)
    else:
        yield Finding(f"photos in {place} can be kept and read")


def check_checklists(_settings: Settings) -> Iterator[Finding]:
    from audit.cli.serving import shipped

    try:
        yield Finding(f"checklists: {len(shipped().checklists)} can be read")
    except (Refused, OSError) as error:
        yield Finding(f"checklists: {str(error).splitlines()[0]}", REINSTALL)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    check_python,
    check_libraries,
    check_fonts,
    check_time_zone,
    check_data_folder,
    check_database,
    check_kept,
    check_photos,
    check_checklists,
)


def _loads(name: str, version: int) -> bool:
    suffix = f".{version}.dylib" if sys.platform == "darwin" else f".so.{version}"
    for candidate in (f"lib{name}{suffix}", find_library(name)):
        try:
            if candidate:
                ctypes.CDLL(candidate)
                return True
        except OSError:
            continue
    return False
