"""Photos on their way in: chunks in files, until all of a photo have come.

Nothing here is remembered elsewhere, so that whatever stops in between can go on: a chunk is
there when its file has the length it should have.
"""

import os
import secrets
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from audit.domain.event import Photo
from audit.domain.photo import length, pieces


class Incoming:
    def __init__(self, place: Path) -> None:
        self.place = place

    def have(self, visit: UUID, photo: Photo) -> tuple[int, ...]:
        """The numbers of the chunks that are here."""
        folder = self._folder(visit, photo)
        return tuple(
            number
            for number in range(pieces(photo))
            if _size(folder / str(number)) == length(photo, number)
        )

    def under_way(self, visit: UUID) -> list[Photo]:
        """The photos of which there is something, the one touched last first."""
        with suppress(FileNotFoundError):
            folders = sorted((self.place / str(visit)).iterdir(), key=_touched, reverse=True)
            return [_photo(folder.name) for folder in folders]
        return []

    def keep(self, visit: UUID, photo: Photo, number: int, chunk: bytes) -> None:
        folder = self._folder(visit, photo)
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f"{number}.{secrets.token_hex(4)}"
        try:
            with half.open("wb") as file:
                file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            half.replace(folder / str(number))
        finally:  # of a disk that is full, no try takes what little room is left
            half.unlink(missing_ok=True)

    def whole(self, visit: UUID, photo: Photo) -> bytes:
        """Raises `FileNotFoundError` when a chunk has gone."""
        folder = self._folder(visit, photo)
        return b"".join((folder / str(number)).read_bytes() for number in range(pieces(photo)))

    def drop(self, visit: UUID, photo: Photo) -> None:
        shutil.rmtree(self._folder(visit, photo), ignore_errors=True)
        with suppress(OSError):
            (self.place / str(visit)).rmdir()  # unless others are on their way

    def sweep(self, before: datetime) -> None:
        """Drop what nothing was added to since; a phone sends it again if it still can."""
        for folder in list(self.place.glob("*/*")):
            if _touched(folder) < before.timestamp():
                self.drop(UUID(folder.parent.name), _photo(folder.name))

    def _folder(self, visit: UUID, photo: Photo) -> Path:
        return self.place / str(visit) / f"{photo.id}.{photo.size}.{photo.sha}"


def _photo(name: str) -> Photo:
    identity, size, sha = name.split(".")
    return Photo(UUID(identity), sha, int(size))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return -1


def _touched(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # dropped meanwhile
        return 0
